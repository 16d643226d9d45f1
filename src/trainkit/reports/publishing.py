"""From a class's gradebook to files for people: feedback, exports, the report; nothing is graded again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from trainkit.classes.classroom import FILE, Classroom
from trainkit.classes.file_names import file_name
from trainkit.classes.preparation import Keys, Preparation, default_solutions
from trainkit.course.model import Info
from trainkit.errors import GradingError, UnknownName
from trainkit.files import write_atomic
from trainkit.gradebook.book import Gradebook
from trainkit.gradebook.enrolment import open_class
from trainkit.gradebook.exports import FORMATS, Others, export
from trainkit.gradebook.queries import whose
from trainkit.gradebook.questions import Open, absent, left_open
from trainkit.gradebook.records import Submission
from trainkit.i18n import _, speaking
from trainkit.reports.class_report import report_page
from trainkit.reports.class_report.sources import alike
from trainkit.reports.feedback import WORKBOOK, feedback_markdown, feedback_page

__all__ = [
    "FORMS",
    "export_grades",
    "format_for",
    "latest_of",
    "open_of",
    "write_feedback",
    "write_report",
]

#: The forms of feedback by their files' endings.
FORMS = {"html": feedback_page, "md": feedback_markdown}

#: What a file's ending says about the format of an export.
_BY_SUFFIX = {".csv": "long", ".xlsx": "xlsx", ".jsonl": "xapi", ".json": "xapi-array"}


def latest_of(classroom: Classroom, *, trainee: str = "", exercise: str = "") -> list[Submission]:
    """Return the last submissions of a class, of one trainee or for one exercise.

    Raises:
        GradingError: the class has no gradebook yet.
        UnknownName: nobody of that name handed anything in, or nothing was handed in for that exercise.
    """
    with open_class(classroom, create=False) as book:
        return _latest(book, trainee=trainee, exercise=exercise)


def open_of(classroom: Classroom, *, trainee: str = "", exercise: str = "") -> list[Open]:
    """Return what is open about a class's work, people without any included.

    Raises:
        GradingError: the class has no gradebook yet.
    """
    with open_class(classroom, create=False) as book:
        return left_open(book, trainee=trainee, exercise=exercise)


def write_feedback(
    classroom: Classroom,
    *,
    trainee: str = "",
    form: str = "html",
    solutions: Path | None = None,
    today: dt.date | None = None,
    workbook: str = WORKBOOK,
) -> list[Path]:
    """Write the trainees' feedback anew into `grades/feedback`, and return the files.

    Args:
        classroom: the class.
        trainee: this one's only.
        form: one of `FORMS`.
        solutions: the folder of the exercises' sources; the checkout's by default.
        today: decides what is released; the day of the call by default.
        workbook: the address of the running workbook that links lead to.

    Raises:
        GradingError: the class has no gradebook yet, or there are no solutions.
        UnknownName: there is no such trainee or form.
    """
    if form not in FORMS:
        raise UnknownName(_("There is no format `{name}`.").format(name=form), form, FORMS)
    day = today or dt.date.today()

    def released(info: Info) -> bool:
        return classroom.is_released(info.id, day, instant=info.instant)

    submissions = latest_of(classroom, trainee=trainee)
    keys = Preparation(classroom, solutions or default_solutions()).keys_for(whose(submissions))
    written = []
    for who, own in groupby(submissions, key=lambda s: s.trainee.name):
        page = FORMS[form](who, own, keys(who), released=released, workbook=workbook)
        path = classroom.grades / "feedback" / file_name(who, f".{form}")
        write_atomic(path, page, private=True)
        written.append(path)
    return written


def format_for(path: Path, form: str = "") -> str:
    """Return the format of an export: the one that is named, else the one that the file's ending says.

    Raises:
        GradingError: neither says.
        UnknownName: there is no such format.
    """
    if form and form not in FORMATS:
        raise UnknownName(_("There is no format `{name}`.").format(name=form), form, FORMATS)
    if not form and path.suffix.lower() not in _BY_SUFFIX:
        raise GradingError(
            _("The name {file} doesn't say the format. Use --format with one of {names}.").format(
                file=path.name, names=", ".join(FORMATS)
            )
        )
    return form or _BY_SUFFIX[path.suffix.lower()]


def export_grades(
    classroom: Classroom, path: Path, form: str = "", *, exercise: str = "", everybody: bool | None = None
) -> int:
    """Write a class's grades to a file that only its owner may read, note it, and return how many there are.

    Args:
        classroom: the class; titles are in its language.
        path: the file.
        form: one of `exports.FORMATS`; by default what the file's ending says.
        exercise: those for this exercise only.
        everybody: whether people without work have a row; by default what the format says.

    Raises:
        GradingError: the class has no gradebook yet, the format isn't clear, or the file is the class's own.
        UnknownName: there is no such format, or nothing was handed in for that exercise.
    """
    form = format_for(path, form)
    _keep_own(classroom, path)
    with open_class(classroom, create=False) as book:
        submissions = _latest(book, exercise=exercise)
        wanted = FORMATS[form].absent if everybody is None else everybody
        people = absent(book, {s.trainee.name for s in submissions}) if wanted else []
        others = Others(people, left_open(book, exercise=exercise))
        with speaking(classroom.lang):
            write_atomic(path, export(submissions, form, others), private=True)
        book.note("export", f"{len(submissions)} submissions as {form}")
    return len(submissions)


def write_report(
    classroom: Classroom,
    *,
    out: Path | None = None,
    solutions: Path | None = None,
    today: dt.date | None = None,
) -> Path:
    """Write the assessor's report on a class, in the class's language, and return the file.

    Args:
        classroom: the class.
        out: the file; `grades/report.html` by default.
        solutions: the folder of the exercises' sources; the checkout's by default.
        today: stands on the report; the day of the call by default.

    Raises:
        GradingError: the class has no gradebook yet, there are no solutions, or `out` is a file of the class.
    """
    path = out or classroom.grades / "report.html"
    _keep_own(classroom, path)
    with open_class(classroom, create=False) as book:
        submissions = book.latest()
        pairs = alike(book.handed_in())
        questions = left_open(book)
    keys = _message_keys(classroom, submissions, solutions or default_solutions())
    day = today or dt.date.today()
    with speaking(classroom.lang):
        page = report_page(classroom.title, submissions, keys=keys, alike=pairs, day=day, questions=questions)
    write_atomic(path, page, private=True)
    return path


def _keep_own(classroom: Classroom, path: Path) -> None:
    """See that no file that a class lives on is written over: a slip in a name would cost all grades."""
    own = (classroom.folder / FILE, classroom.roster, classroom.gradebook)
    if path.resolve() in {p.resolve() for p in own if isinstance(p, Path)}:
        raise GradingError(_("{file} is a file of the class itself. Choose another name.").format(file=path))


def _message_keys(classroom: Classroom, submissions: Sequence[Submission], solutions: Path) -> Keys:
    """Return one key an exercise: of whose data it is doesn't matter, the messages are the same."""
    one_each = {s.exercise.code: s for s in submissions}
    keys_for = Preparation(classroom, solutions).keys_for(whose(one_each.values()))
    return {name: key for s in one_each.values() for name, key in keys_for(s.trainee.name).items()}


def _latest(book: Gradebook, *, trainee: str = "", exercise: str = "") -> list[Submission]:
    found = book.latest(trainee=trainee, exercise=exercise)
    if found or not (trainee or exercise):
        return found
    everything = book.latest()
    if trainee and trainee not in (known := {s.trainee.name for s in everything}):
        message = _("There is no trainee `{name}` with a submission.").format(name=trainee)
        raise UnknownName(message, trainee, known)
    if exercise and exercise not in (known := {s.exercise.code for s in everything}):
        message = _("Nothing was handed in for exercise `{id}`.").format(id=exercise)
        raise UnknownName(message, exercise, known)
    return []
