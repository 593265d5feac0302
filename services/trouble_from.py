"""Turning what the lower rooms raise into the trouble a person is told of."""

from __future__ import annotations

import contextlib
from math import ceil
from typing import TYPE_CHECKING

from client.auth.errors import SignInError, SignInReason
from client.errors import ErrorKind, JournalError
from offline_cache import errors as cache
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_THE_WIRE = {
    ErrorKind.UNREACHABLE: TroubleCode.JOURNAL_UNREACHABLE,
    ErrorKind.ANSWER_LOST: TroubleCode.ANSWER_LOST,
    ErrorKind.UNAUTHORIZED: TroubleCode.SIGNED_OUT,
    ErrorKind.FORBIDDEN: TroubleCode.FORBIDDEN,
    ErrorKind.NOT_FOUND: TroubleCode.NOT_FOUND,
    ErrorKind.GONE: TroubleCode.GONE,
    ErrorKind.CONFLICT: TroubleCode.CONFLICT,
    ErrorKind.REFUSED: TroubleCode.REFUSED,
    ErrorKind.TOO_MANY: TroubleCode.TOO_MANY,
    ErrorKind.SERVER_FAULT: TroubleCode.SERVER_FAULT,
    ErrorKind.NOT_FHIR: TroubleCode.NOT_A_JOURNAL,
    ErrorKind.BROKEN: TroubleCode.BROKEN_ANSWER,
    ErrorKind.TOO_LARGE: TroubleCode.TOO_LARGE,
    ErrorKind.OFF_ORIGIN: TroubleCode.NOT_A_JOURNAL,
    ErrorKind.WRONG_RESOURCE: TroubleCode.WRONG_PATIENT,
}


def of_journal(error: JournalError) -> Trouble:
    """Return the trouble of a request that failed; `shown` carries the journal's own words."""
    details = {"status": str(error.status or "")}
    if error.outcome_text:
        details["shown"] = error.outcome_text
    if error.retry_after is not None:
        details["wait"] = f"{error.retry_after:.0f}"
    return Trouble(_OF_THE_WIRE[error.kind], **details)


def of_sign_in(error: SignInError) -> Trouble:
    """Return the trouble of a sign-in that failed; of one that is worth too little it says, in the file's words, what would."""
    if error.reason is SignInReason.LEVEL:
        return Trouble(TroubleCode.LEVEL_TOO_LOW, wanted=error.detail)
    if error.reason is SignInReason.AGE:
        return Trouble(TroubleCode.SIGN_IN_TOO_OLD, wanted=error.detail)
    return Trouble(TroubleCode.SIGN_IN_FAILED, reason=error.reason.value)


_OF_THE_CACHE: tuple[tuple[type[cache.CacheError], TroubleCode], ...] = (
    (cache.PinLocked, TroubleCode.PIN_LOCKED),
    (cache.PinTooShort, TroubleCode.PIN_TOO_SHORT),
    (cache.PinCommon, TroubleCode.PIN_COMMON),
    (cache.NoKeyring, TroubleCode.NO_KEYRING),
    (cache.KeyringUnavailable, TroubleCode.KEYRING_AWAY),
    (cache.KeyringLost, TroubleCode.KEYRING_LOST),
    (cache.StoreMissing, TroubleCode.CACHE_LOST),
    (cache.CacheMissing, TroubleCode.CACHE_MISSING),
    (cache.StoreRolledBack, TroubleCode.CACHE_OLDER),
    (cache.StoreSwapped, TroubleCode.CACHE_SWAPPED),
    (cache.StoreExposed, TroubleCode.CACHE_EXPOSED),
    (cache.StoreRemote, TroubleCode.CACHE_REMOTE),
    (cache.StoreTooNew, TroubleCode.CACHE_TOO_NEW),
    (cache.StoreReadOnly, TroubleCode.DISK_READ_ONLY),
    (cache.HeaderDamaged, TroubleCode.CACHE_DAMAGED),
    (cache.StoreDamaged, TroubleCode.CACHE_DAMAGED),
    (cache.StoreFull, TroubleCode.DISK_FULL),
    (cache.StoreBusy, TroubleCode.CACHE_BUSY),
    (cache.WrongState, TroubleCode.DRAFT_INCOMPLETE),
)


def of_cache(error: cache.CacheError) -> Trouble:
    """Return the trouble of a store or a vault that refused."""
    if isinstance(error, cache.WrongPin | cache.PinWaits):
        code = TroubleCode.WRONG_PIN if isinstance(error, cache.WrongPin) else TroubleCode.PIN_WAITS
        return Trouble(code, left=str(error.left), wait=str(ceil(error.wait)))
    return Trouble(
        next((code for kind, code in _OF_THE_CACHE if isinstance(error, kind)), TroubleCode.DISK_FAULT)
    )


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Let nothing but `Trouble` out of the block, of what the wire and the cache are known to raise."""
    try:
        yield
    except JournalError as error:
        raise of_journal(error) from None
    except SignInError as error:
        raise of_sign_in(error) from None
    except cache.CacheError as error:
        raise of_cache(error) from None
