"""However the client dies, the terminal is left as it was, nothing of the patient stays on it, and the exit code tells."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest

from cli.supervisor import LEAVE
from tests.hostile_app import SECRETS
from tests.pty.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENT = SECRETS[0]
PROGRAM = [sys.executable, "-m", "tests.hostile_app", "lock"]
MODES = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1003l", "\x1b[?2004l", "\x1b[?1004l", "\x1b[?7h")


def _processes(terminal: Terminal) -> tuple[int, int]:
    """Return the client's process and its parent's, as the client shows them."""
    terminal.wait_for(lambda t: re.search(r"forelder \d+", t.text) is not None)
    terminal.settle()
    found = re.search(r"prosess (\d+) forelder (\d+)", terminal.text)
    assert found
    return int(found[1]), int(found[2])


@pytest.fixture
def running() -> Iterator[Terminal]:
    """A client with a patient on the screen, under its parent."""
    with Terminal(PROGRAM) as terminal:
        yield terminal


def test_killed_client_leaves_a_clean_terminal(running: Terminal) -> None:
    """After kill -9 the modes are off, the line discipline is back, and one sentence says what happened."""
    before = termios.tcgetattr(running._descriptor)
    client, parent = _processes(running)
    assert parent == running.pid
    during = termios.tcgetattr(running._descriptor)
    mark = len(running.raw)
    os.kill(client, signal.SIGKILL)
    running.wait_for("stanset utenfra (SIGKILL)")
    after = termios.tcgetattr(running._descriptor)
    assert running.wait_end() == 128 + signal.SIGKILL
    said = running.raw[mark:].decode()
    assert LEAVE in said
    assert all(mode in said for mode in MODES)
    assert PATIENT not in said
    assert after[3] & termios.ECHO
    assert after[3] & termios.ICANON
    assert not during[3] & termios.ECHO
    assert not before[3] & termios.ICANON or after[:4] == before[:4]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_to_the_parent_ends_the_client_in_good_order(
    running: Terminal, number: signal.Signals
) -> None:
    """The parent hands the signal on, the client saves and ends, the code says which signal. Fault: K31."""
    client, _ = _processes(running)
    client_has_ended = _end_of(client)
    running.signal(number)
    assert running.wait_end() == 128 + number
    assert client_has_ended()


def test_client_cleans_up_when_its_parent_is_killed(running: Terminal) -> None:
    """With the parent gone, the client ends by itself and leaves the terminal as the parent would have."""
    client, parent = _processes(running)
    client_has_ended = _end_of(client)
    mark = len(running.raw)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    running.exit_status = -signal.SIGKILL
    running.wait_for(lambda t: LEAVE.encode() in t.raw[mark:])
    running.wait_end()
    assert client_has_ended()


def test_lock_puts_a_fresh_process_in_place(running: Terminal) -> None:
    """F12 ends the process with its keys in memory; another one takes the same terminal."""
    client, parent = _processes(running)
    client_has_ended = _end_of(client)
    running.send("f12")
    running.wait_for(lambda t: f"forelder {parent}" in t.text and f"prosess {client} " not in t.text)
    fresh, same_parent = _processes(running)
    assert fresh != client
    assert same_parent == parent
    assert client_has_ended()
    running.send("ctrl+q")
    assert running.wait_end() == 0


def test_first_line_comes_before_anything_heavy(tmp_path: Path) -> None:
    """The first bytes are the alternate screen and one line, long before the first frame."""
    environment = dict(os.environ) | {"XDG_DATA_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    with Terminal([sys.executable, "-m", "cli"], environment=environment) as terminal:
        first = terminal.wait_for("Feltjournal åpnes")
        frame = terminal.wait_for("F1 hjelp")
        assert terminal.raw.startswith(b"\x1b[?1049h")
        assert first - terminal.started_at < (frame - terminal.started_at) / 2


@pytest.mark.parametrize(
    ("term", "options", "words"),
    [
        ("dumb", [], "kan ikke vise skjermbilder"),
        ("xterm", ["--journal", "ukjent"], "Kjenner ikke den journalen"),
    ],
)
def test_terminal_or_journal_that_will_not_do_is_refused_in_words(
    term: str, options: list[str], words: str
) -> None:
    """Nothing is drawn; a sentence says why; the exit code is 2."""
    command = [sys.executable, "-m", "cli", *options]
    with Terminal(command, environment=dict(os.environ) | {"TERM": term}) as terminal:
        assert terminal.wait_end() == 2
        assert words in terminal.text
        assert b"\x1b[?1049h" not in terminal.raw


def _end_of(process: int) -> Callable[[], bool]:
    """Watch a process that is nobody's child here; the answer waits for its end and tells whether it came."""
    watch = os.pidfd_open(process)

    def has_ended() -> bool:
        ended, _, _ = select.select([watch], [], [], 20)
        os.close(watch)
        return bool(ended)

    return has_ended


@pytest.mark.needs("tmux")
@pytest.mark.parametrize("how", ["quit", "crash", "kill", "kill-parent", "hangup"])
def test_nothing_of_the_patient_stays_in_scrollback(how: str) -> None:
    """Seen in tmux, which keeps a main screen, an alternate one and scrollback as a terminal does. Fault: T7."""
    server = f"feltjournal-{os.getpid()}-{how}"
    program = "fail" if how == "crash" else "lock"
    shell = "env PS1='KLAR> ' sh"
    with Terminal(
        ["tmux", "-f", "/dev/null", "-L", server, "new-session", shell], size=(100, 30)
    ) as terminal:
        try:
            terminal.wait_for("KLAR>")
            terminal.type(f"{sys.executable} -m tests.hostile_app {program}; echo SLUTT=$?\r")
            terminal.wait_for(PATIENT)
            terminal.settle()
            assert PATIENT in _tmux(server, "capture-pane", "-p")
            _end(how, terminal)
            terminal.wait_for("SLUTT=")
            terminal.settle()
            left = _tmux(server, "capture-pane", "-p", "-S", "-")
            assert "SLUTT=" in left
            assert not [secret for secret in SECRETS if secret in left]
            assert _tmux(server, "display-message", "-p", "#{alternate_on}").strip() == "0"
            assert _tmux(server, "display-message", "-p", "#{cursor_flag}").strip() == "1"
        finally:
            _tmux(server, "kill-server")


def _end(how: str, terminal: Terminal) -> None:
    if how == "quit":
        terminal.send("ctrl+q")
        return
    if how == "crash":
        terminal.send("h")
        return
    client, parent = _processes(terminal)
    match how:
        case "kill":
            os.kill(client, signal.SIGKILL)
        case "kill-parent":
            os.kill(parent, signal.SIGKILL)
        case "hangup":
            os.kill(client, signal.SIGHUP)


def _tmux(server: str, *command: str) -> str:
    return subprocess.run(
        ["tmux", "-L", server, *command], capture_output=True, text=True, check=False, timeout=20
    ).stdout
