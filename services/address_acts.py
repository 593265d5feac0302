"""Showing the address of somebody of grade 7: on a key that is logged first, from the journal, and kept nowhere."""

from __future__ import annotations

from services.address import confidential_address_of
from services.at_work import AtWork
from services.audit_event import log_with_journal
from services.journal_tree import read_tree
from services.patient_file import Sheet
from services.strangers import read_patient
from services.trouble_from import told
from services.views import CacheKind


class AddressActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose."""

    async def show_address(self, patient_id: str) -> str:
        """Return a confidential address for the screen. Of grade 6 it is never given: the words say whom to ask.

        Raises:
            Trouble: JOURNAL_UNREACHABLE without network: it is not kept here.
        """
        session, reading = self._writable(), self._clinical()
        with told():
            reason = await self._setup.worker.run(reading.note_address, patient_id)
            if session.cache is CacheKind.NONE:
                await log_with_journal(session, patient_id, reason, self._setup.clock.now())
            patient = await read_patient(session.client, patient_id)
        tree = read_tree(patient.body) or {}
        return confidential_address_of(Sheet("Patient", patient.id, tree, bool(tree)))
