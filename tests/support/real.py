"""The real lessons and exercises, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any

from trainkit.authoring.build import SOURCES
from trainkit.authoring.compose import compose
from trainkit.authoring.key import UnusableVariant, compute_key
from trainkit.authoring.opening import opened
from trainkit.authoring.source import Source, read_all
from trainkit.course.activity import staged
from trainkit.course.judge import Verdict, judge
from trainkit.course.lives import Given, Life
from trainkit.course.model import Info, Key, Kind

ROOT = Path(__file__).parents[2]

_KINDS: list[Kind] = ["lesson", "exercise"]
ALL = [s for kind in _KINDS for s in read_all(ROOT / SOURCES[kind], kind)]
LESSONS = [s for s in ALL if s.info.kind == "lesson"]
EXERCISES = [s for s in ALL if s.info.kind == "exercise"]


def name(source: Source) -> str:
    """Return what a test of a source is called."""
    return f"{source.info.kind} {source.info.id}"


class _Taken(Life):
    """A life that takes what is answered, as grading does, and shows nothing."""

    def __init__(self, info: Info, variant: int) -> None:
        super().__init__(info, variant)
        self.payloads: dict[str, Any] = {}

    def answer(self, values: Given) -> None:
        self.payloads |= {answer.name: self.payload(answer, value) for answer, value in values}


@dataclass(frozen=True)
class Case:
    """An exercise on one variant: its key, and the verdicts on notebooks that ran there."""

    source: Source
    key: Key
    verdicts: dict[tuple[str, bool], Mapping[str, Verdict]] = field(default_factory=dict)

    def run(self, lang: str, *, solved: bool) -> Mapping[str, Verdict]:
        """Run the notebook, with the model solution or as a trainee gets it, and judge its answers."""
        if (lang, solved) not in self.verdicts:
            life = _Taken(self.source.info, self.key.variant)
            code = [
                c.source for c in compose(self.source, lang, solved=solved).cells if c.cell_type == "code"
            ]
            namespace: dict[str, Any] = {"__name__": "__main__"}
            with staged(life):
                for cell in code:
                    # The parameters' cell has another variant; papermill would put this one after it.
                    given = f"variant = {self.key.variant}" if cell.startswith("variant = ") else cell
                    exec(compile(given, f"{self.source.path} ({lang})", "exec"), namespace)
            self.verdicts[lang, solved] = {
                a.name: judge(a, self.key.answers[a.name], life.payloads.get(a.name))
                for a in self.source.info.answers
            }
        return self.verdicts[lang, solved]


@cache
def base(id: str) -> Case:
    """Return an exercise on the data on which it opens."""
    source = opened(next(s for s in EXERCISES if s.info.id == id))
    return Case(source, compute_key(source, source.info.variant))


@cache
def variants(id: str, number: int) -> list[Case]:
    """Return an exercise on its first usable variants."""

    def usable(variant: int) -> Case | None:
        try:
            return Case(base(id).source, compute_key(base(id).source, variant))
        except UnusableVariant:
            return None

    return list(islice((case for v in count(1) if (case := usable(v)) is not None), number))
