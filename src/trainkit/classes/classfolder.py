"""Making a class: a folder with settings to change, a roster to fill in, and a secret of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from trainkit.classes.assignment import HIDDEN
from trainkit.classes.classfile import limit_settings
from trainkit.classes.classroom import FILE, MOST_HIDDEN, Classroom
from trainkit.classes.secret import class_secret
from trainkit.course.catalogue import find
from trainkit.errors import GradingError
from trainkit.files import write_atomic
from trainkit.i18n import _, get_language, speaking

__all__ = ["new_class", "settings_text"]

#: The first line of a roster; the identifier is the name of the folder with what a trainee hands in.
_ROSTER = {
    "en": "trainee,name,email,number,section,language",
    "zh": "用户名,姓名,邮箱,学号,班级,语言",
}


def new_class(folder: Path, *, title: str = "", lang: str = "", exercises: Sequence[str] = ()) -> Classroom:
    """Make the folder of a class: `class.toml`, `roster.csv`, `submissions/` and the class secret.

    What is there already stays as it is.

    Args:
        folder: of the class; made if need be.
        title: what it's called; the folder's name by default.
        lang: `en` or `zh`, also that of the comments in the file; the language in use by default.
        exercises: ids that are graded; all by default.

    Raises:
        GradingError: the folder is a class already, or can't be written to.
        UnknownName: there is no such exercise.
    """
    if (folder / FILE).exists():
        raise GradingError(
            _("{path} is there already. Change the class in it, or choose another folder.").format(
                path=folder / FILE
            )
        )
    for id in exercises:
        find("exercise", id)
    lang = lang or get_language()
    with speaking(lang):
        text = settings_text(title or folder.resolve().name, lang, exercises)
    try:
        (folder / "submissions").mkdir(parents=True, exist_ok=True)
        if not (folder / "roster.csv").exists():
            # With a mark at its beginning Excel takes it for UTF-8, too.
            write_atomic(folder / "roster.csv", f"{_ROSTER[lang]}\r\n".encode("utf-8-sig"))
        write_atomic(folder / FILE, text)
        classroom = Classroom.load(folder)
        class_secret(classroom.private / "class.secret")
        classroom.private.chmod(0o700)
    except OSError as error:
        raise GradingError(
            _("The class {folder} can't be written: {error}").format(folder=folder, error=error.strerror)
        ) from error
    return classroom


def settings_text(title: str, lang: str, exercises: Sequence[str] = ()) -> str:
    """Return the text of a `class.toml`: every setting at its default, explained in the language in use."""
    ids = ", ".join(map(_quoted, exercises))
    blocks = [
        [_comment(_("The settings of a class: `trainkit grade` and `trainkit class pack` read them."))],
        [_comment(_("What the class is called in reports.")), f"title = {_quoted(title)}"],
        [
            _comment(_('"en" or "zh": where a notebook or the roster doesn\'t tell the language.')),
            f"lang = {_quoted(lang)}",
        ],
        [
            _comment(_('The exercises that are graded, such as ["1-06", "2-01"]; all if none is named.')),
            f"exercises = [{ids}]",
        ],
        [
            _comment(_("Of these, the ones in which each trainee works on data of their own.")),
            "personal = []",
        ],
        [
            _comment(
                _("On how many data sets that nobody has seen a notebook is run, from 1 to {most}.").format(
                    most=MOST_HIDDEN
                )
            ),
            f"hidden = {HIDDEN}",
        ],
        [
            _comment(_("The trainees: a CSV file whose first line names the columns.")),
            'roster = "roster.csv"',
        ],
        [
            _comment(_("The name under an assessor's comments; TRAINKIT_ASSESSOR says another one.")),
            'assessor = ""',
        ],
        [
            _comment(_("A database in place of the file grades/gradebook.db; passwords belong elsewhere.")),
            _comment('"postgresql+psycopg://grader@db.example.org/grades"'),
            'database = ""',
        ],
        [
            "[released]",
            _comment(
                _("From which day on feedback may be read. Without a day, that on an examination isn't.")
            ),
            _comment('"3-01" = 2026-06-30'),
        ],
        ["[limits]", _comment(_("What one run of a notebook may use.")), *_limits()],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _limits() -> Iterator[str]:
    meanings = _limit_meanings()
    entries = [
        (f"{name} = {default:g}", meanings[name]) for name, (_field, default) in limit_settings().items()
    ]
    width = max(len(entry) for entry, _meaning in entries)
    for entry, meaning in entries:
        yield f"{entry:<{width}}  # {meaning}"


def _limit_meanings() -> dict[str, str]:
    return {
        "cell_seconds": _("one cell; then it is ended, and the notebook goes on without it"),
        "notebook_seconds": _("the whole run"),
        "memory_mib": _("address space of one process"),
        "resident_mib": _("memory of all processes together"),
        "processes": _("processes and threads together"),
        "file_mib": _("one file that is written"),
        "disk_mib": _("each folder that can be written to"),
        "files": _("open files of one process"),
        "output_mib": _("what cells display; more is dropped"),
        "answers_mib": _("what is answered, all answers together"),
        "notebook_mib": _("a submitted file"),
        "cells": _("cells of a notebook"),
        "restarts": _("how often a notebook goes on without the cell that ended its kernel"),
    }


def _comment(text: str) -> str:
    return f"# {text}"


def _quoted(text: str) -> str:
    """Return a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
