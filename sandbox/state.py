"""The folder of one embedded journal: database, port, key, and the mark of the process that runs it."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ports.disk import Disk
    from ports.ids import Ids

_HEX = re.compile(r"^(?:[0-9a-fA-F]{2}){8,128}$")


class StateFolder:
    """Reads and writes the small files beside the database."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path = path
        self.disk = disk

    @property
    def database(self) -> Path:
        """The path of the journal itself."""
        return self.path / "journal.db"

    @property
    def signing_key(self) -> Path:
        """The path of the key that id tokens are signed with."""
        return self.path / "signing-key.json"

    @property
    def log(self) -> Path:
        """The path of the log of a detached journal."""
        return self.path / "log"

    @property
    def port(self) -> int | None:
        """The port of the last time, if there was one."""
        text = self._text("port")
        return int(text) if text.isdecimal() else None

    def keep_port(self, port: int) -> None:
        """Remember the port, so that the journal is at the same address the next time."""
        self.disk.replace(self.path / "port", f"{port}\n".encode())

    @property
    def pid(self) -> int | None:
        """The process that says it runs the journal; whether it does, the lock tells."""
        text = self._text("pid")
        return int(text) if text.isdecimal() else None

    def keep_pid(self, pid: int) -> None:
        """Say which process runs the journal."""
        self.disk.replace(self.path / "pid", f"{pid}\n".encode())

    def drop_pid(self) -> None:
        """Say that nothing runs it any more."""
        self.disk.remove(self.path / "pid")

    def lock(self) -> AbstractContextManager[bool]:
        """Hold the journal; the value tells whether it was free."""
        return self.disk.lock(self.path / "lock")

    def is_running(self) -> bool:
        """Tell whether a process holds the journal."""
        if not self.disk.exists(self.path / "lock"):
            return False
        with self.lock() as was_free:
            return not was_free

    def key(self, ids: Ids) -> str:
        """Return the key that the client hands to the journal, as hex; made by whoever comes first."""
        text = self._text("key")
        if len(text) == 64 and _HEX.match(text):  # 32 bytes
            return text
        made = ids.secret(32).hex()
        self.disk.replace(self.path / "key", f"{made}\n".encode())
        return made

    def organisation_key(self, ids: Ids) -> bytes:
        """Return the public half of the organisation's key; both halves are made by whoever comes first.

        The private half stays in this folder, as PEM: it opens what a laptop sealed (`feltjournal rescue --key`). A file there
        that is no such key is left as it is, and the answer is empty: nothing is sealed to a key that nobody has.
        """
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        path = self.path / "organisation-key"
        if self.disk.exists(path):
            try:
                kept = form.load_pem_private_key(self.disk.read(path), password=None)
            except (ValueError, TypeError):
                return b""
            return kept.public_key().public_bytes_raw() if isinstance(kept, X25519PrivateKey) else b""
        made = X25519PrivateKey.from_private_bytes(ids.secret(32))
        pem = made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        self.disk.replace(path, pem)
        return made.public_key().public_bytes_raw()

    def _text(self, name: str) -> str:
        try:
            return self.disk.read(self.path / name).decode("ascii", "replace").strip()
        except FileNotFoundError:
            return ""


def proof(key: str, challenge: str) -> str | None:
    """Return what only a holder of the key can answer to a challenge; None when the challenge is not hex."""
    if not _HEX.match(challenge):
        return None
    return _answer(key, bytes.fromhex(challenge))


def organisation_proof(key: str, challenge: str, public: bytes) -> str:
    """Return what binds the organisation's public key to the same challenge, so that nobody can put another in its place."""
    return _answer(key, b"organisation-key" + bytes.fromhex(challenge) + public)


def _answer(key: str, message: bytes) -> str:
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()
