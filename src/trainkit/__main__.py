"""`python -m trainkit`: the command line, also where no folder of programs is on the path."""

from __future__ import annotations

from trainkit.cli import main

if __name__ == "__main__":
    main()
