"""The reference of all metrics, written from the registry: for the terminal and for the documentation."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from trainkit.i18n import _, get_language, pick
from trainkit.metrics.registry import UNITS, Metric, families, metrics

__all__ = ["card", "overview", "page"]

#: The modules of the rules that hold for every metric.
RULES = ("days", "moments", "missing", "amounts", "rounding", "ids", "rates")


def _bounds(metric: Metric) -> str:
    if metric.low is None and metric.high is None:
        return _("no bound")
    low = "−∞" if metric.low is None else f"{metric.low:g}".replace("-", "−")
    high = "∞" if metric.high is None else f"{metric.high:g}"
    return f"{low} … {high}"


def _words() -> Mapping[str, str]:
    return {
        "higher": _("higher is better"),
        "lower": _("lower is better"),
        "neither": _("a description, neither good nor bad"),
        "ignored": _("ignored"),
        "counted": _("counted as what they are"),
        "refused": _("refused"),
    }


def overview(family: str | None = None) -> list[tuple[str, str, str, str]]:
    """Return name, label, unit and first sentence of all metrics, or of one family.

    Raises:
        UnknownName: there is no such family.
    """
    return [(m.name, m.label, pick(UNITS[m.unit]), m.summary) for m in metrics(family)]


def card(metric: Metric) -> str:
    """Return all that the registry and the docstring say of one metric, as plain text."""
    words = _words()
    other = metric.labels["zh" if get_language() == "en" else "en"]
    facts = {
        _("Family"): families()[metric.family],
        _("Unit"): pick(UNITS[metric.unit]),
        _("Range"): _bounds(metric),
        _("Better"): words[metric.better],
        _("Missing values"): words[metric.missing],
        _("Source"): metric.source,
        _("Import"): f"from trainkit.metrics import {metric.name}",
    }
    head = [f"{metric.label} · {other}", metric.signature, ""]
    body = [f"{name}: {value}" for name, value in facts.items()]
    return "\n".join([*head, *body, "", inspect.getdoc(metric.function) or ""])


def page(published: Iterable[tuple[str, str, str, str]] = ()) -> str:
    """Return the reference page in English as Markdown.

    Args:
        published: rows of the table of published numbers: metric, source and input, number, libraries.
    """
    lines = [
        "# Metrics",
        "",
        "Written by `python tests/metrics/write_reference.py` from registry and tests; don't edit it.",
        "",
        "Every metric is a pure function: a column or a frame in, a number or a frame out. All take pandas,",
        "Polars (eager and lazy), PyArrow, DuckDB and Spark, and give one number for all of them; a table",
        "comes back in the caller's library (Polars for lazy Polars, PyArrow for DuckDB and Spark).",
        "`trainkit metrics NAME` shows one with an example.",
        "",
        "## Rules for all metrics",
        *(line for rule in RULES for line in ("", *_rule(rule))),
    ]
    for family, title in families().items():
        lines += [
            "",
            f"## {title}",
            "",
            "| metric | 中文 | unit | range | better | what it says | source |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(m) for m in metrics(family)]
    rows = list(published)
    if rows:
        lines += [
            "",
            "## Tested against",
            "",
            "A test meets each number; the last column says with which libraries (*numbers*: takes no data).",
            "",
            "| metric | published number | value | libraries |",
            "|---|---|---|---|",
            *(
                f"| `{name}` | {_cell(source)} | {value} | {libraries} |"
                for name, source, value, libraries in rows
            ),
        ]
    return "\n".join(lines) + "\n"


def _rule(module: str) -> list[str]:
    """Return what a module says in its docstring: a heading, and the rule that its functions keep."""
    title, _blank, rule = (inspect.getdoc(import_module(f"trainkit.metrics.{module}")) or "").partition(
        "\n\n"
    )
    return [f"### {title.removesuffix('.')}", "", *rule.splitlines()]


def _row(metric: Metric) -> str:
    cells: list[Any] = [f"`{metric.name}`", metric.labels["zh"], UNITS[metric.unit]["en"], _bounds(metric)]
    return "| " + " | ".join(_cell(c) for c in [*cells, metric.better, metric.summary, metric.source]) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
