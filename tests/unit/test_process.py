"""The process as the system itself sees it, before it is hardened and after: in a child, for it cannot be undone."""

from __future__ import annotations

import subprocess
import sys

import pytest

_ASK = """
import resource
from ports import process
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
before = process.exposed()
{between}
print(before, process.exposed())
"""


def told(between: str) -> str:
    """Return what a child says of itself before and after."""
    script = _ASK.format(between=between)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the calls are Linux's")
def test_hardening_is_what_the_system_says_it_is() -> None:
    before, after = told("assert process.harden() == process.exposed()").rsplit("[", 1)
    assert "not-dumpable" in before
    assert after == "]"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the calls are Linux's")
def test_what_is_undone_afterwards_is_told() -> None:
    """What `harden` did is not believed: the system is asked."""
    undone = "process.harden(); process._prctl(process._PR_SET_DUMPABLE, 1)"
    assert told(undone).endswith("['not-dumpable']")


def test_a_fork_is_hardened_as_its_parent_is() -> None:
    between = "import os\nprocess.harden()\nif os.fork(): os.wait(); os._exit(0)"
    assert told(between).endswith("[]")
