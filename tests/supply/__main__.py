"""`python -m tests.supply FILE`: write the SBOM of this program, as installed from its lock, to a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.supply.sbom import write

if __name__ == "__main__":
    write(Path(sys.argv[1]), os.environ.get("SOURCE_DATE_EPOCH", ""))
