"""The data dictionary: the schema as a page to read, in either language."""

from __future__ import annotations

from trainkit.company.schema import TABLES, Column, Table
from trainkit.company.schema.model import BOOL, DATE, FLOAT, INT, TEXT, TIME

__all__ = ["dictionary"]

_WORDS = {
    "en": {
        "title": "Data dictionary",
        "intro": "All data of Lantai Electronics are invented. "
        "Load a table with `company.load(\"<table>\")`. "
        "This page is written by `trainkit data dictionary` from the schema.",
        "head": ("column", "type", "meaning", "values"),
        "key": "key",
        "points": "points to",
        "from": "from {low}",
        "to": "up to {high}",
        "between": "{low} to {high}",
        TEXT: "text", INT: "whole number", FLOAT: "number", BOOL: "yes or no", TIME: "time", DATE: "day",
    },
    "zh": {
        "title": "数据字典",
        "intro": "澜泰电子的全部数据均为虚构。用 `company.load(\"<表名>\")` 读取一张表。"
        "本页由 `trainkit data dictionary` 根据数据结构生成。",
        "head": ("列", "类型", "含义", "取值"),
        "key": "主键",
        "points": "指向",
        "from": "{low} 起",
        "to": "不超过 {high}",
        "between": "{low} 到 {high}",
        TEXT: "文本", INT: "整数", FLOAT: "数值", BOOL: "是或否", TIME: "时间", DATE: "日期",
    },
}  # fmt: skip


def dictionary(lang: str) -> str:
    """Write the data dictionary as Markdown.

    Args:
        lang: `en` or `zh`.
    """
    words = _WORDS[lang]
    parts = [f"# {words['title']}", str(words["intro"]), _contents(lang)]
    parts += [_table(table, lang) for table in TABLES.values()]
    return "\n\n".join(parts) + "\n"


def _contents(lang: str) -> str:
    return "\n".join(f"- [{table.name}](#{table.name}): {table.meaning[lang]}" for table in TABLES.values())


def _table(table: Table, lang: str) -> str:
    head = " | ".join(_WORDS[lang]["head"])
    lines = [f"| {head} |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(_row(column, lang))} |" for column in table.columns]
    parts = [f"## {table.name}", table.meaning[lang], "\n".join(lines)]
    note = {"en": table.note_en, "zh": table.note_zh}[lang]
    return "\n\n".join(parts + ([note] if note else []))


def _row(column: Column, lang: str) -> tuple[str, str, str, str]:
    words = _WORDS[lang]
    kind = str(words[column.kind])
    if column.key:
        kind += f" ({words['key']})" if lang == "en" else f"（{words['key']}）"
    return f"`{column.name}`", kind, column.meaning[lang], _values(column, lang)


def _values(column: Column, lang: str) -> str:
    """Say what may stand in a column: codes, limits with their unit, or the key that it points to."""
    words = _WORDS[lang]
    if column.codes:
        return "<br>".join(f"`{code}` {meaning[lang]}" for code, meaning in column.codes.items())
    parts = [column.units[lang]] if column.unit else []
    low, high = column.minimum, column.maximum
    if low is not None or high is not None:
        form = "between" if low is not None and high is not None else "from" if low is not None else "to"
        parts.append(str(words[form]).format(low=_number(low), high=_number(high)))
    if column.references:
        parts.append(f"{words['points']} `{column.references}`")
    return ("，" if lang == "zh" else ", ").join(parts)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
