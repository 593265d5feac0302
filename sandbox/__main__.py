"""`python -m sandbox serve|stop|status`."""

from __future__ import annotations

import sys

from sandbox.command import run

if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:], prog="python -m sandbox"))
