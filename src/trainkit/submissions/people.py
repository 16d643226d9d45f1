"""Who a folder's name means: people of a roster, by whatever they are called, in whatever order."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

__all__ = ["Directory", "Person", "folded"]

#: Words of a name whose order is tried; a longer one is compared as it stands and in reverse.
_FEW_WORDS = 4

#: How alike the nearest name must be, from 0 to 1.
_ALIKE = 0.5


class Person(Protocol):
    """Someone on the class's roster, as far as a folder's name can tell who it is."""

    @property
    def name(self) -> str:
        """The trainee's identifier."""

    @property
    def display_name(self) -> str:
        """The full name."""

    @property
    def email(self) -> str:
        """The e-mail address."""

    @property
    def number(self) -> str:
        """The student's or employee's number."""

    @property
    def platform(self) -> str:
        """The number under which a learning platform knows the person."""


class Directory:
    """Finds people by what a folder may call them, if it is one of them only.

    Args:
        people: on the roster.
        matched: identifiers by folders' names, as an assessor said.
    """

    def __init__(self, people: Sequence[Person], matched: Mapping[str, str] | None = None) -> None:
        self.people = people
        self._ids = {folded(p.name): p.name for p in people}
        self._matched = {folded(name): trainee for name, trainee in (matched or {}).items()}
        self._said: dict[str, set[str]] = defaultdict(set)
        self._loosely: dict[str, set[str]] = defaultdict(set)
        for person in people:
            for said in (person.display_name, person.email, person.number, person.platform):
                if said:
                    self._said[folded(said)].add(person.name)
            for key in _orders(person.display_name):
                self._loosely[key].add(person.name)

    def find(self, name: str) -> str:
        """Return the identifier of whom a name means; empty if it may be nobody, or several."""
        key = folded(name)
        if found := self.said(name) or self._ids.get(key, ""):
            return found
        meant = self.meant(name)
        return meant[0] if len(meant) == 1 else ""

    def said(self, name: str) -> str:
        """Return whom an assessor said that a name means; empty if nobody said so."""
        return self._matched.get(folded(name), "")

    def meant(self, name: str) -> list[str]:
        """Return the identifiers of all whom a name may mean: as it is written, else in another order."""
        exact = self._said.get(folded(name), set())
        return sorted(exact or {who for key in _orders(name) for who in self._loosely.get(key, ())})

    def nearest(self, name: str) -> Person | None:
        """Return the person whose name or identifier is most like a name; nobody if none is like it."""
        own = _sorted(name)

        def likeness(person: Person) -> float:
            called = (person.name, person.display_name)
            return max(difflib.SequenceMatcher(None, own, _sorted(c)).ratio() for c in called if c)

        best = max(self.people, key=likeness, default=None)
        return best if best is not None and likeness(best) >= _ALIKE else None


def folded(name: str) -> str:
    """Return what two spellings of a name have in common."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _words(name: str) -> list[str]:
    return re.sub(r"[,，、·.]", " ", folded(name)).split()


def _orders(name: str) -> Iterator[str]:
    """Yield a name's words in each order, written together: `张 伟` is 张伟, and `Yue, Lin` is `linyue`."""
    words = _words(name)
    if words and len(words) <= _FEW_WORDS:
        yield from {"".join(order) for order in itertools.permutations(words)}
    elif words:
        yield from ("".join(words), "".join(reversed(words)))


def _sorted(name: str) -> str:
    """Return the letters of a name's words, whatever their order; Chinese ones stand alone."""
    words = _words(re.sub(r"([\u4e00-\u9fff])", r" \1 ", name))
    return "".join(sorted(words))
