"""Visits that left the list: each is asked for by name, so that none vanishes without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from client.errors import ErrorKind, JournalError
from offline_cache.notices import Notice
from offline_cache.patient_of import patient_of
from offline_cache.pull_codes import NoticeCode
from offline_cache.server_time import instant_of, instant_text

if TYPE_CHECKING:
    from offline_cache.pull_list import Listed
    from offline_cache.pull_work import Work
    from offline_cache.rounds import Span

_REFUSED = {
    ErrorKind.NOT_FOUND: NoticeCode.VISIT_GONE,
    ErrorKind.GONE: NoticeCode.VISIT_GONE,
    ErrorKind.FORBIDDEN: NoticeCode.VISIT_WITHHELD,
}
_OFF = frozenset({"cancelled", "entered-in-error"})


async def explain_moved(work: Work, span: Span, listed: Listed, actor: str) -> None:
    """Add a notice for each visit that was on the round of this very shift and is so no longer."""
    before = await work.worker.run(_before, work, span)
    now = {visit.id for visit in listed.visits}
    for visit_id, patient in before.items():
        if visit_id not in now:
            listed.notices.append(await _explained(work, visit_id, patient, actor))


def _before(work: Work, span: Span) -> dict[str, str]:
    """Return the visits of the round as it was, and of whose moving it was told already, with their patients."""
    record = work.store.scopes.round()
    if record is None or record.start != span.start:
        return {}
    found = {i: work.store.resources.owner("Appointment", i) or "" for i in record.visit_ids}
    told = [n for n in work.store.notices.all() if n.type == "Appointment" and n.code is not NoticeCode.GHOST]
    return {**{n.id: n.patient for n in told}, **found}


async def _explained(work: Work, visit_id: str, patient: str, actor: str) -> Notice:
    try:
        visit = await work.client.read("Appointment", visit_id)
    except JournalError as error:
        code = _REFUSED.get(error.kind, NoticeCode.VISIT_UNEXPLAINED)
        return Notice(code, patient, "Appointment", visit_id)
    whose = patient or patient_of(visit.type, visit.body)
    code, detail = _why(msgspec.json.decode(visit.body), actor)
    return Notice(code, whose, "Appointment", visit_id, detail)


def _why(tree: dict[str, Any], actor: str) -> tuple[NoticeCode, str]:
    """Return why a visit that exists is not on the list."""
    if tree.get("status") in _OFF:
        return NoticeCode.VISIT_CANCELLED, ""
    people = [
        one["actor"]
        for one in tree.get("participant") or ()
        if isinstance(one, dict) and isinstance(one.get("actor"), dict)
    ]
    others = [one for one in people if "Patient/" not in str(one.get("reference", ""))]
    if actor and all(
        str(one.get("reference", "")).split("/")[-2:] != actor.split("/")[-2:] for one in others
    ):
        carers = [one for one in others if "Practitioner" in str(one.get("reference", ""))]
        names = [str(one.get("display") or one.get("reference") or "") for one in carers]
        return NoticeCode.VISIT_MOVED, ", ".join(names)
    start = instant_of(str(tree.get("start") or ""))
    return NoticeCode.VISIT_RESCHEDULED, instant_text(start) if start else ""
