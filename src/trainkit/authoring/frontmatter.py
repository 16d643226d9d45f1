"""Front matter of a source: what it declares, checked entry by entry."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from trainkit.authoring.faults import Faults
from trainkit.authoring.mistakes import CODES
from trainkit.authoring.yaml_entries import entries_of
from trainkit.course.conventions import SLIPS
from trainkit.course.model import COMPETENCIES, LEVELS, Answer, AnswerType, Choice, Column, Info, Kind, Text
from trainkit.errors import SourceError, UnknownName
from trainkit.i18n import LANGUAGES, _

__all__ = ["declared", "read_info"]


_KEYS = {"id", "title", "level", "competencies", "minutes", "prerequisites", "instant", "answers"}
_NEEDED = ("id", "title", "level", "competencies", "minutes")
_GRADED_KEYS = {"code", "credit", "weights"}
_ANSWER_KEYS = {"type", "ask", "points", "tolerance", "unit", "choices", "key", "columns", "accept", "credit"}
_GRADED_ANSWER_KEYS = {"code"}


def read_info(text: str, kind: Kind, path: Path, edition: str) -> Info:
    """Return what the front matter declares.

    Args:
        text: the front matter, without its marks; it begins on the file's second line.
        kind: of the source.
        path: of the source.
        edition: of the source.

    Raises:
        SourceError: entries are missing, misspelt or of the wrong kind; all of them are told.
    """
    front = entries_of(text, path)
    lines = ["", *text.split("\n")]
    faults = Faults()

    def fail(message: str, *words: str) -> SourceError:
        """Say where: at the entry of the first of the words that has a line of its own."""
        places = (
            i for word in words for i, line in enumerate(lines, 1) if line.lstrip().startswith(f"{word}:")
        )
        return SourceError(message, path, next(places, 1))

    known = _KEYS | (_GRADED_KEYS if kind == "exercise" else set())
    _only(front, known, fail, faults, "front matter")
    unknown = [str(name) for name in front if name not in known]
    for needed in _NEEDED:
        # What is misspelt isn't missing as well.
        if not front.get(needed) and not get_close_matches(needed, unknown):
            faults.add(fail(_("The front matter lacks `{name}`.").format(name=needed)))
    credit: dict[str, float] = {}
    with faults.kept():
        credit = _credit(front, fail, "credit")
    entries: dict[str, Any] = {}
    for name, read in _READERS.items():
        if front.get(name) or name not in _NEEDED:
            with faults.kept():
                entries[name] = read(front, fail)
    with faults.kept():
        entries["answers"] = _answers(front, kind, credit, fail)
    faults.settle()
    return Info(kind=kind, edition=edition, **entries)


def declared(text: str, path: Path) -> set[str] | None:
    """Return the names of answers in a front matter that has faults, as far as it can be read."""
    try:
        answers = entries_of(text, path).get("answers")
    except SourceError:
        return None
    return {str(name) for name in answers} if isinstance(answers, Mapping) else None


_Fail = Callable[..., SourceError]


def _id(front: Mapping[str, Any], fail: _Fail) -> str:
    id = front["id"]
    if not (isinstance(id, str) and re.fullmatch(r"[123]-[0-9]{2}", id)):
        raise fail(_('The id `{id}` should be like "1-06", in quotation marks.').format(id=id), "id")
    return id


def _level(front: Mapping[str, Any], fail: _Fail) -> str:
    level = front["level"]
    if not isinstance(level, str) or level not in LEVELS:
        raise fail(_("There is no level `{level}`.").format(level=level), "level")
    return level


def _competencies(front: Mapping[str, Any], fail: _Fail) -> tuple[str, ...]:
    competencies = _list(front, "competencies", fail)
    for competency in competencies:
        if competency not in COMPETENCIES:
            raise fail(_("There is no competency `{name}`.").format(name=competency), "competencies")
    return competencies


def _minutes(front: Mapping[str, Any], fail: _Fail) -> int:
    minutes = _number(front, "minutes", 0, fail, "minutes")
    if minutes <= 0 or minutes != int(minutes):
        raise fail(_("`{name}` should be a whole number above 0.").format(name="minutes"), "minutes")
    return int(minutes)


def _instant(front: Mapping[str, Any], fail: _Fail) -> bool:
    instant = front.get("instant", True)
    if not isinstance(instant, bool):
        raise fail(_("`{name}` should be `true` or `false`.").format(name="instant"), "instant")
    return instant


def _answers(
    front: Mapping[str, Any], kind: Kind, common: Mapping[str, float], fail: _Fail
) -> tuple[Answer, ...]:
    faults = Faults()
    answers = []
    code = False
    with faults.kept():
        code = _code(front, fail, "code")
    for name, spec in _entries(front.get("answers"), "answers", fail).items():
        with faults.kept():
            answers.append(_answer(name, spec, kind, common, fail, code=code))
    faults.settle()
    return tuple(answers)


def _code(given: Mapping[str, Any], fail: _Fail, near: str) -> bool:
    """Return whether only what code computes earns points."""
    if "code" in given and given["code"] != "required":
        raise fail(_("`code` is `required`, or isn't there."), near)
    return "code" in given


def _answer(
    name: Any, spec: Any, kind_of: Kind, common: Mapping[str, float], fail: _Fail, *, code: bool
) -> Answer:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        # YAML reads `yes` as true and `1` as a number.
        raise fail(
            _("The answer `{name}` should be a variable's name.").format(name=name), str(name), "answers"
        )
    faults = Faults()
    _only(spec, _ANSWER_KEYS | (_GRADED_ANSWER_KEYS if kind_of == "exercise" else set()), fail, faults, name)
    faults.settle()
    kind: Any = spec.get("type")
    if kind not in get_args(AnswerType):
        raise fail(_("The answer `{name}` has no known type.").format(name=name), name)
    choices = tuple(
        Choice(_name(k, name, fail), _both(v, name, fail))
        for k, v in _entries(spec.get("choices"), "choices", fail, name).items()
    )
    if (kind in {"choice", "choices"}) != bool(choices):
        raise fail(
            (
                _("The answer `{name}` has choices, so its type is choice or choices.")
                if choices
                else _("The answer `{name}` has no choices.")
            ).format(name=name),
            name,
        )
    columns = tuple(
        _column(_name(c, name, fail), v, fail, name)
        for c, v in _entries(spec.get("columns"), "columns", fail, name).items()
    )
    key = _list(spec, "key", fail, name)
    if kind == "table" and (not key or not columns or not set(key) < {c.name for c in columns}):
        raise fail(_("The table `{name}` needs `columns`, and a `key` among them.").format(name=name), name)
    return Answer(
        name=name,
        type=kind,
        ask=_both(spec.get("ask"), name, fail),
        points=_number(spec, "points", 1, fail, name),
        tolerance=_number(spec, "tolerance", 0, fail, name),
        unit=_text(spec, "unit", fail, name),
        choices=choices,
        key=key,
        columns=columns,
        accept=_list(spec, "accept", fail, name),
        credit={**common, **_credit(spec, fail, name)},
        code=code or _code(spec, fail, name),
    )


def _credit(given: Mapping[str, Any], fail: _Fail, near: str) -> dict[str, float]:
    """Return the credit for answers that aren't right, by mistake code, kind of slip or `convention`."""
    entries = _entries(given.get("credit"), "credit", fail, near)
    known = {"convention", *SLIPS, *CODES}
    for name in entries:
        if name not in known:
            unknown = UnknownName(
                _("Credit is given for `convention`, a slip or a mistake code, not for `{name}`.").format(
                    name=name
                ),
                str(name),
                known,
            )
            raise fail(str(unknown), near)
    credit = {str(name): _number(entries, name, 0, fail, near) for name in entries}
    for name, share in credit.items():
        if not 0 <= share < 1:
            raise fail(
                _("The credit for `{name}` is a share from 0 to below 1. Got {share}.").format(
                    name=name, share=share
                ),
                near,
            )
    return credit


def _weights(front: Mapping[str, Any], fail: _Fail) -> dict[str, float]:
    """Return how much the visible variant and each hidden one count."""
    entries = _entries(front.get("weights"), "weights", fail)
    faults = Faults()
    _only(entries, {"visible", "hidden"}, fail, faults, "weights")
    faults.settle()
    weights = {str(name): _number(entries, name, 0, fail, "weights") for name in entries}
    if weights.get("hidden", 1) <= 0:
        raise fail(
            _("`weights` are numbers: `hidden` above 0, `visible` from 0 up, because its data are known."),
            "weights",
        )
    return weights


def _column(name: str, spec: Any, fail: _Fail, near: str) -> Column:
    spec = {} if spec is None else spec
    faults = Faults()
    _only(spec, {"zh", "tolerance", "unit", "labels"}, fail, faults, near)
    faults.settle()
    labels = _entries(spec.get("labels"), "labels", fail, near)
    return Column(
        name=name,
        zh=_text(spec, "zh", fail, near),
        tolerance=_number(spec, "tolerance", 0, fail, near) if "tolerance" in spec else None,
        unit=_text(spec, "unit", fail, near),
        labels={_name(code, near, fail): _list(labels, code, fail, near) for code in labels},
    )


def _name(value: Any, near: str, fail: _Fail) -> str:
    """Return a name or code, which YAML may have taken for a number or a truth."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise fail(_("`{name}` should be a name: write it in quotation marks.").format(name=value), near)
    return str(value)


def _text(given: Mapping[str, Any], name: str, fail: _Fail, near: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise fail(_("`{name}` should be a text.").format(name=name), near)
    return value


def _both(text: Any, name: str, fail: _Fail) -> Text:
    if (
        not isinstance(text, Mapping)
        or set(text) != set(LANGUAGES)
        or not all(isinstance(half, str) and half.strip() for half in text.values())
    ):
        raise fail(_("`{name}` needs a text in each language: en and zh.").format(name=name), name)
    return dict(text)


def _only(given: Any, known: set[str], fail: _Fail, faults: Faults, where: str) -> None:
    """Keep a fault for each entry that isn't among the known ones."""
    with faults.kept():
        given = _entries(given, where, fail, empty=False)
        for name in given:
            if name not in known:
                unknown = UnknownName(_("Unknown entry `{name}`.").format(name=name), str(name), known)
                faults.add(fail(str(unknown), str(name), where))


def _entries(value: Any, name: str, fail: _Fail, near: str = "", *, empty: bool = True) -> Mapping[Any, Any]:
    if value is None and empty:
        return {}
    if not isinstance(value, Mapping):
        raise fail(_("`{name}` should be entries: a name, a colon, a value.").format(name=name), name, near)
    return value


def _list(given: Mapping[str, Any], name: str, fail: _Fail, near: str = "") -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str | int | float) for v in value):
        raise fail(_("`{name}` should be a list: [one, another].").format(name=name), near or name)
    return tuple(map(str, value))


def _number(given: Mapping[str, Any], name: str, default: float, fail: _Fail, near: str) -> float:
    """Return a number from 0 up."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise fail(_("`{name}` should be a number.").format(name=name), near)
    if value < 0:
        raise fail(_("`{name}` should be a number from 0 up.").format(name=name), near)
    return float(value)


#: How the entries but the answers are read.
_READERS: dict[str, Callable[[Mapping[str, Any], _Fail], Any]] = {
    "id": _id,
    "title": lambda front, fail: _both(front["title"], "title", fail),
    "level": _level,
    "competencies": _competencies,
    "minutes": _minutes,
    "prerequisites": lambda front, fail: _list(front, "prerequisites", fail),
    "instant": _instant,
    "weights": _weights,
}
