"""Opening the kept store with the vault's keys, and telling apart why it does not open.

A missing file, a damaged one, another cache's, an older copy and one that is open elsewhere are different errors, because a
person does something different at each. None of them changes or removes a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import StoreBusy, StoreDamaged, StoreError, StoreSwapped, StoreTooNew
from offline_cache.store import Store

if TYPE_CHECKING:
    from offline_cache.keys import CacheKeys
    from offline_cache.vault import Vault
    from ports.clock import Clock
    from ports.disk import Disk

_MARK_BYTES = 16
_OTHER_BYTES = 8


def open_kept(vault: Vault, keys: CacheKeys, *, disk: Disk, clock: Clock) -> Store:
    """Open the store; beside another client, or when a later version wrote it, to be read only.

    Until it was made once, a missing file is a first run; after that an incident.
    """
    first, *others = vault.candidates(keys)
    if others:
        try:
            return _open_with(vault, first, disk=disk, clock=clock)
        except StoreDamaged:
            first = others[0]  # the rewriting was cut off on the other side of the exchange
    return _open_with(vault, first, disk=disk, clock=clock)


def rewrite(store: Store, vault: Vault, disk: Disk) -> None:
    """Put the whole store under a new key: what was deleted, and the pages a disk keeps of it, are under a dead one.

    It may be cut off anywhere: the next start finds which of the two keys opens, and drops the other.
    """
    keys = vault.begin_rewrite()
    store.rewrite_under(keys, vault.next_path, disk)
    vault.settle(keys)
    vault.keep_mark(store.mark)


def _open_with(vault: Vault, keys: CacheKeys, *, disk: Disk, clock: Clock) -> Store:
    info = vault.describe()
    create = info is not None and not info.store_confirmed
    try:
        store = Store.open(vault.store_path, keys, disk=disk, clock=clock, create=create)
    except (StoreBusy, StoreTooNew):
        return Store.open(vault.store_path, keys, disk=disk, clock=clock, create=False, read_only=True)
    except StoreSwapped:
        raise
    except StoreDamaged:
        if _is_other_file(vault, disk):
            raise StoreSwapped("the file is another one") from None
        raise
    try:
        vault.settle(keys)
        _settle(vault, store, is_new=create)
    except BaseException:
        store.close()
        raise
    return store


def _settle(vault: Vault, store: Store, *, is_new: bool) -> None:
    """Check that the store is as far as it is known to have been, and note what it will be known by."""
    store.require_current(vault.kept_head(), vault.kept_reach)
    vault.keep_mark(store.mark)
    if is_new:
        with store.transaction():
            for name in vault.set_aside_before():
                store.audit.append("set-aside", detail=name, actor="")
        vault.confirm_store()


def _is_other_file(vault: Vault, disk: Disk) -> bool:
    """Tell whether the file begins as no damage to ours would make it begin: most of its salt is another."""
    try:
        with as_store_errors():
            found = disk.read(vault.store_path)[:_MARK_BYTES]
    except StoreError:
        return False
    known = vault.kept_mark()
    if not known or len(set(found)) <= 1:  # never kept; or blanked, which is damage
        return False
    return sum(one != other for one, other in zip(known, found, strict=False)) >= _OTHER_BYTES
