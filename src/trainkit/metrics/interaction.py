"""Interaction: how Lantai and its customers meet, and how well problems are solved."""

from __future__ import annotations

from trainkit.errors import EmptyInput, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.registry import metric

__all__ = ["complaint_rate"]


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
    if exposure <= 0:
        raise EmptyInput(_("A rate needs an exposure above 0. Got {exposure:g}.").format(exposure=exposure))
    if complaints < 0:
        raise OutOfRange(_("`complaints` must be 0 or more. Got {count:g}.").format(count=complaints))
    return 100 * complaints / exposure
