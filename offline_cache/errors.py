"""What can go wrong in the cache, as types. No message here ever holds a value that was stored."""

from __future__ import annotations


class CacheError(Exception):
    """Anything that the cache reports on purpose."""


class StoreError(CacheError):
    """The database could not do what was asked; what was committed before is untouched."""


class StoreFull(StoreError):
    """The disk, the quota or the file limit is full: nothing of this transaction was kept."""


class StoreDamaged(StoreError):
    """The file does not decrypt, is malformed, or is not the one that the keys belong to."""


class StoreFault(StoreError):
    """Another failure of the disk or of the engine."""


class StoreBusy(StoreError):
    """Another process has the store open."""


class StoreTooNew(StoreError):
    """A later version of the program wrote this store."""


class StoreReadOnly(StoreError):
    """The disk may not be written to."""


class StoreExposed(StoreError):
    """Others than the owner may read a file of the cache: it is not opened, and not silently set right."""


class StoreRemote(StoreError):
    """The cache lies on another machine's disk, where a lock does not keep a second writer out."""


class StoreRolledBack(StoreDamaged):
    """The database is an older copy than was in use last: what was written since then is not in it."""


class StoreSwapped(StoreDamaged):
    """The files are another cache's: another user's, another journal's, or another database of this one."""


class CacheMissing(StoreError):
    """There is no cache here."""


class StoreMissing(CacheMissing):
    """The database is missing or empty where one must be: an incident, never a first run."""


class AuditBroken(StoreDamaged):
    """The audit chain does not hold at `sequence`: a row was changed, removed, moved or put back."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"audit chain broken at {sequence}")
        self.sequence = sequence


class WrongState(CacheError):
    """The entry's state does not allow it: a signed one is not discarded, a sent one not withdrawn."""


class PinTooShort(CacheError):
    """The PIN has fewer characters than the rule asks for."""


class PinCommon(CacheError):
    """The PIN is one of the first that anybody would try."""


class WrongPin(CacheError):
    """The PIN was wrong: `left` attempts remain, and none is taken for `wait` seconds."""

    def __init__(self, left: int, wait: float) -> None:
        super().__init__("wrong PIN")
        self.left = left
        self.wait = wait


class PinWaits(CacheError):
    """The wait after the last wrong PIN is not over: nothing was tried or counted. `wait` is in seconds."""

    def __init__(self, left: int, wait: float) -> None:
        super().__init__("the wait is not over")
        self.left = left
        self.wait = wait


class PinLocked(CacheError):
    """All attempts are spent: locked until an online sign-in. Nothing was deleted."""


class NoKeyring(CacheError):
    """A cache of this journal needs an OS keyring, and there is none."""


class KeyringLost(CacheError):
    """The keyring's item for this cache is gone or is another one: no PIN can open the cache."""


class KeyringUnavailable(KeyringLost):
    """The keyring cannot be asked now (absent, locked, or silent): the item may still be there."""


class HeaderDamaged(CacheError):
    """The header file is there but is not whole: the PIN was not even tried."""


class HeaderExists(CacheError):
    """A header lies here already; it is never written over by a new cache."""


class OrganisationKeyUnreadable(CacheError):
    """What was given as the organisation's private key is none that this program can use."""


class SealOfOtherKey(CacheError):
    """The seal belongs to another key of an organisation, or to no key at all."""


class SealDamaged(CacheError):
    """The seal is not whole, or a byte of it is not what was written."""


class ExportDamaged(CacheError):
    """The file with exported seals is another kind of file, or a byte of it is not what was written."""


class ExportTruncated(ExportDamaged):
    """The file with exported seals ends too early: it was not copied whole."""
