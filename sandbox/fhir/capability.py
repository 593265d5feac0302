"""The CapabilityStatement: what the journal does, made from the tables it does it by."""

from __future__ import annotations

from typing import Any

from sandbox.fhir.resource_types import R4_TYPES
from sandbox.fhir.search_parameters import parameters

_UNWRITABLE = frozenset({"Bundle", "OperationOutcome", "Parameters", "CapabilityStatement"})
_INTERACTIONS = (
    "read",
    "vread",
    "update",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
)
_COMMON = [
    {"name": "_id", "type": "token"},
    {"name": "_lastUpdated", "type": "date"},
    {
        "name": "_deleted",
        "type": "token",
        "documentation": "true: the tombstones, with _id, _lastUpdated, _count and _sort alone",
    },
]


def capability_statement(base_url: str, instance: str, version: str, since: str) -> dict[str, Any]:
    """Return the statement of the journal at `base_url`.

    Args:
        base_url: the FHIR base.
        instance: an id of this very journal, which stays with its state.
        version: the version of the software.
        since: when the journal's state was made, as a FHIR instant.
    """
    return {
        "resourceType": "CapabilityStatement",
        "id": "feltjournal-sandbox",
        "status": "active",
        "experimental": True,
        "date": since,
        "kind": "instance",
        "software": {"name": "Feltjournal innebygd journal", "version": version},
        "implementation": {"description": f"Innebygd øvingsjournal {instance}", "url": base_url},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": security(base_url),
                "resource": [_resource(type_) for type_ in sorted(R4_TYPES - _UNWRITABLE)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def security(base_url: str) -> dict[str, Any]:
    """Return how one signs in."""
    issuer = base_url.removesuffix("/fhir") + "/auth"
    return {
        "cors": False,
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": "SMART-on-FHIR",
                    }
                ]
            }
        ],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [
                    {"url": "authorize", "valueUri": f"{issuer}/authorize"},
                    {"url": "token", "valueUri": f"{issuer}/token"},
                ],
            }
        ],
    }


def _resource(type_: str) -> dict[str, Any]:
    known = parameters(type_)
    references = sorted(name for name, parameter in known.items() if parameter.kind == "reference")
    return {
        "type": type_,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": True,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchInclude": [f"{type_}:{name}" for name in references],
        "searchParam": [
            *_COMMON,
            *({"name": name, "type": parameter.kind} for name, parameter in sorted(known.items())),
        ],
    }
