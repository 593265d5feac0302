"""A patient who is not on the list: found in the journal, and opened on a ground that is logged before anything is fetched."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from client.errors import JournalError
from clinical.shifts import shift_at
from offline_cache.strangers import Stranger
from services.access import Ground, Reason
from services.access_views import Approach
from services.at_work import AtWork
from services.audit_event import log_with_journal
from services.fhir_time import is_under_way
from services.journal_tree import child, children, read_tree, word
from services.patient_lookup import look_up
from services.trouble import Trouble, TroubleCode
from services.trouble_from import told
from services.views import CacheKind

if TYPE_CHECKING:
    from datetime import datetime

    from services.log_upload import LogUpload
    from services.outbox_views import Lookup
    from services.reading import Reading
    from services.session import Session


class PatientSearch(AtWork):
    """Every method raises `Trouble` and nothing else on purpose."""

    _log: LogUpload | None

    async def search_patients(self, *, name: str = "", number: str = "", birth_date: str = "") -> Lookup:
        """Ask the journal for patients; that it was asked, and by what, is in the log first.

        Args:
            name: given and family names, or some of them, each from its beginning.
            number: an identity number.
            birth_date: `2026-11-26`; narrows what a name finds.

        Raises:
            Trouble: DRAFT_INCOMPLETE without a name and a number.
        """
        session = self._writable()
        self._clinical()
        typed = {"number": number.strip(), "name": name.strip(), "birth_date": birth_date.strip()}
        if not (typed["name"] or typed["number"]):
            raise Trouble(TroubleCode.DRAFT_INCOMPLETE, count="1", missing="name")
        with told():
            asked = ",".join(one for one, value in typed.items() if value)
            await self._setup.worker.run(_note_search, session, asked)
            who = session.clinician.fhir_user
            somebody = Stranger(
                "", typed["name"], typed["number"], typed["birth_date"], "", "", who, self._setup.clock.now()
            )
            return await look_up(session.client, somebody)

    async def approach(self, patient_id: str) -> Approach:
        """Tell how a patient who was found may be opened; with a care relation the chart is fetched for the rest of the shift."""
        session = self._writable()
        async with self._opening(patient_id):
            reading = self._clinical()
        with told():
            if not await self._setup.worker.run(reading.access.may_fetch, patient_id):
                reference = await _care_team(session, patient_id, self._setup.clock.now())
                if not reference:
                    await self._note_refused(patient_id, TroubleCode.NO_REASON)
                    return Approach.NEEDS_REASON
                until = shift_at(self._setup.clock.now()).end
                await self._setup.worker.run(reading.access.begin_relation, patient_id, reference, until)
            elif await self._setup.worker.run(session.store.resources.get, "Patient", patient_id):
                return Approach.OPEN
            await self._fetch(session, reading, patient_id)
        return Approach.OPEN

    async def open_emergency(self, patient_id: str, code: str, words: str, hours: int) -> None:
        """Begin emergency access: the reason is in the log first, then the chart is fetched. It ends by itself.

        Args:
            patient_id: whose chart.
            code: one of `access_views.REASONS`.
            words: the reason in the clinician's own words, ten letters at least.
            hours: how long, 1 to 4.

        Raises:
            Trouble: REASON_INCOMPLETE; whatever kept the chart from coming, and then the access is over.
        """
        session = self._writable()
        async with self._opening(patient_id):
            reading = self._clinical()
        with told():
            record = await self._setup.worker.run(
                reading.access.begin_emergency, patient_id, code, words, hours
            )
            try:
                if session.cache is CacheKind.NONE:
                    reason = Reason(Ground.EMERGENCY, record.basis, record.ends_at, words.strip())
                    await log_with_journal(session, patient_id, reason, self._setup.clock.now())
            except Trouble:
                await self._give_up(reading, patient_id)
                raise
            await self._fetch(session, reading, patient_id)
            await self._tell_log(session)

    async def _fetch(self, session: Session, reading: Reading, patient_id: str) -> None:
        """Bring the chart; an access that brings none is over."""
        try:
            await session.client.read("Patient", patient_id)
        except JournalError:
            await self._give_up(reading, patient_id)
            raise
        await session.pull.refresh_chart(patient_id)
        await self._refresh_status()

    async def _give_up(self, reading: Reading, patient_id: str) -> None:
        await self._setup.worker.run(reading.access.end, patient_id)
        if self._retaining is not None:
            await self._retaining.look()
        await self._refresh_status()

    async def _tell_log(self, session: Session) -> None:
        """Let the journal know at once of what its owner will ask about first; else the next delivery tells it."""
        if self._log is not None:
            with contextlib.suppress(JournalError):
                await self._log.tell(await session.client.capabilities())


def _note_search(session: Session, asked: str) -> None:
    with session.store.transaction():
        session.store.audit.append("search", detail=asked, actor=session.clinician.fhir_user)


async def _care_team(session: Session, patient_id: str, now: datetime) -> str:
    """Return the care team of the patient in which the journal names this clinician now; nothing for none."""
    can = await session.client.capabilities()
    if not can.can("CareTeam", "search-type") or not can.has_search("CareTeam", "participant"):
        return ""
    who = "/".join(session.clinician.fhir_user.rstrip("/").split("/")[-2:])
    mine = (who, f"{session.transport.origin.base}/{who}")
    query = [("patient", patient_id), ("participant", who), ("status", "active")]
    async for page in session.client.search("CareTeam", query, in_body=True):
        for one in page.resources:
            tree = read_tree(one.body) or {}
            about = word(child(tree, "subject"), "reference")
            is_mine = any(
                word(child(member, "member"), "reference") in mine
                and is_under_way(child(member, "period"), now)
                for member in children(tree, "participant")
            )
            is_theirs = word(tree, "status") == "active" and about == f"Patient/{patient_id}"
            if is_theirs and is_mine and is_under_way(child(tree, "period"), now):
                return f"CareTeam/{one.id}"
    return ""
