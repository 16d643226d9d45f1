"""The judge only compares: it runs, loads, opens and renders nothing of a trainee's, and it is quick."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asked import ALL, CHOICE, CHOICES, NUMBER, TABLE, TEXT

import trainkit
from trainkit.course.answers import MAX_COLUMNS, MAX_ROWS, validate
from trainkit.course.judge import judge
from trainkit.course.model import Answer, Expected, Mistake

PACKAGE = Path(trainkit.__file__).parent

#: All that a payload meets on its way from the sandbox to a mark, and what these modules may use.
JUDGING = [
    "course/answers.py",
    "course/cells.py",
    "course/conventions.py",
    "course/judge.py",
    "course/model.py",
    "course/naming.py",
    "course/tables.py",
    "course/texts.py",
    "course/typed.py",
    "gradebook/grades.py",
    "grading/scoring.py",
]
PLAIN_IMPORTS = {
    "__future__",
    "collections.abc",
    "contextlib",
    "contextvars",
    "dataclasses",
    "datetime",
    "decimal",
    "math",
    "numbers",
    "re",
    "reprlib",
    "typing",
    "unicodedata",
}
DANGEROUS = {"eval", "exec", "compile", "__import__", "open", "input", "globals", "locals", "setattr", "vars"}


@pytest.mark.parametrize("name", JUDGING)
def test_a_judging_module_imports_and_calls_nothing_that_could_run_code(name: str) -> None:
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    imported |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    foreign = {m for m in imported if m and not m.startswith("trainkit.")}
    assert foreign <= PLAIN_IMPORTS
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not called & DANGEROUS


def test_a_judging_module_knows_only_its_like() -> None:
    """Besides them: data frames, which only a trainee's own process has, and interface texts."""
    names = {f"trainkit.{name.removesuffix('.py').replace('/', '.')}" for name in JUDGING}
    for name in JUDGING:
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        own = {
            n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and "trainkit" in str(n.module)
        }
        assert own <= names | {"trainkit.i18n", "trainkit.course.frames"}


DEEP: Any = []
for _level in range(400):
    DEEP = [DEEP]

HUGE = "9" * 5_000_000

PAYLOADS: dict[str, Any] = {
    "code": {"state": "given", "value": "__import__('os').system('touch /tmp/owned')"},
    "a pickle": {"state": "given", "value": "\x80\x04\x95\x0e\x00\x00\x00c__builtin__\neval\n"},
    "a template": {"state": "given", "value": "{0.__class__.__init__.__globals__} %s {{7*7}} ${7*7}"},
    "a format of the reason": {"state": "invalid", "reason": "{name.__class__} {0} %n"},
    "markup": {"state": "given", "value": "<script>alert(1)</script>"},
    "a surrogate": {"state": "given", "value": "\ud800\udfff"},
    "a huge text": {"state": "given", "value": HUGE},
    "a huge reason": {"state": "invalid", "reason": HUGE},
    "a huge name of the state": {"state": HUGE},
    "a huge integer": {"state": "given", "value": 10**100_000},
    "an infinite number": {"state": "given", "value": float("1e400")},
    "not a number": {"state": "given", "value": float("nan")},
    "nesting": {"state": "given", "value": DEEP},
    "a nested reason": {"state": "invalid", "reason": DEEP},
    "a table of nested cells": {
        "state": "given",
        "value": {"columns": ["type", "csat"], "rows": [[DEEP, DEEP]]},
    },
    "a table of nested columns": {"state": "given", "value": {"columns": [DEEP, DEEP], "rows": []}},
    "a table of huge integers": {
        "state": "given",
        "value": {"columns": ["type", "csat"], "rows": [[10**4000, 10**4000]] * 1000},
    },
    "many choices": {"state": "given", "value": ["mix"] * 1_000_000},
    "a large table": {
        "state": "given",
        "value": {"columns": ["type", "csat"], "rows": [[f"K{i}", "９" * 200] for i in range(MAX_ROWS)]},
    },
    "a table of one key": {
        "state": "given",
        "value": {"columns": ["type", "csat"], "rows": [["B2B", i] for i in range(MAX_ROWS)]},
    },
    "a wide table": {
        "state": "given",
        "value": {"columns": ["type"] * MAX_COLUMNS, "rows": [["x"] * MAX_COLUMNS]},
    },
    "letters that grow when folded": {"state": "given", "value": "ﷺ" * 2000},
    "no payload": None,
    "a list": [{"state": "given"}],
    "numbers for names": {1: 2, None: 3},
}

EXPECTED = {
    NUMBER.name: Expected(35.0, (Mistake("NPS-1", 46.7, {"en": "{value}", "zh": "{value}"}),)),
    TEXT.name: Expected("promoters"),
    CHOICE.name: Expected("mix"),
    CHOICES.name: Expected(["mix"]),
    TABLE.name: Expected(
        {"columns": ["type", "csat"], "rows": [["B2B", 71.5], ["G", 80.0]]},
        (Mistake("CSAT-3", {"columns": ["type", "csat"], "rows": [["B2B", 1.0]]}, {"en": "", "zh": ""}),),
    ),
}


@pytest.mark.parametrize("answer", ALL, ids=lambda a: a.type)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
@pytest.mark.timeout(30)
def test_any_payload_gets_a_verdict_that_can_be_stored(payload: Any, answer: Answer) -> None:
    """The time limit is far above what it takes, and far below what anything that grows too fast would."""
    verdict = judge(answer, EXPECTED[answer.name], payload)
    assert not verdict.right
    stored = json.dumps([verdict.outcome, verdict.codes, verdict.detail, verdict.value], allow_nan=False)
    stored.encode()
    assert len(verdict.detail) < 2000
    assert validate(payload, answer)["state"] in {"given", "invalid", "not attempted"}


WATCHED = """
import json, sys
from trainkit.course.judge import judge
from trainkit.course.model import Answer, Choice, Column, Expected
from trainkit.grading.scoring import mark
ask = {"en": "", "zh": ""}
answers = [
    Answer("n", "number", ask, tolerance=0.05, unit="%"), Answer("t", "text", ask),
    Answer("c", "choice", ask, choices=(Choice("mix", ask),)),
    Answer("d", "table", ask, key=("k",), columns=(Column("k"), Column("v", tolerance=1.0))),
]
right = {"n": 35.0, "t": "x", "c": "mix", "d": {"columns": ["k", "v"], "rows": [["a", 1.0]]}}
payloads = json.load(sys.stdin)
def run():
    for payload in payloads:
        for answer in answers:
            verdict = judge(answer, Expected(right[answer.name]), payload)
            mark(answer, verdict, [verdict])
run()  # whatever is loaded late is loaded now
seen = []
sys.addaudithook(lambda event, args: seen.append(event))
run()
print(sorted(set(seen) - {"object.__getattr__"}), "pickle" in sys.modules, "pandas" in sys.modules)
"""


@pytest.mark.parametrize(("more", "events"), [("", "[]"), ("eval('1')", "['compile','exec']")])
def test_while_it_judges_nothing_is_run_loaded_or_opened(more: str, events: str) -> None:
    """Python itself reports what happens: no code, no import, no file, no process, no pickle."""
    told = json.dumps([p for name, p in PAYLOADS.items() if "huge" not in name and "numbers" not in name])
    result = subprocess.run(
        [sys.executable, "-c", WATCHED.replace("print(", f"{more}\nprint(")],
        input=told,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.replace(", ", ",").split() == [events, "False", "False"]
