"""What holds for every metric, tested once over the registry."""

from __future__ import annotations

import copy
import inspect
import math
from importlib import import_module
from typing import Any

import narwhals.stable.v2 as nw
import pytest
from backends import BACKENDS, plain
from registry_examples import METRICS, WITH_DATA, built, close, in_order, is_column, is_frame, rows_of, run

from trainkit.errors import EmptyInput, InputError, TrainkitError
from trainkit.metrics import registry
from trainkit.metrics.registry import FAMILIES, UNITS, Metric, metrics

each = pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
with_data = pytest.mark.parametrize("metric", WITH_DATA, ids=lambda m: m.name)


def numbers(result: Any) -> list[float]:
    if isinstance(result, dict):
        return [v for values in result.values() for v in numbers(values)]
    if isinstance(result, (list, tuple)):
        return [v for value in result for v in numbers(value)]
    return [float(result)] if isinstance(result, (int, float)) and not isinstance(result, bool) else []


@with_data
def test_every_library_gives_the_same_result(metric: Metric, backend: str):
    assert close(in_order(metric, run(metric, backend)), in_order(metric, run(metric)))


@pytest.mark.parametrize("metric", [m for m in WITH_DATA if not m.ordered], ids=lambda m: m.name)
def test_the_order_of_the_rows_changes_nothing(metric: Metric, backend: str):
    assert close(rows_of(run(metric, backend, lambda _name, values: values[::-1])), rows_of(run(metric)))


@with_data
def test_without_rows_there_is_a_clear_error(metric: Metric, backend: str):
    """One row is cut to none after building, so that the columns keep their types."""
    arguments = built(metric, backend)
    for name, value in arguments.items():
        if is_frame(metric.example[name]) or is_column(metric, name, metric.example[name]):
            arguments[name] = nw.from_native(value, allow_series=True).head(0).to_native()
    with pytest.raises(EmptyInput) as caught:
        metric.function(**arguments)
    assert str(caught.value)


@with_data
def test_missing_values_are_treated_as_the_registry_says(metric: Metric, backend: str):
    def with_missing(_name: str, values: list[Any]) -> list[Any]:
        return [*values, None]

    if metric.missing == "refused":
        with pytest.raises(InputError):
            run(metric, backend, with_missing)
    elif metric.missing == "ignored":
        assert close(in_order(metric, run(metric, backend, with_missing)), in_order(metric, run(metric)))
    else:
        run(metric, backend, with_missing)


@with_data
def test_the_callers_data_stay_as_they_were(metric: Metric, backend: str):
    arguments = built(metric, backend)
    before = {n: copy.deepcopy(_content(v)) for n, v in arguments.items()}
    metric.function(**arguments)
    assert {n: _content(v) for n, v in arguments.items()} == before


def _content(value: Any) -> str:
    wrapped = nw.from_native(value, allow_series=True, pass_through=True)
    if isinstance(wrapped, nw.LazyFrame):
        wrapped = wrapped.collect()
    if isinstance(wrapped, nw.DataFrame):
        return f"{wrapped.schema} {wrapped.rows()}"
    return f"{wrapped.dtype} {wrapped.to_list()}" if isinstance(wrapped, nw.Series) else repr(value)


@each
def test_the_result_is_of_the_announced_type_and_within_the_announced_range(metric: Metric):
    result = metric.function(**built(metric, "pandas"))
    annotation = str(inspect.signature(metric.function).return_annotation)
    wrapped = nw.from_native(result, pass_through=True)
    if annotation in ("float", "int"):
        assert type(result).__name__ == annotation
        values = [result]
    elif isinstance(wrapped, nw.DataFrame):
        values = numbers(wrapped[metric.name].to_list()) if metric.name in wrapped.columns else []
        values = values or _measured(metric, wrapped)
    else:
        assert type(result).__name__ == annotation.removeprefix("np.")
        values = numbers(plain(result)) if metric.low is not None else []
    low = -math.inf if metric.low is None else metric.low
    high = math.inf if metric.high is None else metric.high
    assert all(low <= v <= high for v in values)


def _measured(metric: Metric, table: Any) -> list[float]:
    """The values of a table's column that carries the metric's base name: `nps` of `nps_by_group`."""
    base = metric.name.split("_by_")[0]
    columns = [c for c in table.columns if c in (base, base + "_rate")]
    return [v for c in columns for v in numbers(table[c].to_list())]


@with_data
def test_a_result_table_comes_back_in_the_callers_library(metric: Metric, backend: str):
    result = nw.from_native(metric.function(**built(metric, backend)), pass_through=True)
    if isinstance(result, nw.DataFrame):
        kept = {"polars-lazy": "polars", "duckdb": "pyarrow"}
        assert result.implementation.value == kept.get(backend, backend.split("-")[0])


@each
def test_the_entry_says_all_that_a_reader_needs(metric: Metric):
    doc = inspect.getdoc(metric.function) or ""
    assert metric.unit in UNITS
    assert metric.family in FAMILIES
    assert metric.source
    assert metric.labels["zh"] != metric.labels["en"]
    assert ">>> " in doc
    assert "Args:" in doc
    assert all(f"{name}:" in doc for name in inspect.signature(metric.function).parameters)


@each
def test_the_metric_is_public_in_its_family(metric: Metric):
    module = import_module(f"trainkit.metrics.{metric.family}")
    assert metric.name in module.__all__
    assert getattr(import_module("trainkit.metrics"), metric.name) is metric.function


def test_every_public_function_of_a_family_is_a_metric():
    """Besides them a family exports only the records that they take and return."""
    for family in FAMILIES:
        module = import_module(f"trainkit.metrics.{family}")
        functions = {name for name in module.__all__ if not isinstance(getattr(module, name), type)}
        assert functions == {m.name for m in metrics(family)}


def test_an_unknown_name_suggests_a_close_one():
    with pytest.raises(TrainkitError, match="Did you mean `nps`"):
        registry.get("npss")


def test_all_libraries_are_tried():
    pandas = {"pandas", "pandas-nullable", "pandas-pyarrow"}
    assert set(BACKENDS) == pandas | {"pyarrow", "polars", "polars-lazy", "duckdb"}
