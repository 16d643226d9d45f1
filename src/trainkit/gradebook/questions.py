"""What grading can't decide: who somebody is, which of two sources counts, and who has no work at all.

Each run of grading leaves what it couldn't decide as questions; an assessor's answers are kept, and the next
run goes by them. A question about one person goes when that person is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from trainkit.errors import UnknownName
from trainkit.gradebook import records
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.trail import whoami
from trainkit.i18n import _

__all__ = ["Answered", "Open", "absent", "answered", "ask", "choose", "left_open", "match"]


@dataclass(frozen=True)
class Open:
    """A question about somebody's work.

    Args:
        trainee: whose.
        exercise: the exercise's id; empty for all.
        kind: `no notebook`, `conflict`, `several`, `unknown`, `late`; `nothing` for somebody without work.
        source: where it lies, for people; empty for somebody without work.
        note: what is to be known, in the language of the run that found it.
        name: the full name.
    """

    trainee: str
    exercise: str
    kind: str
    source: str = ""
    note: str = ""
    name: str = ""


@dataclass(frozen=True)
class Answered:
    """What assessors said, and who is known.

    Args:
        matched: identifiers by folders' names.
        chosen: sources by trainee and exercise.
        names: of all trainees.
    """

    matched: dict[str, str]
    chosen: dict[tuple[str, str], str]
    names: tuple[str, ...]


def answered(book: Gradebook) -> Answered:
    """Return what assessors said so far."""
    with book.database.reading() as session:
        names = {t.id: t.name for t in session.scalars(select(records.Trainee))}
        matches = session.scalars(select(records.Match).order_by(records.Match.id)).all()
        choices = session.scalars(select(records.Choice).order_by(records.Choice.id)).all()
        return Answered(
            {m.said: names[m.trainee_id] for m in matches},
            {(names[c.trainee_id], c.exercise): c.source for c in choices},
            tuple(sorted(names.values())),
        )


def ask(book: Gradebook, questions: Iterable[Open], exercises: Collection[str]) -> None:
    """Put the questions of a run in the place of those that an earlier run had about the same exercises."""
    found = list(questions)

    def work(session: Session) -> None:
        about = [*exercises, ""]
        session.execute(delete(records.Question).where(records.Question.exercise.in_(about)))
        people = {t.name: t for t in session.scalars(select(records.Trainee))}
        lang = session.scalars(select(records.ClassInfo.lang)).first() or "en"
        for question in found:
            person = people.get(question.trainee)
            if person is None:
                person = people[question.trainee] = records.Trainee(name=question.trainee, lang=lang)
                session.add(person)
                session.flush()
            session.add(
                records.Question(
                    trainee_id=person.id,
                    exercise=question.exercise,
                    kind=question.kind,
                    source=question.source,
                    note=question.note,
                )
            )

    book.database.write(work)


def left_open(book: Gradebook, *, trainee: str = "", exercise: str = "") -> list[Open]:
    """Return what is open, and a line for everybody of whom there is no work, by trainee and exercise.

    Args:
        book: the gradebook.
        trainee: only about this one.
        exercise: only about this exercise.
    """
    with book.database.reading() as session:
        asked = session.scalars(
            select(records.Question)
            .options(joinedload(records.Question.trainee))
            .order_by(records.Question.id)
        ).all()
        people = session.scalars(select(records.Trainee)).all()
        handed = select(records.Submission.trainee_id).join(records.Exercise)
        if exercise:
            handed = handed.where(records.Exercise.code == exercise)
        working = set(session.scalars(handed))
        found = [
            Open(q.trainee.name, q.exercise, q.kind, q.source, q.note, q.trainee.display_name)
            for q in asked
            if not exercise or q.exercise in ("", exercise)
        ]
        told = {q.trainee for q in found if q.kind in ("no notebook", "conflict")}
        found += [
            Open(t.name, exercise, "nothing", name=t.display_name)
            for t in people
            if t.id not in working and t.name not in told
        ]
    return sorted((q for q in found if trainee in ("", q.trainee)), key=lambda q: (q.trainee, q.exercise))


def absent(book: Gradebook, working: Collection[str]) -> list[records.Trainee]:
    """Return everybody in the gradebook but those who have work, by name.

    Args:
        book: the gradebook.
        working: the identifiers of those who have.
    """
    with book.database.reading() as session:
        people = session.scalars(select(records.Trainee).order_by(records.Trainee.name)).all()
        return [person for person in people if person.name not in working]


def match(book: Gradebook, said: str, trainee: str, *, why: str = "", who: str = "") -> int:
    """Say whom a folder's name means. What was graded under that name before becomes that person's.

    Args:
        book: the gradebook.
        said: the name of the folder or file, as grading told it.
        trainee: the identifier on the roster.
        why: for the audit trail.
        who: does it; the user of this process by default.

    Returns:
        How many grades were moved. The person's own grades stay in front of them.

    Raises:
        UnknownName: there is no such trainee.
    """

    def work(session: Session) -> int:
        people = {t.name: t for t in session.scalars(select(records.Trainee))}
        if trainee not in people:
            raise UnknownName(_("There is no trainee `{name}`.").format(name=trainee), trainee, people)
        person, stranger = people[trainee], people.get(said)
        session.execute(delete(records.Match).where(records.Match.said == said))
        session.add(records.Match(trainee_id=person.id, said=said))
        moved = _move(session, stranger, person) if stranger is not None and stranger is not person else 0
        session.add(_line("match", f"grades moved: {moved}", person, why, who))
        return moved

    return book.database.write(work)


def choose(
    book: Gradebook, source: str, *, trainee: str = "", exercise: str = "", why: str = "", who: str = ""
) -> int:
    """Say that of two sources of one person's work this one counts, from the next run of grading on.

    Args:
        book: the gradebook.
        source: a folder or an archive, as grading told it, or a place within it.
        trainee: only for this one.
        exercise: only for this exercise.
        why: for the audit trail.
        who: does it; the user of this process by default.

    Returns:
        For how many conflicts it was said.

    Raises:
        UnknownName: no conflict has such a source.
    """

    def work(session: Session) -> int:
        conflicts = session.scalars(
            select(records.Question)
            .options(joinedload(records.Question.trainee))
            .where(records.Question.kind == "conflict")
        ).all()
        wanted = [
            q
            for q in conflicts
            if trainee in ("", q.trainee.name) and exercise in ("", q.exercise) and q.exercise
        ]
        found = {(q.trainee_id, q.exercise): q for q in wanted if _within(q.source, source)}
        if not found:
            message = _("No conflict has a source `{name}`.").format(name=source)
            raise UnknownName(message, source, sorted({q.source for q in wanted}))
        for (person, code), question in found.items():
            session.execute(
                delete(records.Choice).where(
                    records.Choice.trainee_id == person, records.Choice.exercise == code
                )
            )
            session.add(records.Choice(trainee_id=person, exercise=code, source=source))
            session.add(_line("choose", f"{code}: {source}", question.trainee, why, who))
        return len(found)

    return book.database.write(work)


def _within(place: str, said: str) -> bool:
    return place == said or place.startswith(f"{said.rstrip('/')}/")


def _line(action: str, what: str, person: records.Trainee, why: str, who: str) -> records.Audit:
    return records.Audit(who=who or whoami(), action=action, what=what, why=why, trainee_id=person.id)


def _move(session: Session, stranger: records.Trainee, person: records.Trainee) -> int:
    """Give somebody's grades to another one, behind those that are there; the stranger goes."""
    own = {_key(s) for s in _of(session, person)}
    taken = {s.exercise.code for s in _of(session, person)}
    moved = 0
    for submission in _of(session, stranger):
        if _key(submission) in own:
            continue
        submission.trainee_id = person.id
        if submission.exercise.code in taken:
            submission.sequence = 0
        moved += 1
    session.flush()
    for table in (records.Audit, records.Match, records.Choice):
        session.execute(update(table).where(table.trainee_id == stranger.id).values(trainee_id=person.id))
    session.execute(delete(records.Trainee).where(records.Trainee.id == stranger.id))
    return moved


def _key(submission: records.Submission) -> tuple[Any, ...]:
    return submission.exercise_id, submission.source, submission.content


def _of(session: Session, person: records.Trainee) -> Sequence[records.Submission]:
    return session.scalars(
        select(records.Submission)
        .where(records.Submission.trainee_id == person.id)
        .options(joinedload(records.Submission.exercise))
    ).all()
