"""How alike two submissions' code is: winnowing over normalized tokens, without what everybody was given.

A submission becomes a sequence of tokens in which names, layout, quotes and comments don't matter. Hashes of
all its runs of `RUN` tokens are thinned out so that any shared run of `RUN + WINDOW - 1` tokens is noticed.
What stands in the starter is taken away, and in a class what more than half of it wrote: that is the
exercise, not a neighbour. Likeness is a reason to look, never a proof.

Source: Schleimer, Wilkerson & Aiken, Winnowing: local algorithms for document fingerprinting, SIGMOD 2003.
"""

from __future__ import annotations

import ast
import hashlib
import io
import keyword
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["RUN", "THRESHOLD", "WINDOW", "Pair", "fingerprints", "similar_pairs", "similarity", "tokens"]

#: Tokens of one fingerprint: shorter runs are the language's, not the writer's.
RUN = 10

#: Of so many fingerprints in a row at least one is kept.
WINDOW = 5

#: From this share on a pair is reported.
THRESHOLD = 0.8

#: Fingerprints of one's own that a submission needs to be compared: fewer are a line or two.
_FEWEST = 8

#: A fingerprint that more than this share of a class has says nothing about two of them.
_COMMON = 0.5

#: Rows of the comparison that are held in memory at a time.
_BLOCK = 500

#: Characters of code that are looked at: nobody writes as much by hand.
_MOST = 200_000

#: What Python's parser may have, which runs in the assessor's own process: code with longer lines, or deeper
#: brackets, blocks or continued lines, is only cut into words and signs. People write far less.
_LONGEST_LINE, _DEEPEST = 1_000, 40

_BRACKET = re.compile(r"[()\[\]{}]")

#: Lines that IPython reads and Python doesn't.
_MAGIC = re.compile(r"^[^\S\n]*(?:%{1,2}|!|\?).*$|^.*\?[^\S\n]*$", re.MULTILINE)

#: For code that doesn't parse: names, numbers, texts and single signs.
_PIECE = re.compile(r"[^\W\d]\w*|\d[\w.]*|'[^'\n]*'|\"[^\"\n]*\"|[^\s\w]")

#: Any name that somebody chose.
_NAME = "name"

#: Signs that a formatter adds and takes away.
_LAYOUT = {"(", ")", ","}


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    Args:
        one: the first by name.
        other: the second.
        share: of the smaller one's own fingerprints, how many the larger one has, from 0 to 1.
        shared: how many that are.
    """

    one: str
    other: str
    share: float
    shared: int


def tokens(cells: Iterable[str]) -> list[str]:
    """Return code cells as one sequence of tokens without what is a matter of taste.

    Names that somebody chose become one token; attributes, keywords, numbers and texts stay. Nothing is run.
    Code that isn't Python is cut into words and signs.

    Args:
        cells: the sources, in order; how they are cut into cells doesn't matter.

    >>> tokens(["total = sum(x)  # all of it"]) == tokens(["s=sum( values )"])
    True
    """
    found: list[str] = []
    left = _MOST
    for cell in cells:
        source = _MAGIC.sub("", cell[:left].expandtabs())
        left = max(0, left - len(cell))
        if not _is_ordinary(source):
            found += _plain_tokens(source)
            continue
        try:
            found += _python_tokens(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
            found += _plain_tokens(source)
    return found


def _is_ordinary(source: str) -> bool:
    """Tell whether code is written as people write it, so that the parser may have it."""
    depth = continued = 0
    for line in source.splitlines():
        continued = continued + 1 if line.endswith("\\") else 0
        blocks = (len(line) - len(line.lstrip(" "))) // 4
        if len(line) > _LONGEST_LINE or max(continued, blocks) > _DEEPEST or "\0" in line:
            return False
        for sign in _BRACKET.findall(line):  # in texts and comments, too: with so many, it's no matter
            depth = depth + 1 if sign in "([{" else max(0, depth - 1)
            if depth > _DEEPEST:
                return False
    return True


def _python_tokens(source: str) -> Iterator[str]:
    """Yield the tokens of code that was parsed and written anew, so that all layouts become one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a trainee's invalid escapes we needn't hear
        tree = _Nameless().visit(ast.parse(source))
    text = ast.unparse(tree)
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP}:
            if (seen := _normal(token.string, before)) not in _LAYOUT:
                yield seen
            before = token.string


class _Nameless(ast.NodeTransformer):
    """Makes one text of each f-string, in which chosen names don't matter either."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(_NAME, node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(_NAME, node.annotation), node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        self.generic_visit(node)
        return ast.copy_location(ast.Constant(ast.unparse(node)), node)


def _plain_tokens(source: str) -> list[str]:
    pieces = _PIECE.findall(re.sub(r"#.*", "", source))
    normal = [_normal(piece, before) for before, piece in zip(["", *pieces], pieces, strict=False)]
    return [piece for piece in normal if piece not in _LAYOUT]


def _normal(token: str, before: str) -> str:
    chosen = token.isidentifier() and before != "." and not keyword.iskeyword(token)
    return _NAME if chosen else token


def fingerprints(sequence: Sequence[str]) -> frozenset[int]:
    """Return the fingerprints that stand for a sequence of tokens; none for fewer than `RUN`."""
    hashes = [_hash(sequence[i : i + RUN]) for i in range(len(sequence) - RUN + 1)]
    windows = max(1, len(hashes) - WINDOW + 1) if hashes else 0
    return frozenset(min(hashes[i : i + WINDOW]) for i in range(windows))


def _hash(run: Sequence[str]) -> int:
    # Python's own hash differs from process to process, and so would the report.
    return int.from_bytes(hashlib.blake2b("\0".join(run).encode(), digest_size=8).digest(), "big")


def similarity(one: frozenset[int], other: frozenset[int], given: frozenset[int] = frozenset()) -> float:
    """Return how much of the smaller submission is in the larger one, from 0 to 1.

    Args:
        one: fingerprints of a submission.
        other: those of another one.
        given: those of the starter; they don't count.

    Returns:
        0 where either has nothing of its own.

    >>> own = fingerprints(tokens(["x = data.groupby('region').score.mean().sort_values().round(1)"]))
    >>> similarity(own, own), similarity(own, own, given=own)
    (1.0, 0.0)
    """
    mine, theirs = one - given, other - given
    smaller = min(len(mine), len(theirs))
    return len(mine & theirs) / smaller if smaller else 0.0


def similar_pairs(
    submissions: Mapping[str, frozenset[int]],
    given: frozenset[int] = frozenset(),
    *,
    threshold: float = THRESHOLD,
) -> list[Pair]:
    """Return the pairs of a class that are alike, the most alike first.

    Args:
        submissions: fingerprints by trainee.
        given: of the starter.
        threshold: from which share on a pair is reported.
    """
    own = _own(submissions, given)
    names = sorted(own)
    if len(names) < 2:
        return []
    found = [
        Pair(names[i], names[j], shared / min(len(own[names[i]]), len(own[names[j]])), shared)
        for i, j, shared in _overlaps([own[n] for n in names], threshold)
    ]
    return sorted(found, key=lambda p: (-p.share, -p.shared, p.one, p.other))


def _own(submissions: Mapping[str, frozenset[int]], given: frozenset[int]) -> dict[str, frozenset[int]]:
    """Return what each submission has beyond the starter and beyond what most of the class wrote."""
    writers = Counter(mark for marks in submissions.values() for mark in marks)
    most = max(2.0, _COMMON * len(submissions))
    common = {mark for mark, n in writers.items() if n > most} | given
    own = {name: marks - common for name, marks in submissions.items()}
    return {name: marks for name, marks in own.items() if len(marks) >= _FEWEST}


def _overlaps(sets: Sequence[frozenset[int]], threshold: float) -> Iterator[tuple[int, int, int]]:
    """Yield how many elements two sets share, for each two that share enough of the smaller one."""
    import numpy as np
    from scipy.sparse import csr_array

    columns = {mark: i for i, mark in enumerate(sorted(set().union(*sets)))}
    sizes = np.array([len(s) for s in sets])
    indices = np.array([columns[mark] for s in sets for mark in sorted(s)], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    table = csr_array((np.ones(len(indices), np.int32), indices, starts), shape=(len(sets), len(columns)))
    turned = table.T.tocsr()
    for first in range(0, len(sets), _BLOCK):
        block = (table[first : first + _BLOCK] @ turned).tocoo()
        one, other, shared = block.coords[0] + first, block.coords[1], block.data
        enough = (one < other) & (shared / np.minimum(sizes[one], sizes[other]) >= threshold)
        found = one[enough], other[enough], shared[enough]
        yield from zip(*(values.tolist() for values in found), strict=True)
