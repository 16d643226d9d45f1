"""Print what metrics that read times give on every library, for a test that sets the computer's zone.

`python tests/metrics/show_results.py`, with `TZ` in the environment.
"""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from backends import BACKENDS
from registry_examples import WITH_DATA, in_order, run

from trainkit.errors import InputError


def local(_name: str, values: list[object]) -> list[object]:
    """Put times into a zone of their own."""
    return [v.replace(tzinfo=ZoneInfo("Asia/Tokyo")) if isinstance(v, datetime) else v for v in values]


def main() -> None:
    """Print a line for each metric, library and way to write a time."""
    changes = {"naive": lambda _name, values: values, "zoned": local}
    changes["text"] = lambda _name, values: [v.isoformat() if isinstance(v, datetime) else v for v in values]
    for metric in WITH_DATA:
        if "datetime(" not in repr(metric.example):
            continue
        for backend in BACKENDS:
            for name, change in changes.items():
                try:
                    result = in_order(metric, run(metric, backend, change))
                except InputError as error:
                    result = str(error)
                sys.stdout.write(f"{metric.name} {backend} {name} {result}\n")


if __name__ == "__main__":
    main()
