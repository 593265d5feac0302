"""Handing a marked field to the terminal's clipboard: where the journal's policy allows it, and in the log first."""

from __future__ import annotations

from services.at_work import AtWork
from services.audit_event import HANDED_ON, log_with_journal
from services.trouble import Trouble, TroubleCode
from services.trouble_from import told
from services.views import CacheKind


class CopyActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose."""

    @property
    def may_copy(self) -> bool:
        """Tell whether the journal's policy allows anything on the clipboard."""
        return self._setup.clipboard

    async def note_copied(self, patient_id: str, what: str, length: int) -> None:
        """Write that something of the patient in sight is handed to the clipboard: before it is, else it is not.

        Args:
            patient_id: whose it is.
            what: a code word of the field.
            length: in characters. The text itself goes nowhere.

        Raises:
            Trouble: COPY_OFF by the policy; NO_REASON, ACCESS_ENDED; NO_AUDIT.
        """
        if not self.may_copy:
            raise Trouble(TroubleCode.COPY_OFF)
        session = self._writable()
        async with self._opening(patient_id):
            reading = self._clinical()
            with told():
                reason = await self._setup.worker.run(reading.note_copied, patient_id, what, length)
        if session.cache is CacheKind.NONE:
            await log_with_journal(session, patient_id, reason, self._setup.clock.now(), HANDED_ON)
