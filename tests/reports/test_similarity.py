from __future__ import annotations

import ast
import keyword
import subprocess
import sys
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainkit.reports.similarity import (
    RUN,
    THRESHOLD,
    WINDOW,
    Pair,
    fingerprints,
    similar_pairs,
    similarity,
    tokens,
)

STARTER = """
from trainkit import Exercise
ex = Exercise("1-06", variant=variant)
surveys = ex.table("surveys")
nps = ...
ex.answer(nps=nps)
"""

SOLUTION = """
answered = surveys.dropna(subset=["nps"])
promoters = (answered["nps"] >= 9).sum()
detractors = (answered["nps"] <= 6).sum()
nps = 100 * (promoters - detractors) / len(answered)
by_quarter = answered.groupby(answered["sent"].dt.to_period("Q"))["nps"].mean().round(1)
worst = by_quarter.idxmin()
print(f"{worst}: {by_quarter.min():.1f}")
"""

#: The same task, thought through by somebody else.
OTHER = """
def score(values):
    counts = values.value_counts(normalize=True)
    top = sum(counts.get(k, 0) for k in [9, 10])
    low = sum(counts.get(k, 0) for k in range(7))
    return (top - low) * 100

nps = score(surveys.nps[surveys.nps.notna()])
quarters = surveys.assign(q=surveys.sent.dt.quarter).pivot_table(index="q", values="nps")
worst = quarters.sort_values("nps").index[0]
"""


def marks(*cells: str) -> frozenset[int]:
    return fingerprints(tokens(cells))


names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda n: not keyword.iskeyword(n))
codes = st.lists(st.sampled_from([*SOLUTION.splitlines(), *OTHER.splitlines()[:-1]]), max_size=12)
sets = st.frozensets(st.integers(0, 40))


@given(sets, sets, sets)
def test_it_is_the_same_from_either_side(one, other, starter):
    assert similarity(one, other, starter) == similarity(other, one, starter)
    assert 0 <= similarity(one, other, starter) <= 1


@given(sets, sets)
def test_a_submission_is_like_itself_unless_it_is_the_starter(one, starter):
    assert similarity(one, one, starter) == (1.0 if one - starter else 0.0)


@given(codes)
def test_what_was_handed_out_is_like_nothing(lines):
    text = "\n".join(lines)
    assert similarity(marks(STARTER), marks(STARTER, text), marks(STARTER)) == 0.0


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node


@given(st.lists(names, min_size=6, max_size=6, unique=True))
def test_renaming_variables_hides_nothing(chosen):
    old = ["answered", "promoters", "detractors", "nps", "by_quarter", "worst"]
    renamed = ast.unparse(_Rename(dict(zip(old, chosen, strict=True))).visit(ast.parse(SOLUTION)))
    assert tokens([renamed]) == tokens([SOLUTION])


@pytest.mark.parametrize(
    "change",
    [
        lambda code: ast.unparse(ast.parse(code)),
        lambda code: code.replace("\n", "\n\n# why not\n"),
        lambda code: code.replace('"', "'").replace("f'", 'f"').replace("1f}'", '1f}"'),
        lambda code: code.replace("100 *", "100*"),
        lambda code: code.replace("nps = 100", "nps =   (100").replace("len(answered)", "len(answered))"),
        lambda code: code.replace(".mean()", "\\\n    .mean()"),
        lambda code: code.replace('["nps"])\n', '["nps",],)\n', 1),
        lambda code: code.replace("worst = ", "pass; worst = ").replace("pass; ", ""),
    ],
)
def test_laying_code_out_anew_hides_nothing(change):
    assert tokens([change(SOLUTION)]) == tokens([SOLUTION])


def test_cutting_cells_elsewhere_hides_nothing():
    lines = SOLUTION.strip().splitlines()
    assert marks(*lines) == marks(SOLUTION)


def test_moved_cells_and_a_few_more_lines_are_noticed():
    lines = SOLUTION.strip().splitlines()
    moved = [*lines[3:], "extra = 1", *lines[:3]]
    assert similarity(marks(SOLUTION), marks(*moved)) > 0.6


def test_two_ways_of_thinking_are_told_apart():
    assert similarity(marks(STARTER, SOLUTION), marks(STARTER, OTHER), marks(STARTER)) < 0.2


@pytest.mark.parametrize(
    "code",
    ["%matplotlib inline\n", "!ls\n", "surveys?\n", "def broken(:\n", "x = = 3", "\0", "'''", "((((" * 500],
)
def test_cells_that_are_no_python_are_compared_all_the_same(code):
    assert marks(code + SOLUTION) == marks(code + SOLUTION)
    assert similarity(marks(code, SOLUTION), marks(code, SOLUTION)) == 1.0


def test_magics_do_not_hide_the_code_beside_them():
    assert tokens(["%matplotlib inline\n" + SOLUTION]) == tokens([SOLUTION])


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3).map(str), min_size=RUN + WINDOW, max_size=60), st.data())
def test_any_shared_run_that_is_long_enough_is_noticed(sequence, data):
    """The guarantee of winnowing: whatever stands around it."""
    long = RUN + WINDOW - 1
    start = data.draw(st.integers(0, len(sequence) - long))
    around = [f"x{i}" for i in range(20)]
    copied = [*around, *sequence[start : start + long], *around[::-1]]
    assert fingerprints(sequence) & fingerprints(copied)


def class_of(copies: int, others: int) -> dict[str, frozenset[int]]:
    own = {
        f"honest-{i}": marks(*(f"a = data.column_{i}.method_{i}_{j}(n={i * 100 + j})" for j in range(12)))
        for i in range(others)
    }
    return own | {f"copy-{i}": marks(SOLUTION) for i in range(copies)}


def test_a_class_is_told_who_is_alike():
    assert [(p.one, p.other, p.share) for p in similar_pairs(class_of(2, 10))] == [("copy-0", "copy-1", 1.0)]


def test_what_most_of_a_class_wrote_is_the_exercise():
    assert similar_pairs(class_of(8, 4)) == []


def test_what_was_given_does_not_make_a_pair():
    assert similar_pairs(class_of(2, 10), marks(SOLUTION)) == []


def test_a_few_lines_are_too_little_to_compare():
    assert similar_pairs({f"t{i}": marks("nps = 3") for i in range(2)}) == []


big_sets = st.frozensets(st.integers(0, 60), min_size=10, max_size=40)


@given(st.dictionaries(st.text(max_size=3), big_sets, max_size=12), st.floats(0.1, 1))
def test_pairs_are_what_comparing_each_two_gives(submissions, threshold):
    writers = Counter(mark for marks in submissions.values() for mark in marks)
    common = frozenset(m for m, n in writers.items() if n > max(2, len(submissions) / 2))
    own = {name: marks - common for name, marks in submissions.items() if len(marks - common) >= 8}
    expected = {
        (one, other): similarity(own[one], own[other])
        for one, other in combinations(sorted(own), 2)
        if similarity(own[one], own[other]) >= threshold
    }
    found = similar_pairs(submissions, threshold=threshold)
    assert {(p.one, p.other): p.share for p in found} == expected
    assert found == sorted(found, key=lambda p: (-p.share, -p.shared, p.one, p.other))
    assert all(p.shared == len(own[p.one] & own[p.other]) for p in found)


def test_a_report_is_the_same_in_every_process():
    code = f"from trainkit.reports.similarity import *; print(sorted(fingerprints(tokens([{SOLUTION!r}]))))"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in "ab"}
    assert runs == {f"{sorted(marks(SOLUTION))}\n"}


def test_a_pair_says_what_it_is():
    assert Pair("a", "b", THRESHOLD, 9).share == 0.8
