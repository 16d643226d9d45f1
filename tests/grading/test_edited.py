"""Whatever became of a notebook's cells and metadata, honest work earns what the clean notebook earns."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from submitted import READ, needs_sandbox
from submitted import notebook as submission

from trainkit.classes.assignment import Assignment
from trainkit.course.answers import ANSWER_MIME
from trainkit.grading.grader import grade

pytestmark = [*needs_sandbox, pytest.mark.slow]

Notebook = dict[str, Any]

BEGIN = "from trainkit import Exercise\nex = Exercise('9-01', variant=variant)"
DOUBLE = "double = number * 2\nex.answer(double=double)"
SIZE = "size = 'big'\nex.answer(size=size)"
SQUARES = (
    "import pandas as pd\n"
    "squares = pd.DataFrame({'n': [number], 'square': [number ** 2]})\n"
    "ex.answer(squares=squares)"
)
CLEAN: Notebook = json.loads(submission("variant = 0", READ, BEGIN, DOUBLE, SIZE, SQUARES))
CLEAN["cells"][1]["metadata"]["tags"] = ["parameters"]

#: Positions in the clean notebook; the prose is cell 0.
PARAMETERS, READING, BEGINNING, FIRST, SECOND, THIRD = range(1, 7)


def code(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def forged(value: float) -> dict[str, Any]:
    """Return an output that says what a right answer would have said."""
    said = [{"name": "double", "type": "number", "state": "given", "value": value}]
    return {"output_type": "display_data", "metadata": {}, "data": {ANSWER_MIME: said}}


def cell_copied(nb: Notebook) -> None:
    nb["cells"].insert(FIRST, copy.deepcopy(nb["cells"][FIRST]))


def all_cells_copied(nb: Notebook) -> None:
    nb["cells"] += copy.deepcopy(nb["cells"])


def cell_split(nb: Notebook) -> None:
    first, last = DOUBLE.split("\n")
    nb["cells"][FIRST : FIRST + 1] = [code(first), code(last)]


def cells_merged(nb: Notebook) -> None:
    nb["cells"] = [code("\n".join(c["source"] for c in nb["cells"] if c["cell_type"] == "code"))]


def answers_moved_to_the_end(nb: Notebook) -> None:
    calls = [DOUBLE.split("\n")[-1], SIZE.split("\n")[-1]]
    for position, call in zip((FIRST, SECOND), calls, strict=True):
        nb["cells"][position]["source"] = nb["cells"][position]["source"].replace(call, "")
    nb["cells"] += map(code, calls)


def answers_in_another_order(nb: Notebook) -> None:
    nb["cells"][FIRST:] = reversed(nb["cells"][FIRST:])


def answer_deleted(nb: Notebook) -> None:
    nb["cells"][FIRST]["source"] = "double = number * 2"


def beginning_deleted(nb: Notebook) -> None:
    del nb["cells"][BEGINNING]


def answer_retyped(nb: Notebook) -> None:
    cell_split(nb)
    nb["cells"][FIRST + 1] = {"cell_type": "raw", "metadata": {}, "source": "ex.answer(double=double)"}


def answer_turned_into_prose(nb: Notebook) -> None:
    cell_split(nb)
    nb["cells"][FIRST + 1]["cell_type"] = "markdown"


def ids_twice(nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["id"] = "the-same"


def ids_that_are_none(nb: Notebook) -> None:
    for cell, id in zip(nb["cells"], [None, 3, "", "x" * 5000, ["a"], {"b": 1}, "\ud800"], strict=True):
        cell["id"] = id


def format_3(nb: Notebook) -> None:
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"] = "python"
    nb["worksheets"] = [{"cells": nb.pop("cells"), "metadata": {}}]
    nb["nbformat"], nb["nbformat_minor"] = 3, 0


def format_of_the_future(nb: Notebook) -> None:
    nb["nbformat"], nb["nbformat_minor"], nb["blocks"] = 99, 7, [{"kind": "unknown"}]


def format_unsaid(nb: Notebook) -> None:
    del nb["nbformat"], nb["nbformat_minor"], nb["metadata"]


def another_kernel(nb: Notebook) -> None:
    nb["metadata"] = {
        "kernelspec": {"name": "ir", "language": "R", "display_name": "R"},
        "language_info": {"name": "R", "version": "4.5"},
    }


def metadata_of_other_tools(nb: Notebook) -> None:
    nb["metadata"] = {"colab": {"provenance": []}, "vscode": {"interpreter": 1}, "jupytext": None}
    for cell in nb["cells"]:
        cell["metadata"] = {"nbgrader": {"grade": True, "points": 99, "locked": True}, "deletable": False}


def metadata_that_is_none(nb: Notebook) -> None:
    nb["metadata"] = None
    for cell in nb["cells"]:
        cell["metadata"] = None


def outputs_forged(nb: Notebook) -> None:
    for cell in nb["cells"][PARAMETERS:]:
        cell["outputs"] = [forged(-1.0)]


def outputs_huge(nb: Notebook) -> None:
    nb["cells"][FIRST]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}]


def outputs_that_are_none(nb: Notebook) -> None:
    for cell, outputs in zip(nb["cells"], [None, 3, "x", {"a": 1}, [None], [[]], [{}]], strict=True):
        cell["outputs"] = outputs


def parameters_deleted(nb: Notebook) -> None:
    del nb["cells"][PARAMETERS]


def parameters_without_tag(nb: Notebook) -> None:
    nb["cells"][PARAMETERS]["metadata"] = {}


def parameters_with_a_remark(nb: Notebook) -> None:
    nb["cells"][PARAMETERS]["source"] = "# my data\nvariant = 1234567  # was 0"


def parameters_moved_down(nb: Notebook) -> None:
    nb["cells"].append(nb["cells"].pop(PARAMETERS))


def variant_overwritten(nb: Notebook) -> None:
    nb["cells"].insert(BEGINNING, code("variant = 77\nprint(variant)"))


def variant_typed_in(nb: Notebook) -> None:
    nb["cells"][BEGINNING]["source"] = BEGIN.replace("variant=variant", "variant=4711")


def sources_as_lines(nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def windows_line_ends(nb: Notebook) -> None:
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def empty_cells_between(nb: Notebook) -> None:
    nb["cells"] = [c for cell in nb["cells"] for c in (cell, code(""), code("   \n\t"), code("# later"))]


def a_failing_cell_before_each(nb: Notebook) -> None:
    nb["cells"] = [c for cell in nb["cells"] for c in (code("1 / 0"), code("not python"), cell)]


def things_that_are_no_cells(nb: Notebook) -> None:
    nb["cells"] = [None, 3, "x", [], {}, {"cell_type": "alien", "source": "x"}, *nb["cells"]]


EDITS: list[Callable[[Notebook], None]] = [
    cell_copied,
    all_cells_copied,
    cell_split,
    cells_merged,
    answers_moved_to_the_end,
    answers_in_another_order,
    answer_deleted,
    beginning_deleted,
    answer_retyped,
    answer_turned_into_prose,
    ids_twice,
    ids_that_are_none,
    format_3,
    format_of_the_future,
    format_unsaid,
    another_kernel,
    metadata_of_other_tools,
    metadata_that_is_none,
    outputs_forged,
    outputs_huge,
    outputs_that_are_none,
    parameters_deleted,
    parameters_without_tag,
    parameters_with_a_remark,
    parameters_moved_down,
    variant_overwritten,
    variant_typed_in,
    sources_as_lines,
    windows_line_ends,
    empty_cells_between,
    a_failing_cell_before_each,
    things_that_are_no_cells,
]


@pytest.fixture
def one_hidden(assignment: Assignment) -> Assignment:
    return replace(assignment, hidden=assignment.hidden[:1])


def verdicts(raw: bytes, assignment: Assignment) -> list[Any]:
    graded = grade(raw, assignment)
    said = [{name: (v.outcome, v.value) for name, v in j.verdicts.items()} for j in graded.judged]
    return [graded.state, graded.marks, said]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edited_notebook_gets_the_grade_of_the_clean_one(
    edit: Callable[[Notebook], None], one_hidden: Assignment
) -> None:
    edited = copy.deepcopy(CLEAN)
    edit(edited)
    assert edited != CLEAN
    state, marks, said = verdicts(json.dumps(edited).encode(), one_hidden)
    assert state == "graded"
    assert [(m.earned, m.points, m.flag) for m in marks] == [(2, 2, ""), (1, 1, ""), (1, 1, "")]
    assert all(outcome == "right" for variant in said for outcome, _value in variant.values())


@pytest.mark.parametrize("seed", range(3))
def test_several_edits_at_once_change_nothing_either(seed: int, one_hidden: Assignment) -> None:
    luck = random.Random(seed)
    edited = copy.deepcopy(CLEAN)
    for edit in luck.sample([cell_split, ids_twice, outputs_forged, another_kernel, variant_overwritten], 3):
        edit(edited)
    luck.choice([cell_copied, empty_cells_between, a_failing_cell_before_each])(edited)
    luck.choice([format_3, format_of_the_future, sources_as_lines, windows_line_ends])(edited)
    assert verdicts(json.dumps(edited).encode(), one_hidden) == verdicts(
        json.dumps(CLEAN).encode(), one_hidden
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_mark_at_the_beginning_of_the_file_changes_nothing(encoding: str, one_hidden: Assignment) -> None:
    raw = json.dumps(CLEAN, ensure_ascii=False, indent=4).replace("\n", "\r\n").encode(encoding)
    assert [m.earned for m in verdicts(raw, one_hidden)[1]] == [2, 1, 1]
