"""Posts about Lantai in 2025 (F7): collected days late, and a crisis that has passed by then."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block
from trainkit.company.simulation.calendar import YEAR_2025, at
from trainkit.company.simulation.posts import CRISIS, POSTS, PRODUCTS
from trainkit.company.simulation.streams import choose, stream
from trainkit.company.simulation.tickets import DAY

__all__ = ["columns"]

_PLATFORMS = ("weibo", "wechat", "forum", "video", "shop")
_PLATFORM = np.array([0.34, 0.12, 0.14, 0.22, 0.18])
_TONES = ("positive", "neutral", "negative")
_TONE = np.array([0.37, 0.36, 0.27])
_CHINESE = 0.84
#: Posts in an ordinary year, and in the crisis.
_POSTS, _CRISIS = 2300, 260
#: Hours from the crisis' first post to its last.
_LASTS = 60
_LAST_DAY = 348


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `mentions` in the order of collection."""
    rng = block.rng("mentions")
    level = stream(block.seed, block.variant, "level", "F7")
    lag = block.level("F7", 48.0, 96.0, 72.0, 4.0) if block.variant else 72.0
    # A weekday of the second half-year: the ordinary days before and after are there to compare with.
    first = 251 if block.variant == 0 else int(level.choice([209, 216, 223, 230, 237, 244, 258, 265]))
    usual = rng.integers(0, _LAST_DAY * DAY, _POSTS)
    crisis = (first * 24 + 8) * 3600 + np.floor(_LASTS * rng.beta(2.2, 3.4, _CRISIS) * 3600).astype(np.int64)
    posted = np.concatenate([usual, crisis])
    hot = np.arange(posted.size) >= _POSTS
    hours = np.clip(np.exp(rng.normal(0, 0.5, posted.size)), 0.15, 4)
    late = np.rint(hours * lag / np.median(hours) * 60).astype(np.int64) * 60
    tone = np.where(hot, 2, choose(rng, _TONE, posted.size))
    chinese = rng.random(posted.size) < _CHINESE
    draws = rng.random((2, posted.size))
    progress = (posted - crisis.min()) / (_LASTS * 3600)
    texts = [
        _text("zh" if zh else "en", int(kind), bool(burning), float(part), float(a), float(b))
        for zh, kind, burning, part, a, b in zip(chinese, tone, hot, progress, *draws, strict=True)
    ]
    collected = posted + late
    order = np.lexsort((posted, collected))
    start = YEAR_2025 * DAY
    platform = np.where(hot, choose(rng, np.array([0.5, 0.05, 0.05, 0.38, 0.02]), posted.size),
                        choose(rng, _PLATFORM, posted.size))  # fmt: skip
    return {
        "posted_at": at((start + posted) // DAY, (start + posted) % DAY)[order],
        "collected_at": at((start + collected) // DAY, (start + collected) % DAY)[order],
        "platform": np.array(_PLATFORMS, dtype=object)[platform][order],
        "text": np.array(texts, dtype=object)[order],
        "sentiment": np.array(_TONES, dtype=object)[tone][order],
    }


def _text(lang: str, tone: int, crisis: bool, progress: float, draw: float, product: float) -> str:
    """Choose a post; in the crisis, later posts come from further down the list."""
    if crisis:
        posts = CRISIS[lang]
        place = 0.75 * progress + 0.5 * (draw - 0.3)
        return posts[int(np.clip(place, 0, 0.999) * len(posts))]
    posts = POSTS[lang][tone]
    text = posts[int(draw * len(posts))]
    return text.format(p=PRODUCTS[lang][int(product * len(PRODUCTS[lang]))])
