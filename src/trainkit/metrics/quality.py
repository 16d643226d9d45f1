"""Data quality: how complete, valid, unique, accurate, consistent and current a table is.

Rates are in %. A missing value is never also invalid: each fault is counted once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    eager,
    free,
    lazy,
    like,
    numbers,
    ordered,
    present,
)
from trainkit.metrics.ids import check_kinds, spelled
from trainkit.metrics.missing import is_missing, known, listed
from trainkit.metrics.moments import between, moments
from trainkit.metrics.registry import metric

__all__ = [
    "Rule",
    "accuracy",
    "audit",
    "completeness",
    "consistency",
    "duplicates",
    "timeliness",
    "uniqueness",
    "validity",
]

#: Texts that stand for "nothing here" in exports and must not count as values.
PLACEHOLDERS = ("", "-", "--", "n/a", "na", "null", "none", "nan", "unknown", "无", "未知", "不详")

_ISO = "ISO/IEC 25024:2015"
_DAMA = "DAMA UK, The Six Primary Dimensions for Data Quality Assessment, 2013"

#: How often a value occurs; no column of a table is called so.
_ROWS = "__rows"
_PHONES = {"values": ["13800000001", "n/a", " ", None, "13800000002", "x1", "13800000002", "13800000003"]}


@dataclass(frozen=True)
class Rule:
    """What a column must hold; `audit` checks it."""

    column: str
    """The column."""
    required: bool = True
    """Whether a missing value is a fault."""
    pattern: str | None = None
    """Regular expression that a text must match as a whole."""
    low: float | None = None
    """Smallest number allowed."""
    high: float | None = None
    """Largest number allowed."""
    allowed: Sequence[Any] | None = None
    """The values allowed."""
    unique: bool = False
    """Whether no value may occur twice."""
    tidy: bool = False
    """Whether blanks that nobody sees make a text another one: at its ends, two in a row, full-width ones."""


def _cleaned(values: list[Any]) -> list[Any]:
    """Return values with everything that stands for nothing replaced by `None`."""

    def nothing(value: Any) -> bool:
        return is_missing(value) or (isinstance(value, str) and value.strip().lower() in PLACEHOLDERS)

    return [None if nothing(v) else v for v in values]


def _plain(values: IntoColumn, name: str) -> list[Any]:
    """Return a column as a list, with `None` for everything missing."""
    present(values, name)
    if isinstance(values, (list, tuple, range, np.ndarray)):
        return _cleaned(list(values))
    wrapped = nw.from_native(values, allow_series=True)
    if isinstance(wrapped, (nw.DataFrame, nw.LazyFrame)):
        table = wrapped.lazy().collect()
        wrapped = table[table.columns[0]]
    return _listed(wrapped)


def _listed(series: nw.Series[Any]) -> list[Any]:
    return _cleaned(listed(series))


@metric(
    unit="percent",
    better="higher",
    zh="完整率",
    source=_ISO,
    range=(0, 100),
    missing="counted",
    example=_PHONES,
)
def completeness(values: IntoColumn) -> float:
    """Share of required cells that hold a value in %, from 0 to 100.

    Empty texts and placeholders such as "N/A" or "无" count as missing.

    Args:
        values: the required cells, shape (n,).

    Raises:
        EmptyInput: there is no cell.

    >>> completeness(["13800000001", "n/a", None, "13800000002"])
    50.0
    """
    plain = _plain(values, "values")
    return 100 * sum(v is not None for v in plain) / len(plain)


@metric(
    unit="percent",
    better="higher",
    zh="有效率",
    source=_ISO,
    range=(0, 100),
    example={**_PHONES, "pattern": r"1\d{10}"},
)
def validity(values: IntoColumn, pattern: str) -> float:
    """Share of the values there that have the right form in %, from 0 to 100; missing cells count nowhere.

    A well-formed value may still be the wrong one: that is accuracy.

    Args:
        values: the cells, shape (n,).
        pattern: regular expression that a value must match as a whole.

    Raises:
        EmptyInput: there is no value.

    >>> validity(["13800000001", "1380", None, "13800000002"], pattern=r"1[0-9]{10}")
    66.66666666666667
    """
    there = [spelled(v) for v in _plain(values, "values") if v is not None]
    if not there:
        raise EmptyInput(_("There is no value to check."))
    form = re.compile(pattern)
    return 100 * sum(form.fullmatch(v) is not None for v in there) / len(there)


@metric(unit="percent", better="higher", zh="唯一率", source=_ISO, range=(0, 100), example=_PHONES)
def uniqueness(values: IntoColumn) -> float:
    """Distinct values in % of all values there, from 0 to 100.

    Spellings of one thing are still distinct: normalise first.

    Args:
        values: the keys, shape (n,).

    Raises:
        EmptyInput: there is no value.

    >>> uniqueness(["a", "b", "b", None, "c"])
    75.0
    """
    there = [v for v in _plain(values, "values") if v is not None]
    if not there:
        raise EmptyInput(_("There is no value to check."))
    return 100 * len(set(there)) / len(there)


@metric(
    unit="percent",
    better="higher",
    zh="准确率（误差带内）",
    en="Accuracy (within a band)",
    source=_DAMA,
    range=(0, 100),
    example={
        "frame": {"ours": [100.0, 104.0, 120.0, None, 50.0], "truth": [100.0, 100.0, 100.0, 90.0, None]},
        "value": "ours",
        "reference": "truth",
    },
)
def accuracy(frame: IntoFrame, value: str, reference: str, band: float = 0.05) -> float:
    """Share of values within ± `band` of a trusted reference in %, from 0 to 100.

    Args:
        frame: one row a record; rows without both numbers are left out.
        value: column with our number.
        reference: column with the trusted number.
        band: allowed difference as a fraction of the reference; 5 % is 0.05.

    Raises:
        EmptyInput: no row has both numbers.
        OutOfRange: `band` isn't a fraction.

    >>> import pandas as pd
    >>> accuracy(pd.DataFrame({"ours": [100, 104, 120], "truth": [100, 100, 100]}), "ours", "truth")
    66.66666666666666
    """
    if not 0 <= band < 1:
        raise OutOfRange(_("`band` must lie in [0, 1). Got {band:g}. 5 % is 0.05.").format(band=band))
    rows = eager(frame, value, reference)
    ours, truth = (
        numbers(rows[value], value, keep_missing=True),
        numbers(rows[reference], reference, keep_missing=True),
    )
    gap = numbers(np.abs(ours - truth) - band * np.abs(truth), value)
    # A cent's rounding at the edge of the band is no error.
    return float(100 * (gap <= 1e-9).mean())


@metric(
    unit="percent",
    better="higher",
    zh="一致率",
    source=_DAMA,
    range=(0, 100),
    missing="counted",
    example={
        "frame": {"sales": ["a", "b", None, "d", None], "service": ["a", "x", None, None, None]},
        "left": "sales",
        "right": "service",
    },
)
def consistency(frame: IntoFrame, left: str, right: str) -> float:
    """Share of records on which two systems agree in %, from 0 to 100.

    One value missing is a contradiction, both missing is none and counts as agreement.

    Args:
        frame: one row a record known to both systems.
        left: column with the first system's value.
        right: column with the second system's value.

    Raises:
        EmptyInput: there is no record.
        InputError: one system has numbers and the other text.

    >>> import pandas as pd
    >>> consistency(pd.DataFrame({"sales": ["a", "b"], "service": ["a", "x"]}), "sales", "service")
    50.0
    """
    rows = eager(frame, left, right)
    ours, theirs = _listed(rows[left]), _listed(rows[right])
    check_kinds(ours, theirs, (left, right))
    pairs = list(zip(ours, theirs, strict=True))
    return 100 * sum(a == b for a, b in pairs) / len(pairs)


@metric(
    unit="percent",
    better="higher",
    zh="及时率",
    source=_DAMA,
    range=(0, 100),
    missing="counted",
    example={
        "frame": {
            "happened_at": [datetime(2025, 5, 1, 8)] * 3,
            "recorded_at": [datetime(2025, 5, 1, 9), datetime(2025, 5, 2, 9), None],
        },
        "start": "happened_at",
        "end": "recorded_at",
        "hours": 4.0,
    },
)
def timeliness(frame: IntoFrame, start: str, end: str, hours: float) -> float:
    """Share of events that were recorded within `hours` in %, from 0 to 100; one that never was is late.

    Args:
        frame: one row an event; rows without a start are left out.
        start: column with the time at which it happened.
        end: column with the time at which it was recorded.
        hours: hours allowed, 0 or more.

    Raises:
        EmptyInput: no event has a time.
        OutOfRange: `hours` is negative, or an event was recorded before it happened.
        InputError: a column holds no times, or only one of the two has a time zone.

    >>> import pandas as pd
    >>> times = pd.to_datetime(["2025-05-01 08:00", "2025-05-01 11:00"])
    >>> timeliness(pd.DataFrame({"at": times[:1], "seen": times[1:]}), "at", "seen", hours=4)
    100.0
    """
    if hours < 0:
        raise OutOfRange(_("`hours` must be 0 or more. Got {hours:g}.").format(hours=hours))
    happened, recorded = moments(frame, start, end)
    timed = ~np.isnat(happened.at)
    if not timed.any():
        raise EmptyInput(_("No event has a time."))
    return float(100 * (between(happened, recorded)[timed] <= hours).mean())


@metric(
    unit="table",
    better="lower",
    zh="重复记录",
    source=_ISO,
    range=(None, None),
    example={"frame": {"no": ["o1", "o2", "o2", "o3", None], "amount": [5, 7, 7, 7, 1]}, "keys": ["no"]},
)
def duplicates(frame: IntoFrame, keys: Sequence[str]) -> Any:
    """Keys that occur more than once, with how often, as a table.

    Args:
        frame: one row a record; rows with a missing key are left out.
        keys: columns that should identify a record.

    Returns:
        The key columns and `n` (records), from the most frequent down. Empty if every key is unique.

    Raises:
        EmptyInput: no record has a key.

    >>> import pandas as pd
    >>> duplicates(pd.DataFrame({"order_no": ["1", "2", "2"]}), ["order_no"])["n"].tolist()
    [2]
    """
    names = list(keys)
    free(names, "n")
    table = collect(known(lazy(frame, *names), *names).group_by(*names).agg(n=nw.len()))
    if table.is_empty():
        raise EmptyInput(_("No record has a key."))
    twice = table.filter(nw.col("n") > 1)
    return ordered(twice, "n", *names, descending=[True, *(False for _k in names)]).to_native()


@metric(
    unit="table",
    better="lower",
    zh="数据质量审计表",
    en="Quality audit",
    source=f"{_DAMA}; {_ISO}",
    range=(None, None),
    missing="counted",
    example={
        "frame": {
            "id": ["a", "b", "b", None],
            "phone": ["13800000001", "x", "n/a", "13800000002"],
            "age": [30, 200, 40, 50],
        },
        "rules": [Rule("id", unique=True), Rule("phone", pattern=r"1\d{10}"), Rule("age", low=0, high=120)],
    },
)
def audit(frame: IntoFrame, rules: Sequence[Rule]) -> Any:
    """Check a table against all rules at once and list what fails, as a table of column and dimension.

    Counting is left to the frame's own engine: what comes to this process are a column's distinct values.

    Args:
        frame: the table.
        rules: what its columns must hold.

    Returns:
        Columns `column`, `dimension` (`completeness`, `validity`, `uniqueness`), `checked` and `failed`
        (cells), `rate` (% that pass), `example` (a value that fails, as text), in the order of the rules.
        What a rule doesn't ask for isn't listed.

    Raises:
        EmptyInput: the frame has no rows.
        MissingColumn: a rule names a column that isn't there.
        InputError: there is no rule.

    >>> import pandas as pd
    >>> found = audit(pd.DataFrame({"phone": ["138", "n/a"]}), [Rule("phone", pattern="[0-9]{11}")])
    >>> found[["dimension", "checked", "failed"]].values.tolist()
    [['completeness', 2, 1], ['validity', 1, 1]]
    """
    if not rules:
        raise InputError(_("An audit needs at least one rule."))
    rows = lazy(frame, *(rule.column for rule in rules))
    found: list[dict[str, Any]] = []
    for rule in rules:
        counted = collect(rows.group_by(rule.column).agg(nw.len().alias(_ROWS)))
        if counted.is_empty():
            raise EmptyInput(_("The frame has no rows."))
        there, missing = _occurring(counted, rule.column)
        checked = sum(there.values())
        if rule.required:
            found.append(_finding(rule, "completeness", checked + missing, {None: missing}))
        if rule.tidy or any(x is not None for x in (rule.pattern, rule.low, rule.high, rule.allowed)):
            bad = {v: n for v, n in there.items() if not _valid(v, rule)}
            found.append(_finding(rule, "validity", checked, bad))
        if rule.unique:
            again = {v: n - 1 for v, n in there.items() if n > 1}
            found.append(_finding(rule, "uniqueness", checked, again))
    return like({name: [finding[name] for finding in found] for name in found[0]}, counted)


def _occurring(counted: nw.DataFrame[Any], column: str) -> tuple[dict[Any, int], int]:
    """Return how often each value occurs, and how many cells are missing."""
    there: dict[Any, int] = {}
    missing = 0
    for value, n in zip(_listed(counted[column]), counted[_ROWS].to_list(), strict=True):
        if value is None:
            missing += n
        else:
            there[value] = there.get(value, 0) + n
    return there, missing


def _finding(rule: Rule, dimension: str, checked: int, failed: Mapping[Any, int]) -> dict[str, Any]:
    """Return a row of the audit; `failed` has the values that fail with the number of their cells."""
    fails = sum(failed.values())
    rate = 100 * (checked - fails) / checked if checked else 100.0
    # The smallest one, so that the order of the rows doesn't choose.
    example = min((spelled(v) for v in failed if v is not None), default="")
    place = {"column": rule.column, "dimension": dimension}
    return {**place, "checked": checked, "failed": fails, "rate": rate, "example": example}


def _valid(value: Any, rule: Rule) -> bool:
    if rule.pattern is not None and re.fullmatch(rule.pattern, spelled(value)) is None:
        return False
    if rule.tidy and isinstance(value, str) and value != " ".join(value.split()):
        return False
    if rule.allowed is not None and value not in rule.allowed:
        return False
    if rule.low is None and rule.high is None:
        return True
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    return (rule.low is None or number >= rule.low) and (rule.high is None or number <= rule.high)
