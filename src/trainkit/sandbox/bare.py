"""A kernel without a box: `python -m trainkit.sandbox.bare CONNECTION_FILE name=value …` with the limits.

For machines without a sandbox, where the assessor accepts that submitted code has their own rights. Limits
are set as far as the system knows them.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Run the kernel until it is shut down."""
    connection, *words = sys.argv[1:]
    if sys.platform != "win32":
        from trainkit.sandbox.rlimits import limit_resources

        limit_resources({n: float(v) for n, _is, v in (w.partition("=") for w in words)}, shut_in=False)
    from trainkit.startup import block_slow_grammars

    block_slow_grammars()
    # Last, so that none of the trainee's files is taken for a library.
    sys.path.append(str(Path.cwd()))
    random.seed(0)
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.ignore_cwd = True
    app.initialize(["-f", connection, "--HistoryManager.enabled=False", "--log-level=ERROR"])
    app.start()


if __name__ == "__main__":
    main()
