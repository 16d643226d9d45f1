"""Charts: a frame in, an Altair chart out.

Titles state the finding, axis titles and units come from the registry of metrics, each chart has an alt text
in the reader's language. Charts draw aggregated data and stay readable on a screen 400 pixels wide.
"""

from __future__ import annotations

from trainkit.charts.curves import calibration_curve, cumulative_curve, scatter, survival_curve
from trainkit.charts.grids import heatmap
from trainkit.charts.groups import bars, by_group, slope
from trainkit.charts.scores import score_distribution, stacked_shares
from trainkit.charts.series import forecast, marked_series, over_time
from trainkit.charts.stages import diverging_bars, funnel, pareto

__all__ = [
    "bars",
    "by_group",
    "calibration_curve",
    "cumulative_curve",
    "diverging_bars",
    "forecast",
    "funnel",
    "heatmap",
    "marked_series",
    "over_time",
    "pareto",
    "scatter",
    "score_distribution",
    "slope",
    "stacked_shares",
    "survival_curve",
]
