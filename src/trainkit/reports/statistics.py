"""What a class's results say about the questions: difficulty, discrimination, reliability, fairness.

Everything here is pure: points in, numbers out. Rows are trainees, columns are answers, and a trainee who
gave no answer has 0 points for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose, nan, sqrt
from typing import TYPE_CHECKING

from trainkit.errors import EmptyInput, InputError
from trainkit.i18n import _, ngettext

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "CONFIDENCE",
    "MINIMUM",
    "Interval",
    "Item",
    "Reliability",
    "VariantResult",
    "compare_variants",
    "discrimination",
    "feldt_interval",
    "item_analysis",
    "mean_interval",
    "reliability",
]

#: With fewer trainees a statistic says more about who came than about the questions.
MINIMUM = 10

#: The confidence of all intervals.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its confidence interval; `nan` where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Item:
    """One question of a test.

    Args:
        name: the answer.
        difficulty: the mean share of its points that was reached, from 0 (nobody) to 1 (everybody); the
            higher, the easier.
        discrimination: how well it tells those who do well in the rest from those who don't, from −1 to 1:
            the correlation of the item with the total without it; `nan` where all did the same.
    """

    name: str
    difficulty: float
    discrimination: float


@dataclass(frozen=True)
class Reliability:
    """How far a test's questions measure one thing.

    Args:
        interval: Cronbach's α with its interval; at most 1.
        name: `KR-20` when all answers were all or nothing for the same points, which is the same number, else
            `α`.
        trainees: how many.
        items: how many that not everybody answered alike.
    """

    interval: Interval
    name: str
    trainees: int
    items: int


@dataclass(frozen=True)
class VariantResult:
    """One hidden variant beside the others.

    Args:
        variant: its number.
        mean: the mean share of right answers on it, from 0 to 1, with its interval.
        difference: from the same trainees' mean on the other variants, in shares, with its interval.
    """

    variant: int
    mean: Interval
    difference: Interval

    @property
    def differs(self) -> bool:
        """Whether the variant is harder or easier beyond chance."""
        return self.difference.low > 0 or self.difference.high < 0


def item_analysis(
    points: Sequence[Sequence[float]], most: Sequence[float], names: Sequence[str]
) -> list[Item]:
    """Return difficulty and discrimination of each question.

    Args:
        points: one row a trainee, one column an answer.
        most: the points that each answer can earn, all above 0.
        names: of the answers.

    Raises:
        EmptyInput: there is no trainee.
        InputError: an answer can earn nothing, or a row has another length.

    >>> [(i.name, i.difficulty) for i in item_analysis([[2, 0], [1, 1]], [2, 1], ["nps", "csat"])]
    [('nps', 0.75), ('csat', 0.5)]
    """
    table = _table(points, len(most))
    if any(m <= 0 for m in most):
        raise InputError(_("An answer that earns no points has no difficulty."))
    totals = table.sum(axis=1)
    return [
        Item(name, float(column.mean() / most[i]), discrimination(column, totals - column))
        for i, (name, column) in enumerate(zip(names, table.T, strict=True))
    ]


def discrimination(item: Sequence[float], rest: Sequence[float]) -> float:
    """Return the correlation of one question with the rest of the test, from −1 to 1.

    Args:
        item: its points, one a trainee.
        rest: the points of all other questions together; with the item in it, it would correlate with itself.

    Returns:
        Pearson's correlation; `nan` if all have the same points in one of the two.
    """
    import numpy as np

    x, y = np.asarray(item, float), np.asarray(rest, float)
    if len(x) < 2 or _constant(x) or _constant(y):
        return nan
    return float(np.clip(np.corrcoef(x, y)[0, 1], -1, 1))


def reliability(points: Sequence[Sequence[float]], most: Sequence[float]) -> Reliability:
    """Return Cronbach's α of a test with Feldt's interval.

    Questions in which all have the same points say nothing about the trainees and are left out.

    Args:
        points: one row a trainee, one column an answer.
        most: the points that each answer can earn.

    Raises:
        InputError: fewer than two questions are left, fewer than two trainees, or all have the same total.
    """
    import pandas as pd

    from trainkit.metrics import cronbach_alpha

    table = _table(points, len(most))
    if len(table) < 2:
        raise InputError(_("Reliability needs at least two trainees."))
    kept = [i for i, column in enumerate(table.T) if not _constant(column)]
    if len(kept) < 2:
        raise InputError(_("Reliability needs at least two questions that not everybody answered alike."))
    if _constant(table[:, kept].sum(axis=1)):
        raise InputError(_("Reliability needs totals that differ. All trainees have the same one."))
    names = [str(i) for i in kept]
    alpha = cronbach_alpha(pd.DataFrame(table[:, kept], columns=names), names)
    # Kuder and Richardson's formula knows no weights.
    alike = len({most[i] for i in kept}) == 1
    whole = alike and all(value == 0 or isclose(value, most[i]) for i in kept for value in table[:, i])
    return Reliability(
        feldt_interval(alpha, len(table), len(kept)), "KR-20" if whole else "α", len(table), len(kept)
    )


def feldt_interval(alpha: float, trainees: int, items: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the confidence interval of Cronbach's α by the F distribution.

    Source: Feldt, Psychometrika 30(3), 1965; Feldt, Woodruff & Salih, Applied Psychological Measurement
    11(1), 1987, formulas 6 and 7.

    Args:
        alpha: the estimate, at most 1.
        trainees: how many, at least 2.
        items: how many, at least 2.
        confidence: between 0 and 1.

    Raises:
        InputError: too few trainees or items.

    >>> interval = feldt_interval(0.7734375, trainees=10, items=3)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.336, 0.939)
    """
    from scipy.stats import f

    if trainees < 2 or items < 2:
        raise InputError(_("The interval needs at least two trainees and two questions."))
    freedom = trainees - 1, (trainees - 1) * (items - 1)
    outside = (1 - confidence) / 2
    low, high = (1 - (1 - alpha) * float(f.ppf(q, *freedom)) for q in (1 - outside, outside))
    return Interval(alpha, low, high)


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return a mean with its t interval; `nan` ends with fewer than two values.

    Raises:
        EmptyInput: there are no values.
    """
    import numpy as np
    from scipy.stats import t

    array = np.asarray(values, float)
    if not len(array):
        raise EmptyInput(_("There is nothing to average."))
    mean = float(array.mean())
    if len(array) < 2:
        return Interval(mean, nan, nan)
    reach = float(t.ppf((1 + confidence) / 2, len(array) - 1)) * float(array.std(ddof=1)) / sqrt(len(array))
    return Interval(mean, mean - reach, mean + reach)


def compare_variants(shares: Sequence[Sequence[float]], variants: Sequence[int]) -> list[VariantResult]:
    """Compare hidden variants on which the same trainees were graded.

    Each trainee's share on a variant is set against their own mean on the others, so that who took part
    doesn't matter. Of several variants one would differ by chance; the intervals of the differences are
    widened for that (Bonferroni).

    Args:
        shares: one row a trainee, one column a variant: the share of right answers, from 0 to 1.
        variants: their numbers, at least two.

    Raises:
        EmptyInput: there is no trainee.
        InputError: fewer than two variants.
    """
    table = _table(shares, len(variants))
    n = len(variants)
    if n < 2:
        raise InputError(_("There is nothing to compare a single variant with."))
    # With two variants both differences are the same one, seen from either side.
    confidence = 1 - (1 - CONFIDENCE) / (n if n > 2 else 1)
    others = (table.sum(axis=1, keepdims=True) - table) / (n - 1)
    # Without the last digits, which adding up leaves behind: the same ones for all would be no chance.
    differences = (table - others).round(9)
    return [
        VariantResult(
            variant,
            mean_interval(table[:, i].tolist()),
            mean_interval(differences[:, i].tolist(), confidence),
        )
        for i, variant in enumerate(variants)
    ]


def _table(rows: Sequence[Sequence[float]], columns: int) -> np.ndarray:
    import numpy as np

    if not len(rows):
        raise EmptyInput(_("There is no trainee to compute with."))
    if any(len(row) != columns for row in rows):
        message = ngettext(
            "Every trainee needs {n} value, one an answer.",
            "Every trainee needs {n} values, one an answer.",
            columns,
        )
        raise InputError(message.format(n=columns))
    return np.asarray(rows, float)


def _constant(column: np.ndarray) -> bool:
    """Tell whether all values are the same, but for what adding up shares leaves behind."""
    return bool(column.max() - column.min() <= 1e-9 * max(1.0, abs(float(column.max()))))
