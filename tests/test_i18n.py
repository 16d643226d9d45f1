"""Sentences that were stored in one language are read in another."""

from __future__ import annotations

import pytest

from trainkit.i18n import _, retold, speaking

STORED = [
    ("The file is empty.", {}),
    ("It has {n} cells. At most {most} are graded.", {"n": 2000, "most": 1000}),
    ("It isn't a notebook, or it is cut off: not JSON at line {line}.", {"line": 35}),
    ("The file can't be read: {error}", {"error": "Permission denied (13)"}),
]


@pytest.mark.parametrize(("message", "values"), STORED)
@pytest.mark.parametrize("stored_in", ["en", "zh"])
@pytest.mark.parametrize("read_in", ["en", "zh"])
def test_a_stored_sentence_is_read_in_the_language_in_use(message, values, stored_in, read_in):
    with speaking(stored_in):
        stored = _(message).format(**values)
    with speaking(read_in):
        assert retold(stored) == _(message).format(**values)


@pytest.mark.parametrize("text", ["", "no memory", "{n}", "a" * 5_000, "%", "\\", "(", "x: y"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_any_other_text_stays_as_it_is(text, lang):
    with speaking(lang):
        assert retold(text) == text
