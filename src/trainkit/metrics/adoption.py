"""Adoption: how many of those who may use a system do with it what it was bought for.

Count the target behavior, such as a visit report written, and not log-ins: who only looks in hasn't adopted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.days import whole_days, with_days
from trainkit.metrics.frames import IntoColumn, IntoFrame, collect, complete, free, keys, lazy, like
from trainkit.metrics.ids import check_kinds
from trainkit.metrics.missing import known
from trainkit.metrics.registry import metric

__all__ = ["adoption_by_feature", "adoption_rate", "stickiness"]

_DAVIS = "Davis, MIS Quarterly 13(3), 1989"


@metric(
    unit="percent",
    better="higher",
    zh="系统采用率",
    source=_DAVIS,
    range=(0, 100),
    example={"licensed": ["a", "b", "c", "d"], "active": ["a", "a", "c", "x", None]},
)
def adoption_rate(licensed: IntoColumn, active: IntoColumn) -> float:
    """Share of the licensed users who showed the target behavior in the period in %, from 0 to 100.

    Who is active without a license counts nowhere.

    Args:
        licensed: ids of all who may use the system, repeated ids count once, shape (n,).
        active: ids of those who showed the target behavior, one an event or one a user, shape (m,).

    Raises:
        EmptyInput: nobody has a license.
        InputError: ids are numbers in one and text in the other.

    >>> adoption_rate(["a", "b", "c", "d"], ["a", "a", "c"])
    50.0
    """
    users, did = keys(licensed, "licensed"), keys(active, "active")
    if not users:
        raise EmptyInput(_("Nobody has a license."))
    check_kinds(users, did, ("licensed", "active"))
    return 100 * len(users & did) / len(users)


@metric(
    unit="table",
    better="higher",
    zh="各功能采用率",
    source=_DAVIS,
    range=(0, 100),
    example={
        "frame": {
            "user_id": ["a", "b", "a", "c", "a", None],
            "feature": ["visit report", "visit report", "pipeline", "pipeline", "pipeline", "pipeline"],
        },
        "licensed": ["a", "b", "c", "d"],
    },
)
def adoption_by_feature(
    frame: IntoFrame, licensed: IntoColumn, user: str = "user_id", feature: str = "feature"
) -> Any:
    """Share of the licensed users who used each feature in the period in %, as a table.

    Args:
        frame: one row a use; those without user or feature are left out.
        licensed: ids of all who may use the system, repeated ids count once, shape (n,).
        user: column with the user's id; who has no license counts nowhere.
        feature: column with what was used.

    Returns:
        Columns `feature`, `users` (licensed ones), `adoption` (%), the most used first; equal ones by name.

    Raises:
        EmptyInput: nobody has a license, or nothing was used.
        InputError: ids are numbers in one and text in the other.

    >>> import pandas as pd
    >>> uses = pd.DataFrame({"user_id": ["a", "b", "a"], "feature": ["visit", "visit", "quote"]})
    >>> adoption_by_feature(uses, ["a", "b", "c", "d"])["adoption"].tolist()
    [50.0, 25.0]
    """
    free([feature], "users", "adoption")
    allowed = keys(licensed, "licensed")
    if not allowed:
        raise EmptyInput(_("Nobody has a license."))
    rows = complete(frame, user, feature, only=True)
    check_kinds(allowed, rows[user].to_list(), ("licensed", user))
    used: dict[Any, set[Any]] = {}
    for who, what in zip(rows[user].to_list(), rows[feature].to_list(), strict=True):
        used.setdefault(what, set()).update({who} & allowed)
    names = sorted(used, key=lambda what: (-len(used[what]), str(what)))
    users = [len(used[name]) for name in names]
    return like({feature: names, "users": users, "adoption": [100 * n / len(allowed) for n in users]}, rows)


@metric(
    unit="percent",
    better="higher",
    zh="使用黏性（日活／月活）",
    en="Stickiness (daily of all active users)",
    source="Product analytics practice (DAU/MAU)",
    range=(0, 100),
    example={
        "frame": {
            "user_id": ["a", "a", "b", "a", None],
            "used_at": [datetime(2025, 3, d, 9) for d in (1, 2, 2, 2, 3)],
        },
        "days": 4,
    },
)
def stickiness(frame: IntoFrame, days: int, user: str = "user_id", when: str = "used_at") -> float:
    """Mean number of users a day as a share of all active users of the period in %, from 0 to 100.

    50 means that an active user comes every second day. Days without any use count: so `days` must be given.

    Args:
        frame: one row a use, of one period; those without user or time are left out.
        days: length of the period in days, for office software working days, 1 or more.
        user: column with the user's id.
        when: column with the time of use.

    Raises:
        EmptyInput: nobody used it.
        OutOfRange: `days` is below 1, or below the number of days with use.

    >>> import pandas as pd
    >>> times = pd.to_datetime(["2025-03-03", "2025-03-04", "2025-03-04"])
    >>> stickiness(pd.DataFrame({"user_id": ["a", "a", "b"], "used_at": times}), days=3)
    50.0
    """
    rows = with_days(lazy(frame, user, when), when)
    dated = known(rows, user, when).select(user, __day=whole_days(rows, when)).unique([user, "__day"])
    counted = collect(dated.group_by("__day").agg(__n=nw.len()))
    if counted.is_empty():
        raise EmptyInput(_("Nobody used it."))
    if days < len(counted):
        message = _("`days` must be at least {count}, the days with use. Got {days}.")
        raise OutOfRange(message.format(count=len(counted), days=days))
    users = len(collect(dated.select(user).unique()))
    return float(100 * np.sum(counted["__n"].to_numpy()) / days / users)
