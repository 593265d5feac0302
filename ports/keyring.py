"""The system's keyring: only backends of an allow-list, built by us and proved, never waited for long.

`keyring` itself would take whatever is installed, or is named by the environment or a keyringrc (security.md
§2.2). Here the class is picked by us, nothing is taken from the environment, and what loses items is refused.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import secrets
import sys
import threading
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

R = TypeVar("R")

SERVICE = "feltjournal"
"""The name that our items carry in the keyring."""

CALL_LIMIT = 30.0
"""Seconds one call may take: long enough to answer the desktop's own unlock prompt, and never without end."""


class KeyringFault(Exception):
    """The keyring is locked, silent, or failed. Nothing is known about the item."""


class BackendRefused(KeyringFault):
    """The backend is not one of the allow-list, or does not keep what it is given."""


class KeyProtector(Protocol):
    """Where a secret lies that is not in our files. Every method may raise KeyringFault."""

    @property
    def name(self) -> str:
        """The backend's own name, kept in the cache's header."""
        ...

    def get(self, account: str) -> bytes | None:
        """Return the secret, or None when there is none."""
        ...

    def put(self, account: str, secret: bytes) -> None:
        """Keep the secret in place of an older one."""
        ...

    def delete(self, account: str) -> None:
        """Remove the secret; nothing happens when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class AllowedBackend:
    """One backend class that may be used, and the systems it is for (the start of `sys.platform`)."""

    name: str
    module: str
    class_name: str
    systems: tuple[str, ...]

    def load(self) -> type[KeyringBackend]:
        """Return the class; ImportError when the system lacks it."""
        found: type[KeyringBackend] = getattr(import_module(self.module), self.class_name)
        return found


_UNIX = ("linux", "freebsd")
ALLOWED = (
    AllowedBackend("secret-service", "keyring.backends.SecretService", "Keyring", _UNIX),
    AllowedBackend("kwallet", "keyring.backends.kwallet", "DBusKeyring", _UNIX),
    AllowedBackend("macos", "keyring.backends.macOS", "Keyring", ("darwin",)),
    AllowedBackend("windows", "keyring.backends.Windows", "WinVaultKeyring", ("win32",)),
)
"""The backends that encrypt at rest under the login. All else is refused: null, keyrings.alt, chainers."""


class OsKeyring:
    """A KeyProtector over one allow-listed backend; a call that hangs is left behind in its thread."""

    def __init__(self, backend: KeyringBackend, *, limit: float = CALL_LIMIT) -> None:
        self._name = _allowed_name(backend)
        self._backend = backend
        self._limit = limit

    @property
    def name(self) -> str:
        """The backend's name in the allow-list."""
        return self._name

    def get(self, account: str) -> bytes | None:
        """Return the secret, or None."""
        text = within(self._limit, lambda: self._backend.get_password(SERVICE, account))
        try:
            return None if text is None else base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return b""  # something is there, and it is not ours

    def put(self, account: str, secret: bytes) -> None:
        """Keep the secret."""
        text = base64.b64encode(secret).decode()
        within(self._limit, lambda: self._backend.set_password(SERVICE, account, text))

    def delete(self, account: str) -> None:
        """Remove the secret."""
        if self.get(account) is not None:
            within(self._limit, lambda: self._backend.delete_password(SERVICE, account))


def find_protector(only: str = "", *, limit: float = CALL_LIMIT) -> KeyProtector | None:
    """Return the first allow-listed keyring of this system that keeps a canary, or None.

    Args:
        only: The name of the backend a header asks for; empty takes the first that works.
        limit: Seconds one call may take.
    """
    for allowed in ALLOWED:
        if sys.platform.startswith(allowed.systems) and only in ("", allowed.name):
            with contextlib.suppress(KeyringFault):
                protector = OsKeyring(within(limit, partial(_build, allowed)), limit=limit)
                prove(protector)
                return protector
    return None


def prove(protector: KeyProtector) -> None:
    """Write a canary, read it back, compare and remove it; BackendRefused when it is not what was written."""
    account, canary = f"canary-{secrets.token_hex(4)}", secrets.token_bytes(32)
    protector.put(account, canary)
    found = protector.get(account)
    protector.delete(account)
    if found is None or not secrets.compare_digest(found, canary):
        raise BackendRefused("the keyring does not keep what it is given")


def within(limit: float, call: Callable[[], R]) -> R:
    """Run a call in a daemon thread and return its result; KeyringFault when it fails or takes too long."""
    results: list[R] = []
    failures: list[BaseException] = []
    over = threading.Event()

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  handed to the caller's thread
            failures.append(error)
        finally:
            over.set()

    threading.Thread(target=run, daemon=True, name="feltjournal-keyring").start()
    if not over.wait(limit):
        raise KeyringFault("the keyring did not answer in time")
    if failures:
        raise KeyringFault(type(failures[0]).__name__) from None
    return results[0]


def _build(allowed: AllowedBackend) -> KeyringBackend:
    """Build the backend with nothing taken from the environment; raises when the system cannot bear it."""
    original = allowed.load()
    _ = original.priority  # raises RuntimeError where the service is missing
    ours = type(
        original.__name__, (original,), {"set_properties_from_env": lambda _self: None, "keychain": None}
    )
    backend: KeyringBackend = ours()
    return backend


def _allowed_name(backend: object) -> str:
    """Return the allow-list's name of a backend, by the class object itself."""
    for allowed in ALLOWED:
        if sys.platform.startswith(allowed.systems):
            try:
                if isinstance(backend, allowed.load()):
                    return allowed.name
            except ImportError:
                continue
    raise BackendRefused("not a keyring of the allow-list")
