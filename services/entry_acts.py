"""What the screens can do with entries: write drafts, sign them, and see, hurry or take back what is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import keeping
from services.at_work import AtWork
from services.granted import require_granted
from services.trouble_from import told

if TYPE_CHECKING:
    from services.views import Draft, EntryKind, EntryRow, SignSummary


class EntryActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose; each is one commit."""

    async def drafts(self, patient_id: str = "") -> list[Draft]:
        """Return the unfinished entries of a patient, or all of them."""
        self._clinical()
        with told():
            return await self._setup.worker.run(self._writer().drafts, patient_id)

    async def new_draft(self, kind: EntryKind, patient_id: str, visit_id: str) -> Draft:
        """Begin an entry, or give back the unfinished one of the same kind and visit.

        Raises:
            Trouble: NOT_GRANTED when the sign-in gave no right to write such a thing.
        """
        self._clinical()
        require_granted(kind, self._open().tokens.grant.scopes)
        with told():
            return await self._setup.worker.run(self._writer().new_draft, kind, patient_id, visit_id)

    async def save_draft(self, draft: Draft) -> Draft:
        """Keep what was typed, encrypted."""
        with told():
            saved = await keeping.with_room(self._open(), self._setup, self._writer().save, draft)
        await self._refresh_status()
        return saved

    async def discard_draft(self, entry_id: str) -> None:
        """Throw a draft away; the audit log keeps that it was there."""
        with told():
            await self._setup.worker.run(self._writer().discard, entry_id)
        await self._refresh_status()

    async def sign_summary(self, draft: Draft) -> SignSummary:
        """Return what the signing line must name, and whether digits must be typed again."""
        self._clinical()
        with told():
            return await self._setup.worker.run(self._signer().summary, draft)

    async def sign(self, entry_id: str, retyped: str = "") -> EntryRow:
        """Sign a draft: one commit. Only after it does the screen say "signert"."""
        self._clinical()
        with told():
            row = await keeping.with_room(self._open(), self._setup, self._signer().sign, entry_id, retyped)
        await self._refresh_status()
        self._wake()
        return row

    async def outbox(self) -> list[EntryRow]:
        """Return the signed entries of this cache, oldest first."""
        with told():
            return await self._setup.worker.run(self._reader().outbox)

    async def send_now(self, entry_id: str) -> None:
        """Give up the time of regret: send as soon as the journal is there."""
        with told():
            await self._setup.worker.run(self._signer().send_now, entry_id)
        await self._refresh_status()
        self._wake()

    async def withdraw(self, entry_id: str) -> None:
        """Take a signed entry back.

        Raises:
            Trouble: TOO_LATE_TO_WITHDRAW when the journal has it or may have it.
        """
        with told():
            await self._setup.worker.run(self._signer().withdraw, entry_id)
        await self._refresh_status()
