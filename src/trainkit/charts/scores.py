"""Charts of survey answers: how they spread, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from trainkit.charts import parts, theme
from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.frames import IntoColumn, IntoFrame, tally
from trainkit.metrics.satisfaction import DETRACTOR, PROMOTER, nps, nps_shares

__all__ = ["score_distribution", "stacked_shares"]


def score_distribution(
    scores: IntoColumn, *, title: str | None = None, description: str | None = None
) -> alt.LayerChart:
    """Draw how answers 0–10 spread, coloured by detractor, passive and promoter.

    Args:
        scores: answers 0–10, one a survey; missing ones are left out.
        title: the finding; without it the NPS is stated.
        description: the alt text; without it one is written from the numbers.

    Raises:
        EmptyInput: there is no answer.
    """
    levels, counts = tally(scores, "scores", low=0, high=10)
    found = dict(zip(levels.astype(int).tolist(), counts.tolist(), strict=True))
    total = int(counts.sum())
    names = [_("Detractors (0–6)"), _("Passives (7–8)"), _("Promoters (9–10)")]

    def kind(level: int) -> str:
        return names[0] if level <= DETRACTOR else names[2] if level >= PROMOTER else names[1]

    values = [{"score": s, "share": 100 * found.get(s, 0) / total, "kind": kind(s)} for s in range(11)]
    shares, score = nps_shares(scores), parts.number(nps(scores))
    words = {
        "nps": score,
        "n": f"{total:,}",
        "promoters": parts.number(shares.promoters),
        "passives": parts.number(shares.passives),
        "detractors": parts.number(shares.detractors),
    }
    finding = title or _("NPS {nps}: {promoters} % promoters against {detractors} % detractors").format(
        **words
    )
    told = description or _(
        "Bar chart of {n} answers from 0 to 10. Promoters {promoters} %, passives {passives} %, "
        "detractors {detractors} %: the NPS is {nps} points."
    ).format(**words)
    base = alt.Chart(parts.data(values), title=parts.title(finding), description=told)
    x = alt.X("score:O", title=_("Answer: how likely to recommend (0–10)"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title=_("Share of answers (%)"))
    scale = alt.Scale(domain=names, range=[theme.BAD, theme.MUTED, theme.GOOD])
    colour = alt.Color("kind:N", scale=scale, title=None)
    tooltip = [alt.Tooltip("score:O", title=_("Answer")), alt.Tooltip("share:Q", format=".1f", title="%")]
    bars = base.mark_bar().encode(x, y, colour, tooltip=tooltip)
    text = base.mark_text(dy=-7, fontSize=11).encode(x, y, alt.Text("share:Q", format=".0f"))
    return (bars + text).properties(width=theme.WIDTH, height=theme.HEIGHT)


def stacked_shares(
    table: IntoFrame,
    group: str,
    part: str,
    count: str = "n",
    *,
    title: str,
    order: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    labels: Mapping[Any, str] | None = None,
    group_labels: Mapping[Any, str] | None = None,
    description: str | None = None,
) -> alt.LayerChart:
    """Draw what each group is made of: bars of 100 %, split into parts, each with its share.

    Args:
        table: one row a group and part, with a count.
        group: column with the group, one bar each.
        part: column with the part.
        count: column with the number of cases.
        title: the finding.
        order: the parts from left to right; by default in order of appearance.
        colours: one colour a part, in the same order.
        labels: words for the parts; by default the schema's words for the codes.
        group_labels: words for the groups; by default the schema's words for the codes.
        description: the alt text; without it one is written from the numbers.

    Raises:
        EmptyInput: a group has no case at all, or there is no row.
    """
    values = parts.rows(table, group, part, count)
    sequence = list(order) if order else list(dict.fromkeys(row[part] for row in values))
    known = parts.code_labels(part, labels)
    domain = [str(known.get(p, p)) for p in sequence]
    totals: dict[Any, float] = {}
    for row in values:
        totals[row[group]] = totals.get(row[group], 0) + row[count]
    if not all(totals.values()):
        raise EmptyInput(_("A group without a case has no shares."))
    values.sort(key=lambda row: (str(row[group]), sequence.index(row[part])))
    _add_shares(values, group, count, totals)
    for row in values:
        row["_part"] = str(known.get(row[part], row[part]))
    parts.words(values, group, group_labels)
    told = description or _("Stacked bars. {content}").format(content=_told(values, group))
    base = alt.Chart(parts.data(values), title=parts.title(title), description=told)
    y = alt.Y(f"{group}:N", title=None, sort=None)
    scale = alt.Scale(domain=domain, range=list(colours or theme.PALETTE)[: len(domain)])
    bars = base.mark_bar(stroke="white").encode(
        y,
        alt.X("_from:Q", title=_("Share (%)"), scale=alt.Scale(domain=[0, 100])),
        alt.X2("_to:Q"),
        alt.Color("_part:N", scale=scale, title=None),
        tooltip=[f"{group}:N", "_part:N", alt.Tooltip("_share:Q", format=".1f", title="%")],
    )
    # A share that doesn't fit into its piece is left to the tooltip.
    text = base.mark_text(color="white", fontWeight="bold").encode(
        y, alt.X("_middle:Q"), alt.Text("_share:Q", format=".0f")
    )
    return (bars + text.transform_filter("datum._share >= 8")).properties(
        width=parts.beside(values, group), height=alt.Step(38)
    )


def _add_shares(values: list[dict[str, Any]], group: str, count: str, totals: dict[Any, float]) -> None:
    """Add each piece's share and its place in the bar, in place."""
    ends: dict[Any, float] = {}
    for row in values:
        start = ends.get(row[group], 0.0)
        share = 100 * row[count] / totals[row[group]]
        ends[row[group]] = start + share
        row.update(_share=share, _from=start, _to=start + share, _middle=start + share / 2)


def _told(values: list[dict[str, Any]], group: str) -> str:
    told: dict[str, list[str]] = {}
    for row in values:
        told.setdefault(row[group], []).append(f"{row['_part']} {parts.number(row['_share'])} %")
    return "; ".join(f"{name}: {', '.join(pieces)}" for name, pieces in told.items()) + "."
