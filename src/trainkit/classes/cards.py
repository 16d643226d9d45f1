"""A card for each trainee on the roster: the name, the key to sign with, and the data to work on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trainkit.classes.classroom import Classroom
from trainkit.classes.roster import Entry
from trainkit.classes.secret import class_identity
from trainkit.course.handing_in.card import SUFFIX, Card, key_of
from trainkit.files import write_atomic

__all__ = ["card_for", "write_cards"]


def write_cards(
    classroom: Classroom, trainees: Iterable[Entry], own: Mapping[str, Mapping[str, int]], out: Path
) -> Iterator[Path]:
    """Write a card into each trainee's folder, and yield its path.

    Args:
        classroom: the class.
        trainees: on the roster.
        own: by trainee, the variants on which exercises open, by exercise.
        out: the folder of the trainees' folders.
    """
    for trainee in trainees:
        path = out / trainee.name / f"{trainee.name}{SUFFIX}"
        write_atomic(path, card_for(classroom, trainee, own.get(trainee.name, {})).text(), private=True)
        yield path


def card_for(classroom: Classroom, trainee: Entry, own: Mapping[str, int]) -> Card:
    """Return a trainee's card; the secret can't be computed from it, and neither can anybody else's key."""
    return Card(
        title=classroom.title,
        identity=class_identity(classroom.secret),
        trainee=trainee.name,
        name=trainee.display_name,
        key=key_of(classroom.secret, trainee.name),
        variants=dict(own),
        lang=trainee.lang,
    )
