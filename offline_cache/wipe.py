"""The wipe: a cache is destroyed, keys first, and a kill at any point is carried on from there, with no PIN.

Its steps are journalled beside the database and not in it. Order: the keyring's secrets, then the headers (from here on
nothing opens the database any more), then the database with its log and all other files. What is sealed to the organisation's
public key stays: this machine cannot read it. Last, where the journal ordered it, the journal is told; until that has
succeeded the order stays.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from offline_cache import header as headers
from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import HeaderDamaged, StoreFault

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from ports.keyring import KeyProtector

ORDER = "wipe.json"
"""The journal of a wipe that has begun."""

_LAST = "last"
_STAYS = (".seal", ".lock", ".pin")
"""How the names end that a wipe leaves: seals, and empty files that locks are held on."""


class WipeStep(StrEnum):
    """How far a wipe has come."""

    ORDERED = "ordered"
    KEYS_GONE = "keys-gone"
    FILES_GONE = "files-gone"


@dataclass(frozen=True, slots=True)
class WipeReport:
    """Whom to tell that it is done, and with what: a form that proves it without any key that is left."""

    address: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WipeOrder:
    """A wipe that has begun. `items` names the keyring's items that are still there: backend and account."""

    step: WipeStep
    items: tuple[tuple[str, str], ...]
    report: WipeReport | None = None


def begin_wipe(folder: Path, disk: Disk, *, report: WipeReport | None = None) -> None:
    """Write the order down. From here on the cache is lost, whatever happens; nothing is removed yet.

    Args:
        folder: The folder of one clinician's cache.
        disk: Where it lies.
        report: Whom to tell; None when nobody waits to hear of it.
    """
    before = _read(folder, disk)
    if (
        before is None or before.step is WipeStep.FILES_GONE
    ):  # a new cache where an old wipe is still to be told
        items = tuple(dict.fromkeys([*(before.items if before else ()), *_items(folder, disk)]))
        _keep(folder, disk, WipeOrder(WipeStep.ORDERED, items, report or (before.report if before else None)))


def finish_wipe(folder: Path, disk: Disk, protector: KeyProtector | None) -> WipeOrder | None:
    """Carry a begun wipe as far as it goes without network, and return what is left of it; None when it is over or never began.

    A keyring that cannot be asked stops nothing: without the header its secret opens nothing. Its item is removed at a later
    start. A cache that another process has open is left to that one.
    """
    if _read(folder, disk) is None:
        return None
    with as_store_errors(), disk.lock(folder / "cache.lock") as alone:
        order = _read(folder, disk)
        if not alone or order is None:
            return order
        order = _forget_items(folder, disk, order, protector)
        if order.step is WipeStep.ORDERED:
            for path in _found(folder, disk):
                if path.suffix in (".hdr", ".new", ".tries"):
                    disk.remove(path)
            order = _advance(folder, disk, order, WipeStep.KEYS_GONE)
        if order.step is WipeStep.KEYS_GONE:
            for path in sorted(_found(folder, disk), key=_by_weight):
                disk.remove(path)
            _forget_last(folder, disk)
            order = _advance(folder, disk, order, WipeStep.FILES_GONE)
        return _close(folder, disk, order)


def note_told(folder: Path, disk: Disk) -> None:
    """The journal has heard of it: nobody waits any more."""
    order = _read(folder, disk)
    if order is not None:
        with as_store_errors():
            _close(folder, disk, replace(order, report=None))


def pending_report(folder: Path, disk: Disk) -> WipeReport | None:
    """Return what the journal has still to be told; None before the files are gone, and when it has heard it."""
    order = _read(folder, disk)
    return order.report if order is not None and order.step is WipeStep.FILES_GONE else None


def begun_wipes(cache: Path, disk: Disk) -> list[Path]:
    """Return the folders of the caches in which a wipe has begun and is not over."""
    return [folder for folder in disk.list(cache) if disk.exists(folder / ORDER)]


def _close(folder: Path, disk: Disk, order: WipeOrder) -> WipeOrder | None:
    """Keep the order while anything of it is left; else forget it."""
    if order.report is None and not order.items and order.step is WipeStep.FILES_GONE:
        disk.remove(folder / ORDER)
        return None
    _keep(folder, disk, order)
    return order


def _items(folder: Path, disk: Disk) -> list[tuple[str, str]]:
    """Return the keyring items of every header here, also of those that were set aside."""
    found: list[tuple[str, str]] = []
    for path in _found(folder, disk):
        if path.suffix == ".hdr":
            with contextlib.suppress(HeaderDamaged):  # no header that opens anything, so no item that matters
                header = headers.read(path, disk)
                if header is not None and header.backend:
                    found.append((header.backend, header.database_id))
    return found


def _forget_items(folder: Path, disk: Disk, order: WipeOrder, protector: KeyProtector | None) -> WipeOrder:
    """Remove the secrets from the keyring, and write down which are still there."""
    from ports.keyring import KeyringFault

    left: list[tuple[str, str]] = []
    for backend, account in order.items:
        try:
            if protector is None or protector.name != backend:
                raise KeyringFault(backend)  # noqa: TRY301  the same as one that fails
            protector.delete(account)
        except KeyringFault:
            left.append((backend, account))
    if tuple(left) == order.items:
        return order
    order = replace(order, items=tuple(left))
    _keep(folder, disk, order)
    return order


def _forget_last(folder: Path, disk: Disk) -> None:
    """Let no door lead to a cache that is gone, neither the one used last nor the one used last in its journal."""
    for last in disk.list(folder.parent):
        is_a_door = last.name.partition("-")[0] == _LAST
        if is_a_door and disk.read(last).decode("utf-8", "replace").strip() == folder.name:
            disk.remove(last)


def _found(folder: Path, disk: Disk) -> list[Path]:
    """Return the files that a wipe removes."""
    return [path for path in disk.list(folder) if path.name != ORDER and path.suffix not in _STAYS]


def _by_weight(path: Path) -> tuple[bool, str]:
    """The database before its log: a log alone is read by nobody."""
    return path.suffix != ".db", path.name


def _advance(folder: Path, disk: Disk, order: WipeOrder, step: WipeStep) -> WipeOrder:
    order = replace(order, step=step)
    _keep(folder, disk, order)
    return order


def _keep(folder: Path, disk: Disk, order: WipeOrder) -> None:
    with as_store_errors():
        disk.replace(folder / ORDER, msgspec.json.encode(order))


def _read(folder: Path, disk: Disk) -> WipeOrder | None:
    """Return the order. One that cannot be read was replaced whole by nobody: it is damage, and it wipes nothing by itself."""
    try:
        return msgspec.json.decode(disk.read(folder / ORDER), type=WipeOrder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreFault(type(error).__name__) from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
