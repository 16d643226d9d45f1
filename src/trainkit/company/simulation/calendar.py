"""Days of the two years that the data cover, as whole numbers: 0 is 2024-01-01."""

from __future__ import annotations

import numpy as np

__all__ = ["DAYS", "NEVER", "PILOT", "QUARTERS", "YEAR_2025", "at", "weekday"]

#: Number of days, 2024-01-01 to 2025-12-31.
DAYS = 731
#: First day of 2025.
YEAR_2025 = 366
#: First days of the eight quarters, and the day after the last one.
QUARTERS = (0, 91, 182, 274, 366, 456, 547, 639, 731)
#: First day of the after-sales pilot, 2025-07-01.
PILOT = 547
#: A day that doesn't come: "the contract runs on".
NEVER = 1 << 30

_START = np.datetime64("2024-01-01", "us")
_DAY = 86_400_000_000


def at(days: np.ndarray, seconds: np.ndarray | None = None) -> np.ndarray:
    """Turn day numbers, and seconds after midnight, into timestamps; `NEVER` becomes missing."""
    micros = np.asarray(days, dtype=np.int64) * _DAY
    if seconds is not None:
        micros = micros + np.rint(np.asarray(seconds)).astype(np.int64) * 1_000_000
    stamps = _START + micros.astype("timedelta64[us]")
    stamps[np.asarray(days) >= NEVER] = np.datetime64("NaT", "us")
    return stamps


def weekday(days: np.ndarray) -> np.ndarray:
    """Day of the week, 0 is Monday; 2024-01-01 was one."""
    return np.asarray(days) % 7
