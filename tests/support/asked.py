"""Answers of every type, as tests ask for them."""

from __future__ import annotations

from trainkit.course.model import Answer, Choice, Column

ASK = {"en": "How many?", "zh": "有多少？"}

NUMBER = Answer("nps", "number", ASK, tolerance=0.05, unit="points")
TEXT = Answer("word", "text", ASK, accept=("detractors",))
CHOICE = Answer(
    "sentence",
    "choice",
    ASK,
    choices=(
        Choice("mix", {"en": "The mix moved", "zh": "构成变了"}),
        Choice("service", {"en": "The service moved", "zh": "服务变了"}),
    ),
)
CHOICES = Answer("causes", "choices", ASK, choices=CHOICE.choices)
TABLE = Answer(
    "csat_by_type",
    "table",
    ASK,
    key=("type",),
    columns=(
        Column("type", "客户类型", labels={"B2B": ("business", "企业客户"), "G": ("government", "政府")}),
        Column("csat", "满意度", tolerance=0.05),
    ),
)
LONG = Answer(
    "by_quarter",
    "table",
    ASK,
    key=("type", "quarter"),
    columns=(Column("type"), Column("quarter", "季度"), Column("csat", "满意度", tolerance=0.05)),
)

ALL = (NUMBER, TEXT, CHOICE, CHOICES, TABLE)
