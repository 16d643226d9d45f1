"""Funnel: how many prospects come through each stage of a sale, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from trainkit.errors import EmptyInput, InputError, OutOfRange
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, collect, lazy, like
from trainkit.metrics.missing import known
from trainkit.metrics.rates import fraction
from trainkit.metrics.registry import metric

__all__ = ["conversion_rate", "sales_velocity", "stage_conversion"]

_FARRIS = "Farris et al., Marketing Metrics"


@metric(
    unit="percent",
    better="higher",
    zh="转化率",
    source=_FARRIS,
    range=(0, 100),
    example={"converted": 1908, "entered": 12330},
)
def conversion_rate(converted: float, entered: float) -> float:
    """Share of those who entered that converted in %, from 0 to 100.

    Of one cohort: today's deals against today's leads compare different people where a sale takes months.

    Args:
        converted: how many of them converted.
        entered: how many entered, above 0.

    Raises:
        EmptyInput: nobody entered.
        OutOfRange: more converted than entered.

    >>> conversion_rate(30, 120)
    25.0
    """
    if entered <= 0:
        raise EmptyInput(_("Nobody entered: there is no conversion rate."))
    if not 0 <= converted <= entered:
        message = _("`converted` must lie from 0 to {entered:g}. Got {converted:g}.")
        raise OutOfRange(message.format(entered=entered, converted=converted))
    return 100 * converted / entered


@metric(
    unit="table",
    better="higher",
    zh="漏斗各阶段转化",
    source=_FARRIS,
    range=(0, 100),
    example={
        "frame": {
            "deal": [1, 1, 1, 2, 2, 3, None],
            "stage": ["lead", "offer", "won", "lead", "offer", "lead", "lead"],
        },
        "stages": ["lead", "offer", "won"],
        "case": "deal",
    },
)
def stage_conversion(
    frame: IntoFrame, stages: Sequence[str], case: str = "opportunity_id", stage: str = "stage"
) -> Any:
    """How many cases reached each stage, and the step and overall conversion in %, as a table.

    Whoever reached a stage has passed all before it, even where the history skips one. Step rates multiply to
    the overall rate; overall rates must not be multiplied.

    Args:
        frame: one row a case and stage reached; rows with a missing value are left out.
        stages: the stages from first to last.
        case: column with the case's id.
        stage: column with the stage.

    Returns:
        Columns `stage`, `reached` (cases), `step_rate` (% of the stage before; missing for the first and
        after an empty stage), `overall_rate` (% of the first stage), in the order of `stages`.

    Raises:
        EmptyInput: no case reached any stage.
        InputError: a stage in the data isn't in `stages`.

    >>> import pandas as pd
    >>> history = pd.DataFrame({"deal": [1, 1, 2, 3, 4], "stage": ["lead", "won", "lead", "lead", "lead"]})
    >>> stage_conversion(history, ["lead", "won"], case="deal")["overall_rate"].tolist()
    [100.0, 25.0]
    """
    rows = known(lazy(frame, case, stage), case, stage)
    pairs = collect(rows.select(case, stage).unique([case, stage]))
    if pairs.is_empty():
        raise EmptyInput(_("No case reached any stage."))
    place = {name: i for i, name in enumerate(stages)}
    furthest: dict[Any, int] = {}
    for key, name in zip(pairs[case].to_list(), pairs[stage].to_list(), strict=True):
        if name not in place:
            message = _("There is no stage `{name}` in {stages}.")
            raise InputError(message.format(name=name, stages=", ".join(stages)))
        furthest[key] = max(furthest.get(key, 0), place[name])
    reached = [sum(f >= i for f in furthest.values()) for i in range(len(stages))]
    steps = [100 * b / a if a else None for a, b in pairwise(reached)]
    overall = [100 * n / reached[0] for n in reached]
    return like(
        {"stage": list(stages), "reached": reached, "step_rate": [None, *steps], "overall_rate": overall},
        pairs,
    )


@metric(
    unit="yuan",
    better="higher",
    zh="销售速度（每日）",
    en="Sales velocity (a day)",
    source="Sales practice; " + _FARRIS,
    range=(0, None),
    example={"opportunities": 120, "win_rate": 0.25, "mean_amount": 40_000.0, "cycle_days": 60.0},
)
def sales_velocity(opportunities: float, win_rate: float, mean_amount: float, cycle_days: float) -> float:
    """Revenue that the pipeline brings a day in yuan, 0 or more: opportunities × win rate × amount / days.

    Args:
        opportunities: open opportunities, 0 or more.
        win_rate: share of opportunities that are won, as a fraction.
        mean_amount: mean amount of a won opportunity in yuan, 0 or more.
        cycle_days: mean days from first contact to signature, above 0.

    Raises:
        OutOfRange: an argument lies outside of its range.

    >>> sales_velocity(120, win_rate=0.25, mean_amount=40_000, cycle_days=60)
    20000.0
    """
    if min(opportunities, mean_amount) < 0 or cycle_days <= 0:
        raise OutOfRange(_("Opportunities and amounts are 0 or more, `cycle_days` is above 0."))
    return opportunities * fraction(win_rate, "win_rate") * mean_amount / cycle_days
