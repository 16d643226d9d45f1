"""Shared data of the company's tests."""

import pandas as pd
import pytest

from trainkit.company import TABLES, load


@pytest.fixture(scope="session")
def base() -> dict[str, pd.DataFrame]:
    """The committed base data."""
    return {name: load(name) for name in TABLES}
