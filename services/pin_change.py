"""Changing the PIN of the open cache. Synchronous: runs on the store's worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import keeping
from services.refusals import Refusals
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from services.session import Session


def change_pin(session: Session, old: str, new: str) -> None:
    """Put a new PIN in place of the old one, and write it into the log.

    The last attempt is not spent here: it would shut the clinician out of a cache that is open, until the next sign-in online.

    Raises:
        Trouble: NO_PIN_HERE where nothing is kept, PIN_ONE_LEFT.
        CacheError: What the vault raises: the old PIN is wrong, the new one is not taken.
    """
    vault = session.vault
    info = vault.describe() if vault is not None else None
    if vault is None or info is None:
        raise Trouble(TroubleCode.NO_PIN_HERE)
    if info.trouble is not None:
        raise info.trouble
    if info.attempts_left <= 1:
        raise Trouble(TroubleCode.PIN_ONE_LEFT)
    vault.change_pin(old, new)
    Refusals(session).note_wrong_pins()
    with session.store.transaction():
        session.store.audit.append("pin-changed", actor=session.clinician.fhir_user)
    keeping.mirror(session)
