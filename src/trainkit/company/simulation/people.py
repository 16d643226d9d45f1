"""Who the customers are, and which of them leave (F1, F2, and the fates behind F3 and F11).

How the facts are planted, for those who write lessons:

- F1. In each quarter an exact share of the core customers that are under contract on its first day leaves.
  The rise of 2025-Q4 has two sources. *Rate*: in the weak region the hazard jumps in that quarter alone.
  *Composition*: the weak channel's customers always leave more, and from mid-2024 on they are a growing share
  of the new contracts. Some contracts are won and lost inside of one quarter; they belong to no rate.
- F2. The exact share of those lost in 2025-Q4 was *neglected*: no personalised follow-up in the 365 days
  before. Neglect makes leaving several times likelier, but the raw difference overstates it: account
  managers look after public bodies and key accounts first, and these leave less anyway. Compare within
  `type` and `key_account` to see the smaller, true difference.
- F11. Members of the service pilot, drawn at random among the core customers, leave less in 2025-Q3 and Q4.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import DAYS, NEVER
from trainkit.company.simulation.contracts import fates
from trainkit.company.simulation.levels import CHANNELS, REGIONS, Levels
from trainkit.company.simulation.streams import choose, choose_by, split

__all__ = ["B2B", "B2C", "GOV", "INDUSTRIES", "People", "people_of"]

B2B, B2C, GOV = 0, 1, 2

#: Industries by position.
INDUSTRIES = (
    "automotive", "machinery", "medical", "telecom", "energy", "logistics", "education",
    "administration", "household",
)  # fmt: skip

_TYPE_SHARE = np.array([0.40, 0.52, 0.08])
#: Share of core customers in each type.
_CORE = (0.86, 0.05, 0.95)
_INDUSTRY = np.array([
    [0.22, 0.26, 0.14, 0.12, 0.12, 0.09, 0.05, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0.25, 0, 0, 0, 0.35, 0.40, 0],
])  # fmt: skip
#: By type, in the order of `CHANNELS`.
_CHANNEL = np.array([
    [0.24, 0.22, 0.17, 0.12, 0.05, 0.18, 0.02],
    [0.18, 0.01, 0.22, 0.25, 0.30, 0.04, 0.00],
    [0.10, 0.14, 0.06, 0.02, 0.01, 0.15, 0.52],
])  # fmt: skip
_REGION = np.array([0.31, 0.23, 0.15, 0.13, 0.09, 0.06, 0.03])
_THIN_SHARE = 0.03
_TIER = np.array([[0.34, 0.36, 0.20, 0.10], [0.28, 0.32, 0.25, 0.15], [0.20, 0.30, 0.30, 0.20]])
#: Mid-2024 to autumn 2025: when the weak channel wins many contracts.
_PUSH = (180, 640)


@dataclass(frozen=True)
class People:
    """The customers of a block as arrays of shape (n,); days are counted as in `calendar`."""

    kind: np.ndarray
    industry: np.ndarray
    region: np.ndarray
    tier: np.ndarray
    channel: np.ndarray
    signup: np.ndarray
    key: np.ndarray
    core: np.ndarray
    #: First and last day of the contract, `NEVER` where there is none.
    start: np.ndarray
    end: np.ndarray
    #: No personalised follow-up since autumn 2024.
    neglected: np.ndarray
    pilot: np.ndarray
    #: Fond of the company: buys more often and recommends it.
    devoted: np.ndarray
    #: Size of the business with this customer; 1 is the middle of its type.
    scale: np.ndarray
    #: Last day on which the customer may buy.
    last: np.ndarray
    #: Position of Hengyuan Precision, -1 if it's in another block.
    hengyuan: int

    @property
    def lost(self) -> np.ndarray:
        """Core customers whose contract has ended."""
        return self.core & (self.end < NEVER)


@part
def people_of(block: Block) -> People:
    """Draw the customers of a block."""
    rng, n, levels = block.rng("customers"), block.size, block.levels
    kind = rng.permutation(np.repeat([B2B, B2C, GOV], split(n, _TYPE_SHARE)))
    core = np.zeros(n, dtype=bool)
    for position, share in enumerate(_CORE):
        members = np.flatnonzero(kind == position)
        core[rng.permutation(members)[: round(share * members.size)]] = True
    signup = _signup(rng, core)
    order = np.argsort(signup, kind="stable")
    kind, core, signup = kind[order], core[order], signup[order]
    start = np.where(core, signup + rng.integers(0, 30, n), NEVER)
    start[core & (start >= DAYS)] = DAYS - 1
    scale = _scale(rng, kind)
    key = core & (kind != B2C) & (scale > np.quantile(scale[kind == B2B], 0.88))
    hengyuan = _hengyuan(block, kind, key, start)
    region = choose(rng, _regions(levels), n)
    channel = _channel(rng, levels, kind, start)
    if hengyuan >= 0:
        region[hengyuan], channel[hengyuan] = REGIONS.index("east"), CHANNELS.index("trade_fair")
    neglected = core & (rng.random(n) < _neglect(kind, key))
    pilot, end = fates(block, kind, key, start, neglected, region, channel, hengyuan)
    silent = np.maximum(signup, 0) + rng.exponential(np.where(kind == B2C, 500, 1400), n)
    industry, tier = choose_by(rng, _INDUSTRY, kind), 1 + choose_by(rng, _TIER, kind)
    if hengyuan >= 0:
        industry[hengyuan], tier[hengyuan] = INDUSTRIES.index("machinery"), 2
    return People(
        kind=kind,
        industry=industry,
        region=region,
        tier=tier,
        channel=channel,
        signup=signup,
        key=key,
        core=core,
        start=start,
        end=end,
        neglected=neglected,
        pilot=pilot,
        devoted=rng.random(n) < np.where(core, 0.42, 0.30),
        scale=scale,
        last=np.minimum(np.where(core, end, silent), DAYS - 1).astype(np.int64),
        hengyuan=hengyuan,
    )


def _signup(rng: np.random.Generator, core: np.ndarray) -> np.ndarray:
    """Six in ten signed up in 2018 to 2023, the others evenly in 2024 and 2025."""
    old = rng.random(core.size) < np.where(core, 0.57, 0.60)
    before = -1 - np.floor(2190 * rng.random(core.size) ** 1.4)
    return np.where(old, before, rng.integers(0, DAYS, core.size)).astype(np.int64)


def _scale(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Spread sizes over the quantiles of a lognormal, so that every variant has the same heavy tail."""
    scale = np.empty(kind.size)
    for position, sigma in ((B2B, 0.75), (B2C, 0.6), (GOV, 0.7)):
        rows = rng.permutation(np.flatnonzero(kind == position))
        normal = NormalDist()
        levels = np.array([normal.inv_cdf((i + 0.5) / 200) for i in range(200)])
        # 200 steps, smoothed: the quantile function itself is slow to call for each customer.
        steps = (np.arange(rows.size) + 0.5) / rows.size * 200 - 0.5
        scale[rows] = np.exp(sigma * np.interp(steps, np.arange(200), levels))
    return scale


def _hengyuan(block: Block, kind: np.ndarray, key: np.ndarray, start: np.ndarray) -> int:
    """Choose the customer that becomes Hengyuan Precision: an old key account."""
    if block.index:
        return -1
    old = np.flatnonzero((kind == B2B) & key & (start < -200))
    return int(block.rng("hengyuan").choice(old))


def _regions(levels: Levels) -> np.ndarray:
    """Shares of the regions: the thin one changes places with the smallest."""
    shares = _REGION.copy()
    smallest = int(np.argmin(shares))
    shares[smallest], shares[levels.thin.region] = shares[levels.thin.region], _THIN_SHARE
    return shares


def _channel(rng: np.random.Generator, levels: Levels, kind: np.ndarray, start: np.ndarray) -> np.ndarray:
    channel = np.empty(kind.size, dtype=np.int64)
    pushed = (start >= _PUSH[0]) & (start < _PUSH[1])
    for position in (B2B, B2C, GOV):
        for push in (False, True):
            rows = np.flatnonzero((kind == position) & (pushed == push))
            weights = _CHANNEL[position].copy()
            if push and position == B2B:
                weights[levels.weak_channel] += 1.2
            channel[rows] = choose(rng, weights, rows.size)
    return channel


def _neglect(kind: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Probability of being neglected: managers look after public bodies and key accounts first."""
    return np.where(key, 0.10, np.array([0.64, 0.82, 0.10])[kind])
