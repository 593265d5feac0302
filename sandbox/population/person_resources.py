"""Who a person is: the Patient, the home as a Location, and the next of kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.population import terms
from sandbox.population.stable_ids import stable_id
from sandbox.population.staff import ORGANIZATION_ID
from sandbox.population.terms import coding, reference

if TYPE_CHECKING:
    from sandbox.population.life import Life, NextOfKin

_D_NUMBER_DAY = 40


def patient_id(key: str) -> str:
    """Return the id of the Patient of a life."""
    return stable_id("patient", key)


def home_id(key: str) -> str:
    """Return the id of the Location that is somebody's home."""
    return stable_id("home", key)


def patient(life: Life) -> dict[str, Any]:
    """Return the Patient by the no-basis profile."""
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": patient_id(life.key),
        "meta": {"profile": ["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]},
        "extension": _extensions(life),
        "identifier": [_identifier(life.number)],
        "active": True,
        "name": [_name(life)],
        "telecom": [{"system": "phone", "value": life.phone, "use": "mobile"}],
        "gender": life.gender,
        "birthDate": life.born,
        "address": [_address(life)],
        "generalPractitioner": [reference("Practitioner", "ingrid-berg", "Ingrid Berg, fastlege")],
        "managingOrganization": reference("Organization", ORGANIZATION_ID),
    }
    return {name: value for name, value in resource.items() if value != []}


def home(life: Life) -> dict[str, Any] | None:
    """Return the home as a Location; nobody's whose address is protected."""
    if life.grade:
        return None
    resource = {
        "resourceType": "Location",
        "id": home_id(life.key),
        "status": "active",
        "name": "Hjemmeadresse",
        "mode": "instance",
        "description": life.access,
        "address": _address(life),
    }
    return {name: value for name, value in resource.items() if value}


def next_of_kin(life: Life, kin: NextOfKin) -> dict[str, Any]:
    """Return a RelatedPerson."""
    family = kin.name.split()[-1]
    return {
        "resourceType": "RelatedPerson",
        "id": stable_id("kin", life.key, kin.name),
        "active": True,
        "patient": reference("Patient", patient_id(life.key)),
        "relationship": [
            {
                "coding": [coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", kin.relation_code)],
                "text": kin.relation,
            }
        ],
        "name": [{"text": kin.name, "family": family, "given": kin.name.split()[:-1]}],
        "telecom": [{"system": "phone", "value": kin.phone}],
    }


def _identifier(number: str) -> dict[str, Any]:
    is_d_number = int(number[:2]) > _D_NUMBER_DAY
    kind, system = ("DNR", terms.DNR) if is_d_number else ("FNR", terms.FNR)
    return {
        "use": "official",
        "type": {"coding": [coding(terms.IDENTIFIER_TYPE, kind)]},
        "system": system,
        "value": number,
    }


def _name(life: Life) -> dict[str, Any]:
    name: dict[str, Any] = {"use": "official", "family": life.family, "given": [life.given]}
    if life.middle:
        name["extension"] = [{"url": terms.MIDDLE_NAME, "valueString": life.middle}]
    return name


def _extensions(life: Life) -> list[dict[str, Any]]:
    texts = ((terms.ELECTRONIC_LOCK, life.lock), (terms.ZONE, life.zone), (terms.HOUSEHOLD, life.household))
    found: list[dict[str, Any]] = [{"url": url, "valueString": text} for url, text in texts if text]
    if life.grade:
        found.append({"url": terms.ADDRESS_GRADE, "valueCode": life.grade})
    return found


def _address(life: Life) -> dict[str, Any]:
    code, _, city = life.postal.partition(" ")
    marks: list[dict[str, Any]] = [{"url": terms.OFFICIAL_ADDRESS, "valueBoolean": True}]
    if life.grade:
        marks.append({"url": terms.SECRET_ADDRESS, "valueBoolean": True})
    municipality = {
        "url": terms.MUNICIPALITY_CODE,
        "valueCoding": coding(terms.MUNICIPALITY, "5001", "Trondheim"),
    }
    return {
        "extension": marks,
        "use": "home",
        "type": "physical",
        "line": [life.street],
        "city": city,
        "_district": {"extension": [municipality]},
        "district": "Trondheim",
        "postalCode": code,
        "country": "NO",
    }
