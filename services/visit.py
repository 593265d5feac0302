"""One visit: an Appointment of the journal in the words of the round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.address import access_of, address_of
from services.alert_flags import access_flags
from services.coded import concept_text, concept_texts, joined, named, named_all, reference_of
from services.fhir_time import parse_time
from services.journal_tree import Tree, child, children, number, word
from services.patient_file import unreadable
from services.views import VisitStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from offline_cache.scopes import RoundRecord
    from services.patient_file import PatientFile, Sheet

_STATUS: Mapping[str, VisitStatus] = {
    "proposed": VisitStatus.PLANNED,
    "pending": VisitStatus.PLANNED,
    "booked": VisitStatus.PLANNED,
    "waitlist": VisitStatus.PLANNED,
    "checked-in": VisitStatus.UNDERWAY,
    "arrived": VisitStatus.HERE,
    "fulfilled": VisitStatus.DONE,
    "cancelled": VisitStatus.CANCELLED,
    "entered-in-error": VisitStatus.CANCELLED,
    "noshow": VisitStatus.NOT_HOME,
}
_UNSURE = {"proposed": "foreslått, ikke avtalt", "pending": "ikke bekreftet", "waitlist": "på venteliste"}
_LONGEST_VISIT = 24 * 60


def status_of(visit: Sheet) -> VisitStatus:
    """Return where the visit stands; a status we do not know counts as planned: nobody is left out."""
    return _STATUS.get(word(visit.tree, "status"), VisitStatus.PLANNED)


def span_of(visit: Tree, record: RoundRecord) -> tuple[datetime, datetime]:
    """Return start and end; a visit without a time stands at the start of the shift, and says so."""
    start = parse_time(word(visit, "start")).at or record.start
    end = parse_time(word(visit, "end")).at
    if end is None or end < start:
        minutes = number(visit, "minutesDuration")
        lasting = int(minutes) if minutes is not None and 0 <= minutes <= _LONGEST_VISIT else 0
        end = start + timedelta(minutes=lasting)
    return start, end


def reason_for(visit: Sheet) -> str:
    """Return what the visit is for, and what is unusual with it."""
    if not visit.readable:
        return unreadable(visit)
    tree = visit.tree
    status = word(tree, "status")
    return joined(
        "" if parse_time(word(tree, "start")).at else "uten tidspunkt i journalen",
        word(tree, "description"),
        *concept_texts(tree, "serviceType"),
        *concept_texts(tree, "reasonCode"),
        named_all(tree, "reasonReference"),
        _UNSURE.get(status, "" if status in _STATUS else f"status i journalen: {status or 'mangler'}"),
        concept_text(child(tree, "cancelationReason")),
        word(tree, "patientInstruction"),
    )


def patient_name_in(visit: Tree) -> str:
    """Return what the visit itself calls its patient."""
    actors = [child(participant, "actor") for participant in children(visit, "participant")]
    return next((named(actor, visit) for actor in actors if reference_of(actor)[0] == "Patient"), "")


def home_of(file: PatientFile) -> str:
    """Return the address, or why it is not shown. The visit's own place is never used: it may be secret."""
    return address_of(file.patient)


def access_to(file: PatientFile, visit: Tree) -> str:
    """Return what one needs to get in: the visit's notes on door and key, e-lock, household, key and dog."""
    return access_of(file.patient, visit, *access_flags(file))
