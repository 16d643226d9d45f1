"""What the assessor's report says, as plain data in the language in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainkit.reports.class_report.drawing import Picture
from trainkit.reports.similarity import Pair

__all__ = ["Block", "ExerciseReport", "Flagged", "ItemRow", "MistakeRow", "OpenGroup", "Report", "VariantRow"]


@dataclass(frozen=True)
class ItemRow:
    """A question: share of its points that was reached in per cent, discrimination, and what that means."""

    name: str
    ask: str
    difficulty: int
    discrimination: str
    remark: str


@dataclass(frozen=True)
class MistakeRow:
    """A typical mistake: how many made it, what share of the class that is, and what they are told."""

    code: str
    answer: str
    count: int
    percent: int
    message: str


@dataclass(frozen=True)
class VariantRow:
    """One hidden variant: the share of right answers and its difference from the others, with intervals."""

    name: str
    mean: str
    interval: str
    difference: str
    remark: str


@dataclass(frozen=True)
class Block:
    """A part of the report, or the reason why it isn't shown.

    Args:
        said: what it finds, in a sentence or two.
        reason: why there is nothing to show; then the rest is empty.
        picture: a chart, if there is one.
        items: questions.
        mistakes: most frequent first.
        variants: in order of their numbers.
        pairs: of submissions that are alike.
    """

    said: str = ""
    reason: str = ""
    picture: Picture | None = None
    items: Sequence[ItemRow] = ()
    mistakes: Sequence[MistakeRow] = ()
    variants: Sequence[VariantRow] = ()
    pairs: Sequence[Pair] = ()


@dataclass(frozen=True)
class ExerciseReport:
    """One exercise: how many handed it in, and its blocks, or the reason why none of them is shown."""

    heading: str
    summary: str = ""
    reason: str = ""
    questions: Block = Block()
    reliability: Block = Block()
    mistakes: Block = Block()
    variants: Block = Block()
    similarity: Block = Block()


@dataclass(frozen=True)
class Flagged:
    """A submission that an assessor should look at, and why."""

    trainee: str
    exercise: str
    remarks: str


@dataclass(frozen=True)
class OpenGroup:
    """What is open about people of one kind: what it is, who, and the command that decides."""

    title: str
    rows: Sequence[Flagged]


@dataclass(frozen=True)
class Report:
    """The whole report.

    Args:
        title: of the class.
        day: on which it was made, as ISO date.
        figures: number and name of the class's few figures.
        names: of the trainees, by identifier.
        distribution: of the trainees' shares.
        exercises: by id.
        flagged: submissions to look at, or why they aren't shown.
        flags: its rows.
        lacking: what to know of libraries that grading lacks, a sentence each.
        left: who has no work, isn't on the roster or waits for a decision; only kinds that there are.
    """

    title: str
    day: str
    figures: Sequence[tuple[str, str]]
    names: Mapping[str, str]
    distribution: Block
    exercises: Sequence[ExerciseReport]
    flagged: Block
    flags: Sequence[Flagged]
    lacking: Sequence[str] = ()
    left: Sequence[OpenGroup] = ()
