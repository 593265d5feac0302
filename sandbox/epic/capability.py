"""The CapabilityStatement of the profile `epic`, of the shape that a Nordic Epic publishes."""

from __future__ import annotations

from typing import Any

from sandbox.epic.advertised import OFFERED, Offered
from sandbox.fhir.capability import security
from sandbox.fhir.search_parameters import parameters


def epic_statement(base_url: str, instance: str, version: str, since: str) -> dict[str, Any]:
    """Return the statement of the journal at `base_url`; the arguments are those of the profile `full`."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "feltjournal-sandbox-epic",
        "name": "FeltjournalSandboxEpic",
        "status": "active",
        "experimental": True,
        "date": since,
        "kind": "instance",
        "software": {"name": "Feltjournal innebygd journal", "version": version},
        "implementation": {"description": f"Innebygd øvingsjournal {instance} (epic)", "url": base_url},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "security": security(base_url),
                "resource": [_resource(type_, OFFERED[type_]) for type_ in sorted(OFFERED)],
            }
        ],
    }


def _resource(type_: str, offered: Offered) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": type_,
        "interaction": [{"code": code} for code in offered.interactions],
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "not-supported",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if "search-type" not in offered.interactions:
        return resource
    known = parameters(type_)
    named = [{"name": name, "type": known[name].kind} for name in offered.parameters]
    common = [{"name": "_id", "type": "token"}, {"name": "_count", "type": "number"}]
    return resource | {"searchInclude": ["*"], "searchParam": [*named, *common]}
