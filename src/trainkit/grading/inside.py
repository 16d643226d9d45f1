"""What runs inside of the sandbox: one notebook, from standard input to events on standard output.

The input is one JSON document: `notebook`, `parameters`, `mime` (displays to pass on), `files` (name and
base64 of each helper file), `limits`, `isolated`.
The output is one JSON object a line, each with an `event`:

- `display`: data of the wanted type, with the `cell` that showed it;
- `ran`: a cell was run to its end, or to the error that it raised;
- `failure`: a cell raised `error` with `message`; `timeout`: a cell ran too long and was interrupted;
- `flood`: a cell displayed more than there is room for; what came after was dropped;
- `stopped`: the kernel died or didn't listen (`why`), the cells after `cell` weren't run;
- `broken`: the notebook couldn't be run at all, `detail` says why;
- `done`: the last event of a run that wasn't cut off.

The trainee's code runs in a kernel, which is another process, but with the same rights: all that comes out
may be forged. Nothing outside relies on it but for what the answers are.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["main"]

#: An answer larger than this is passed on as one that is too large.
_MAX_DISPLAY = 2**20

_PR_SET_DUMPABLE = 4


def main() -> None:
    """Run the job on standard input."""
    job = json.loads(sys.stdin.buffer.read())
    limits = job["limits"]
    report = _reporter(job["mime"])
    if sys.platform != "win32":
        _limit_resources(limits)
    if sys.platform == "linux":
        _close_to_neighbours()
    try:
        _execute(job, report)
    except Exception as error:
        report({"event": "broken", "detail": f"{type(error).__name__}: {error}"[:500]})
    else:
        report({"event": "done"})


def _execute(job: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
    # Compiling this package's grammars takes longer than many a notebook; jsonschema does without it.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import nbformat
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    from trainkit.grading.client import Stopped
    from trainkit.grading.engine import TrainkitEngine

    for name, data in job["files"]:
        Path(name).write_bytes(base64.b64decode(data))
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    papermill_engines.register("trainkit", TrainkitEngine)
    notebook = nbformat.from_dict(job["notebook"])
    limits = job["limits"]
    with suppress(PapermillExecutionError, Stopped):  # these were reported when they happened
        execute_notebook(
            notebook,
            None,
            parameters=job["parameters"],
            engine_name="trainkit",
            kernel_name="python3",
            progress_bar=False,
            autosave_cell_every=0,
            execution_timeout=max(1, int(limits["cell_seconds"])),
            km=_kernel_manager(ipc=sys.platform != "win32"),
            report=report,
            output_bytes=limits["output_bytes"],
        )


def _kernel_manager(*, ipc: bool) -> Any:
    """Return a manager of a plain Python kernel that needs no kernel specification and no network."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(
                argv=[
                    sys.executable,
                    "-P",
                    "-m",
                    "ipykernel_launcher",
                    "-f",
                    "{connection_file}",
                    "--HistoryManager.enabled=False",
                    # The working folder holds the trainee's files: last, so that none stands for a library.
                    "--IPKernelApp.ignore_cwd=True",
                    f"--IPKernelApp.exec_lines=import sys; sys.path.append({str(Path.cwd())!r}); del sys",
                    "--log-level=ERROR",
                ],
                language="python",
                display_name="Python 3",
            )

    runtime = Path.home() / ".kernel"
    runtime.mkdir(mode=0o700)
    manager = Manager(connection_file=str(runtime / "c.json"))
    if ipc:
        manager.transport, manager.ip = "ipc", str(runtime / "k")
    return manager


def _reporter(wanted: str) -> Callable[[dict[str, Any]], None]:
    """Keep standard output for events: what else is printed goes nowhere, here and in the kernel."""
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)

    def report(event: dict[str, Any]) -> None:
        if event["event"] == "display":
            if event.pop("mime") != wanted:
                return
            if len(json.dumps(event["data"])) > _MAX_DISPLAY:
                name = event["data"].get("name") if isinstance(event["data"], dict) else None
                event["data"] = {"name": str(name)[:200], "state": "invalid", "reason": "too large"}
        channel.write(json.dumps(event).encode() + b"\n")

    return report


def _limit_resources(limits: dict[str, Any]) -> None:
    """Set the limits of this process, which all others inherit."""
    import resource

    wanted = {
        resource.RLIMIT_AS: limits["memory_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits["notebook_seconds"]) + 5,
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: limits["files"],
    }
    if sys.platform == "linux" and limits["isolated"]:
        # Outside of a box, the user's other processes would count.
        wanted[resource.RLIMIT_NPROC] = limits["processes"]
    for kind, value in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            if limits["isolated"]:
                raise  # macOS refuses some; in a box all of them must hold


def _close_to_neighbours() -> None:
    """Forbid the kernel, which has the same rights, to look into this process or to write to its pipes."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    main()
