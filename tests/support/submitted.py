"""A tiny exercise whose data is one number in a file: what it asks can be computed, and typed in."""

from __future__ import annotations

import json

import pytest

from trainkit.course.answers import ANSWER_MIME
from trainkit.course.model import Answer, Choice, Column, Expected, Info, Key, Mistake
from trainkit.sandbox import levels

#: The number of each variant; 0 is the visible one.
NUMBERS = {0: 10, 71: 25, 72: 40}

READ = "import os\nnumber = int(open(os.environ['TRAINKIT_TABLES'] + '/number.txt').read())"
SAY = (
    "from IPython.display import display\n"
    "def say(**values):\n"
    "    found = [{'name': n, 'state': 'given', 'value': v} for n, v in values.items()]\n"
    f"    display({{'{ANSWER_MIME}': found}}, raw=True)"
)
RIGHT = (
    "say(double=number * 2, size='big', squares={'columns': ['n', 'square'], 'rows': [[number, number**2]]})"
)

needs_sandbox = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not levels.available(), reason=f"no sandbox here: {levels.probe().detail}"),
]


def notebook(*cells: str, prose: str = "Read the number.", **metadata: object) -> bytes:
    """Return a submitted file with these code cells."""
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": c} for c in cells]
    text = {"cell_type": "markdown", "metadata": {}, "source": prose}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [text, *code]}
    ).encode()


def solved(*more: str) -> bytes:
    """Return a submission in which everything is right, and cells after that."""
    return notebook("variant = 0", READ, SAY, RIGHT, *more)


INFO = Info(
    id="9-01",
    kind="exercise",
    title={"en": "One number", "zh": "一个数"},
    level="junior",
    competencies=("C1",),
    minutes=5,
    edition="first",
    answers=(
        Answer(
            "double",
            "number",
            {"en": "Twice the number", "zh": "这个数的两倍"},
            points=2,
            tolerance=0.05,
        ),
        Answer(
            "size",
            "choice",
            {"en": "How large is it?", "zh": "它有多大?"},
            choices=(
                Choice("big", {"en": "Big", "zh": "大"}),
                Choice("small", {"en": "Small", "zh": "小"}),
            ),
        ),
        Answer(
            "squares",
            "table",
            {"en": "Its square", "zh": "它的平方"},
            key=("n",),
            columns=(Column("n", "数"), Column("square", "平方", tolerance=0.1)),
        ),
    ),
)


def key(variant: int) -> Key:
    """Return the key of a variant of the tiny exercise."""
    number = NUMBERS[variant]
    triple = Mistake(
        "GEN-1", number * 3.0, {"en": "{value} is three times it.", "zh": "{value} 是它的三倍。"}
    )
    return Key(
        variant,
        {
            "double": Expected(number * 2.0, (triple,)),
            "size": Expected("big"),
            "squares": Expected({"columns": ["n", "square"], "rows": [[float(number), float(number**2)]]}),
        },
    )
