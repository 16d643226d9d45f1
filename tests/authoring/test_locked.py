"""What travels with the workbook judges practice, and neither says nor holds what is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import real
from real import ALL, EXERCISES, ROOT
from revealed import decoded, revealed, spellings

from trainkit.authoring.key import compute_key
from trainkit.authoring.locking import key_file
from trainkit.authoring.opening import opened
from trainkit.authoring.source import Source
from trainkit.course.catalogue import FOLDERS, find, load_key
from trainkit.course.judge import judge, slips
from trainkit.course.lock import boxes
from trainkit.course.model import Key

practiced = pytest.mark.parametrize("source", [s for s in ALL if s.info.instant], ids=real.name)


def key(source: Source) -> Key:
    return compute_key(source, opened(source).info.variant)


def file_of(source: Source) -> Path:
    return ROOT / FOLDERS[source.info.kind] / "keys" / f"{source.info.id}.json"


@practiced
def test_a_check_on_the_spot_says_what_grading_would(source: Source) -> None:
    """The right value, each mistake and each slip, with the committed lock and with the key."""
    right, info = key(source), find(source.info.kind, source.info.id)
    lock = load_key(info.kind, info.id, right.variant)
    assert lock is not None
    for asked, answer in zip(info.answers, source.info.answers, strict=True):
        expected = right.answers[answer.name]
        values = [expected.value, *(mistake.value for mistake in expected.mistakes)]
        if answer.type == "number":
            values += [slip.value for slip in slips(answer, expected)] + [expected.value + 1.234]
        if answer.type == "table":
            rows = expected.value["rows"]
            values += [{**expected.value, "rows": some} for some in (rows[:-1], rows[::-1], [*rows, rows[0]])]
        for value in values:
            payload = {"state": "given", "value": value}
            found = judge(asked, lock.expected_for(asked, payload), payload)
            assert found == judge(answer, expected, payload, examination=True)


@practiced
def test_a_key_file_holds_no_right_value_and_no_mistakes_message(source: Source) -> None:
    text = file_of(source).read_text(encoding="utf-8")
    right = key(source)
    hidden = [m.message[lang] for e in right.answers.values() for m in e.mistakes for lang in ("en", "zh")]
    hidden += [c.because[lang] for q in source.info.quizzes for c in q.choices for lang in ("en", "zh")]
    wanted = {s for a in source.info.answers for s in spellings(a, right.answers[a.name].value)}
    wanted -= {s for s in wanted if len(s.replace(".", "")) < 3}
    assert hidden
    assert wanted or not any(a.type in {"number", "table"} for a in source.info.answers)
    for part in decoded(text):
        assert not revealed(wanted, part)
        assert not [message for message in hidden if message in part]


@pytest.mark.parametrize("source", ALL, ids=real.name)
def test_no_hint_and_no_message_states_what_is_right(source: Source) -> None:
    """`{value}` in a message is the trainee's own."""
    right = key(source)
    for answer in source.info.answers:
        expected = right.answers[answer.name]
        wanted = spellings(answer, expected.value)
        said = [*source.info.hints.get(answer.name, ()), *(mistake.message for mistake in expected.mistakes)]
        for text in said:
            assert not revealed(wanted, " ".join(text.values())), answer.name


def test_the_search_finds_what_it_looks_for() -> None:
    answer = next(a for a in EXERCISES[0].info.answers if a.type == "number")
    text = spellings(answer, 35.0471)
    assert revealed(text, "NPS is 35.0 points")
    assert revealed(text, "a share of 0.350")
    assert not revealed(text, "135.0 or 35.01")
    inside = json.dumps({"a": ["MzUuMDQ3MTAw"]})  # 35.047100 in base64
    assert any("35.0471" in part for part in decoded(inside))


def test_data_that_count_have_no_lock() -> None:
    """Hidden and personal variants are others than the one on which everybody practices."""
    for source in EXERCISES:
        data = json.loads(file_of(source).read_text(encoding="utf-8"))
        variant = opened(source).info.variant
        assert list(data["practice"]) == ([str(variant)] if source.info.instant else [])
        assert load_key("exercise", source.info.id, variant + 1) is None


def test_what_was_locked_once_is_kept_and_another_key_is_locked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(boxes, "COST", 1)
    source = next(s for s in EXERCISES if s.info.instant)
    one, other = compute_key(source, 0), compute_key(source, source.info.variant or 1)
    first = key_file(source.info, {0: one})
    with monkeypatch.context() as patch:
        patch.setattr("trainkit.authoring.locking.dump", None)  # isn't called again
        assert key_file(source.info, {0: one}) == first
    assert key_file(source.info, {0: other}) != first
    assert len(list((tmp_path / "locks").iterdir())) == 2
