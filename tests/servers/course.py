"""A tiny course for tests of the servers: a lesson with its exercise, and an examination."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainkit.course.catalogue import dump
from trainkit.course.model import Answer, Info

TITLES = {
    "1-06": {"en": "Satisfaction at Lantai", "zh": "澜泰的客户满意度"},
    "3-01": {"en": "Examination", "zh": "考试"},
}

_PAGE_CODE = """
import ipywidgets as widgets
number = widgets.IntSlider(value=3, min=0, max=10, description="n")
square = widgets.HTML("9")
number.observe(lambda change: setattr(square, "value", str(change["new"] ** 2)), "value")
widgets.VBox([number, square])
""".strip()

_ENVIRONMENT_CODE = """
import os
from trainkit.i18n import get_language
print("life", os.environ["TRAINKIT_LIFE"], "language", get_language())
""".strip()

_CHART_CODE = """
import altair as alt
import pandas as pd
frame = pd.DataFrame({"type": ["企业", "个人", "政府"], "nps": [25.0, 31.5, 12.0]})
chart = alt.Chart(frame, title="政府客户最不满意").mark_bar().encode(x="nps", y="type")
chart
""".strip()

_LIVE_CHART_CODE = "alt.JupyterChart(chart)"


def notebook(*cells: tuple[str, str]) -> str:
    """Return a notebook's text; each cell is its kind and source."""
    made: list[dict[str, Any]] = []
    for number, (kind, source) in enumerate(cells):
        cell: dict[str, Any] = {"id": f"cell-{number}", "cell_type": kind, "metadata": {}, "source": source}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    data = {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, ensure_ascii=False)


def write_course(root: Path) -> Path:
    """Write the course below `root` and return it."""
    for id, title in TITLES.items():
        exam = id.startswith("3")
        answers = tuple(
            Answer(name, "number", {"en": "How many?", "zh": "有多少?"})
            for name in ("nps", "margin", "share")
        )
        common = {"id": id, "title": title, "level": "junior", "competencies": ("C4",), "edition": "e1"}
        infos = [Info(kind="exercise", minutes=35, answers=answers, instant=not exam, **common)]
        if not exam:
            infos.append(Info(kind="lesson", minutes=45, answers=answers[:2], **common))
        for info in infos:
            folder = root / ("notebooks" if info.kind == "lesson" else "exercises")
            _write(folder / "keys" / f"{id}.json", dump(info, {}))
            for lang in ("en", "zh"):
                _write(folder / lang / f"{id}.ipynb", _notebook_of(title[lang]))
    return root


def _notebook_of(title: str) -> str:
    return notebook(
        ("markdown", f"# {title}\n\n净推荐值 NPS, and a formula $x^2$."),
        ("code", _ENVIRONMENT_CODE),
        ("code", _PAGE_CODE),
        ("code", _CHART_CODE),
        ("code", _LIVE_CHART_CODE),
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
