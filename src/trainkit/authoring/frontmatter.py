"""Front matter of a source: what it declares, checked entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from trainkit.authoring.mistakes import CODES
from trainkit.course.model import COMPETENCIES, LEVELS, Answer, AnswerType, Choice, Column, Info, Kind, Text
from trainkit.errors import SourceError, UnknownName
from trainkit.i18n import LANGUAGES, _

__all__ = ["read_info"]


_KEYS = {"id", "title", "level", "competencies", "minutes", "prerequisites", "instant", "answers"}
_GRADED_KEYS = {"credit", "weights"}
_ANSWER_KEYS = {"type", "ask", "points", "tolerance", "unit", "choices", "key", "columns", "accept", "credit"}


def read_info(front: Mapping[str, Any], kind: Kind, path: Path, edition: str) -> Info:
    """Return what the front matter declares.

    Raises:
        SourceError: an entry is missing, misspelt or of the wrong kind.
    """
    lines = path.read_text(encoding="utf-8").splitlines()

    def fail(message: str, *words: str) -> SourceError:
        """Say where: at the entry of the first of the words that has a line of its own."""
        places = (
            i for word in words for i, text in enumerate(lines, 1) if text.lstrip().startswith(f"{word}:")
        )
        return SourceError(message, path, next(places, 1))

    _only(front, _KEYS | (_GRADED_KEYS if kind == "exercise" else set()), fail, "front matter")
    for needed in ("id", "title", "level", "competencies", "minutes"):
        if not front.get(needed):
            raise fail(_("The front matter lacks `{name}`.").format(name=needed))
    id = str(front["id"])
    if not (len(id) == 4 and id[0] in "123" and id[1] == "-" and id[2:].isdigit()):
        raise fail(_('The id `{id}` should be like "1-06", in quotation marks.').format(id=id), "id")
    if front["level"] not in LEVELS:
        raise fail(_("There is no level `{level}`.").format(level=front["level"]), "level")
    for competency in _list(front, "competencies", fail):
        if competency not in COMPETENCIES:
            raise fail(_("There is no competency `{name}`.").format(name=competency), "competencies")
    common = _credit(front, fail, "credit")
    return Info(
        id=id,
        kind=kind,
        title=_both(front["title"], "title", fail),
        level=front["level"],
        competencies=_list(front, "competencies", fail),
        minutes=int(_number(front, "minutes", 0, fail, "minutes")),
        edition=edition,
        prerequisites=_list(front, "prerequisites", fail),
        instant=bool(front.get("instant", True)),
        weights=_weights(front, fail),
        answers=tuple(
            _answer(name, spec, common, fail)
            for name, spec in _entries(front.get("answers"), "answers", fail).items()
        ),
    )


_Fail = Callable[..., SourceError]


def _answer(name: Any, spec: Any, common: Mapping[str, float], fail: _Fail) -> Answer:
    if not isinstance(name, str) or not name.isidentifier():
        # YAML reads `yes` as true and `1` as a number.
        raise fail(_("The answer `{name}` should be a variable's name.").format(name=name), "answers")
    _only(spec, _ANSWER_KEYS, fail, name)
    kind: Any = spec.get("type")
    if kind not in get_args(AnswerType):
        raise fail(_("The answer `{name}` has no known type.").format(name=name), name)
    if kind in {"choice", "choices"} and not spec.get("choices"):
        raise fail(_("The answer `{name}` has no choices.").format(name=name), name)
    columns = tuple(_column(str(c), v, fail) for c, v in _entries(spec.get("columns"), name, fail).items())
    key = _list(spec, "key", fail)
    if kind == "table" and (not key or not columns or not set(key) < {c.name for c in columns}):
        raise fail(_("The table `{name}` needs `columns`, and a `key` among them.").format(name=name), name)
    return Answer(
        name=name,
        type=kind,
        ask=_both(spec.get("ask"), name, fail),
        points=_number(spec, "points", 1, fail, name),
        tolerance=_number(spec, "tolerance", 0, fail, name),
        unit=str(spec.get("unit", "")),
        choices=tuple(
            Choice(str(k), _both(v, name, fail)) for k, v in _entries(spec.get("choices"), name, fail).items()
        ),
        key=key,
        columns=columns,
        accept=_list(spec, "accept", fail),
        credit={**common, **_credit(spec, fail, name)},
    )


def _credit(given: Mapping[str, Any], fail: _Fail, near: str) -> dict[str, float]:
    """Return the credit for answers that aren't right, by mistake code or `convention`."""
    entries = _entries(given.get("credit"), "credit", fail)
    for name in entries:
        if name != "convention" and name not in CODES:
            unknown = UnknownName(
                _("Credit is given for `convention` or for a mistake code, not for `{name}`.").format(
                    name=name
                ),
                str(name),
                {"convention", *CODES},
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
    if entries:
        _only(entries, {"visible", "hidden"}, fail, "weights")
    weights = {str(name): _number(entries, name, 0, fail, "weights") for name in entries}
    if weights.get("visible", 0) < 0 or weights.get("hidden", 1) <= 0:
        raise fail(
            _("`weights` are numbers: `hidden` above 0, `visible` from 0 up, because its data are known."),
            "weights",
        )
    return weights


def _column(name: str, spec: Any, fail: _Fail) -> Column:
    spec = spec or {}
    _only(spec, {"zh", "tolerance", "unit", "labels"}, fail, name)
    labels = _entries(spec.get("labels"), name, fail)
    return Column(
        name=name,
        zh=str(spec.get("zh", "")),
        tolerance=_number(spec, "tolerance", 0, fail, name) if "tolerance" in spec else None,
        unit=str(spec.get("unit", "")),
        labels={str(code): _list(labels, code, fail) for code in labels},
    )


def _both(text: Any, name: str, fail: _Fail) -> Text:
    if not isinstance(text, Mapping) or set(text) != set(LANGUAGES):
        raise fail(_("`{name}` needs a text in each language: en and zh.").format(name=name), name)
    return dict(text)


def _only(given: Any, known: set[str], fail: _Fail, where: str) -> None:
    for name in _entries(given, where, fail, empty=False):
        if name not in known:
            unknown = UnknownName(_("Unknown entry `{name}`.").format(name=name), str(name), known)
            raise fail(str(unknown), str(name), where)


def _entries(value: Any, name: str, fail: _Fail, *, empty: bool = True) -> Mapping[Any, Any]:
    if value is None and empty:
        return {}
    if not isinstance(value, Mapping):
        raise fail(_("`{name}` should be entries: a name, a colon, a value.").format(name=name), name)
    return value


def _list(given: Mapping[str, Any], name: str, fail: _Fail) -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise fail(_("`{name}` should be a list: [one, another].").format(name=name), name)
    return tuple(map(str, value))


def _number(given: Mapping[str, Any], name: str, default: float, fail: _Fail, near: str) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fail(_("`{name}` should be a number.").format(name=name), near)
    return float(value)
