"""The AuditEvent that the journal keeps when there is no log on this machine: a patient was read (IHE BALP, PatientRead)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec

from client.errors import JournalError
from services.access import Ground
from services.log_event import REFUSED_OUTCOME
from services.trouble import Trouble, TroubleCode
from services.trouble_from import of_journal

if TYPE_CHECKING:
    from datetime import datetime

    from services.access import Reason
    from services.session import Clinician, Session

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
READ, HANDED_ON = ("110110", "Patient Record"), ("110106", "Export")
"""What is done with a record, in DICOM's words."""

_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def patient_read(
    patient_id: str, clinician: Clinician, reason: Reason, at: datetime, what: tuple[str, str] = READ
) -> bytes:
    """Return an AuditEvent: this clinician reads this patient's record or hands something of it on, now, and on what ground."""
    is_emergency = reason.ground is Ground.EMERGENCY
    why = f"{reason.basis}: {reason.words}" if reason.words else reason.basis
    return _event(patient_id, clinician, at, ("BTG" if is_emergency else "TREAT", why), ("0", ""), what)


def patient_refused(patient_id: str, clinician: Clinician, code: str, at: datetime) -> bytes:
    """Return an AuditEvent: this clinician asked for this patient's record, and it was not shown."""
    return _event(patient_id, clinician, at, ("TREAT", ""), (REFUSED_OUTCOME, code))


def _event(
    patient_id: str,
    clinician: Clinician,
    at: datetime,
    purpose: tuple[str, str],
    outcome: tuple[str, str],
    what: tuple[str, str] = READ,
) -> bytes:
    """Return the event of a reading that was done, or tried; purpose and outcome are a code and its words."""
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "type": {"system": _DICOM, "code": what[0], "display": what[1]},
        "action": "R",
        "recorded": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "outcome": outcome[0],
        "outcomeDesc": outcome[1],
        "purposeOfEvent": [
            _filled({"coding": [{"system": _REASONS, "code": purpose[0]}], "text": purpose[1]})
        ],
        "agent": [{"who": {"reference": clinician.fhir_user, "display": clinician.name}, "requestor": True}],
        "source": {"observer": {"display": "Feltjournal"}},
        "entity": [
            {
                "what": {"reference": f"Patient/{patient_id}"},
                "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1"},
                "role": {"system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1"},
            }
        ],
    }
    return msgspec.json.encode(_filled(event))


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


async def log_with_journal(
    session: Session, patient_id: str, reason: Reason, at: datetime, what: tuple[str, str] = READ
) -> None:
    """Have the journal note the reading before anything is shown; without a cache there is no log of our own.

    Raises:
        Trouble: NO_AUDIT when it could not be noted.
    """
    try:
        await session.client.create(
            "AuditEvent", patient_read(patient_id, session.clinician, reason, at, what)
        )
    except JournalError as error:
        raise Trouble(TroubleCode.NO_AUDIT, cause=of_journal(error).code.value) from None


async def tell_refusal(session: Session, patient_id: str, code: str, at: datetime) -> None:
    """Have the journal note that a patient was not shown; where it cannot, nothing is shown all the same."""
    with contextlib.suppress(JournalError):
        await session.client.create("AuditEvent", patient_refused(patient_id, session.clinician, code, at))
