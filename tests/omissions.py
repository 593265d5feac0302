"""A pytest plugin: what a machine lacks is left out, is listed at the end of the run, and in CI fails it.

A test marked `needs(peer)` stands on something PyPI does not give. Plain skips are listed in the same place,
so that no test can fall silent unseen.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / ".peers" / "hl7.fhir.r4.examples"
EXAMPLE_COUNT = 5306
FHIR_ROUTER = ROOT / ".peers" / "fhir-router"
_ROUTER_LOCK = ROOT / "tests" / "peers" / "fhir_router" / "package-lock.json"
OIDC_PROVIDER = ROOT / ".peers" / "oidc-provider"
_PROVIDER_LOCK = ROOT / "tests" / "peers" / "oidc_provider" / "package-lock.json"
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Peer:
    """Something a test stands on: how to see whether it is here, and how to get it."""

    present: Callable[[], bool]
    how: str


def _has_programs(*names: str) -> bool:
    return all(shutil.which(name) for name in names)


def _has_examples() -> bool:
    return len({path.name for path in EXAMPLES.glob("[!.]*.json")} - {"package.json"}) == EXAMPLE_COUNT


def router_node() -> Path | None:
    """Return the Node that came with the router: it wants a newer one than most machines have."""
    return next(iter(sorted(FHIR_ROUTER.glob("node_modules/node-*/bin/node"))), None)


def _is_installed(folder: Path, lock: Path) -> bool:
    """Tell whether a peer of npm is installed as the lock says, and has a Node to run on."""
    installed = folder / "package-lock.json"
    is_same = installed.is_file() and installed.read_bytes() == lock.read_bytes()
    return is_same and router_node() is not None


def _may_mount() -> bool:
    """Tell whether a small file system can be mounted: tried, for root of a container may be refused."""
    if not _has_programs("mount", "umount") or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False, timeout=20
        )
        return (
            tried.returncode == 0
            and subprocess.run(["umount", folder], check=False, timeout=20).returncode == 0
        )


def _has_ipv6() -> bool:
    """Tell whether this machine can be called on ::1."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def _may_read_memory() -> bool:
    """Tell whether the memory of a process that nobody is to read can be read: root of a container may lack the right."""
    script = "from ports.process import harden; harden(); print(flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        try:
            assert child.stdout is not None
            child.stdout.readline()
            with Path(f"/proc/{child.pid}/mem").open("rb"):
                return True
        except OSError:
            return False
        finally:
            child.kill()


PEERS = {
    "gnome-keyring": Peer(
        lambda: _has_programs("gnome-keyring-daemon", "dbus-run-session"),
        "Debian packages gnome-keyring, dbus, dbus-daemon",
    ),
    "tmux": Peer(lambda: _has_programs("tmux"), "Debian package tmux"),
    "hl7-examples": Peer(
        _has_examples,
        f"npm pack hl7.fhir.r4.examples@4.0.1, unpacked in .peers/{EXAMPLES.name}: {EXAMPLE_COUNT} files",
    ),
    "fhir-router": Peer(
        lambda: _is_installed(FHIR_ROUTER, _ROUTER_LOCK),
        "npm; copy package.json and package-lock.json of tests/peers/fhir_router into "
        f".peers/{FHIR_ROUTER.name} and call `npm ci --ignore-scripts` there",
    ),
    "oidc-provider": Peer(
        lambda: _is_installed(OIDC_PROVIDER, _PROVIDER_LOCK),
        "npm; as fhir-router, which brings the Node, from tests/peers/oidc_provider into "
        f".peers/{OIDC_PROVIDER.name}",
    ),
    "ipv6": Peer(_has_ipv6, "a loopback interface with the address ::1"),
    "mount": Peer(_may_mount, "root on Linux, to mount a small tmpfs"),
    "ptrace": Peer(_may_read_memory, "root on Linux with CAP_SYS_PTRACE, to look through a process's memory"),
    "shared": Peer((SHARED / "synthea").is_dir, "the folder shared/ beside this checkout"),
}


@cache
def is_present(peer: str) -> bool:
    """Tell whether the peer is on this machine; looked up once."""
    return PEERS[peer].present()


class Omissions:
    """What was left out of this run: tests by missing peer, and plain skips by reason."""

    def __init__(self) -> None:
        self.by_peer: dict[str, set[str]] = defaultdict(set)
        self.skipped: dict[str, str] = {}
        self.days: set[str] = set()
        """What another command runs: listed, and no omission."""

    def __bool__(self) -> bool:
        return bool(self.by_peer or self.skipped)

    def to_wire(self) -> dict[str, Any]:
        """Return a form that a worker can send to the process that reports."""
        return {
            "by_peer": {peer: sorted(tests) for peer, tests in self.by_peer.items()},
            "skipped": self.skipped,
            "days": sorted(self.days),
        }

    def take(self, wire: dict[str, Any]) -> None:
        """Add what a worker left out; the workers all collect the same tests."""
        for peer, tests in wire["by_peer"].items():
            self.by_peer[peer].update(tests)
        self.skipped.update(wire["skipped"])
        self.days.update(wire["days"])

    def lines(self) -> list[str]:
        """Return the list for the end of the run."""
        lines = []
        for peer, tests in sorted(self.by_peer.items()):
            lines.append(f"{len(tests)} tests need {peer}. To have it: {PEERS[peer].how}")
            lines.extend(f"    {test}" for test in sorted(tests))
        lines.extend(f"skipped: {test}: {reason}" for test, reason in sorted(self.skipped.items()))
        return lines


NOT_DAYS = "not day"
OMISSIONS = pytest.StashKey[Omissions]()


def in_ci() -> bool:
    """Tell whether an omission is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty list, and hear of xdist's workers where there are any."""
    config.stash[OMISSIONS] = Omissions()
    config.pluginmanager.register(_FromWorkers(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a missing peer; an unknown peer stops the run."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        missing = [peer for peer in _peers_of(item) if not is_present(peer)]
        for peer in missing:
            config.stash[OMISSIONS].by_peer[peer].add(item.nodeid)
        (left_out if missing else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _peers_of(item: pytest.Item) -> list[str]:
    peers = [str(peer) for mark in item.iter_markers("needs") for peer in mark.args]
    unknown = [peer for peer in peers if peer not in PEERS]
    if unknown:
        raise pytest.UsageError(f"{item.nodeid}: unknown peer in needs(): {', '.join(unknown)}")
    return peers


class _FromWorkers:
    """Hears what each worker of xdist left out, and what is left to `make days`."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Note what `-m "not day"` leaves."""
        if self._config.option.markexpr == NOT_DAYS:
            days = {item.nodeid for item in items if item.get_closest_marker("day") is not None}
            self._config.stash[OMISSIONS].days |= days

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the list of a worker that has ended; one that crashed has none."""
        wire = getattr(node, "workeroutput", {}).get("omissions")
        if wire is not None:
            self._config.stash[OMISSIONS].take(wire)


class _Skips:
    """Hears of skips where the reports come by (they do not carry the config)."""

    def __init__(self, omissions: Omissions) -> None:
        self._omissions = omissions

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that skipped, or that was expected to fail."""
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a whole file that skipped."""
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
            self._omissions.skipped[report.nodeid] = reason


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to hear of skips."""
    session.config.pluginmanager.register(_Skips(session.config.stash[OMISSIONS]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the list over if this is a worker; else let it fail the run in CI."""
    omissions = session.config.stash[OMISSIONS]
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["omissions"] = omissions.to_wire()
    elif (
        omissions
        and in_ci()
        and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List what was left out and how to have it."""
    omissions = config.stash[OMISSIONS]
    if omissions.days:
        terminalreporter.section(f"left to `make days`: {len(omissions.days)}")
        for test in sorted(omissions.days):
            terminalreporter.line(f"    {test}")
    if omissions:
        terminalreporter.section("left out", red=in_ci(), yellow=not in_ci())
        for line in omissions.lines():
            terminalreporter.line(line)
        if in_ci():
            terminalreporter.line("CI: an omission is a failure.", red=True)
