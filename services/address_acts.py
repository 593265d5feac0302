"""Showing the address of somebody of grade 7: on a key that is logged first, from the journal, and kept nowhere."""

from __future__ import annotations

from services.address import Protection, confidential_address_of, protection_of
from services.at_work import AtWork
from services.audit_event import log_with_journal
from services.journal_tree import read_tree
from services.patient_file import Sheet
from services.refusals import ADDRESS_BLOCKED
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
        session = self._writable()
        async with self._opening(patient_id):
            reading = self._clinical()
            with told():
                reason = await self._setup.worker.run(reading.note_address, patient_id)
        with told():
            if session.cache is CacheKind.NONE:
                await log_with_journal(session, patient_id, reason, self._setup.clock.now())
            patient = await read_patient(session.client, patient_id)
        tree = read_tree(patient.body) or {}
        sheet = Sheet("Patient", patient.id, tree, bool(tree))
        if protection_of(sheet) is Protection.BLOCKED:
            await self._note_refused(patient_id, ADDRESS_BLOCKED)
        return confidential_address_of(sheet)
