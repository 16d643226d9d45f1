"""What customers write in a survey: short notes in Chinese or English, put together from sentences."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.phrases import PHRASES, PRODUCT_NAMES, SERVICE

__all__ = ["comments", "sentence"]

_SHARE = 0.38
_CHINESE = 0.68
#: Shares of notes that add a sentence on after-sales service, speak of nothing else, or have two sentences.
_ADDED, _ALONE, _TWO = 0.22, 0.12, 0.2


def comments(
    rng: np.random.Generator,
    answered: np.ndarray,
    consumer: np.ndarray,
    nps: np.ndarray,
    csat: np.ndarray,
    after_sales: np.ndarray,
) -> np.ndarray:
    """Write notes for some of the answers, in the tone of their scores.

    Args:
        rng: the stream.
        answered: whether the invitation was answered, shape (n,).
        consumer: whether a consumer was asked, shape (n,).
        nps: recommend scores 0–10 with gaps, shape (n,).
        csat: overall satisfaction 1–5 with gaps, shape (n,).
        after_sales: satisfaction with after-sales service 1–5 with gaps, shape (n,).

    Returns:
        Texts, `None` where there is none, shape (n,).
    """
    notes = np.full(answered.size, None, dtype=object)
    score = np.where(np.isnan(nps), 2 * csat, nps)
    rows = np.flatnonzero(answered & ~np.isnan(score) & (rng.random(answered.size) < _SHARE))
    tone = np.where(score[rows] >= 9, 0, np.where(score[rows] >= 7, 1, 2))
    service_tone = np.where(after_sales[rows] >= 4, 0, np.where(after_sales[rows] == 3, 1, 2))
    serviced = ~np.isnan(after_sales[rows])
    language = np.where(rng.random(rows.size) < _CHINESE, "zh", "en")
    plan, *draws = rng.random((6, rows.size))
    for at, row in enumerate(rows.tolist()):
        lang, who = str(language[at]), int(consumer[row])
        first, product, second, service, other = (float(draw[at]) for draw in draws)
        parts = [sentence(lang, int(tone[at]), who, first, product)]
        if serviced[at] and plan[at] < _ADDED + _ALONE:
            choices = SERVICE[lang][int(service_tone[at])]
            parts = [*(parts if plan[at] < _ADDED else ()), choices[int(service * len(choices))]]
        elif plan[at] > 1 - _TWO:
            parts.append(sentence(lang, int(tone[at]), who, second, other))
        # The same sentence isn't said twice.
        notes[row] = ("" if lang == "zh" else " ").join(dict.fromkeys(parts))
    return notes


def sentence(lang: str, tone: int, who: int, draw: float, product: float) -> str:
    """Choose a sentence.

    Args:
        lang: `zh` or `en`.
        tone: 0 pleased, 1 in between, 2 displeased.
        who: 0 for businesses and public bodies, 1 for consumers.
        draw: chooses the sentence, in [0, 1).
        product: chooses the product if the sentence speaks of one, in [0, 1).
    """
    anyone, *own = PHRASES[lang][tone]
    choices = anyone + own[who]
    text = choices[int(draw * len(choices))]
    if "{" not in text:
        return text
    products = PRODUCT_NAMES[lang][who]
    name = products[int(product * len(products))]
    return text.format(p=name, P="The " + name)
