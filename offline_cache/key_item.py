"""What lies outside the header: the keyring's secret, the attempts at the PIN, the audit's end.

With a keyring it is one item of it, so that an older copy of our folder gives no new attempts. Without one
(the embedded journal only) it is a file beside the header, with no secret in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import KeyringLost, KeyringUnavailable, StoreFault

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from ports.keyring import KeyProtector

ATTEMPTS = 5
"""How many wrong PINs in a row are allowed."""

_WAITS = (0.0, 1.0, 5.0, 30.0, 120.0)


@dataclass(frozen=True, slots=True)
class KeyItem:
    """The item's content; the secret is hex, and empty without a keyring."""

    secret: str = field(default="", repr=False)
    attempts: int = 0
    last_at: str = ""
    last_run: float | None = (
        None  # seconds of the clock that nobody sets, and that begins anew with the machine
    )
    head_sequence: int = 0
    head_hash: str = ""
    wrong: int = 0  # attempts that opened nothing and are in no log yet: it lies behind the PIN
    wrong_at: str = ""  # when the last of them was
    mark: str = ""  # the first bytes of the database file: its salt, by which it is told from another's

    @property
    def left(self) -> int:
        """How many attempts remain."""
        return max(0, ATTEMPTS - self.attempts)

    @property
    def wait(self) -> float:
        """How many seconds must pass after the last attempt: longer each time."""
        return _WAITS[min(self.attempts, len(_WAITS) - 1)]


class ItemPlace(Protocol):
    """Where the item lies."""

    def read(self) -> KeyItem:
        """Return it."""
        ...

    def write(self, item: KeyItem) -> None:
        """Keep it, and make sure that it was kept."""
        ...


class ItemInKeyring:
    """The item as a secret of the OS keyring, under the id of the database."""

    def __init__(self, protector: KeyProtector, account: str) -> None:
        self._protector = protector
        self._account = account

    def read(self) -> KeyItem:
        """Return it; KeyringLost when it is gone or not ours."""
        from ports.keyring import KeyringFault

        try:
            raw = self._protector.get(self._account)
        except KeyringFault as error:
            raise KeyringUnavailable(str(error)) from error
        item = None if raw is None else _decode(raw)
        if item is None:
            raise KeyringLost
        return item

    def write(self, item: KeyItem) -> None:
        """Keep it and read it back: a counter that is not kept is no counter."""
        from ports.keyring import KeyringFault

        try:
            self._protector.put(self._account, _encode(item))
        except KeyringFault as error:
            raise KeyringUnavailable(str(error)) from error
        if self.read() != item:
            raise KeyringUnavailable("the keyring does not keep what it is given")


class ItemInFile:
    """The item as a file, where there is no keyring. A missing or broken one counts as no attempts left."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk

    def read(self) -> KeyItem:
        """Return it."""
        try:
            item = _decode(self._disk.read(self._path))
        except FileNotFoundError:
            item = None
        except OSError as error:
            raise StoreFault(type(error).__name__) from error
        return item or KeyItem(attempts=ATTEMPTS)

    def write(self, item: KeyItem) -> None:
        """Keep it durably."""
        with as_store_errors():
            self._disk.replace(self._path, _encode(item))


def _encode(item: KeyItem) -> bytes:
    return json.dumps(asdict(item), sort_keys=True).encode("ascii")


def _decode(raw: bytes) -> KeyItem | None:
    try:
        item = msgspec.json.decode(raw, type=KeyItem)
    except (msgspec.MsgspecError, ValueError):
        return None
    return item if min(item.attempts, item.head_sequence, item.wrong) >= 0 else None
