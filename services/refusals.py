"""What was refused, in the log: PINs that opened nothing, charts that were not shown, answers and orders that were not believed.

Code words and ids alone. A row that cannot be written keeps nobody from going on, from locking or from leaving: what was
refused stays refused. Synchronous: runs on the store's worker.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from offline_cache.key_item import ATTEMPTS
from services.trouble import TroubleCode

if TYPE_CHECKING:
    from services.session import Session

UNPROVEN = "unproven"
"""Why an order to wipe was not obeyed: it does not prove that the journal gave it."""

ADDRESS_BLOCKED = "address-blocked"
"""Why an address is not shown to anybody: it is of grade 6."""

REFUSED: frozenset[str] = frozenset(
    {
        TroubleCode.NO_REASON,
        ADDRESS_BLOCKED,
        TroubleCode.ACCESS_ENDED,
        TroubleCode.LEASE_ENDED,
        TroubleCode.CHARTS_REMOVED,
        TroubleCode.WIPE_WAITS,
        TroubleCode.COURSE_MISSING,
    }
)
"""Why somebody who asks for a patient is not shown them. Who is only not here was refused to nobody."""


class Refusals:
    """The refusals of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._noted: set[tuple[str, str]] = set()

    def note_wrong_pins(self) -> None:
        """Write one row of all attempts that opened nothing since the log was last open, and only then forget them.

        Who made them nobody knows; the detail is how many, and when the last was.
        """
        vault, store = self._session.vault, self._session.store
        if vault is None or store.read_only or not vault.wrong_pins.count:
            return
        wrong = vault.wrong_pins
        action = "pin-refused" if wrong.count < ATTEMPTS else "pin-locked"
        detail = f"{wrong.count} {wrong.last_at}".strip()
        with contextlib.suppress(CacheError):
            if not store.audit.has(action, detail):  # cut off before it was forgotten
                with store.transaction():
                    store.audit.append(action, detail=detail, actor="")
            vault.forget_wrong_pins()

    def note_opening(self, patient_id: str, code: str) -> None:
        """Write that a chart or an address was asked for and not shown, where the code says that it was refused."""
        if code in REFUSED:
            self._append("open-refused", code, patient_id)

    def note_order(self) -> None:
        """Write, once in a session, that somebody ordered a wipe who could not prove to be the journal."""
        self._once("wipe-refused", UNPROVEN)

    def note_connection(self) -> None:
        """Write what the connection has met since the last time: each cause once in a session."""
        for cause in sorted(self._session.transport.distrusted):
            self._once("answer-refused", cause.value)
        if self._session.tokens.revoked_by:
            self._once("session-revoked", self._session.tokens.revoked_by)

    def _once(self, action: str, basis: str) -> None:
        if (action, basis) not in self._noted and self._append(action, basis):
            self._noted.add((action, basis))

    def _append(self, action: str, basis: str, patient: str = "") -> bool:
        """Write a row; tell whether it is written."""
        store = self._session.store
        if store.read_only:
            return False
        with contextlib.suppress(CacheError):
            with store.transaction():
                store.audit.append(
                    action, patient=patient, basis=basis, actor=self._session.clinician.fhir_user
                )
            return True
        return False
