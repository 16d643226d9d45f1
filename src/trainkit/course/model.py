"""What an activity (a lesson or an exercise) asks for: plain, frozen data that travels between rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from trainkit.course.conventions import Slip
from trainkit.i18n import pick

__all__ = [
    "LEVELS",
    "Answer",
    "Choice",
    "Column",
    "Expected",
    "Info",
    "Key",
    "Mistake",
    "Quiz",
    "QuizChoice",
    "Sealed",
    "Text",
    "Way",
    "plain",
]

#: A text in both languages.
Text = Mapping[str, str]

AnswerType = Literal["number", "text", "choice", "choices", "table"]
Kind = Literal["lesson", "exercise"]

#: Where an answer was given: typed on its page, or computed in the notebook; empty in old journals' checks.
Way = Literal["page", "notebook", ""]

#: The levels of lessons and competencies, lowest first.
LEVELS: dict[str, Text] = {
    "junior": {"en": "Junior", "zh": "初级"},
    "intermediate": {"en": "Intermediate", "zh": "中级"},
    "senior": {"en": "Senior", "zh": "高级"},
    "all": {"en": "All levels", "zh": "全部级别"},
}


@dataclass(frozen=True)
class Choice:
    """One of the choices of an answer: its id is language-neutral, its label is not."""

    id: str
    label: Text


@dataclass(frozen=True)
class Column:
    """A column of a table answer.

    Args:
        name: the column's name; its Chinese name is accepted as well.
        zh: the Chinese name.
        tolerance: how far a number may be off; `None` compares as text.
        unit: as an answer's; it lets a share be told from per cent.
        labels: other spellings of a key value, for example `{"G": ["Government", "政府"]}`.
    """

    name: str
    zh: str = ""
    tolerance: float | None = None
    unit: str = ""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What one answer is: everything but the right value.

    Args:
        name: the variable that holds it in the notebook.
        type: `number`, `text`, `choice`, `choices` or `table`.
        ask: the question, unit and rounding included, in both languages.
        points: what it earns.
        tolerance: how far a number may be off, in the answer's unit.
        unit: `points`, `%`, `CNY`, … ; empty for a bare number.
        choices: for `choice` and `choices`.
        key: the columns of a table that identify a row.
        columns: the columns of a table, key columns first.
        accept: further spellings of a right text.
        credit: the share of its points, in [0, 1), that an answer earns although it isn't right: by the code
            of a mistake, the kind of a slip, or for `convention`; what isn't named earns nothing.
        code: only what code computes earns points; typed on the page, the answer earns nothing.
    """

    name: str
    type: AnswerType
    ask: Text
    points: float = 1.0
    tolerance: float = 0.0
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    key: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    accept: tuple[str, ...] = ()
    credit: Mapping[str, float] = field(default_factory=dict)
    code: bool = False


@dataclass(frozen=True)
class QuizChoice:
    """A choice of a quiz question and the sentence that answers whoever picks it.

    Where the question is sealed, only the label is known.
    """

    right: bool = False
    label: Text = field(default_factory=dict)
    because: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Quiz:
    """A quiz question with its choices.

    Args:
        name: of the question.
        question: in both languages.
        choices: at least two.
        several: more than one is right.
        lock: boxes with what is said of each choice, where the question is sealed.
    """

    name: str
    question: Text
    choices: tuple[QuizChoice, ...]
    several: bool = False
    lock: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """A typical mistake of one variant: its code, the value it computes, what to say about it."""

    code: str
    value: Any
    message: Text


@dataclass(frozen=True)
class Sealed:
    """What is right and isn't known here: nothing equals it.

    Args:
        slips: of a cell of a table, the numbers that follow from it, as far as they are known.
        text: how it's told from others where rows are told apart; no cell is read as that.
    """

    slips: tuple[Slip, ...] = ()
    text: str = " sealed"


@dataclass(frozen=True)
class Expected:
    """The right value of an answer on one variant, as plain data, and the mistakes that are known.

    Args:
        value: the right value, or `Sealed`.
        mistakes: those that are known.
        slips: numbers that follow from the right one; `None` lets them be derived from it.
    """

    value: Any
    mistakes: tuple[Mistake, ...] = ()
    slips: tuple[Slip, ...] | None = None


@dataclass(frozen=True)
class Key:
    """The right values and typical mistakes of all answers on one variant.

    Args:
        variant: of the data.
        answers: by name.
        tables: names of the tables that the model solution reads, as far as that is known.
    """

    variant: int
    answers: Mapping[str, Expected]
    tables: tuple[str, ...] = ()

    def expected_for(self, answer: Answer, _payload: Any) -> Expected:
        """Return what is right and what is known to be wrong, whatever was given; a lock asks for that."""
        return self.answers[answer.name]


@dataclass(frozen=True)
class Info:
    """What a lesson or exercise is about, and what it asks.

    Args:
        id: for example `1-06`; its first digit is the phase.
        kind: `lesson` or `exercise`.
        title: in both languages.
        level: one of `LEVELS`.
        competencies: for example `("C4",)`.
        minutes: how long it takes.
        edition: a hash of its source; changes when the source does.
        prerequisites: ids of lessons that come before.
        instant: verdicts are given on the spot; an examination says nothing before its release.
        weights: how much the `visible` variant and each `hidden` one count; 0 and 1 where it isn't named.
        answers: what is asked, in order.
        hints: the ladder of each answer.
        quizzes: of a lesson, by name.
        passages: of a lesson: boxes of prose that is shown after answers, by their names with spaces between.
        variant: of the data on which it opens; an exercise never shares the data of the lessons, which is 0.
    """

    id: str
    kind: Kind
    title: Text
    level: str
    competencies: tuple[str, ...]
    minutes: int
    edition: str = ""
    prerequisites: tuple[str, ...] = ()
    instant: bool = True
    weights: Mapping[str, float] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    hints: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    quizzes: tuple[Quiz, ...] = ()
    variant: int = 0
    passages: Mapping[str, Any] = field(default_factory=dict)

    @property
    def phase(self) -> int:
        """The phase of the timetable, 1 to 3."""
        return int(self.id[0])

    @property
    def points(self) -> float:
        """What all answers earn together."""
        return sum(answer.points for answer in self.answers)

    @property
    def heading(self) -> str:
        """Id and title in the language in use."""
        return f"{self.id} · {pick(self.title)}"


def plain(value: Any) -> Any:
    """Turn dataclasses, tuples and mappings into what JSON knows, leaving out fields at their default."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(v) for f in fields(value) if not _is_default(f, v := getattr(value, f.name))}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def _is_default(spec: Any, value: Any) -> bool:
    return value == spec.default or value in ((), {})


#: The rows of the competency matrix.
COMPETENCIES: dict[str, Text] = {
    "C1": {"en": "Indicators", "zh": "核心指标"},
    "C2": {"en": "Data collection and integration", "zh": "数据采集与整合"},
    "C3": {"en": "Data quality", "zh": "数据质量"},
    "C4": {"en": "Satisfaction, loyalty and churn", "zh": "满意度、忠诚与流失"},
    "C5": {"en": "Value and segmentation", "zh": "客户价值与分群"},
    "C6": {"en": "Forecasting and early warning", "zh": "预测与预警"},
    "C7": {"en": "Improvement", "zh": "持续改进"},
    "C8": {"en": "Reporting and communication", "zh": "汇报与沟通"},
    "C9": {"en": "Systems, collaboration and governance", "zh": "系统、协作与治理"},
}
