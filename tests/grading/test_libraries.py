"""The libraries that trainees may import work inside of the box, at both levels: each does something real."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from importlib.metadata import requires
from importlib.util import find_spec

import pytest
from submitted import needs_sandbox

from trainkit.extras import extras
from trainkit.grading.batch import box_for
from trainkit.sandbox import levels
from trainkit.sandbox.messages import Message
from trainkit.sandbox.running import Runner

pytestmark = [*needs_sandbox, pytest.mark.slow]

#: Seconds that a notebook may take here; none waits for them.
PATIENCE = 120

#: What a notebook does with each library, and what comes out.
USES = {
    "matplotlib": (
        "import matplotlib.pyplot as plt, io\n"
        "fig, ax = plt.subplots(); ax.bar(['a', 'b'], [1, 2]); ax.set_title('Title')\n"
        "file = io.BytesIO(); fig.savefig(file); print(file.getvalue()[1:4])",
        "b'PNG'",
    ),
    "pandas' plots": (
        "%matplotlib inline\nimport pandas as pd\nax = pd.Series([1, 2]).plot(); print(type(ax).__name__)",
        "Axes",
    ),
    "polars": (
        "import polars as pl\n"
        "frame = pl.DataFrame({'k': ['a', 'b'] * 500, 'v': range(1000)})\n"
        "print(frame.lazy().group_by('k').agg(pl.col('v').sum()).sort('k').collect()['v'].to_list())",
        "[249500, 250000]",
    ),
    "polars of pandas": (
        "import pandas as pd, polars as pl\nprint(pl.from_pandas(pd.DataFrame({'v': [1, 2]}))['v'].sum())",
        "3",
    ),
    "duckdb": (
        "import duckdb, pandas as pd\n"
        "frame = pd.DataFrame({'v': range(1000)})\n"
        "print(duckdb.sql('select sum(v) as s from frame').df()['s'][0])",
        "499500.0",
    ),
    "a file of duckdb's": (
        "import duckdb\nwith duckdb.connect('own.db') as db:\n"
        "    db.execute('create table t as select range as v from range(100000)')\n"
        "    print(db.sql('select count(*) as n from (select v from t order by v desc)').df()['n'][0])",
        "100000",
    ),
    "scikit-learn": (
        "from sklearn.ensemble import RandomForestClassifier\n"
        "from sklearn.cluster import KMeans\n"
        "X, y = [[0.0], [0.1], [0.9], [1.0]] * 10, [0, 0, 1, 1] * 10\n"
        "KMeans(2, n_init=2).fit(X)\n"
        "print(RandomForestClassifier(10, n_jobs=2, random_state=0).fit(X, y).score(X, y))",
        "1.0",
    ),
    "openpyxl": (
        "import pandas as pd\npd.DataFrame({'v': [1, 2]}).to_excel('own.xlsx', index=False)\n"
        "print(pd.read_excel('own.xlsx')['v'].sum())",
        "3",
    ),
}


@pytest.fixture(scope="module", params=["fork", "bubblewrap"])
def box(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner of each level, as grading makes it."""
    if request.param == "fork" and levels.probe().level != "fork":
        pytest.skip(f"no fork engine here: {levels.probe().detail}")
    with box_for(prefer=request.param) as made:
        yield made


def run(box: Runner, source: str) -> list[Message]:
    """Run a cell in a box of its own and return all that comes out."""
    deadline, stop = time.monotonic() + PATIENCE, threading.Event()
    kernel = box.kernel({}, {}, deadline, stop)
    try:
        return list(kernel.run(source, deadline, stop))
    finally:
        kernel.close()


def shown(box: Runner, source: str) -> set[str]:
    """Return the MIME types of what a cell displays."""
    return {kind for m in run(box, source) for kind in m.content.get("data", ())}


@pytest.mark.skipif(bool(extras()["libraries"]), reason=f"not installed: {extras()['libraries']}")
@pytest.mark.parametrize(("source", "printed"), USES.values(), ids=USES.keys())
def test_a_library_works_inside_of_the_box(box: Runner, source: str, printed: str):
    messages = run(box, source)
    told = [m.content for m in messages if m.kind in ("error", "stream")]
    assert messages[-1].content["status"] == "ok", told
    out = [c["text"] for c in told if c.get("name") == "stdout"]
    assert "".join(out).split("\n")[-2] == printed
    assert not [c for c in told if c.get("name") == "stderr"], "a warning that only the box gives"


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="Matplotlib isn't installed")
def test_a_chart_is_shown_as_in_any_kernel(box: Runner):
    assert "image/png" in shown(box, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")


def test_every_library_of_the_extra_is_tried():
    wanted = {r.partition(">")[0] for r in requires("trainkit") or [] if "extra == 'libraries'" in r}
    modules = {name: {"scikit-learn": "sklearn"}.get(name, name) for name in wanted}
    tried = " ".join(source for source, _printed in USES.values())
    assert wanted
    assert not [name for name, module in modules.items() if module not in f"{tried} {' '.join(USES)}"]
