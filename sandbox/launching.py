"""Starts the embedded journal as a process of its own, and asks a running one to prove itself or to stop."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.state import StateFolder, proof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ports.clock import Clock
    from ports.ids import Ids

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_ASK_SECONDS = 5.0


class StartFailed(Exception):
    """The journal did not start; the text says why, in bokmål."""

    def __init__(self, why: str, *, is_port_taken: bool = False) -> None:
        super().__init__(why)
        self.is_port_taken = is_port_taken


@dataclass(frozen=True, slots=True)
class Started:
    """A running embedded journal that has been handed `key`; `refused` is what `--load` left out."""

    base_url: str
    issuer: str
    key: str
    refused: tuple[str, ...] = ()


def start_detached(
    state: StateFolder,
    options: Sequence[str] = (),
    *,
    ids: Ids,
    module: str = "sandbox",
    seconds: float = _START_SECONDS,
) -> Started:
    """Start `python -m sandbox serve` in a session of its own and wait until it answers.

    A journal that already runs on the state and proves that it holds the key is used as it is.

    Args:
        state: the folder of the journal.
        options: further options of `serve`.
        ids: where the key comes from, if there is none.
        module: what to run; tests have their own entry point.
        seconds: how long to wait.

    Raises:
        StartFailed: it did not come to answer.
    """
    state.disk.make_folder(state.path)
    key = state.key(ids)
    running = find_running(state, ids)
    if running is not None:
        return running
    reader, writer = os.pipe()
    try:
        process = _spawn(state, options, module, writer)
    finally:
        os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        line = _read_line(pipe.fileno(), seconds)
    if not line:
        process.terminate()
        process.wait()
        raise StartFailed(_last_words(state), is_port_taken=_is_port_taken(state))
    told = json.loads(line)
    return Started(told["base_url"], told["issuer"], key, tuple(told["refused"]))


def find_running(state: StateFolder, ids: Ids) -> Started | None:
    """Return the journal that runs on this state, when it proves that it was handed the state's key."""
    port = state.port
    if port is None or not state.is_running():
        return None
    challenge = ids.secret(32).hex()
    key = state.key(ids)
    answer = _ask(port, f"/embedded?challenge={challenge}")
    if answer is None or answer.get("proof") != proof(key, challenge):
        return None
    origin = f"http://127.0.0.1:{port}"
    return Started(f"{origin}/fhir", f"{origin}/auth", key)


async def stop_running(state: StateFolder, clock: Clock) -> bool:
    """Ask the journal on this state to stop and wait until it has; False when it did not."""
    pid = state.pid
    if not state.is_running() or pid is None:
        return True
    os.kill(pid, signal.SIGTERM)
    until = clock.monotonic() + _STOP_SECONDS
    while state.is_running():
        if clock.monotonic() > until:
            return False
        await clock.sleep(0.05)
    return True


def _spawn(state: StateFolder, options: Sequence[str], module: str, writer: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-P",  # a folder named sandbox where the user stands must not be run instead
        "-m",
        module,
        "serve",
        "--state",
        str(state.path),
        "--ready-handle",
        str(writer),
        *options,
    ]
    state.disk.replace(state.log, b"")
    with state.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(writer,),
            start_new_session=True,
        )


def _read_line(handle: int, seconds: float) -> bytes:
    """Return what the child writes before it closes the pipe; empty when it ends or takes too long."""
    found = b""
    while not found.endswith(b"\n"):
        ready, _, _ = select.select([handle], [], [], seconds)
        chunk = os.read(handle, 65536) if ready else b""
        if not chunk:
            return b""
        found += chunk
    return found


def _last_words(state: StateFolder) -> str:
    lines = state.disk.read(state.log).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "Øvingsjournalen startet ikke, og sa ikke hvorfor."


def _is_port_taken(state: StateFolder) -> bool:
    """Tell whether a program that is not the journal of this state answers on the port it remembers."""
    if state.port is None or state.is_running():
        return False
    connection = http.client.HTTPConnection("127.0.0.1", state.port, timeout=_ASK_SECONDS)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _ask(port: int, path: str) -> dict[str, Any] | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ASK_SECONDS)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read(65536))
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None
