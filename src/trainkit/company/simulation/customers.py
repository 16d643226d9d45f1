"""The columns of the table `customers`."""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import at
from trainkit.company.simulation.levels import CHANNELS, REGIONS, TYPES
from trainkit.company.simulation.names import HENGYUAN, MANAGERS, names
from trainkit.company.simulation.people import B2C, INDUSTRIES, people_of

__all__ = ["columns", "register_of"]


def columns(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `customers`."""
    return dict(register_of(block))


@part
def register_of(block: Block) -> dict[str, np.ndarray]:
    """Describe the customers of a block in the order of their numbers."""
    people, rng = people_of(block), block.rng("names")
    latin, chinese = names(rng, people.kind, people.industry)
    if people.hengyuan >= 0:
        latin[people.hengyuan], chinese[people.hengyuan] = HENGYUAN
    manager = np.array(MANAGERS, dtype=object)[rng.integers(len(MANAGERS), size=block.size)]
    manager[~people.core & ((people.kind == B2C) | (rng.random(block.size) < 0.6))] = None

    def code(values: tuple[str, ...], positions: np.ndarray) -> np.ndarray:
        return np.array(values, dtype=object)[positions]

    return {
        "customer": np.arange(block.size),
        "name": latin,
        "name_zh": chinese,
        "type": code(TYPES, people.kind),
        "industry": code(INDUSTRIES, people.industry),
        "region": code(REGIONS, people.region),
        "city_tier": people.tier,
        "signup_date": at(people.signup),
        "acquisition_channel": code(CHANNELS, people.channel),
        "account_manager": manager,
        "key_account": people.key,
        "contract_start": at(people.start),
        "contract_end": at(people.end),
        "service_pilot": people.pilot,
    }
