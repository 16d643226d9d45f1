"""Whether a chart is drawn depends on whether anybody looks."""

from __future__ import annotations

import altair as alt
import pandas as pd
import pytest

from trainkit.charts import theme


@pytest.mark.parametrize(
    ("draw", "kinds"), [(True, {"image/svg+xml", "text/plain"}), (False, {"text/plain"})]
)
def test_a_chart_is_described_and_drawn_only_where_it_is_seen(draw: bool, kinds: set):
    with alt.renderers.enable("default"):
        theme.enable(draw=draw)
        chart = alt.Chart(pd.DataFrame({"a": [1]}), description="One bar").mark_bar().encode(x="a")
        shown = alt.renderers.get()(chart.to_dict())
    assert set(shown) == kinds
    assert shown["text/plain"] == "One bar"
