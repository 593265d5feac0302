"""One row of the audit log as the AuditEvent that the journal keeps (FHIR R4, after IHE BALP and the DICOM audit codes).

Whoever holds the events can recompute the chain: each carries the row, its hash and the hash before it. A row is known by its
hash, as a tag: AuditEvent has no identifier, and `_tag` is what a conditional create can ask for. Ids and codes, no names of
patients.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from offline_cache.strangers import URN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.audit import AuditRecord

ROW_TAG = "http://feltjournal.example/fhir/audit-row"
"""System of the tag that names one row by its hash."""

LOG_TAG = "http://feltjournal.example/fhir/audit-log"
"""System of the tag that names the log of one cache by the id of its database."""

EMERGENCY = "emergency:"
"""How the basis of a row begins that stands on emergency access; the code of the reason follows."""

REFUSED_OUTCOME = "4"
"""What was asked for was not done (FHIR R4, audit-event-outcome: minor failure)."""

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_TERMS = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an action is in DICOM's words, and which of C, R, U, D or E (execute) it is."""

    code: str
    display: str
    action: str
    subtype: tuple[str, str] | None = None
    outcome: str = "0"


_RECORD, _ACTIVITY = ("110110", "Patient Record"), ("110100", "Application Activity")
_USER, _ALERT = ("110114", "User Authentication"), ("110113", "Security Alert")
_LOGIN, _LOGOUT, _NODE = ("110122", "Login"), ("110123", "Logout"), ("110126", "Node Authentication")
_SERIOUS = "8"
"""It was tried and ended there (FHIR R4, audit-event-outcome: serious failure)."""

_KINDS = {
    "unlock": _Kind(*_USER, "E", _LOGIN),
    "search": _Kind("110112", "Query", "E"),
    "list-shown": _Kind(*_RECORD, "R"),
    "open-patient": _Kind(*_RECORD, "R"),
    "open-conflict": _Kind(*_RECORD, "R"),
    "show-address": _Kind(*_RECORD, "R"),
    "copy": _Kind("110106", "Export", "R"),
    "emergency-begin": _Kind(*_ALERT, "E", ("110127", "Emergency Override Started")),
    "emergency-end": _Kind(*_ALERT, "E", ("110128", "Emergency Override Stopped")),
    "sign": _Kind(*_RECORD, "C"),
    "conflict-settled": _Kind(*_RECORD, "U"),
    "purge": _Kind(*_RECORD, "D"),
    "pin-refused": _Kind(*_USER, "E", _LOGIN, REFUSED_OUTCOME),
    "pin-locked": _Kind(*_USER, "E", _LOGIN, _SERIOUS),
    "open-refused": _Kind(*_RECORD, "R", outcome=REFUSED_OUTCOME),
    "wipe-refused": _Kind(*_ALERT, "E", _NODE, _SERIOUS),
    "answer-refused": _Kind(*_ALERT, "E", _NODE, _SERIOUS),
    "session-revoked": _Kind(*_USER, "E", _LOGOUT, _SERIOUS),
}


def event_of(record: AuditRecord, before: bytes, database_id: str) -> bytes:
    """Return the AuditEvent of a row.

    Args:
        record: the row.
        before: the hash of the row before it.
        database_id: whose log it is.
    """
    kind = _KINDS.get(record.action) or _Kind(*(_RECORD if record.patient else _ACTIVITY), "E")
    tags = [{"system": ROW_TAG, "code": record.hash.hex()}, {"system": LOG_TAG, "code": database_id}]
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "meta": {"tag": tags},
        "type": {"system": _DICOM, "code": kind.code, "display": kind.display},
        "subtype": [{"system": _DICOM, "code": code, "display": display} for code, display in _pairs(kind)],
        "action": kind.action,
        "recorded": record.at,
        "outcome": kind.outcome,
        "outcomeDesc": record.basis if kind.outcome != "0" else "",
        "purposeOfEvent": [_purpose(record)],
        "agent": _agents(record, database_id),
        "source": {"observer": _device(database_id)},
        "entity": [*_patient(record), _row(record, before)],
    }
    return msgspec.json.encode({name: value for name, value in event.items() if value})


def only_once(record: AuditRecord) -> str:
    """Return the search by which the journal sees that it has a row already, for a conditional create."""
    return f"_tag={ROW_TAG}|{record.hash.hex()}"


def bundle_of(rows: Sequence[tuple[AuditRecord, bytes]]) -> bytes:
    """Return a transaction of conditional creates: rows with their events, in order."""
    entries = [
        b'{"fullUrl":%b,"resource":%b,"request":%b}'
        % (
            _json(uuid.uuid5(uuid.NAMESPACE_URL, record.hash.hex()).urn),
            event,
            _json({"method": "POST", "url": "AuditEvent", "ifNoneExist": only_once(record)}),
        )
        for record, event in rows
    ]
    return b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(entries) + b"]}"


def link_of(event: bytes, database_id: str) -> tuple[int, bytes] | None:
    """Return the sequence number and the hash that an event says its row has; None for what is no event of a row of this log."""
    try:
        tree = msgspec.json.decode(event)
        details = {
            one["type"]: one["valueString"] for entity in tree["entity"] for one in entity.get("detail", ())
        }
        tags = {tag["system"]: tag["code"] for tag in tree["meta"]["tag"]}
        link = tags[ROW_TAG]
        if tags[LOG_TAG] != database_id:
            return None
        return int(details["sequence"]), bytes.fromhex(link)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _pairs(kind: _Kind) -> list[tuple[str, str]]:
    return [kind.subtype] if kind.subtype else []


def _purpose(record: AuditRecord) -> dict[str, Any]:
    """Return why: treatment, or an emergency that broke through, then with what the clinician gave as the reason."""
    is_emergency = record.basis.startswith(EMERGENCY)
    purpose: dict[str, Any] = {
        "coding": [{"system": f"{_TERMS}v3-ActReason", "code": "BTG" if is_emergency else "TREAT"}]
    }
    if is_emergency and record.action == "emergency-begin":
        purpose["text"] = record.detail
    return purpose


def _agents(record: AuditRecord, database_id: str) -> list[dict[str, Any]]:
    """Return the clinician, or this program where nobody asked it; that it was this program says `source`."""
    if record.actor:
        receiver = {"coding": [{"system": f"{_TERMS}v3-ParticipationType", "code": "IRCP"}]}
        return [{"type": receiver, "who": {"reference": record.actor}, "requestor": True}]
    sender = {"coding": [{"system": _DICOM, "code": "110153"}]}
    return [{"type": sender, "who": _device(database_id), "requestor": True}]


def _device(database_id: str) -> dict[str, Any]:
    return {
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{database_id}"},
        "display": "Feltjournal",
    }


def _patient(record: AuditRecord) -> list[dict[str, Any]]:
    """Return whom it is about; a typed identity is nobody whom the journal knows, and goes by its own id."""
    if not record.patient:
        return []
    own = {"identifier": {"system": "urn:ietf:rfc:3986", "value": record.patient}}
    what = own if record.patient.startswith(URN) else {"reference": f"Patient/{record.patient}"}
    return [
        {
            "what": what,
            "type": {"system": f"{_TERMS}audit-entity-type", "code": "1"},
            "role": {"system": f"{_TERMS}object-role", "code": "1"},
        }
    ]


def _row(record: AuditRecord, before: bytes) -> dict[str, Any]:
    """Return the row itself, so that the chain can be recomputed from what the journal holds."""
    said = {
        "sequence": str(record.sequence),
        "action": record.action,
        "basis": record.basis,
        "detail": record.detail,
        "before": before.hex(),
    }
    return {
        "type": {"system": f"{_TERMS}audit-entity-type", "code": "2"},
        "role": {"system": f"{_TERMS}object-role", "code": "13"},
        "detail": [{"type": name, "valueString": value} for name, value in said.items() if value],
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
