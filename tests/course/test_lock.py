"""A lock says what the key would say, to the tolerance's very edge, and its file says nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from asked import ASK, CHOICE, CHOICES, LONG, NUMBER, TABLE, TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from trainkit.course.answers import pack
from trainkit.course.conventions import close
from trainkit.course.judge import judge, slips
from trainkit.course.lock import Lock, boxes, public, seal
from trainkit.course.lock.grid import cell, touched
from trainkit.course.model import Answer, Expected, Info, Key, Mistake, Quiz, QuizChoice, plain

SAY = {"en": "{value} leaves the passives out.", "zh": "{value} 没有算上被动者。"}
OTHER = {"en": "{value} counts the eights.", "zh": "{value} 把 8 分也算上了。"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as quickly as can be: what opens doesn't depend on it."""
    monkeypatch.setattr(boxes, "COST", 1)


def info(answer: Answer) -> Info:
    return Info("1-01", "exercise", ASK, "junior", ("C1",), 5, edition="e", answers=(answer,))


def locked(answer: Answer, expected: Expected) -> Lock:
    """Return a lock as it comes out of a file."""
    asked = info(answer)
    sealed = json.loads(json.dumps(seal(asked, Key(0, {answer.name: expected}))))
    return Lock(public(asked), 0, sealed)


def hold_alike(answer: Answer, expected: Expected, lock: Lock, value: Any) -> None:
    payload = {"state": "given", "value": value}
    asked = public(info(answer)).answers[0]
    opened = judge(asked, lock.expected_for(asked, payload), payload, examination=True)
    assert opened == judge(answer, expected, payload, examination=True)


units = st.sampled_from(["%", "share", "points", "CNY", ""])
tolerances = st.sampled_from([0.0, 1e-9, 0.005, 0.05, 0.5, 50.0])
numbers = st.floats(-1e3, 1e3) | st.floats(-1e9, 1e9) | st.integers(-100, 100).map(float)


def around(value: float, slack: float) -> list[float]:
    """Return numbers at and next to the edges of what is accepted for a value, and far from it."""
    edges = [value + sign * slack * (1 + off) for sign in (-1, 1) for off in (0, 1e-12, -1e-12, 1e-7, -1e-7)]
    noise = [value * (1 + sign * 1e-9) for sign in (-1, 1)]
    beyond = [math.nextafter(e, way) for e in (*edges, *noise) for way in (-math.inf, math.inf)]
    return [value, *edges, *noise, *beyond, value + 2.2 * slack, value - 1.8 * slack, value * 2 + 1]


@settings(max_examples=40)
@given(numbers, tolerances, units, st.lists(numbers, max_size=3), st.data())
def test_a_number_gets_the_same_verdict_from_the_lock_as_from_the_key(
    right: float, tolerance: float, unit: str, wrong: list[float], data: st.DataObject
) -> None:
    answer = replace(NUMBER, tolerance=tolerance, unit=unit)
    wrong += [right + data.draw(st.floats(-3, 3)) * tolerance]
    mistakes = tuple(Mistake(f"NPS-{n}", value, SAY) for n, value in enumerate(wrong, 1))
    expected = Expected(right, mistakes)
    lock = locked(answer, expected)
    for value, slack in [(v, tolerance) for v in (right, *wrong)] + [
        (s.value, s.slack) for s in slips(answer, expected)
    ]:
        for near in around(value, slack):
            hold_alike(answer, expected, lock, near)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1, 1), tolerances, st.floats(0, 1))
def test_whatever_is_accepted_for_a_number_lies_in_its_cells(
    value: float, off: float, tolerance: float, part: float
) -> None:
    slack = part * tolerance
    found = touched(value, slack, tolerance)
    for near in (value + off * slack, *around(value, slack)):
        if math.isfinite(near) and close(near, value, slack):
            assert cell(near, tolerance) in found


@given(st.floats(-1e6, 1e6), st.sampled_from([0.005, 0.05, 0.5]))
def test_a_number_touches_two_cells_at_most(value: float, tolerance: float) -> None:
    assert len(touched(value, tolerance, tolerance)) <= 2


@pytest.mark.parametrize(
    ("answer", "expected", "values"),
    [
        (
            TEXT,
            Expected("Promoters", (Mistake("NPS-1", "passives", SAY),)),
            ["promoters", " ＰＲＯＭＯＴＥＲＳ", "Detractors", "passives", "", "x"],
        ),
        (CHOICE, Expected("mix", (Mistake("STA-2", "service", SAY),)), ["mix", "service", "构成变了", "x"]),
        (CHOICE, Expected("mix"), ["mix", "service"]),
        (
            CHOICES,
            Expected(["mix", "service"], (Mistake("STA-2", ["mix"], SAY), Mistake("STA-3", [], OTHER))),
            [["service", "mix"], ["mix"], ["service"], [], "mix"],
        ),
    ],
)
def test_texts_and_choices_get_the_same_verdict(
    answer: Answer, expected: Expected, values: list[Any]
) -> None:
    lock = locked(answer, expected)
    for value in [*values, ..., None]:
        hold_alike(answer, expected, lock, value)


cells = (
    st.none() | st.floats(-100, 100) | st.integers(-3, 3) | st.sampled_from(["1", "true", "７", "B2B", ""])
)
values = st.sampled_from([10.0, 10.04, 20.0, -10.0, 0.1, 10.4, None, "10"]) | cells
keys = st.sampled_from(["B2B", "business", "G", "政府", "C", 1, "1"])


def frames(columns: list[str], *kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rows = st.lists(st.tuples(*kinds).map(list), max_size=6)
    return rows.map(lambda found: {"columns": columns, "rows": found})


MIXED = replace(
    LONG,
    key=("type",),
    columns=(TABLE.columns[0], replace(LONG.columns[1], name="n"), TABLE.columns[1]),
)


@pytest.mark.parametrize(
    ("answer", "table"),
    [
        (TABLE, frames(["type", "csat"], keys, values)),
        (LONG, frames(["type", "quarter", "csat"], keys, st.sampled_from(["Q1", "Q2"]), values)),
        (MIXED, frames(["type", "n", "csat"], keys, values, values)),
    ],
)
@settings(max_examples=30)
@given(st.data())
def test_a_table_gets_the_same_verdict_from_the_lock_as_from_the_key(
    answer: Answer, table: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    def plain_of(value: Any) -> Any:
        return pack(value, answer)["value"]

    tables = [plain_of(data.draw(table)) for _n in range(3)]
    expected = Expected(tables[0], tuple(Mistake(f"NPS-{n}", t, SAY) for n, t in enumerate(tables[1:], 1)))
    lock = locked(answer, expected)
    given_ = [*tables, data.draw(table)]
    for sample in tables:
        rows = sample["rows"]
        if rows:
            place = data.draw(st.integers(0, len(rows) - 1))
            changed = [list(row) for row in rows]
            changed[place][-1] = data.draw(values | _near(rows[place][-1]))
            given_ += [{**sample, "rows": changed}, {**sample, "rows": rows[:place]}]
            given_ += [{**sample, "rows": data.draw(st.permutations(rows))}, {**sample, "rows": rows * 9}]
    for value in given_:
        hold_alike(answer, expected, lock, value)


def _near(value: Any) -> st.SearchStrategy[Any]:
    if not isinstance(value, float):
        return st.just(value)
    return st.sampled_from([*around(value, 0.05), -value, value / 10, value * 10])


MONTHS = Answer("churn", "table", ASK, key=("type",), columns=TABLE.columns)
STEEP = [[f"2025-{m:02}", 10.6 + 3.3 * m] for m in range(1, 13)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows, "right"),
        (lambda rows: [[k, v / 2] for k, v in rows], "mistake"),
        (lambda rows: [[k, -v] for k, v in rows], "sign"),
        (lambda rows: [[k, v * 100] for k, v in rows], "hundredfold"),
        (lambda rows: [[k, float(round(v))] for k, v in rows], "fewer decimals"),
        (lambda rows: [[k, v] for (k, _v), (_k, v) in zip(rows, rows[1:] + rows[:1], strict=True)], "beside"),
        (lambda rows: rows[:-2], "Rows missing: 2 of 12."),
        (lambda rows: [*rows, ["2026-01", 1.0]], "2026-01"),
        (lambda rows: [[k, 9.0 if k == "2025-03" else v] for k, v in rows], "2025-03"),
        (lambda rows: [[k, 9.0] for k, _v in rows], "the same number in all rows"),
        (lambda rows: rows * 4, "48"),
    ],
)
def test_of_a_table_it_says_what_there_is_to_say(change: Any, said: str) -> None:
    wrong = {"columns": ["type", "csat"], "rows": [[k, v / 2] for k, v in STEEP]}
    expected = Expected({"columns": ["type", "csat"], "rows": STEEP}, (Mistake("CSAT-1", wrong, SAY),))
    lock = locked(MONTHS, expected)
    payload = {"state": "given", "value": {"columns": ["type", "csat"], "rows": change(STEEP)}}
    verdict = judge(MONTHS, lock.expected_for(MONTHS, payload), payload)
    assert said in (verdict.outcome, verdict.slip) or said in verdict.detail
    hold_alike(MONTHS, expected, lock, payload["value"])


def test_how_many_boxes_there_are_and_how_large_they_are_tells_nothing() -> None:
    """With or without mistakes and slips, a chest looks the same."""

    def looks(expected: Expected) -> tuple[int, set[int]]:
        chest = seal(info(NUMBER), Key(0, {"nps": expected}))["nps"]
        return len(chest["boxes"]), {len(box) for box in chest["boxes"].values()}

    alone = looks(Expected(0.0))
    assert alone == looks(Expected(35.0)) == looks(Expected(-7.12345, (Mistake("GEN-1", 3.0, SAY),)))
    assert len(alone[1]) == 1


def test_the_same_key_gives_the_same_bytes_and_each_answer_other_ones() -> None:
    expected = Expected(35.0, (Mistake("NPS-1", 46.7, SAY),))
    key = Key(0, {"nps": expected})
    assert seal(info(NUMBER), key) == seal(info(NUMBER), key)
    first = seal(info(NUMBER), key)["nps"]["boxes"]
    for other in (
        seal(replace(info(NUMBER), edition="f"), key)["nps"],
        seal(replace(info(NUMBER), id="1-02"), key)["nps"],
        seal(info(NUMBER), replace(key, variant=1))["nps"],
        seal(info(replace(NUMBER, name="n")), Key(0, {"n": expected}))["n"],
    ):
        assert not set(first) & set(other["boxes"])


def test_a_box_that_was_changed_does_not_open() -> None:
    salt = boxes.salt("a")
    chest = boxes.fill({"word": {"n": 1}}, salt, cost=1, least=1, step=64)
    assert boxes.look(chest, "word", salt) == {"n": 1}
    assert boxes.look(chest, "other", salt) is None
    assert boxes.look(chest, "word", boxes.salt("b")) is None
    (address, box), *_rest = chest["boxes"].items()
    changed = ("A" if box[30] != "A" else "B").join((box[:30], box[31:]))
    assert boxes.look({**chest, "boxes": {address: changed}}, "word", salt) is None


def test_two_editions_of_a_box_under_one_key_share_no_key_stream() -> None:
    """Whoever adds one to the other would read the difference of what lies in them."""
    salt = boxes.salt("a")
    one, other = (
        next(iter(boxes.fill({"word": {"n": n}}, salt, cost=1, least=1, step=64)["boxes"].values()))
        for n in (1, 2)
    )
    assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) / 4


def walk(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    else:
        yield str(value)


def test_other_spellings_and_replies_of_a_quiz_do_not_travel_in_the_open() -> None:
    quiz = Quiz("even", ASK, (QuizChoice(True, SAY, OTHER), QuizChoice(False, ASK, {"en": "No", "zh": "不"})))
    told = public(replace(info(TEXT), kind="lesson", quizzes=(quiz,)))
    texts = set(walk(plain(told)))
    assert not texts & {"detractors", "True", "right", OTHER["en"], "不", "accept"}
    assert SAY["en"] in texts
