"""The health workers, their roles and the home-care service they work in."""

from __future__ import annotations

from typing import Any

from sandbox.population.stable_ids import stable_id
from sandbox.population.terms import HPR, ORGANIZATION_NUMBER, WORKER_CATEGORY, coding, concept, reference
from sandbox.sign_in.people import CLINICIANS, Clinician

ORGANIZATION_ID = "hjemmetjenesten-ost"
ZONE_NAME = "Sone Øst"
_CATEGORY_NAMES = {"SP": "Sykepleier", "LE": "Lege"}


def staff_resources() -> list[dict[str, Any]]:
    """Return the organisation, its zone, and a Practitioner with a role for everybody who can sign in."""
    resources = [_organization(), _zone()]
    for person in CLINICIANS:
        resources += [_practitioner(person), _role(person)]
    return resources


def _organization() -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": ORGANIZATION_ID,
        "identifier": [{"system": ORGANIZATION_NUMBER, "value": "310000019"}],
        "active": True,
        "name": "Hjemmetjenesten Øst [DEMO]",
    }


def _zone() -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": "sone-ost",
        "status": "active",
        "name": ZONE_NAME,
        "mode": "instance",
        "managingOrganization": reference("Organization", ORGANIZATION_ID),
    }


def _practitioner(person: Clinician) -> dict[str, Any]:
    category = concept(WORKER_CATEGORY, person.category, _CATEGORY_NAMES[person.category])
    return {
        "resourceType": "Practitioner",
        "id": person.id,
        "identifier": [{"use": "official", "system": HPR, "value": person.hpr}],
        "active": True,
        "name": [{"use": "official", "text": person.name, "family": person.family, "given": [person.given]}],
        "qualification": [{"code": category}],
    }


def _role(person: Clinician) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "PractitionerRole",
        "id": stable_id("role", person.id),
        "active": True,
        "practitioner": reference("Practitioner", person.id, person.name),
        "organization": reference("Organization", ORGANIZATION_ID),
        "code": [
            {
                "coding": [coding(WORKER_CATEGORY, person.category, _CATEGORY_NAMES[person.category])],
                "text": person.role,
            }
        ],
    }
    if person.category == "SP":
        resource["location"] = [reference("Location", "sone-ost", ZONE_NAME)]
    return resource
