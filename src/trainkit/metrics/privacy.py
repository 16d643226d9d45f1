"""Privacy: how well an export hides the people in it, and names that can't be guessed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from trainkit.errors import EmptyInput, InputError
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, collect, complete, eager, free, lazy, numbers, ordered, replace
from trainkit.metrics.ids import spelled
from trainkit.metrics.missing import known, listed
from trainkit.metrics.registry import metric

__all__ = ["generalise", "k_anonymity", "pseudonyms", "risky_groups"]

SHORTEST_KEY = 16
"""Bytes that a secret key must have."""

_SWEENEY = "Sweeney, International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 10(5), 2002"
_EXPORT = {
    "frame": {
        "city": ["Suzhou", "Suzhou", "Wuxi", "Wuxi", "Wuxi", None, None],
        "age": [34, 34, 51, 51, 29, 40, 40],
        "phone": ["1", "2", "3", "4", "5", "6", "7"],
    },
    "quasi_identifiers": ["city", "age"],
}


def _groups(frame: IntoFrame, quasi_identifiers: Sequence[str]) -> nw.DataFrame[Any]:
    """Return how many records share each combination; missing is a value that others see, too."""
    columns = list(quasi_identifiers)
    if not columns:
        raise InputError(_("Name at least one column by which a person could be recognised."))
    free(columns, "n")
    rows = eager(frame, *columns)
    # As text, because groups with a missing part would be left out by some libraries.
    plain = {c: listed(rows[c]) for c in dict.fromkeys(columns)}
    texts = {c: ["" if v is None else spelled(v) for v in values] for c, values in plain.items()}
    gone = {f"_gone_{c}": [v is None for v in values] for c, values in plain.items()}
    filled = nw.from_dict({**texts, **gone}, backend=rows.implementation)
    return ordered(filled.group_by(*texts, *gone).agg(n=nw.len()), *texts)


@metric(
    unit="customers",
    better="higher",
    zh="K-匿名",
    en="k-anonymity",
    source=_SWEENEY,
    range=(1, None),
    missing="counted",
    example=_EXPORT,
)
def k_anonymity(frame: IntoFrame, quasi_identifiers: Sequence[str]) -> int:
    """Size of the smallest group of records that can't be told apart; 1 means that someone stands alone.

    It protects who somebody is, not what is said of the group: where all of a group have the same secret, it
    is out.

    Args:
        frame: the export, one row a person.
        quasi_identifiers: columns that outsiders may know; a missing value is a value like any other.

    Raises:
        EmptyInput: there is no record.
        InputError: no column is named.

    >>> import pandas as pd
    >>> k_anonymity(pd.DataFrame({"city": ["Suzhou", "Suzhou", "Wuxi"]}), ["city"])
    1
    """
    return int(_groups(frame, quasi_identifiers)["n"].min())


@metric(
    unit="table",
    better="lower",
    zh="易识别的小组",
    source=_SWEENEY,
    range=(None, None),
    missing="counted",
    example={**_EXPORT, "k": 2},
)
def risky_groups(frame: IntoFrame, quasi_identifiers: Sequence[str], k: int = 5) -> Any:
    """Groups of fewer than `k` records that can't be told apart: what to generalise before an export.

    Args:
        frame: the export, one row a person.
        quasi_identifiers: columns that outsiders may know.
        k: smallest size of a group that is allowed.

    Returns:
        The columns, as text, and `n` (records), smallest group first. Empty if the export is k-anonymous.

    Raises:
        EmptyInput: there is no record.
        InputError: no column is named.

    >>> import pandas as pd
    >>> risky_groups(pd.DataFrame({"city": ["Suzhou", "Suzhou", "Wuxi"]}), ["city"], k=2)["city"].tolist()
    ['Wuxi']
    """
    groups = _groups(frame, quasi_identifiers)
    columns = list(quasi_identifiers)
    return ordered(groups.filter(nw.col("n") < k), "n", *columns).select(*columns, "n").to_native()


@metric(
    unit="table",
    better="neither",
    zh="泛化",
    source=_SWEENEY,
    range=(None, None),
    example={"frame": {"age": [34, 51, 29, None]}, "column": "age", "width": 10.0},
)
def generalise(frame: IntoFrame, column: str, width: float) -> Any:
    """Replace numbers by the band in which they lie: 34 becomes "30–39" with a width of 10.

    Args:
        frame: the export; rows without the number are left out.
        column: column with the number.
        width: width of a band, above 0.

    Returns:
        The rows with the column as text.

    Raises:
        EmptyInput: there is no number.
        InputError: `width` isn't above 0.

    >>> import pandas as pd
    >>> generalise(pd.DataFrame({"age": [34, 51]}), "age", width=10)["age"].tolist()
    ['30–39', '50–59']
    """
    if width <= 0:
        raise InputError(_("`width` must be above 0. Got {width:g}.").format(width=width))
    rows = complete(frame, column)
    last = 1 if float(width).is_integer() else 0
    starts = [v // width * width for v in numbers(rows[column], column).tolist()]
    return replace(rows, **{column: [f"{start:g}–{start + width - last:g}" for start in starts]})


@metric(
    unit="table",
    better="neither",
    zh="假名化",
    source="GB/T 37964-2019; GDPR Art. 4(5)",
    range=(None, None),
    example={
        "frame": {"phone": ["13800000001", "13800000002", None]},
        "column": "phone",
        "key": b"a secret of 16 b",
    },
)
def pseudonyms(frame: IntoFrame, column: str, key: bytes) -> Any:
    """Replace identifiers by keyed codes: a person keeps the code, and only who has the key can find it.

    A plain hash of a phone number is no protection: all numbers can be tried. With the key kept, it is still
    personal data.

    Args:
        frame: the export; rows without the identifier are left out.
        column: column with the identifier.
        key: a secret of at least 16 bytes, kept apart from the export.

    Returns:
        The rows with 16 hexadecimal characters in the column.

    Raises:
        EmptyInput: there is no identifier.
        InputError: the key is too short.

    >>> import pandas as pd
    >>> phones = pd.DataFrame({"phone": ["13800000001", "13800000001"]})
    >>> pseudonyms(phones, "phone", key=b"0123456789abcdef")["phone"].nunique()
    1
    """
    if len(key) < SHORTEST_KEY:
        raise InputError(
            _("The key needs at least {n} bytes: a short one can be guessed.").format(n=SHORTEST_KEY)
        )
    rows = collect(known(lazy(frame, column), column))
    if rows.is_empty():
        raise EmptyInput(_("`{name}` has no value to compute on.").format(name=column))
    codes = [
        hmac.new(key, spelled(v).encode(), hashlib.sha256).hexdigest()[:16] for v in rows[column].to_list()
    ]
    return replace(rows, **{column: codes})
