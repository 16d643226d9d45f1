"""What notebooks are given lies in one copy for all, and each sees its own and can change none of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from submitted import needs_sandbox

from trainkit.company import load, write_tables
from trainkit.sandbox import levels
from trainkit.sandbox.fork.host import Child
from trainkit.sandbox.fork.runner import ForkRunner

pytestmark = [
    *needs_sandbox,
    pytest.mark.slow,
    pytest.mark.skipif(
        levels.probe().level != "fork", reason=f"no fork engine here: {levels.probe().detail}"
    ),
]

#: Seconds after which a test gives up; none waits for them.
PATIENCE = 60.0

TABLES = "/given/tables"
PRODUCTS = f"{TABLES}/products.parquet"

LOAD = "from trainkit.company import load\nproducts = load('products')\n"


@pytest.fixture(scope="module")
def runner() -> Iterator[ForkRunner]:
    with levels.runner() as made:
        assert isinstance(made, ForkRunner)
        yield made


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """The file of a table."""
    write_tables(0, ["products"], tmp_path)
    return tmp_path / "products.parquet"


def born(runner: ForkRunner, inputs: dict, ahead: tuple[str, ...] = ()) -> Child:
    environment = {"TRAINKIT_TABLES": TABLES}
    return runner.kernel(inputs, environment, time.monotonic() + PATIENCE, threading.Event(), ahead)


def said(child: Child, source: str) -> str:
    messages = list(child.run(source, time.monotonic() + PATIENCE, threading.Event()))
    assert messages[-1].content["status"] == "ok", messages[-1].content
    return "".join(m.content["text"] for m in messages if m.kind == "stream").strip()


def once(runner: ForkRunner, source: str, inputs: dict, ahead: tuple[str, ...] = ()) -> str:
    child = born(runner, inputs, ahead)
    try:
        return said(child, source)
    finally:
        child.close()


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


#: What tries to change a file and its folder; it names what refused.
SPOIL = """
import errno, os
def refused(change, *arguments):
    try:
        change(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
print(*[
    refused(open, "/given/a", "w"),
    refused(os.chmod, "/given/a", 0o666),
    refused(os.truncate, "/given/a", 0),
    refused(os.remove, "/given/a"),
    refused(os.mkdir, "/given/b"),
    refused(os.rename, "/given/a", "/given/b"),
])
"""


def test_two_at_a_time_read_the_same_and_neither_can_change_it(runner: ForkRunner, tmp_path: Path):
    given = {"/given/a": file(tmp_path, "a", b"ours")}
    first, second = born(runner, given), born(runner, given)
    try:
        assert set(said(first, SPOIL).split()) == {"EROFS"}
        assert [said(c, "print(open('/given/a').read())") for c in (first, second)] == ["ours", "ours"]
    finally:
        first.close()
        second.close()
    assert once(runner, "print(open('/given/a').read())", given) == "ours"


def test_nobody_sees_what_others_are_given(runner: ForkRunner, tmp_path: Path):
    look = (
        "import os, pathlib\n"
        "points = {l.split()[4] for l in open('/proc/self/mountinfo') if l.split()[4].startswith('/given')}\n"
        "print(sorted(os.listdir('/given')), sorted(f for p in points if os.path.isdir(p)"
        " for f in os.listdir(p)), pathlib.Path('/given/..').resolve())"
    )
    other = born(runner, {"/given/theirs": file(tmp_path, "theirs", b"secret")})
    try:
        seen = once(runner, look, {"/given/mine": file(tmp_path, "mine", b"")})
    finally:
        other.close()
    assert seen == "['mine'] ['mine'] /"


def test_another_content_of_the_same_file_is_seen(runner: ForkRunner, tmp_path: Path):
    read = "print(open('/given/a').read())"
    assert once(runner, read, {"/given/a": file(tmp_path, "a", b"before")}) == "before"
    assert once(runner, read, {"/given/a": file(tmp_path, "a", b"after it")}) == "after it"


def test_files_in_folders_and_without_any_are_given_as_well(runner: ForkRunner, tmp_path: Path):
    given = {"/given/deep/down/a": file(tmp_path, "a", b"x"), "/given/b": b"in memory"}
    assert once(runner, "print(open('/given/deep/down/a').read(), open('/given/b').read())", given) == (
        "x in memory"
    )
    assert once(runner, "import os; print(os.listdir('/given'))", {}) == "[]"


def test_a_child_keeps_what_it_was_given_when_there_is_room_for_no_more(runner: ForkRunner, tmp_path: Path):
    size = 80 * 2**20
    first = born(runner, {"/given/a": file(tmp_path, "first", b"1" * size)})
    try:
        for name in "2345":
            content = file(tmp_path, "other", name.encode() * size)
            assert once(runner, "print(open('/given/a').read(1))", {"/given/a": content}) == name
        assert said(first, "print(set(open('/given/a').read()))") == "{'1'}"
    finally:
        first.close()
    count = "print(sum(l.split()[4].startswith('/given/') for l in open('/proc/self/mountinfo')))"
    assert int(once(runner, count, {})) <= 3, "what was given long ago must be gone"


#: Loads a table and tells whether it was unpacked; what is unpacked must be what is packed.
COMPARE = (
    LOAD + "from pathlib import Path; from trainkit.company import store, unpacked\n"
    "from pandas.testing import assert_frame_equal\n"
    "path = Path('/given/tables/products.parquet')\n"
    "assert_frame_equal(products, store.read_table(store.find('products'), path))\n"
    "print(len(products), path.with_suffix(unpacked.SUFFIX).exists())"
)


def test_a_table_is_unpacked_when_it_is_given_again(runner: ForkRunner, products: Path):
    rows, given = len(load("products")), {PRODUCTS: products}
    said_ = [once(runner, COMPARE, given, (PRODUCTS,)) for _ in range(3)]
    assert said_ == [f"{rows} False", f"{rows} True", f"{rows} True"]
    more = {**given, "/given/more": b""}
    assert [once(runner, COMPARE, more) for _ in range(2)] == [f"{rows} False"] * 2


def test_a_child_that_lives_cannot_write_while_its_shelf_is_filled_up(
    runner: ForkRunner, products: Path, tmp_path: Path
):
    given = {PRODUCTS: products, "/given/a": file(tmp_path, "a", b"")}
    first = born(runner, given, (PRODUCTS,))
    try:
        assert once(runner, COMPARE, given, (PRODUCTS,)).endswith("True")
        assert set(said(first, SPOIL).split()) == {"EROFS"}
    finally:
        first.close()


#: Looks for a text in all that the process can read of itself. It never holds that text as a whole.
SEARCH = """
first, second = "canary of", "the larder"
wanted = (first + " " + second)[::-1].encode()
found = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps.read().splitlines():
        addresses, rights = line.split()[:2]
        begin, end = (int(a, 16) for a in addresses.split("-"))
        if not rights.startswith("r") or end - begin > 2**28:
            continue
        try:
            memory.seek(begin)
            found += memory.read(end - begin)[::-1].count(wanted)
        except (OSError, ValueError, OverflowError):
            pass
print(found)
"""


def test_no_data_of_others_is_in_a_childs_memory(runner: ForkRunner, tmp_path: Path):
    frame = load("products").assign(name="canary of the larder")
    frame.to_parquet(tmp_path / "marked.parquet")
    marked = {PRODUCTS: tmp_path / "marked.parquet"}
    for _ in range(2):
        assert "canary" in once(runner, LOAD + "print(products['name'].iloc[0])", marked, (PRODUCTS,))
    assert once(runner, SEARCH, {}) == "0"
    # And where it belongs it is found.
    assert int(once(runner, LOAD + SEARCH, marked, (PRODUCTS,))) > 0


def test_changing_a_table_changes_that_of_no_other_child(runner: ForkRunner, products: Path):
    given = {PRODUCTS: products}
    spoil = LOAD + "products.iloc[:, 0] = 'spoilt'; products['more'] = 1; print('ok')"
    assert once(runner, spoil, given, (PRODUCTS,)) == "ok"
    assert (
        once(runner, LOAD + "print(products.iloc[0, 0])", given, (PRODUCTS,)) == (load("products").iloc[0, 0])
    )


@pytest.mark.parametrize("content", [b"no table", b""])
def test_a_damaged_table_is_the_notebooks_error_and_nobody_elses(
    runner: ForkRunner, products: Path, tmp_path: Path, content: bytes
):
    damaged = {PRODUCTS: file(tmp_path, "damaged", content)}
    ask = "from trainkit.company import load\ntry:\n    load('products')\nexcept Exception as e:\n"
    for _ in range(2):
        assert once(runner, ask + "    print(type(e).__name__)", damaged, (PRODUCTS,)) == "DataError"
    assert once(runner, LOAD + "print(len(products))", {PRODUCTS: products}, (PRODUCTS,)) != "0"


def test_a_table_that_is_not_given_is_not_unpacked(runner: ForkRunner, products: Path):
    absent = f"{TABLES}/orders.parquet"
    for _ in range(2):
        assert once(runner, "print('ok')", {PRODUCTS: products}, (absent, "/etc/passwd")) == "ok"
