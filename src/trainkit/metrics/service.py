"""Service: how fast and how well requests and complaints are settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.days import as_day, days, with_days
from trainkit.metrics.frames import IntoFrame, collect, eager, lazy, like, numbers
from trainkit.metrics.ids import spelled
from trainkit.metrics.missing import known, listed
from trainkit.metrics.moments import as_moment, between, moments
from trainkit.metrics.registry import metric

__all__ = [
    "abandonment_rate",
    "backlog",
    "first_contact_resolution",
    "first_contact_resolution_of",
    "handling_time",
    "loop_closure_rate",
    "reopen_rate",
    "service_level",
    "service_level_of",
    "sla_attainment",
]

_ICMI = "ICMI; Cleveland, Contact Center Management on Fast Forward, 4th ed. 2019"
_HOUR = np.timedelta64(1, "h")
_TICKETS = {
    "opened_at": [datetime(2025, 3, d, 9) for d in (1, 2, 3, 20, 31)],
    "first_response_at": [
        datetime(2025, 3, 1, 10),
        datetime(2025, 3, 5, 9),
        None,
        datetime(2025, 3, 20, 9, 30),
        None,
    ],
    "resolved_at": [datetime(2025, 3, 3), datetime(2025, 3, 9), None, datetime(2025, 3, 21), None],
    "reopened": [False, True, False, False, False],
}


def _part(part: float, whole: float, name: str) -> float:
    """Return `part` of `whole` in %."""
    if whole <= 0:
        raise EmptyInput(_("There is nothing to take a share of: {whole:g} cases.").format(whole=whole))
    if not 0 <= part <= whole:
        message = _("`{name}` must lie from 0 to {whole:g}. Got {part:g}.")
        raise OutOfRange(message.format(name=name, whole=whole, part=part))
    return 100 * part / whole


@metric(
    unit="percent",
    better="higher",
    zh="首次接触解决率",
    en="First contact resolution (FCR)",
    source=_ICMI,
    range=(0, 100),
    example={"solved": 620, "issues": 800, "out_of_scope": 50},
)
def first_contact_resolution(solved: float, issues: float, out_of_scope: float = 0) -> float:
    """Share of issues solved in the first contact in %, from 0 to 100.

    With `out_of_scope` it is the net rate, without issues that the first line can't solve. Count issues, not
    contacts, and name the window within which a second contact on the same issue undoes the first (often 7
    days).

    Args:
        solved: issues solved in the first contact.
        issues: all issues.
        out_of_scope: of them, issues that the first line can't solve.

    Raises:
        EmptyInput: there is no issue.
        OutOfRange: more were solved than there are.

    >>> first_contact_resolution(620, 800), round(first_contact_resolution(620, 800, out_of_scope=50), 2)
    (77.5, 82.67)
    """
    return _part(solved, issues - out_of_scope, "solved")


@metric(
    unit="percent",
    better="higher",
    zh="首次接触解决率（按联络记录）",
    en="First contact resolution (from contacts)",
    source=_ICMI,
    range=(0, 100),
    example={
        "frame": {
            "issue": ["a", "b", "a", "c", "d", None],
            "at": [datetime(2025, 3, d) for d in (1, 1, 4, 2, 3, 5)],
        },
        "issue": "issue",
        "when": "at",
    },
)
def first_contact_resolution_of(frame: IntoFrame, issue: str, when: str, window: int = 7) -> float:
    """Share of issues without a second contact within so many days of the first in %, from 0 to 100.

    An issue that came back after the window counts as solved, and so does one whose first contact is younger
    than the window: leave those out first.

    Args:
        frame: one row a contact; rows without an issue or a time are left out.
        issue: column with the issue.
        when: column with the time of the contact.
        window: days after the first contact within which another one undoes it, 0 or more.

    Raises:
        EmptyInput: there is no contact.
        InputError: the times are none (see the day rule).
        OutOfRange: `window` is negative.

    >>> import pandas as pd
    >>> contacts = pd.DataFrame({"issue": ["a", "a", "b"], "at": ["2025-03-01", "2025-03-04", "2025-03-02"]})
    >>> first_contact_resolution_of(contacts, "issue", "at")
    50.0
    """
    if window < 0:
        raise OutOfRange(_("`window` must be 0 or more days. Got {n}.").format(n=window))
    rows = collect(known(with_days(lazy(frame, issue, when), when), issue, when))
    if rows.is_empty():
        raise EmptyInput(_("There is no contact with an issue and a time."))
    names = [spelled(value) for value in rows[issue].to_list()]
    _issues, place = np.unique(names, return_inverse=True)
    day = days(rows[when])
    first = np.full(place.max() + 1, day.max())
    np.minimum.at(first, place, day)
    soon = day - first[place] <= np.timedelta64(window, "D")
    contacts = np.bincount(place[soon])
    return _part(float((contacts == 1).sum()), float(contacts.size), "solved")


@metric(
    unit="percent",
    better="lower",
    zh="工单重开率",
    source=_ICMI,
    range=(0, 100),
    missing="counted",
    example={"tickets": _TICKETS},
)
def reopen_rate(tickets: IntoFrame, resolved: str = "resolved_at", reopened: str = "reopened") -> float:
    """Share of resolved tickets that were opened again in %, from 0 to 100.

    Args:
        tickets: one row a ticket; those never resolved are left out.
        resolved: column with the time of the solution, missing without one.
        reopened: column that is true or 1 if the ticket was opened again.

    Raises:
        EmptyInput: no ticket was resolved.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-02", "2025-01-03", None])
    >>> reopen_rate(pd.DataFrame({"resolved_at": days, "reopened": [True, False, False]}))
    50.0
    """
    rows = eager(tickets, resolved, reopened)
    done = np.array([value is not None for value in listed(rows[resolved])])
    again = numbers(rows[reopened], reopened, low=0, high=1, keep_missing=True)[done]
    return _part(float(np.nansum(again)), again.size, reopened)


@metric(
    unit="percent",
    better="higher",
    zh="服务水平协议达成率",
    en="SLA attainment",
    source="ITIL 4; ISO/IEC 20000-1:2018",
    range=(0, 100),
    missing="counted",
    example={"tickets": _TICKETS, "target_hours": 24.0, "as_of": datetime(2025, 4, 1)},
)
def sla_attainment(
    tickets: IntoFrame,
    target_hours: float,
    as_of: datetime | str,
    start: str = "opened_at",
    end: str = "first_response_at",
) -> float:
    """Share of tickets that met their target among those whose target has fallen due, in %, from 0 to 100.

    A ticket that is still open and overdue is a breach. One that is open and not yet due counts nowhere,
    unless it has been met already. Clock hours; for business hours give columns that hold them.

    Args:
        tickets: one row a ticket; those without a start are left out.
        target_hours: hours allowed from start to end, above 0.
        as_of: the moment of the report, a time or ISO text; without a time zone it is meant in the column's.
        start: column with the time of opening.
        end: column with the time of the answer or solution, missing without one.

    Raises:
        EmptyInput: no target has fallen due.
        OutOfRange: `target_hours` isn't above 0, or a ticket was answered before it was opened.
        InputError: a column or `as_of` is no time, or only some of the three have a time zone.

    >>> import pandas as pd
    >>> tickets = pd.DataFrame({"opened_at": pd.to_datetime(["2025-01-01", "2025-01-01"]),
    ...                         "first_response_at": pd.to_datetime(["2025-01-01 05:00", None])})
    >>> sla_attainment(tickets, target_hours=8, as_of=pd.Timestamp("2025-01-03"))
    50.0
    """
    if target_hours <= 0:
        raise OutOfRange(_("`target_hours` must be above 0. Got {hours:g}.").format(hours=target_hours))
    began, ended = moments(tickets, start, end)
    now, opened = as_moment(as_of, "as_of", began), began.at
    known = ~np.isnat(opened) & (opened <= now)
    # An answer that came after the report's moment isn't known in it.
    met = known & (ended.at <= now) & (between(began, ended) <= target_hours)
    due = known & ((now - opened) / _HOUR > target_hours)
    return _part(int(met.sum()), int((met | due).sum()), "met")


@metric(
    unit="percent",
    better="higher",
    zh="接通服务水平",
    source=_ICMI,
    range=(0, 100),
    example={"answered_in_time": 840, "offered": 1000},
)
def service_level(answered_in_time: float, offered: float, abandoned_early: float = 0) -> float:
    """Share of offered contacts answered within the target time in %, from 0 to 100.

    Contacts abandoned before the target count as missed. With `abandoned_early` they are left out: another of
    the four published variants. Say which one is used.

    Args:
        answered_in_time: contacts answered within the target.
        offered: all contacts offered, abandoned ones included.
        abandoned_early: contacts abandoned within the target, to be left out of the denominator.

    Raises:
        EmptyInput: no contact was offered.
        OutOfRange: more were answered than offered.

    >>> service_level(840, 1000)
    84.0
    """
    return _part(answered_in_time, offered - abandoned_early, "answered_in_time")


@metric(
    unit="percent",
    better="higher",
    zh="服务水平（按联络记录）",
    en="Service level (from contacts)",
    source=_ICMI,
    range=(0, 100),
    missing="counted",
    example={"frame": {"wait": [0.5, 3.0, None, 1.0, 2.0]}, "wait": "wait", "target": 2.0},
)
def service_level_of(frame: IntoFrame, wait: str, target: float) -> float:
    """Share of offered contacts answered within the target time in %, from 0 to 100.

    A contact without a waiting time was never answered: it was offered, and counts as missed.

    Args:
        frame: one row a contact that was offered.
        wait: column with the time until it was answered; missing where it wasn't.
        target: the longest time that is in time, in the unit of `wait`, 0 or more.

    Raises:
        EmptyInput: no contact was offered.
        OutOfRange: a time or the target is negative.

    >>> import pandas as pd
    >>> service_level_of(pd.DataFrame({"minutes": [1, 3, None, 2]}), "minutes", target=2)
    50.0
    """
    if target < 0:
        raise OutOfRange(_("`target` must be 0 or more. Got {value:g}.").format(value=target))
    rows = eager(frame, wait)
    if rows.is_empty():
        raise EmptyInput(_("There is nothing to take a share of: {whole:g} cases.").format(whole=0))
    waited = numbers(rows[wait], wait, low=0, keep_missing=True)
    return _part(float((waited <= target).sum()), float(waited.size), "answered_in_time")


@metric(
    unit="percent",
    better="lower",
    zh="放弃率",
    source=_ICMI,
    range=(0, 100),
    example={"abandoned": 70, "offered": 1000},
)
def abandonment_rate(abandoned: float, offered: float) -> float:
    """Share of offered contacts that were given up before an answer in %, from 0 to 100.

    Args:
        abandoned: contacts given up.
        offered: all contacts offered, answered and abandoned.

    Raises:
        EmptyInput: no contact was offered.
        OutOfRange: more were abandoned than offered.

    >>> abandonment_rate(70, 1000)
    7.0
    """
    return _part(abandoned, offered, "abandoned")


@metric(
    unit="minutes",
    better="neither",
    zh="平均处理时长",
    en="Average handling time (AHT)",
    source=_ICMI,
    range=(0, None),
    example={"talk": 4000.0, "hold": 500.0, "after_work": 1500.0, "contacts": 1000},
)
def handling_time(talk: float, hold: float, after_work: float, contacts: float) -> float:
    """Mean minutes that a contact takes, 0 or more: talk, hold and work after it.

    No quality target: it falls when problems stay unsolved.

    Args:
        talk: minutes of talk in the period.
        hold: minutes on hold.
        after_work: minutes of work after the contacts.
        contacts: contacts handled.

    Raises:
        EmptyInput: no contact was handled.
        OutOfRange: a time is negative.

    >>> handling_time(talk=4000, hold=500, after_work=1500, contacts=1000)
    6.0
    """
    if contacts <= 0:
        raise EmptyInput(_("No contact was handled."))
    if min(talk, hold, after_work) < 0:
        raise OutOfRange(_("Times must be 0 or more."))
    return (talk + hold + after_work) / contacts


@metric(
    unit="percent",
    better="higher",
    zh="闭环率",
    source="Markey, Reichheld & Dullweber, HBR, Dec 2009",
    range=(0, 100),
    example={"contacted_in_time": 90, "requiring": 120},
)
def loop_closure_rate(contacted_in_time: float, requiring: float) -> float:
    """Share of cases in need of it whose customer was contacted within the target, in %, from 0 to 100.

    A closed ticket is no closed loop: the customer must have been spoken to.

    Args:
        contacted_in_time: cases with a contact within the target.
        requiring: all cases that require one.

    Raises:
        EmptyInput: no case requires a contact.
        OutOfRange: more were contacted than required.

    >>> loop_closure_rate(90, 120)
    75.0
    """
    return _part(contacted_in_time, requiring, "contacted_in_time")


@metric(
    unit="table",
    better="lower",
    zh="积压工单",
    source=_ICMI,
    range=(0, None),
    missing="counted",
    example={"tickets": _TICKETS, "at": [date(2025, 3, 4), date(2025, 3, 31)]},
)
def backlog(
    tickets: IntoFrame, at: Sequence[date | str], start: str = "opened_at", end: str = "resolved_at"
) -> Any:
    """Number of tickets open at the end of each given day, 0 or more, as a table.

    Args:
        tickets: one row a ticket; those without a start are left out.
        at: the days, dates or ISO text.
        start: column with the time of opening.
        end: column with the time of the solution, missing without one.

    Returns:
        Columns `day` (as 2025-03-31), `backlog` (open tickets), in the order of `at`.

    Raises:
        EmptyInput: there is no ticket.

    >>> import pandas as pd
    >>> tickets = pd.DataFrame({"opened_at": pd.to_datetime(["2025-01-01", "2025-01-05"]),
    ...                         "resolved_at": pd.to_datetime(["2025-01-03", None])})
    >>> backlog(tickets, at=[pd.Timestamp("2025-01-02"), pd.Timestamp("2025-01-06")])["backlog"].tolist()
    [1, 1]
    """
    rows = collect(with_days(lazy(tickets, start, end).select(*dict.fromkeys([start, end])), start, end))
    if rows.is_empty():
        raise EmptyInput(_("The frame has no rows."))
    opened, closed = days(rows[start]), days(rows[end])
    ends = [np.datetime64(as_day(day, "at"), "D") for day in at]
    still = [int(((opened <= day) & ~(closed <= day)).sum()) for day in ends]
    return like({"day": [str(day) for day in ends], "backlog": still}, rows)
