"""Interaction: how often, by which channel, how fast and at which cost Lantai and its customers meet."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import (
    IntoColumn,
    IntoFrame,
    collect,
    extend,
    free,
    lazy,
    numbers,
    ordered,
    shares,
)
from trainkit.metrics.missing import known
from trainkit.metrics.moments import between, moments
from trainkit.metrics.registry import metric

__all__ = [
    "ResponseTime",
    "channel_mix",
    "complaint_rate",
    "contact_frequency",
    "cost_per_contact",
    "monitoring_lag",
    "personalisation_share",
    "response_time",
]

_HELP_DESK = "Help-desk practice; ITIL 4"
_PAYNE = "Payne & Frow, Journal of Marketing 69(4), 2005"


class ResponseTime(NamedTuple):
    """How fast answers come, in minutes, and how many never came."""

    median: float
    """Half of the answered contacts waited at most so long."""
    p90: float
    """Nine tenths of them waited at most so long."""
    mean: float
    """Their mean: a few long waits lift it."""
    answered: int
    """Contacts with an answer."""
    unanswered: int
    """Contacts without one; in none of the times."""


@metric(
    unit="percent",
    better="lower",
    zh="投诉率",
    source="ISO 10004:2018",
    range=(0, None),
    example={"complaints": 36, "exposure": 1200},
)
def complaint_rate(complaints: float, exposure: float) -> float:
    """Complaints per 100 of what could have gone wrong, in %, 0 or more.

    Say what the exposure is: orders, customers or contacts of the same period. A customer may complain twice,
    so that the rate per customer can pass 100. A low rate doesn't mean content customers: most who are
    unhappy stay silent.

    Args:
        complaints: number of complaints in the period.
        exposure: number of orders, customers or contacts in the same period.

    Raises:
        EmptyInput: `exposure` is 0.
        OutOfRange: `complaints` is negative.

    >>> complaint_rate(complaints=36, exposure=1200)
    3.0
    """
    return 100 * _per(complaints, exposure)


def _per(events: float, exposure: float) -> float:
    if exposure <= 0:
        raise EmptyInput(_("A rate needs an exposure above 0. Got {exposure:g}.").format(exposure=exposure))
    if events < 0:
        raise OutOfRange(_("A number of events must be 0 or more. Got {count:g}.").format(count=events))
    return events / exposure


@metric(
    unit="contacts",
    better="neither",
    zh="客户接触频次",
    source=_PAYNE,
    range=(0, None),
    example={"contacts": 5400, "customers": 1200},
)
def contact_frequency(contacts: float, customers: float) -> float:
    """Contacts per customer in the period, 0 or more; customers without a contact are in the denominator.

    Args:
        contacts: number of contacts in the period.
        customers: all customers of the period.

    Raises:
        EmptyInput: there is no customer.
        OutOfRange: `contacts` is negative.

    >>> contact_frequency(contacts=5400, customers=1200)
    4.5
    """
    return _per(contacts, customers)


@metric(
    unit="table",
    better="neither",
    zh="渠道构成",
    source=_PAYNE,
    range=(0, 100),
    example={"frame": {"channel": ["phone", "email", "phone", "app", None, "phone"]}},
)
def channel_mix(frame: IntoFrame, channel: str = "channel", by: str | None = None) -> Any:
    """Share of each channel in all contacts in %, as a table; the shares of a group add up to 100.

    Args:
        frame: one row a contact; contacts without a channel are left out.
        channel: column with the channel.
        by: column with a group, for the mix of each group.

    Returns:
        Columns `by` if given, `channel`, `n`, `share` (%), sorted by group and from the largest share down.

    Raises:
        EmptyInput: no contact has a channel.

    >>> import pandas as pd
    >>> channel_mix(pd.DataFrame({"channel": ["phone", "phone", "app", "phone"]}))["share"].tolist()
    [75.0, 25.0]
    """
    group = [] if by is None else [by]
    free([channel, *group], "n", "share")
    rows = known(lazy(frame, channel, *group), channel, *group)
    table = collect(rows.group_by(*group, channel).agg(n=nw.len()))
    if table.is_empty():
        raise EmptyInput(_("No contact has a channel."))
    table = ordered(table, *group, "n", channel, descending=[*(False for _g in group), True, False])
    owners = table[group[0]].to_list() if group else [None] * len(table)
    return extend(table, share=shares(table["n"].to_numpy(), owners))


@metric(
    unit="minutes",
    better="lower",
    zh="响应时间",
    source=_HELP_DESK,
    range=(0, None),
    missing="counted",
    example={"minutes": [12.0, 30.0, 45.0, None, 600.0]},
)
def response_time(minutes: IntoColumn) -> ResponseTime:
    """Median, 90th percentile and mean response time in minutes, 0 or more, and the unanswered contacts.

    Times are skewed: the mean isn't what is typical. Contacts without an answer have no time, so that a high
    share of them makes every figure here too good; they are counted beside it.

    Args:
        minutes: minutes to the first human answer, missing without an answer, shape (n,).

    Raises:
        EmptyInput: no contact was answered.
        OutOfRange: a time is negative.

    >>> response_time([10, 20, 30, None]).median, response_time([10, 20, 30, None]).unanswered
    (20.0, 1)
    """
    waits = numbers(minutes, "minutes", low=0, keep_missing=True)
    known = waits[~np.isnan(waits)]
    median, p90 = np.percentile(known, [50, 90])
    return ResponseTime(float(median), float(p90), float(known.mean()), known.size, waits.size - known.size)


@metric(
    unit="percent",
    better="higher",
    zh="个性化沟通占比",
    source=_PAYNE,
    range=(0, 100),
    example={"personalised": [True, False, False, None, True]},
)
def personalisation_share(personalised: IntoColumn) -> float:
    """Share of contacts prepared for the one customer in %, from 0 to 100.

    Args:
        personalised: true or 1 if prepared for the customer, false or 0 if from a template, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing values are dropped.

    >>> personalisation_share([True, False, False, True])
    50.0
    """
    return float(100 * numbers(personalised, "personalised", low=0, high=1).mean())


@metric(
    unit="yuan",
    better="lower",
    zh="单次接触成本",
    source="Kaplan & Narayanan, Journal of Cost Management 15(5), 2001",
    range=(0, None),
    example={"costs": [12.0, 80.0, None, 4.0]},
)
def cost_per_contact(costs: IntoColumn) -> float:
    """Mean cost of a contact in yuan, 0 or more.

    Args:
        costs: cost of each contact in yuan, shape (n,).

    Raises:
        EmptyInput: nothing is left after missing values are dropped.
        OutOfRange: a cost is negative.

    >>> cost_per_contact([12, 80, 4])
    32.0
    """
    return float(numbers(costs, "costs", low=0).mean())


@metric(
    unit="hours",
    better="lower",
    zh="监测滞后（中位数）",
    en="Monitoring lag (median)",
    source="ISO/IEC 25012:2008, currentness",
    range=(0, None),
    example={
        "frame": {
            "posted_at": [datetime(2025, 4, 1, 8), datetime(2025, 4, 1, 9), None],
            "collected_at": [datetime(2025, 4, 4, 8), datetime(2025, 4, 2, 9), datetime(2025, 4, 2, 9)],
        }
    },
)
def monitoring_lag(frame: IntoFrame, start: str = "posted_at", end: str = "collected_at") -> float:
    """Median hours between something that happened and our knowing it, 0 or more.

    Args:
        frame: one row an event; rows without both times are left out.
        start: column with the time at which it happened.
        end: column with the time at which we had it.

    Raises:
        EmptyInput: no row has both times.
        OutOfRange: something was known before it happened.
        InputError: a column holds no times, or only one of the two has a time zone.

    >>> import pandas as pd
    >>> times = pd.to_datetime(["2025-04-01 08:00", "2025-04-04 08:00"])
    >>> monitoring_lag(pd.DataFrame({"posted_at": times[:1], "collected_at": times[1:]}))
    72.0
    """
    return float(np.median(numbers(between(*moments(frame, start, end)), f"{end} − {start}")))
