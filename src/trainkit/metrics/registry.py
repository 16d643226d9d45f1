"""The registry: what every metric is, said once, beside its function.

From here come the reference page, `trainkit metrics`, the chart labels and the common tests.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, TypeVar

from trainkit.errors import UnknownName
from trainkit.i18n import _, pick

__all__ = ["FAMILIES", "UNITS", "Metric", "families", "get", "metric", "metrics"]

#: The families in the order in which the curriculum needs them: one module or package each.
FAMILIES: dict[str, dict[str, str]] = {
    "satisfaction": {"en": "Satisfaction", "zh": "客户满意度"},
    "surveys": {"en": "Surveys and sampling", "zh": "问卷与抽样"},
    "retention": {"en": "Retention and churn", "zh": "留存与流失"},
    "loyalty": {"en": "Loyalty", "zh": "客户忠诚"},
    "survival": {"en": "Cohorts and survival", "zh": "同期群与生存分析"},
    "interaction": {"en": "Interaction", "zh": "客户互动"},
    "service": {"en": "Service and complaints", "zh": "服务与投诉"},
    "value": {"en": "Customer value", "zh": "客户价值"},
    "lifetime": {"en": "Lifetime value models", "zh": "客户终身价值模型"},
    "segments": {"en": "Segmentation", "zh": "客户分群与分层"},
    "clusters": {"en": "Clusters", "zh": "聚类"},
    "quality": {"en": "Data quality", "zh": "数据质量"},
    "integration": {"en": "Integration", "zh": "数据整合"},
    "baskets": {"en": "Baskets", "zh": "购物篮分析"},
    "funnel": {"en": "Sales funnel", "zh": "销售漏斗"},
    "forecasting": {"en": "Forecasting", "zh": "趋势预测"},
    "anomalies": {"en": "Anomalies", "zh": "异常检测"},
    "risk": {"en": "Risk and early warning", "zh": "风险与预警"},
    "causes": {"en": "Causes of a change", "zh": "变化归因"},
    "experiments": {"en": "Experiments", "zh": "实验"},
    "text": {"en": "Text", "zh": "文本分析"},
    "decisions": {"en": "Decisions", "zh": "决策"},
    "adoption": {"en": "System adoption", "zh": "系统推广与采用"},
    "privacy": {"en": "Privacy", "zh": "隐私保护"},
}

#: Units, as they stand on an axis.
UNITS: dict[str, dict[str, str]] = {
    "points": {"en": "points", "zh": "分"},
    "percent": {"en": "%", "zh": "%"},
    "percentage points": {"en": "percentage points", "zh": "百分点"},
    "score": {"en": "score", "zh": "评分"},
    "customers": {"en": "customers", "zh": "客户数"},
    "answers": {"en": "answers", "zh": "份"},
    "orders": {"en": "orders", "zh": "订单数"},
    "contacts": {"en": "contacts", "zh": "次"},
    "tickets": {"en": "tickets", "zh": "工单数"},
    "days": {"en": "days", "zh": "天"},
    "hours": {"en": "hours", "zh": "小时"},
    "minutes": {"en": "minutes", "zh": "分钟"},
    "months": {"en": "months", "zh": "个月"},
    "periods": {"en": "periods", "zh": "期"},
    "yuan": {"en": "yuan", "zh": "元"},
    "probability": {"en": "probability", "zh": "概率"},
    "ratio": {"en": "ratio", "zh": "比值"},
    "count": {"en": "count", "zh": "个"},
    "table": {"en": "table", "zh": "表"},
}

Better = Literal["higher", "lower", "neither"]
Missing = Literal["ignored", "counted", "refused"]
_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Metric:
    """One metric: a function and what a reader must know about its number."""

    name: str
    """The function's name, as in code, lessons and glossary."""
    family: str
    """The family that it belongs to, a key of `FAMILIES`."""
    function: Callable[..., Any]
    """The pure function that computes it."""
    unit: str
    """A key of `UNITS`; `table` for a metric that gives a table."""
    better: Better
    """Which direction is good news."""
    labels: Mapping[str, str]
    """What it is called, in English and Chinese."""
    source: str
    """Whom to cite."""
    low: float | None
    """The smallest possible value; `None` if there is none."""
    high: float | None
    """The largest possible value; `None` if there is none."""
    missing: Missing
    """Missing values are ignored, counted as what they are (no answer), or refused."""
    ordered: bool
    """Whether the order of the rows carries meaning, as in a time series."""
    example: Mapping[str, Any]
    """Arguments to try it with: a list is a column, a dictionary of lists is a frame."""

    @property
    def label(self) -> str:
        """The name in the language in use."""
        return pick(self.labels)

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    @property
    def signature(self) -> str:
        """How it is called: `nps(scores)`."""
        parameters = inspect.signature(self.function).parameters.values()
        return f"{self.name}({', '.join(str(p.replace(annotation=p.empty)) for p in parameters)})"

    @property
    def axis(self) -> str:
        """An axis title with the unit, in the language in use: `Churn rate (%)`.

        >>> get("nps").axis
        'NPS (points)'
        """
        if self.unit in ("table", "ratio", "score"):
            return self.label
        return _("{name} ({unit})").format(name=self.label, unit=pick(UNITS[self.unit]))


_known: dict[str, Metric] = {}


def metric(
    *,
    unit: str,
    better: Better,
    zh: str,
    source: str,
    range: tuple[float | None, float | None],  # noqa: A002 - the word that readers know
    example: Mapping[str, Any],
    en: str | None = None,
    missing: Missing = "ignored",
    ordered: bool = False,
) -> Callable[[_F], _F]:
    """Enter the decorated function into the registry; the function itself stays as it is.

    Args:
        unit: a key of `UNITS`.
        better: which direction is good news; `neither` for a description.
        zh: the Chinese name.
        source: whom to cite.
        range: smallest and largest possible value, `None` where there is no bound.
        example: arguments to try it with, read by the reference page and by the common tests.
        en: the English name, if it isn't the function's name with spaces.
        missing: what becomes of missing values.
        ordered: whether the order of the rows carries meaning.
    """
    if unit not in UNITS:
        raise UnknownName(_("There is no unit `{unit}`.").format(unit=unit), unit, UNITS)

    def enter(function: _F) -> _F:
        name = function.__name__
        labels = {"en": en or name.replace("_", " ").capitalize(), "zh": zh}
        family = function.__module__.split(".")[2]
        low, high = range
        _known[name] = Metric(
            name, family, function, unit, better, labels, source, low, high, missing, ordered, example
        )
        return function

    return enter


def metrics(family: str | None = None) -> list[Metric]:
    """Return all metrics, or those of one family, in the order of the curriculum.

    Raises:
        UnknownName: there is no such family.
    """
    if family is not None and family not in FAMILIES:
        raise UnknownName(_("There is no family `{name}`.").format(name=family), family, FAMILIES)
    for name in FAMILIES:
        import_module(f"trainkit.metrics.{name}")
    order = list(FAMILIES)
    found = [m for m in _known.values() if family in (None, m.family)]
    return sorted(found, key=lambda m: order.index(m.family))


def get(name: str) -> Metric:
    """Return one metric by its name.

    Raises:
        UnknownName: there is no such metric; a close name is suggested.
    """
    if name not in _known:
        known = {m.name: m for m in metrics()}
        if name not in known:
            raise UnknownName(_("There is no metric `{name}`.").format(name=name), name, known)
    return _known[name]


def families() -> dict[str, str]:
    """Return the families' names in the language in use, in the order of the curriculum."""
    return {name: pick(labels) for name, labels in FAMILIES.items()}
