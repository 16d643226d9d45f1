"""A forked kernel does what an ordinary one does: the same messages for the same code."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import psutil
import pytest

from kernels.started import PATIENCE, Said, child_of, eventually, kernel
from trainkit.kernels import client

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not client.supported(), reason="kernels can't be forked on this system"),
]

CASES = {
    "a result": "6 * 7",
    "a frame": "import pandas as pd; pd.DataFrame({'a': [1, 2], 'b': ['x', '澜泰']})",
    "streams": "import sys; print('out'); print('err', file=sys.stderr)",
    "output below Python": "import os, sys; sys.stdout.flush(); os.system('echo from below')",
    "an error": "def f():\n    return 1 / 0\nf()",
    "a syntax error": "for in",
    "a name that isn't there": "nowhere",
    "a name of the notebook's first cells": "ex.answer(nps=3)",
    "a display that changes": (
        "from IPython.display import display, update_display\n"
        "display('first', display_id='d'); update_display('second', display_id='d')"
    ),
    "output that is cleared": "from IPython.display import clear_output; print(1); clear_output(); print(2)",
    "magics": "%timeit -n1 -r1 -q 1\n%env HOME=/nowhere",
    "a shell's line": "!echo shell",
    "waiting": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "threads": "import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
    "processes": (
        "import multiprocessing, os\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, -2]))"
    ),
    "other programs": (
        "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'print(1 + 1)'], capture_output=True, text=True).stdout)"
    ),
    "the end of input": "import os; os.read(0, 1)",
    "Python's own settings": (
        "import sys, signal, gc, logging, locale\n"
        "print(sys.path, sys.flags, sys.getrecursionlimit(), sys.stdout.encoding, __name__)\n"
        "print([signal.getsignal(s) for s in sorted(signal.valid_signals())])\n"
        "print(gc.isenabled(), gc.get_threshold(), logging.root.handlers)\n"
        "print(locale.getlocale(), locale.getpreferredencoding(), sys.argv[0], sys.modules['__main__'])"
    ),
    "a chart": (
        "import altair as alt, pandas as pd\n"
        "alt.Chart(pd.DataFrame({'a': [1, 2], 'b': [3, 4]}), title='t').mark_bar().encode(x='a', y='b')"
    ),
    "an interactive chart": (
        "import altair as alt, pandas as pd\n"
        "c = alt.JupyterChart(alt.Chart(pd.DataFrame({'a': [1]})).mark_bar().encode(x='a:Q'))\n"
        "print(len(c._esm), c._is_offline); c"
    ),
    "widgets": "import ipywidgets as w\nbox = w.IntSlider(value=3); box.observe(print, 'value'); box",
    "comms": "from comm import create_comm\n_ = create_comm('t')",
    "a lesson": ("from trainkit import Lesson\nlesson = Lesson('1-06')\nlesson.table('surveys').head(3)"),
    "metrics": "from trainkit import metrics; import pandas as pd\nmetrics.nps(pd.Series([10, 9, 8, 3]))",
    "what is imported": "import sys; sorted(vars()), 'trainkit' in vars()",
}

_CHANCE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|/\S*\.json|\d+ns")


def plain(said: Said) -> list[Any]:
    """Return the messages without addresses, ids and the moment at which text was flushed."""
    kept: list[Any] = [said.reply["status"], said.reply.get("execution_count")]
    for kind, content in said.messages:
        if kind == "stream" and kept and kept[-1][0:2] == ["stream", content["name"]]:
            kept[-1][2] += content["text"]
        elif kind == "stream":
            kept.append(["stream", content["name"], content["text"]])
        else:
            kept.append([kind, _CHANCE.sub("…", repr(content))])
    return [
        [_CHANCE.sub("…", t) if isinstance(t, str) else t for t in k] if isinstance(k, list) else k
        for k in kept
    ]


async def answers(how: str, folder: Path) -> dict[str, Any]:
    """Run all cases in one kernel each way; what a case leaves behind, both see."""
    async with kernel(how, folder, TRAINKIT_LIFE="lab") as running:
        return {name: plain(await running.run(code)) for name, code in CASES.items()}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("kernels")
    return {how: asyncio.run(answers(how, folder)) for how in ("forked", "ordinary")}


@pytest.mark.parametrize("name", CASES)
def test_the_messages_are_those_of_an_ordinary_kernel(both: dict[str, dict[str, Any]], name: str) -> None:
    assert both["forked"][name] == both["ordinary"][name]


@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_input_is_asked_of_the_reader(how: str) -> None:
    async def ask() -> str:
        async with kernel(how) as running:
            said = await running.run(
                "print('Hello', input('Who? '))",
                stdin_hook=lambda _message: running.client.input("Lin Yue"),
            )
            return said.text

    assert asyncio.run(ask()) == "Hello Lin Yue\n"


@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_a_cell_that_is_interrupted_stops_and_the_next_one_runs(how: str) -> None:
    async def interrupt() -> None:
        async with kernel(how) as running:
            begun = asyncio.Event()
            cell = asyncio.create_task(
                running.run("print('begun', flush=True)\nwhile True: pass", told=begun.set)
            )
            await begun.wait()
            await running.manager.interrupt_kernel()
            assert (await cell).reply["ename"] == "KeyboardInterrupt"
            assert (await running.run("6 * 7")).reply["status"] == "ok"

    asyncio.run(interrupt())


@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_an_interrupt_reaches_what_the_kernel_has_started(how: str) -> None:
    async def interrupt() -> None:
        async with kernel(how) as running:
            begun = asyncio.Event()
            code = "import subprocess; print('begun', flush=True); subprocess.run(['sleep', '1000'])"
            cell = asyncio.create_task(running.run(code, told=begun.set))
            await begun.wait()
            sleeper = await child_of(running.process.pid)
            await running.manager.interrupt_kernel()
            assert (await cell).reply["ename"] == "KeyboardInterrupt"
            assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE

    asyncio.run(interrupt())


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_a_restarted_kernel_is_empty(how: str, now: bool) -> None:
    async def restart() -> None:
        async with kernel(how) as running:
            await running.run("kept = 1")
            before = running.process.pid
            await running.manager.restart_kernel(now=now)
            await running.client.wait_for_ready(timeout=PATIENCE)
            assert running.process.pid != before
            assert (await running.run("kept")).reply["ename"] == "NameError"

    asyncio.run(restart())


@pytest.mark.parametrize("how", ["forked", "ordinary"])
@pytest.mark.parametrize(
    ("code", "ended"),
    [("import os; os._exit(3)", 3), ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9)],
)
def test_it_is_known_how_a_kernel_ended(how: str, code: str, ended: int) -> None:
    async def end() -> None:
        async with kernel(how) as running:
            running.client.execute(code)
            process = running.process
            await eventually(lambda: process.poll() is not None)
            assert process.returncode == ended
            assert not await running.manager.is_alive()
            assert await running.manager.provisioner.wait() == ended

    asyncio.run(end())


@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_a_widget_hears_the_page(how: str) -> None:
    async def move() -> str:
        async with kernel(how) as running:
            code = (
                "import ipywidgets as w\nslider = w.IntSlider()\n"
                "slider.observe(lambda change: print('moved to', change.new), 'value')"
            )
            said = await running.run(code)
            [slider] = [
                content["comm_id"]
                for kind, content in said.messages
                if kind == "comm_open" and content["data"]["state"].get("_model_name") == "IntSliderModel"
            ]
            update = {"method": "update", "state": {"value": 42}, "buffer_paths": []}
            message = running.client.session.msg("comm_msg", {"comm_id": slider, "data": update})
            running.client.shell_channel.send(message)
            return (await running.run("slider.value")).messages[-2][1]["data"]["text/plain"]

    assert asyncio.run(move()) == "42"


@pytest.mark.parametrize("how", ["forked", "ordinary"])
def test_the_page_can_ask_for_all_widgets(how: str) -> None:
    """By the target that ipywidgets registers where there is a kernel; a page does so when it's loaded."""

    async def targets() -> str:
        async with kernel(how) as running:
            code = "import comm, ipywidgets\nprint(sorted(comm.get_comm_manager().targets))"
            return (await running.run(code)).text

    assert asyncio.run(targets()) == "['jupyter.widget', 'jupyter.widget.control']\n"
