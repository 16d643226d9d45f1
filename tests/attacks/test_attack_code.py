"""Code that is made to be hard to read: the assessor's own process parses some of it, and must survive that.

Each piece is read in a process of its own with little memory and little time, as a whole submission would be
before its run and for the report.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="limits need POSIX")]

#: Expressions that give the source of a cell; what they give is up to 19 MB long.
HARD = {
    "brackets within brackets": "'variant = ' + '(' * 5_000_000 + ')' * 5_000_000",
    "brackets that never close": "'variant = ' + '[' * 100_000",
    "signs without end": "'variant = ' + '-' * 199_000 + '1'",
    "a sum without end": "'variant = 1' + ' + 1' * 49_000",
    "attributes without end": "'variant = a' + '.a' * 99_000",
    "nots without end": "'variant = ' + 'not ' * 49_000 + '1'",
    "lambdas within lambdas": "'variant = ' + 'lambda: ' * 20_000 + '1'",
    "loops within loops": "''.join(' ' * n + 'for a in b:\\n' for n in range(600)) + ' ' * 600 + 'a = 1'",
    "many small things": "'variant = 0;' * 16_000",
    "a list of many numbers": "'variant = [' + '0,' * 9_000_000 + ']'",
    "a number of many digits": "'variant = ' + '9' * 190_000",
    "a power that is folded": "'variant = ' + '**9' * 3 + '9' + '**9' * 50_000",
    "a text times many": "'variant = ' + '\"x\"' + ' * 9999999999'",
    "empty lines": "'\\n' * 199_000 + 'variant'",
    "blanks before nothing": "(' ' * 400 + '\\n') * 490 + 'variant'",
    "tabs": "'\\t' * 199_000 + 'variant = 1'",
    "question marks": "'? ' * 99_000 + 'variant'",
    "quotes without partners": "'variant = ' + '\"' * 99_999 + \"'\" * 99_999",
    "magics without end": "'%' * 199_000 + 'variant'",
    "f-strings within f-strings": "'variant = ' + 'f\"{' * 20_000",
    "zero bytes": "'variant = 1' + chr(0) * 100_000",
    "line continuations": "'variant = 1 + ' + '\\\\\\n' * 60_000 + '1'",
    "odd letters": "'variant = ' + chr(0x202e) * 50_000 + chr(0x2160) * 50_000",
}

#: Reads a submission as grading and the report do; its end says what became of it.
READ = """
import json, resource, sys
from trainkit.submissions.notebooks import repair, runnable
from trainkit.reports.similarity import fingerprints, tokens

source = eval(sys.argv[1])  # our own expression: too long for an argument otherwise
cells = [{"cell_type": "code", "source": source}] * 3
raw = json.dumps({"nbformat": 4, "cells": cells}).encode() if len(source) < 6_000_000 else json.dumps(
    {"nbformat": 4, "cells": cells[:1]}).encode()
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
submitted = repair(raw)
assert len(runnable(submitted)["cells"]) == len(submitted.cells)
fingerprints(tokens(source for _number, source in submitted.cells))
print("read", resource.getrusage(resource.RUSAGE_SELF).ru_utime)
"""


@pytest.mark.parametrize("source", HARD.values(), ids=HARD.keys())
def test_the_assessor_survives_reading_it(source: str):
    """In 1.5 GB of address space and half a minute of work, on the slowest machine."""
    done = subprocess.run(
        [sys.executable, "-c", READ, source], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
