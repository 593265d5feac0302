"""The code systems and extensions that the population uses, and the small FHIR shapes made of them."""

from __future__ import annotations

from typing import Any

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR = "urn:oid:2.16.578.1.12.4.1.4.2"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGANIZATION_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.101"
IDENTIFIER_TYPE = "urn:oid:2.16.578.1.12.4.1.1.8327"
WORKER_CATEGORY = "urn:oid:2.16.578.1.12.4.1.1.9060"
DOCUMENT_TYPE = "urn:oid:2.16.578.1.12.4.1.1.9602"
HOME_SERVICE = "urn:oid:2.16.578.1.12.4.1.1.9151"
MUNICIPALITY = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
ICPC2 = "urn:oid:2.16.578.1.12.4.1.1.7170"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PLAN_CATEGORY = "http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090"
WARNING = "http://feltjournal.example/fhir/CodeSystem/varsel"

MIDDLE_NAME = "http://hl7.no/fhir/StructureDefinition/no-basis-middlename"
OFFICIAL_ADDRESS = "http://hl7.no/fhir/StructureDefinition/no-basis-address-official"
MUNICIPALITY_CODE = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
SECRET_ADDRESS = "http://hl7.no/fhir/StructureDefinition/no-vft-secret-address"  # noqa: S105  an address, no password
ELECTRONIC_LOCK = "http://ehelse.no/fhir/StructureDefinition/vkp-elock-v090"
HOUSEHOLD = "http://ehelse.no/fhir/StructureDefinition/vkp-household-v090"
ZONE = "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090"
ADDRESS_GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"


def coding(system: str, code: str, display: str = "") -> dict[str, Any]:
    """Return a Coding."""
    value = {"system": system, "code": code}
    return value | {"display": display} if display else value


def concept(system: str, code: str, text: str) -> dict[str, Any]:
    """Return a CodeableConcept of one code with its text."""
    return {"coding": [coding(system, code, text)], "text": text}


def hl7(system: str, code: str) -> dict[str, Any]:
    """Return a CodeableConcept of one of HL7's own small code systems."""
    return {"coding": [coding(f"{_TERMINOLOGY}/{system}", code)]}


def reference(type_: str, id_: str, display: str = "") -> dict[str, Any]:
    """Return a Reference."""
    value = {"reference": f"{type_}/{id_}"}
    return value | {"display": display} if display else value


def quantity(value: object, unit: str, code: str) -> dict[str, Any]:
    """Return a Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": code}
