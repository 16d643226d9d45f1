"""Charts: a frame in, an Altair chart out.

Titles state the finding, axis titles and units come from the registry of metrics, each chart has an alt text
in the reader's language. Charts draw aggregated data and stay readable on a screen 400 pixels wide.
"""

from __future__ import annotations

from trainkit.charts.groups import bars, by_group, slope
from trainkit.charts.scores import score_distribution, stacked_shares
from trainkit.charts.series import over_time

__all__ = ["bars", "by_group", "over_time", "score_distribution", "slope", "stacked_shares"]
