"""Reading `class.toml`: each setting is checked for itself, and all faults are told together."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from trainkit.errors import GradingError, UnknownName
from trainkit.i18n import LANGUAGES, _
from trainkit.sandbox.limits import Limits

__all__ = ["Settings", "limit_settings"]

_MIB = 2**20

_ID = re.compile(r"\d-\d\d")


def limit_settings() -> dict[str, tuple[str, int | float]]:
    """Return what `[limits]` may hold: the field of `Limits` and the default of each setting.

    Sizes are set in MiB: `memory_bytes` is called `memory_mib`.
    """
    found: dict[str, tuple[str, int | float]] = {}
    for spec in fields(Limits):
        default = getattr(Limits(), spec.name)
        if spec.name.endswith("_bytes"):
            found[f"{spec.name.removesuffix('_bytes')}_mib"] = (spec.name, default / _MIB)
        else:
            found[spec.name] = (spec.name, default)
    return found


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise GradingError(_("{path} isn't UTF-8 text. Save it as UTF-8.").format(path=path)) from error
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise GradingError(_("{path} can't be read: {error}").format(path=path, error=error)) from error


class Settings:
    """The settings of a file, taken out one by one; what is wrong with them is collected.

    Args:
        path: the file; one that isn't there has no settings.

    Raises:
        GradingError: it isn't UTF-8 text, or isn't TOML.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = _parsed(path)
        self._known: list[str] = []
        self._faults: list[str] = []

    def text(self, name: str) -> str:
        """Return a text, empty by default."""
        return str(self._take(name, "", lambda v: isinstance(v, str), _("a text in quotation marks"))).strip()

    def language(self, name: str) -> str:
        """Return `en` or `zh`."""
        return str(self._take(name, "en", lambda v: isinstance(v, str) and v in LANGUAGES, _('"en" or "zh"')))

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two others, inclusive."""
        allowed = _("a whole number from {least} to {most}").format(least=least, most=most)
        value: int = self._take(name, default, lambda v: _is_whole(v) and least <= v <= most, allowed)
        return value

    def url(self, name: str) -> str:
        """Return the URL of a database, empty by default."""
        allowed = _('empty or a URL such as "postgresql+psycopg://grader@db.example.org/grades"')
        return str(self._take(name, "", lambda v: isinstance(v, str) and (not v or "://" in v), allowed))

    def ids(self, name: str, among: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return ids of exercises; with `among`, each must be one of these."""
        allowed = _('a list of exercise ids such as ["1-06", "2-01"]')
        value = self._take(name, [], lambda v: isinstance(v, list) and all(map(_is_id, v)), allowed)
        for id in value:
            if among and id not in among:
                self._fault(name, _('only ids that stand in `exercises`, too, so not "{id}"').format(id=id))
        return tuple(dict.fromkeys(value))

    def dates(self, name: str) -> dict[str, dt.date]:
        """Return dates by exercise."""
        value = self._take(name, {}, lambda v: isinstance(v, dict), _("a table of exercise ids and dates"))
        for id, day in value.items():
            if not _is_id(id) or not _is_date(day):
                self._fault(f"{name}.{id}", _('an exercise id and a date, such as "3-01" = 2026-06-30'), day)
        return {id: day for id, day in value.items() if _is_id(id) and _is_date(day)}

    def limits(self) -> Limits:
        """Return the limits of a run: those of the table `[limits]`, and defaults."""
        value = self._take("limits", {}, lambda v: isinstance(v, dict), _("a table of numbers"))
        known, chosen = limit_settings(), {}
        for name, number in value.items():
            if name not in known:
                self._unknown(f"limits.{name}", [f"limits.{k}" for k in known])
                continue
            target = known[name][0]
            if allowed := _misfit(name, number):
                self._fault(f"limits.{name}", allowed, number)
                continue
            chosen[target] = int(number * _MIB) if name.endswith("_mib") else number
        return Limits(**chosen)

    def done(self) -> None:
        """Say that all settings have been taken.

        Raises:
            GradingError: something was wrong, or a setting is left over; one line a fault.
        """
        for name in self._left:
            self._unknown(name, self._known)
        if self._faults:
            raise GradingError("\n".join(f"{self._path}: {fault}" for fault in self._faults))

    def _take(self, name: str, default: Any, fits: Callable[[Any], bool], allowed: str) -> Any:
        self._known.append(name)
        value = self._left.pop(name, default)
        if fits(value):
            return value
        self._fault(name, allowed, value)
        return default

    def _fault(self, name: str, allowed: str, *got: Any) -> None:
        text = (
            _("`{name}` should be {allowed}. Got {value}.").format(
                name=name, allowed=allowed, value=_shown(got[0])
            )
            if got
            else _("`{name}` should be {allowed}.").format(name=name, allowed=allowed)
        )
        self._faults.append(text)

    def _unknown(self, name: str, known: list[str]) -> None:
        text = _("There is no setting `{name}`.").format(name=name)
        self._faults.append(str(UnknownName(text, name, known)))


def _misfit(name: str, value: Any) -> str:
    """Say what a limit should be if it isn't; an empty text means that it is."""
    if name == "restarts":
        return "" if _is_whole(value) and value >= 0 else _("a whole number from 0 up")
    if name.endswith(("_mib", "_seconds")):
        return "" if _is_number(value) and value > 0 else _("a number above 0")
    return "" if _is_whole(value) and value > 0 else _("a whole number above 0")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _is_date(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    """Return a value as it may have stood in the file, shortened."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
