"""The AuditEvent of a rescue: who delivered whose signed entry, about whom, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from client.auth.grant import SignedInUser
    from offline_cache.sealed_entry import SealedEntry

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
_ENTITIES = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


def rescue_event(entry: SealedEntry, supervisor: SignedInUser, at: datetime) -> bytes:
    """Return the event: this supervisor brings in what that clinician signed. The clinician stays the author."""
    author = entry.author
    words = (
        f"Forseglet kopi levert av {supervisor.name}. Forfatter er {author.name}, "
        f"signert {entry.signed_at.isoformat(timespec='seconds')}."
    )
    event = {
        "resourceType": "AuditEvent",
        "type": {"system": _DICOM, "code": "110107", "display": "Import"},
        "action": "C",
        "recorded": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "outcome": "0",
        "outcomeDesc": words,
        "agent": [
            {"who": {"reference": supervisor.fhir_user, "display": supervisor.name}, "requestor": True},
            {
                "type": {"coding": [{"system": _PARTICIPATION, "code": "AUT"}]},
                "who": {"reference": author.fhir_user, "display": author.name},
                "requestor": False,
            },
        ],
        "source": {"observer": {"display": "Feltjournal"}},
        "entity": [
            {
                "what": {"reference": f"Patient/{entry.patient}"},
                "type": {"system": _ENTITIES, "code": "1"},
                "role": {"system": _ROLES, "code": "1"},
            },
            *(
                {
                    "what": {
                        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{part.op_id}"},
                        "type": part.type,
                    },
                    "role": {"system": _ROLES, "code": "4"},
                }
                for part in entry.parts
            ),
        ],
    }
    return msgspec.json.encode(event)
