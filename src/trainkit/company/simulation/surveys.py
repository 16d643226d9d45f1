"""Who is asked, who answers, and what (F11, F16, F17).

- F16. In each customer type an exact, higher share is satisfied in 2025 than in 2024. In 2025 the survey
  moved into the app, so consumers, who are the least satisfied, make up most of the answers: overall
  satisfaction falls.
- F17. One region gives few answers in 2025. Its NPS is visibly lower than elsewhere, but the difference is
  smaller than 1.96 of its standard errors. Silence isn't chance: consumers, customers with a recent complaint
  and those about to leave answer less.
- F11. Loyal customers (see the schema) are satisfied with after-sales service, active ones are not: exact
  shares in the answers of 2025.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.baskets import baskets_of, orders_in_2025
from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import DAYS, NEVER, YEAR_2025, at
from trainkit.company.simulation.comments import comments
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import chosen, split
from trainkit.company.simulation.tickets import COMPLAINT, DAY, tickets_of

__all__ = ["columns"]

#: Invitations a year, by year and type (B2B, B2C, G).
_INVITATIONS = np.array([[2.5, 1.5, 2.6], [1.6, 2.2, 1.9]])
#: First and last day of a year on which invitations go out: answers come within two weeks, in the same year.
_SEASON = (10, 340)
_ANSWERS = 0.31
#: F11: orders in 2025 from which a customer may be loyal; the last 180 days of 2025.
_LOYAL_ORDERS = 4
_ACTIVE_SINCE = DAYS - 180
#: Satisfied with after-sales service in 2024, and in 2025 among those who are neither loyal nor active.
_ELSE = (0.61, 0.60)


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `surveys` in the order of sending."""
    rng = block.rng("surveys")
    customer, sent = _invitations(rng, block)
    answered = _answered(rng, block, customer, sent // DAY)
    delay = np.floor(DAY * np.minimum(rng.exponential(2.2, sent.size) + 0.01, 13.5)).astype(np.int64)
    mood = _mood(rng, block, customer, sent // DAY)
    nps = _nps(rng, block, customer, sent // DAY, answered, mood)
    csat = _csat(rng, block, customer, sent // DAY, answered, mood)
    service = _after_sales(rng, block, customer, sent + delay, answered, nps, mood)
    n = sent.size

    def scale(lowest: int, highest: int, middle: float, missing: float) -> np.ndarray:
        step = (highest - lowest) / 5
        score = np.rint(middle + step * (mood + rng.normal(0, 0.8, n)))
        score = np.clip(score, lowest, highest)
        score[~answered | (rng.random(n) < missing)] = np.nan
        return score

    ces, benefits = scale(1, 7, 4.9, 0.35), scale(1, 10, 6.6, 0.05)
    sacrifices = 11 - scale(1, 10, 5.9, 0.06)
    return {
        "customer": customer,
        "sent_at": at(sent // DAY, sent % DAY),
        "answered_at": at(np.where(answered, (sent + delay) // DAY, NEVER), (sent + delay) % DAY * answered),
        "nps": nps,
        "csat": csat,
        "csat_after_sales": service,
        "ces": ces,
        "benefits": benefits,
        "sacrifices": sacrifices,
        "comment": comments(
            block.rng("comments"), answered, people_of(block).kind[customer] == B2C, nps, csat, service
        ),
    }


def _invitations(rng: np.random.Generator, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Draw who is asked when, in seconds since 2024-01-01; customers that left aren't asked."""
    people, parts = people_of(block), []
    until = np.where(people.core, np.minimum(people.end, DAYS - 1), DAYS - 1)
    for year, first_day in enumerate((0, YEAR_2025)):
        first = np.maximum(people.signup + 30, first_day + _SEASON[0])
        span = np.maximum(np.minimum(until, first_day + _SEASON[1]) + 1 - first, 0)
        expected = _INVITATIONS[year, people.kind] * span / (_SEASON[1] - _SEASON[0])
        who = np.repeat(np.arange(people.kind.size), np.floor(expected + rng.random(span.size)).astype(int))
        day = first[who] + np.floor(rng.random(who.size) * span[who]).astype(np.int64)
        parts.append((who, day * DAY + rng.integers(9 * 3600, 18 * 3600, who.size)))
    customer, sent = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((customer, sent))
    return customer[order], sent[order]


def _complained(block: Block, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether the customer opened a complaint in the 90 days before."""
    tickets = tickets_of(block)
    is_complaint = tickets["kind"] == COMPLAINT
    opened = np.sort(tickets["customer"][is_complaint] * 4 * DAYS + tickets["opened"][is_complaint] // DAY)
    code = customer * 4 * DAYS + day
    return np.searchsorted(opened, code) > np.searchsorted(opened, code - 90)


def _leaving(block: Block, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether the contract ends within half a year."""
    return people_of(block).end[customer] - day < 183


def _answered(rng: np.random.Generator, block: Block, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Choose who answers: exact numbers for each year and type, and for the thin region in 2025."""
    people, levels = people_of(block), block.levels
    willing = np.where(_complained(block, customer, day), 0.5, 1) * np.where(
        _leaving(block, customer, day), 0.45, 1
    )
    late = day >= YEAR_2025
    thin = late & (people.region[customer] == levels.thin.region)
    answered = np.zeros(day.size, dtype=bool)
    few = chosen(rng, willing * thin, _thin_verdicts(block).size)
    answered[few] = True
    for year in (0, 1):
        asked = late == bool(year)
        total = round(_ANSWERS * asked.sum())
        for kind, count in enumerate(split(total, levels.satisfaction.mix[year])):
            group = asked & (people.kind[customer] == kind)
            more = count - int((group & answered).sum())
            answered[chosen(rng, willing * (group & ~thin), more)] = True
    return answered


def _thin_verdicts(block: Block) -> np.ndarray:
    """Return this block's part of the thin region's verdicts: few in all, however large the company is."""
    verdicts = block.levels.thin.verdicts
    first, after = (verdicts.size * index // block.total for index in (block.index, block.index + 1))
    return verdicts[first:after]


def _mood(rng: np.random.Generator, block: Block, customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """How well disposed the customer is at that moment, about standard normal."""
    people = people_of(block)
    mood = 0.75 * people.devoted - 0.3 + np.array([0.25, -0.25, 0.2])[people.kind]
    mood = mood[customer] - 0.7 * _complained(block, customer, day) - 0.6 * _leaving(block, customer, day)
    return mood + rng.normal(0, 0.75, day.size)


def _top(mood: np.ndarray, rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Split rows into the `count` best disposed and the others."""
    order = rows[np.argsort(-mood[rows], kind="stable")]
    return order[:count], order[count:]


def _grades(rng: np.random.Generator, scores: np.ndarray, rows: np.ndarray, grades: dict[int, float]) -> None:
    """Give rows, best first, the grades with these shares; blur the order a little."""
    if rows.size:
        blurred = np.arange(rows.size) + rng.normal(0, 0.15 * rows.size, rows.size)
        position = np.argsort(blurred, kind="stable")
        values = np.repeat(list(grades), split(rows.size, np.array(list(grades.values()))))
        scores[rows[position]] = values


def _nps(
    rng: np.random.Generator,
    block: Block,
    customer: np.ndarray,
    day: np.ndarray,
    answered: np.ndarray,
    mood: np.ndarray,
) -> np.ndarray:
    """Answer the recommend question: exact shares a year, exact counts in the thin region."""
    scores = np.full(day.size, np.nan)
    late = day >= YEAR_2025
    thin = late & answered & (people_of(block).region[customer] == block.levels.thin.region)
    given = answered & (thin | (rng.random(day.size) > 0.04))
    verdicts = _thin_verdicts(block)
    groups = [(thin, int((verdicts == 1).sum()), int((verdicts == -1).sum()))]
    for year in (0, 1):
        rows = given & ~thin & (late == bool(year))
        promoters, detractors = np.rint(block.levels.satisfaction.nps[year] * rows.sum()).astype(int)
        groups.append((rows, int(promoters), int(detractors)))
    for group, promoters, detractors in groups:
        rows = np.flatnonzero(group)
        best, others = _top(mood, rows, promoters)
        middle, worst = others[: others.size - detractors], others[others.size - detractors :]
        _grades(rng, scores, best, {10: 0.55, 9: 0.45})
        _grades(rng, scores, middle, {8: 0.58, 7: 0.42})
        _grades(rng, scores, worst, {6: 0.34, 5: 0.24, 4: 0.14, 3: 0.11, 2: 0.07, 1: 0.04, 0: 0.06})
    return scores


def _csat(
    rng: np.random.Generator,
    block: Block,
    customer: np.ndarray,
    day: np.ndarray,
    answered: np.ndarray,
    mood: np.ndarray,
) -> np.ndarray:
    """Answer the overall question: exactly the planned share of 4 and 5 in each type and year."""
    scores = np.full(day.size, np.nan)
    given = answered & (rng.random(day.size) > 0.03)
    blurred = mood + rng.normal(0, 0.6, day.size)
    for year in (0, 1):
        for kind, share in enumerate(block.levels.satisfaction.csat[year]):
            rows = given & ((day >= YEAR_2025) == bool(year)) & (people_of(block).kind[customer] == kind)
            _boxes(rng, scores, blurred, np.flatnonzero(rows), share)
    return scores


def _boxes(
    rng: np.random.Generator, scores: np.ndarray, mood: np.ndarray, rows: np.ndarray, share: float
) -> None:
    """Give exactly this share of the rows a 4 or 5, the others 1 to 3."""
    best, others = _top(mood, rows, round(share * rows.size))
    _grades(rng, scores, best, {5: 0.46, 4: 0.54})
    _grades(rng, scores, others, {3: 0.60, 2: 0.26, 1: 0.14})


def _after_sales(
    rng: np.random.Generator,
    block: Block,
    customer: np.ndarray,
    answered_at: np.ndarray,
    answered: np.ndarray,
    nps: np.ndarray,
    mood: np.ndarray,
) -> np.ndarray:
    """Answer the after-sales question: exact shares among the loyal, the active and the others of 2025."""
    scores = np.full(nps.size, np.nan)
    given = answered & (rng.random(nps.size) > 0.22)
    late = answered_at >= YEAR_2025 * DAY
    loyal, active = _standing(block, customer, answered_at, nps)
    blurred = mood + rng.normal(0, 0.5, nps.size)
    groups = (
        (late & loyal[customer], block.levels.after_sales[0]),
        (late & active[customer], block.levels.after_sales[1]),
        (late & ~loyal[customer] & ~active[customer], _ELSE[1]),
        (~late, _ELSE[0]),
    )
    for group, share in groups:
        _boxes(rng, scores, blurred, np.flatnonzero(given & group), share)
    return scores


def _standing(
    block: Block, customer: np.ndarray, answered_at: np.ndarray, nps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Who is loyal and who is active at the end of 2025, by the schema's rule; shape (n,) each."""
    rows = np.flatnonzero(~np.isnan(nps) & (answered_at >= YEAR_2025 * DAY))
    rows = rows[np.argsort(answered_at[rows], kind="stable")]
    latest = np.full(block.size, -1.0)
    # Later answers overwrite earlier ones.
    latest[customer[rows]] = nps[rows]
    loyal = (orders_in_2025(block) >= _LOYAL_ORDERS) & (latest >= 9)
    baskets = baskets_of(block)
    recent = np.bincount(baskets.customer[baskets.day >= _ACTIVE_SINCE], minlength=block.size) > 0
    return loyal, recent & ~loyal
