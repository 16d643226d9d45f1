from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from submitted import notebook

from trainkit.sandbox.limits import Limits
from trainkit.submissions.notebooks import (
    Damaged,
    Gone,
    content_hash,
    read_bytes,
    repair,
    runnable,
    stated_variant,
)

DAMAGED = {
    "an empty file": b"",
    "a file of zeros": b"\0" * 512,
    "no text": b"\x89PNG\r\n\x1a\n\xff",
    "no JSON": b"print('hello')",
    "cut off": notebook("x = 1")[:-20],
    "a list": b"[]",
    "a number": b"7",
    "an object without cells": b"{}",
    "cells that are no list": b'{"cells": 7}',
    "cells that are no cells": b'{"cells": [1, "x", null]}',
    "only prose": b'{"cells": [{"cell_type": "markdown", "source": "# Hello"}]}',
    "only blank code": b'{"cells": [{"cell_type": "code", "source": " \\n"}]}',
    "nested without end": b'{"cells": ' + b"[" * 100_000,
    "a number too long": b'{"cells": [' + b"9" * 10_000 + b"]}",
}


@pytest.mark.parametrize("raw", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_file_that_is_no_notebook_says_why(raw: bytes):
    with pytest.raises(Damaged) as fault:
        repair(raw)
    assert str(fault.value).endswith(".")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_notebook_or_damaged(raw: bytes):
    with suppress(Damaged):
        assert repair(raw).cells


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["cells", "source", "cell_type"]), inner),
    max_leaves=15,
)


@settings(max_examples=200)
@given(st.lists(json_values, max_size=5), json_values, json_values)
def test_any_json_becomes_a_valid_notebook_or_is_damaged(cells: list, source: object, metadata: object):
    cells.append({"cell_type": "code", "source": source, "id": source, "metadata": metadata})
    document = {"cells": cells, "metadata": metadata, "nbformat": source}
    try:
        clean = runnable(repair(json.dumps(document).encode()), "pass")
    except Damaged:
        return
    nbformat.validate(clean)


def test_ids_outputs_and_metadata_of_the_file_do_not_matter():
    """Duplicate ids, a forged output and another kernel leave nothing behind in what is run."""
    forged = {"output_type": "display_data", "data": {"text/plain": "right"}, "metadata": {}}
    cell = {
        "cell_type": "code",
        "id": "same",
        "metadata": {"tags": ["x"]},
        "outputs": [forged],
        "source": "a = 1",
    }
    raw = json.dumps({"cells": [cell, cell], "metadata": {"kernelspec": {"name": "bash"}}}).encode()
    clean = runnable(repair(raw))
    nbformat.validate(clean)
    assert clean["metadata"]["kernelspec"]["name"] == "python3"
    assert [c["outputs"] for c in clean["cells"]] == [[], []]
    assert "forged" not in json.dumps(clean)
    assert len({c["id"] for c in clean["cells"]}) == 2


def test_a_notebook_of_format_3_is_read():
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}]}
    assert repair(json.dumps(old).encode()).cells == ((1, "a = 1\nb = 2"),)


def test_worksheets_with_nothing_in_them_hide_no_cells():
    odd = {**json.loads(notebook("a = 1")), "worksheets": []}
    assert repair(json.dumps(odd).encode()).cells == ((2, "a = 1"),)


def test_a_byte_order_mark_does_not_matter():
    assert repair(b"\xef\xbb\xbf" + notebook("a = 1")).cells == ((2, "a = 1"),)


def test_a_lone_surrogate_can_be_stored():
    raw = b'{"cells": [{"cell_type": "code", "source": "a = \'\\ud800\'"}]}'
    repair(raw).cells[0][1].encode("utf-8")


@pytest.mark.parametrize(
    ("cells", "variant"),
    [
        (["variant = 0", "x = 1"], 0),
        (["import os", "# my own\nvariant = 759783  # was 0\n"], 759783),
        (["x = 2\nvariant = 1\nvariant = 5"], 5),
        (["variant = True"], None),
        (["variant = '0'"], None),
        (["variant = compute()"], None),
        (["x = 1"], None),
    ],
)
def test_the_variant_that_a_notebook_names_is_read_and_nothing_is_run(cells: list[str], variant: int | None):
    assert stated_variant(notebook(*cells)) == variant


def test_what_is_no_notebook_names_no_variant():
    assert stated_variant(b"variant = 0") is None


@pytest.mark.parametrize(
    ("cells", "which"),
    [
        (["variant = 0", "x = 1"], 0),
        (["import os", "# my own\nvariant = 3\n"], 1),
        (["x = 2\nvariant = 0"], 0),
        (["variant = compute()", "print(1)"], None),
        (["variant = ", "x = 1"], None),
        (["x = 1", "\0"], None),
    ],
)
def test_the_cell_that_sets_the_variant_is_found_without_its_tag(cells: list[str], which: int | None):
    clean = runnable(repair(notebook(*cells)))
    tagged = [i for i, c in enumerate(clean["cells"]) if c["metadata"].get("tags") == ["parameters"]]
    assert tagged == ([] if which is None else [which])


@pytest.mark.parametrize(
    ("metadata", "prose", "lang"),
    [
        ({"trainkit": {"lang": "zh"}}, "English prose", "zh"),
        ({"trainkit": {"lang": "fr"}}, "English prose", "en"),
        ({"trainkit": {"lang": ["zh"]}}, "English prose", "en"),
        ({}, "这个练习计算净推荐值(NPS)。", "zh"),
        ({}, "Compute the NPS.", "en"),
    ],
)
def test_the_language_is_what_the_notebook_says_or_is_written_in(metadata: dict, prose: str, lang: str):
    assert repair(notebook("x = 1", prose=prose, **metadata)).lang == lang


def test_too_many_cells_are_refused():
    with pytest.raises(Damaged, match="4 cells"):
        repair(notebook("a", "b", "c"), Limits(cells=3))


def test_a_large_file_is_not_read_whole(tmp_path: Path):
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(2 * 2**20)
    with pytest.raises(Damaged, match="larger than 1 MB"):
        read_bytes(path, Limits(notebook_bytes=2**20))


def test_a_link_is_not_followed(tmp_path: Path):
    """A submission that links to a classmate's, or to the assessor's files, isn't read."""
    (tmp_path / "other.ipynb").write_bytes(notebook("x = 1"))
    (tmp_path / "mine.ipynb").symlink_to(tmp_path / "other.ipynb")
    with pytest.raises(Damaged, match="link"):
        read_bytes(tmp_path / "mine.ipynb")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_does_not_block(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(Damaged, match="ordinary"):
        read_bytes(tmp_path / "pipe.ipynb")


def test_a_missing_file_is_gone(tmp_path: Path):
    with pytest.raises(Gone, match="removed while others were graded"):
        read_bytes(tmp_path / "gone.ipynb")


HELPERS = [
    (),
    (("a.py", b"1"),),
    (("a.py", b"2"),),
    (("b.py", b"1"),),
    (("a.py", b""), ("b.py", b"1")),
    (("a.py", b"1"), ("b.py", b"")),
]


def test_helper_files_count_in_the_hash_by_name_and_content():
    assert len({content_hash(b"{}", files) for files in HELPERS}) == len(HELPERS)


def test_the_order_of_helper_files_does_not_count():
    files = (("a.py", b"1"), ("b.py", b"2"))
    assert content_hash(b"{}", files) == content_hash(b"{}", files[::-1])


def test_without_helper_files_the_hash_is_that_of_the_notebook():
    assert content_hash(b"{}") == hashlib.sha256(b"{}").hexdigest()
