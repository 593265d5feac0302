"""The DocumentReference of a visit note."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from services.coded import URN
from services.fhir_time import wire
from services.subjects import subject_reference

if TYPE_CHECKING:
    from services.journal_tree import Tree
    from services.recorded_observation import Recorder

DOCUMENT_TYPES = "urn:oid:2.16.578.1.12.4.1.1.9602"
NOTE_CODE = "B02-2"
NOTE_TITLE = "Notat: hjemmebesøk"


def note_body(text: str, by: Recorder, op_id: str) -> Tree:
    """Return the note as the journal keeps it: the text, whole and unchanged, with its checksum."""
    visit = {"related": [{"reference": f"Appointment/{by.visit_id}"}]} if by.visit_id else {}
    return {
        "resourceType": "DocumentReference",
        "identifier": [{"system": URN, "value": f"urn:uuid:{op_id}"}],
        "status": "current",
        "docStatus": "final",
        "type": {
            "coding": [{"system": DOCUMENT_TYPES, "code": NOTE_CODE, "display": "Journalnotat"}],
            "text": "Journalnotat",
        },
        "subject": {"reference": subject_reference(by.patient_id)},
        "date": wire(by.signed_at),
        "author": [{"reference": by.author, "display": by.author_name}],
        "description": NOTE_TITLE if by.visit_id else "Notat",
        "content": [{"attachment": _attachment(text)}],
        "context": {"period": {"start": wire(by.event_at)}, **visit},
    }


def _attachment(text: str) -> Tree:
    raw = text.encode()
    digest = hashlib.sha1(raw, usedforsecurity=False).digest()  # what FHIR prescribes for Attachment.hash
    return {
        "contentType": "text/plain",
        "language": "nb",
        "data": base64.b64encode(raw).decode(),
        "size": len(raw),
        "hash": base64.b64encode(digest).decode(),
    }
