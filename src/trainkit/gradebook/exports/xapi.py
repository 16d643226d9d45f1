"""Grades as xAPI 1.0.3 statements, one a line or in one array, for a learning record store.

A submission is `completed` and, by the share of its points, `passed` or `failed`; each of its answers is
`scored`. A statement's time is when the work was first handed in, and its id is computed from all that it
says: a store that has it already ignores it, and a grade that has changed is a new statement.
See https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import quote

from trainkit.course.catalogue import info_from_plain
from trainkit.course.model import Answer, Info
from trainkit.gradebook.competencies import SHOWN
from trainkit.gradebook.exports.tables import full_name
from trainkit.gradebook.records import Mark, Submission, Trainee

__all__ = ["HOME", "PASS", "array", "statements"]

#: Where accounts and activities belong: a name that is reserved never to exist, unless the class has its own.
HOME = "https://trainkit.invalid"

#: The share of the points from which on an exercise is passed, as a competency is shown.
PASS = SHOWN

_VERBS = "http://adlnet.gov/expapi/verbs/"
_TYPES = "http://adlnet.gov/expapi/activities/"
_LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
_SAID = {
    "completed": {"en-US": "completed", "zh-CN": "完成"},
    "passed": {"en-US": "passed", "zh-CN": "通过"},
    "failed": {"en-US": "failed", "zh-CN": "未通过"},
    "scored": {"en-US": "scored", "zh-CN": "得分"},
}
_ADDRESS = re.compile(r"[^@\s<>\"'\\]+@[^@\s<>\"'\\]+\.[^@\s<>\"'\\]+")


def statements(submissions: Sequence[Submission], *, home: str = HOME) -> bytes:
    """Return the statements about all graded submissions as JSON lines in UTF-8.

    Args:
        submissions: complete records; one that couldn't be graded says nothing.
        home: the address under which the class's accounts and activities are known.
    """
    lines = [
        json.dumps(statement, ensure_ascii=False)
        for submission in submissions
        if submission.state == "graded"
        for statement in _about(submission, home.rstrip("/"))
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def array(submissions: Sequence[Submission], *, home: str = HOME) -> bytes:
    """Return the same statements as one JSON array, which is what a store takes in one request."""
    lines = statements(submissions, home=home).decode().removesuffix("\n").split("\n")
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode() if lines != [""] else b"[]\n"


def _about(submission: Submission, home: str) -> Iterator[dict[str, Any]]:
    info = info_from_plain(submission.exercise.info)
    exercise = _exercise(info, home)
    score = _score(submission.awarded, submission.points)
    passed = submission.awarded >= PASS * submission.points
    yield _statement(submission, "completed", exercise, {"score": score, "completion": True}, {}, home)
    result = {"score": score, "success": passed, "completion": True}
    yield _statement(submission, "passed" if passed else "failed", exercise, result, {}, home)
    asked = {a.name: a for a in info.answers}
    for mark in submission.marks:
        parent = {"contextActivities": {"parent": [exercise]}}
        yield _statement(
            submission,
            "scored",
            _answer(exercise["id"], mark, asked.get(mark.name)),
            _result(mark),
            parent,
            home,
        )


def _statement(
    submission: Submission,
    verb: str,
    target: dict[str, Any],
    result: dict[str, Any],
    context: dict[str, Any],
    home: str,
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "actor": _actor(submission.trainee, home),
        "verb": {"id": f"{_VERBS}{verb}", "display": _SAID[verb]},
        "object": target,
        "result": result,
        "context": {
            "platform": "trainkit",
            "language": _LANGUAGES.get(submission.trainee.lang, "en-US"),
            **context,
        },
    }
    # A store refuses a whole batch if it has an id with another statement: all that is said makes the id.
    if (at := submission.received_at) is not None:
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        body["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = json.dumps([submission.content, body], sort_keys=True)
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{home}\n{said}"))
    return {"id": identity, "version": "1.0.3", **body}


def _actor(trainee: Trainee, home: str) -> dict[str, Any]:
    """Return who it is: exactly one identifier, the e-mail address where there is a usable one."""
    who: dict[str, Any] = {"objectType": "Agent", "name": full_name(trainee)}
    if _ADDRESS.fullmatch(trainee.email):
        return {**who, "mbox": f"mailto:{trainee.email}"}
    return {**who, "account": {"homePage": home, "name": trainee.name}}


def _exercise(info: Info, home: str) -> dict[str, Any]:
    return _activity(f"{home}/exercises/{quote(info.id)}", "assessment", info.title)


def _answer(exercise: str, mark: Mark, asked: Answer | None) -> dict[str, Any]:
    texts = asked.ask if asked is not None else {"en": mark.name}
    return _activity(f"{exercise}/{quote(mark.name)}", "question", texts)


def _activity(address: str, kind: str, texts: Any) -> dict[str, Any]:
    name = {_LANGUAGES[lang]: text for lang, text in texts.items() if lang in _LANGUAGES}
    return {"objectType": "Activity", "id": address, "definition": {"type": f"{_TYPES}{kind}", "name": name}}


def _result(mark: Mark) -> dict[str, Any]:
    return {"score": _score(mark.awarded, mark.points), "success": mark.awarded >= mark.points}


def _score(raw: float, most: float) -> dict[str, float]:
    """Return a score; the scaled one lies between 0 and 1 whatever was given by hand."""
    raw, most = round(raw, 4), round(most, 4)
    if most <= 0:
        return {"raw": raw}
    kept = min(max(raw, 0.0), most)
    return {"scaled": round(kept / most, 4), "raw": kept, "min": 0, "max": most}
