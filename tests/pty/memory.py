"""Looking through the memory of a process from outside, as an attacker with the rights for it would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

_PIECE = 1 << 20


def family_of(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    process = psutil.Process(pid)
    return [pid, *(child.pid for child in process.children(recursive=True))]


def held_by(pids: Iterable[int], *secrets: str) -> set[str]:
    """Return which of the secrets lie in the memory of any of these processes, as UTF-8 or as Python keeps wide text."""
    sought = {form: secret for secret in secrets for form in _forms(secret)}
    return {sought[form] for pid in pids for form in _found(pid, sought)}


def _forms(secret: str) -> list[bytes]:
    return [secret.encode(encoding) for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-32-le")]


def _found(pid: int, sought: Iterable[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    longest = max(len(form) for form in sought)
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in _readable(pid):
            kept = b""
            for place in range(start, end, _PIECE):
                try:
                    memory.seek(place)
                    piece = kept + memory.read(min(_PIECE, end - place))
                except OSError:  # a mapping of a device, or one that went meanwhile
                    break
                found.update(form for form in sought if form in piece)
                kept = piece[-longest:]
    return found


def _readable(pid: int) -> Iterable[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *_ = line.split()
        if rights.startswith("rw"):
            start, _, end = span.partition("-")
            yield int(start, 16), int(end, 16)
