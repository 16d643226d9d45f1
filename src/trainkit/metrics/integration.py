"""Integration: bringing records of one customer together, and judging how well that went."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from trainkit.errors import EmptyInput, InputError
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, collect, complete, lazy, like
from trainkit.metrics.ids import check_kinds
from trainkit.metrics.missing import is_missing, known, listed
from trainkit.metrics.registry import metric

__all__ = ["MatchQuality", "golden_record", "jaro_winkler", "match_quality", "normalised_key", "sync_rate"]

PREFIX_WEIGHT = 0.1
PREFIX_LENGTH = 4

_FELLEGI = "Fellegi & Sunter, JASA 64, 1969; Christen, Data Matching, 2012"

#: Legal forms that say nothing about who somebody is.
_LEGAL = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|公司"
    # Between Chinese and Latin letters there is no word boundary: a word ends where its own letters end.
    r"|(?<![a-z])(co|ltd|inc|llc|corp|gmbh|limited|company)(?![a-z])\.?)"
)
_NOISE = re.compile(r"[\W_]+")


class MatchQuality(NamedTuple):
    """How good a matching of records is."""

    precision: float
    """Share of the found pairs that are right, in %."""
    recall: float
    """Share of the true pairs that were found, in %."""
    f1: float
    """Harmonic mean of the two, in %."""


@metric(
    unit="table",
    better="neither",
    zh="规范化匹配键",
    en="Normalised key",
    source="Christen, Data Matching, 2012",
    range=(None, None),
    example={"text": "Ｈengyuan  Precision Co., Ltd."},
)
def normalised_key(text: str | None) -> str:
    """Reduce a name or number to what identifies it: one width, lower case, no spaces, marks or legal forms.

    Missing and empty texts give an empty key, which must match nothing.

    Args:
        text: a name, phone number or the like.

    >>> normalised_key("Ｈengyuan  Precision Co., Ltd."), normalised_key("恒远精工(苏州)有限公司")
    ('hengyuanprecision', '恒远精工苏州')
    """
    if text is None or text != text:
        return ""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return _NOISE.sub("", _LEGAL.sub(" ", folded))


@metric(
    unit="ratio",
    better="higher",
    zh="Jaro–Winkler 相似度",
    en="Jaro–Winkler similarity",
    source="Winkler, ASA Survey Research Methods, 1990",
    range=(0, 1),
    example={"left": "MARTHA", "right": "MARHTA"},
)
def jaro_winkler(left: str, right: str) -> float:
    """Similarity of two names, 0 to 1: tolerant of swapped letters, kind to equal beginnings.

    Args:
        left: one name.
        right: the other name.

    Raises:
        EmptyInput: one of them is empty; an empty name is like nothing.

    >>> round(jaro_winkler("MARTHA", "MARHTA"), 4)
    0.9611
    """
    if not left or not right:
        raise EmptyInput(_("An empty name can't be compared."))
    jaro = _jaro(left, right)
    prefix = 0
    for a, b in zip(left[:PREFIX_LENGTH], right[:PREFIX_LENGTH], strict=False):
        if a != b:
            break
        prefix += 1
    return jaro + prefix * PREFIX_WEIGHT * (1 - jaro)


def _jaro(left: str, right: str) -> float:
    reach = max(max(len(left), len(right)) // 2 - 1, 0)
    taken = [False] * len(right)
    common = []
    for i, letter in enumerate(left):
        for j in range(max(0, i - reach), min(len(right), i + reach + 1)):
            if not taken[j] and right[j] == letter:
                taken[j] = True
                common.append(letter)
                break
    if not common:
        return 0.0
    other = [letter for letter, used in zip(right, taken, strict=True) if used]
    swapped = sum(a != b for a, b in zip(common, other, strict=True)) / 2
    n = len(common)
    return (n / len(left) + n / len(right) + (n - swapped) / n) / 3


@metric(
    unit="percent",
    better="higher",
    zh="匹配精确率与召回率",
    en="Precision and recall of a matching",
    source=_FELLEGI,
    range=(0, 100),
    example={
        "found": {"left": ["a", "b", "c", None], "right": ["1", "2", "9", "3"]},
        "truth": {"left": ["a", "b", "d"], "right": ["1", "2", "4"]},
    },
)
def match_quality(found: IntoFrame, truth: IntoFrame) -> MatchQuality:
    """Precision, recall and F1 of matched pairs in %, from 0 to 100.

    Args:
        found: matched pairs: the first two columns hold the ids of either side; repeated pairs count once.
        truth: the true pairs, likewise.

    Raises:
        EmptyInput: there is no found pair, or no true one.
        InputError: a frame doesn't have two columns, or ids are numbers in one and text in the other.

    >>> import pandas as pd
    >>> found = pd.DataFrame({"left": ["a", "b"], "right": [1, 9]})
    >>> truth = pd.DataFrame({"left": ["a", "b", "c", "d"], "right": [1, 2, 3, 4]})
    >>> match_quality(found, truth)[:2]
    (50.0, 25.0)
    """
    ours, true = _pairs(found, "found"), _pairs(truth, "truth")
    for side, name in enumerate(lazy(truth).collect_schema().names()):
        names = (f"found, {name}", f"truth, {name}")
        check_kinds((pair[side] for pair in ours), (pair[side] for pair in true), names)
    right = len(ours & true)
    return MatchQuality(
        100 * right / len(ours), 100 * right / len(true), 200 * right / (len(ours) + len(true))
    )


def _pairs(frame: IntoFrame, name: str) -> set[tuple[Any, ...]]:
    columns = lazy(frame).collect_schema().names()
    if len(columns) != 2:
        raise InputError(
            _("`{name}` must have two columns of ids. Got {count}.").format(name=name, count=len(columns))
        )
    rows = complete(frame, *columns, only=True)
    return set(zip(rows[columns[0]].to_list(), rows[columns[1]].to_list(), strict=True))


@metric(
    unit="percent",
    better="higher",
    zh="同步率",
    source="DAMA-DMBOK, 2nd ed. 2017",
    range=(0, 100),
    missing="counted",
    example={
        "left": {"id": ["a", "b", "c", "d"], "name": ["A", "B", None, "D"], "phone": ["1", "2", "3", "4"]},
        "right": {"id": ["a", "b", "c", "e"], "name": ["A", "X", None, "E"], "phone": ["1", "2", "3", "5"]},
        "on": "id",
        "compare": ["name", "phone"],
    },
)
def sync_rate(left: IntoFrame, right: IntoFrame, on: str, compare: Sequence[str]) -> float:
    """Share of all records that are in both systems and agree in the compared columns in %, from 0 to 100.

    A record that one system lacks is out of step, and so is one with a value that only one system has.

    Args:
        left: the first system, one row a record; rows without a key are left out.
        right: the second system, likewise.
        on: column with the common key, unique in each.
        compare: columns that must agree.

    Raises:
        EmptyInput: neither system has a record.
        InputError: a key occurs twice, or keys or values are numbers in one system and text in the other.

    >>> import pandas as pd
    >>> sales = pd.DataFrame({"id": [1, 2, 3], "phone": ["a", "b", "c"]})
    >>> service = pd.DataFrame({"id": [1, 2, 4], "phone": ["a", "x", "d"]})
    >>> sync_rate(sales, service, on="id", compare=["phone"])
    25.0
    """
    sides = [_by_key(frame, on, compare) for frame in (left, right)]
    everywhere = sides[0].keys() | sides[1].keys()
    if not everywhere:
        raise EmptyInput(_("Neither system has a record."))
    check_kinds(sides[0], sides[1], (f"left, {on}", f"right, {on}"))
    for place, column in enumerate(compare):
        ours, theirs = ([record[place] for record in side.values()] for side in sides)
        check_kinds(ours, theirs, (f"left, {column}", f"right, {column}"))
    agreed = sum(sides[0][k] == sides[1][k] for k in sides[0].keys() & sides[1].keys())
    return 100 * agreed / len(everywhere)


def _by_key(frame: IntoFrame, on: str, compare: Sequence[str]) -> dict[Any, tuple[Any, ...]]:
    names = dict.fromkeys([on, *compare])
    rows = collect(known(lazy(frame, *names).select(*names), on))
    columns = [listed(rows[c]) for c in compare]
    keys = rows[on].to_list()
    if len(set(keys)) < len(keys):
        raise InputError(_("`{column}` isn't unique: remove duplicates first.").format(column=on))
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


@metric(
    unit="table",
    better="neither",
    zh="黄金记录（存活规则）",
    en="Golden record (survivorship)",
    source="DAMA-DMBOK, 2nd ed. 2017",
    range=(None, None),
    example={
        "frame": {
            "entity": ["a", "a", "b", None],
            "updated": [1, 2, 1, 3],
            "phone": ["111", None, "333", "444"],
            "email": ["old@x", "new@x", None, "z@x"],
        },
        "entity": "entity",
        "newest": "updated",
    },
)
def golden_record(frame: IntoFrame, entity: str, newest: str) -> Any:
    """One record for each entity: in every column the newest value that is there survives.

    A record that doesn't say how new it is counts as older than all that do. Of two equally new values the
    larger survives, so that the order of the rows decides nothing.

    Args:
        frame: one row a source record; records without an entity are left out.
        entity: column with the entity to which matching has assigned the record.
        newest: column that says how new a record is.

    Returns:
        One row an entity, sorted by it, with the columns of `frame`; a value is missing if no source has it.

    Raises:
        EmptyInput: no record has an entity.

    >>> import pandas as pd
    >>> sources = pd.DataFrame({"entity": [1, 1], "at": [1, 2], "phone": ["111", None]})
    >>> golden_record(sources, "entity", newest="at").to_dict("records")
    [{'entity': 1, 'at': 2, 'phone': '111'}]
    >>> undated = pd.DataFrame({"entity": [1], "at": [None], "phone": ["111"]})
    >>> golden_record(undated, "entity", newest="at")["phone"].tolist()
    ['111']
    """
    names = lazy(frame, entity, newest).collect_schema().names()
    rows = collect(known(lazy(frame), entity))
    if rows.is_empty():
        raise EmptyInput(_("No record has an entity."))
    lists = {c: rows[c].to_list() for c in names}
    there = {c: [not is_missing(value) for value in lists[c]] for c in names}
    best: dict[Any, dict[str, tuple[Any, Any]]] = {}
    for i, key in enumerate(lists[entity]):
        record = best.setdefault(key, {})
        for column in names:
            if not there[column][i]:
                continue
            when = (1, lists[newest][i]) if there[newest][i] else (0, 0)
            candidate = (when, lists[column][i])
            if column not in record or candidate > record[column]:
                record[column] = candidate
    keys = sorted(best)
    merged = {c: [best[k].get(c, (None, None))[1] for k in keys] for c in names if c != entity}
    return like({c: keys if c == entity else merged[c] for c in names}, rows)
