"""Which patient a resource belongs to, by FHIR R4's patient compartment; nothing else of it is decoded."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_WITH_SUBJECT = """
Account AdverseEvent Basic CarePlan CareTeam ChargeItem ClinicalImpression Communication
CommunicationRequest Composition Condition DeviceRequest DeviceUseStatement DiagnosticReport
DocumentManifest DocumentReference Encounter Flag Goal GuidanceResponse ImagingStudy Invoice List
MeasureReport Media MedicationAdministration MedicationDispense MedicationRequest
MedicationStatement Observation Procedure QuestionnaireResponse RequestGroup RiskAssessment
ServiceRequest Specimen
"""
_WITH_PATIENT = """
AllergyIntolerance BodyStructure Claim ClaimResponse Consent CoverageEligibilityRequest
CoverageEligibilityResponse DetectedIssue Device EpisodeOfCare ExplanationOfBenefit
FamilyMemberHistory Immunization ImmunizationEvaluation ImmunizationRecommendation MolecularSequence
NutritionOrder RelatedPerson SupplyDelivery VisionPrescription
"""
_PATHS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_WITH_SUBJECT.split(), ("subject",)),
    **dict.fromkeys(_WITH_PATIENT.split(), ("patient",)),
    "Appointment": ("participant", "actor"),
    "AppointmentResponse": ("actor",),
    "AuditEvent": ("entity", "what"),
    "Coverage": ("beneficiary",),
    "EnrollmentRequest": ("candidate",),
    "Group": ("member", "entity"),
    "Provenance": ("target",),
    "ResearchSubject": ("individual",),
    "Schedule": ("actor",),
    "SupplyRequest": ("deliverTo",),
    "Task": ("for",),
}

_REFERENCE = re.compile(r"(?:^|/)Patient/([A-Za-z0-9\-._]{1,256})(?:/_history/[^/]+)?$")


_NULL = msgspec.Raw(b"null")


class _Links(msgspec.Struct, frozen=True):
    """The only members that may name a patient; each is left undecoded until its type's path asks for it."""

    id: Any = None
    subject: msgspec.Raw = _NULL
    patient: msgspec.Raw = _NULL
    participant: msgspec.Raw = _NULL
    actor: msgspec.Raw = _NULL
    entity: msgspec.Raw = _NULL
    beneficiary: msgspec.Raw = _NULL
    candidate: msgspec.Raw = _NULL
    member: msgspec.Raw = _NULL
    target: msgspec.Raw = _NULL
    individual: msgspec.Raw = _NULL
    deliverTo: msgspec.Raw = _NULL  # noqa: N815  FHIR's own name
    for_: msgspec.Raw = msgspec.field(name="for", default=_NULL)


_DECODER = msgspec.json.Decoder(_Links)


class _Reference(msgspec.Struct, frozen=True):
    reference: str | None = None


class _Usual(msgspec.Struct, frozen=True):
    """The three members that nearly all of a chart names its patient by, where they have their usual shape."""

    subject: _Reference | None = None
    patient: _Reference | None = None
    for_: _Reference | None = msgspec.field(name="for", default=None)


_USUAL = msgspec.json.Decoder(_Usual)
_MEMBERS = {"subject": "subject", "patient": "patient", "for": "for_"}
_MEMBER_OF = {type_: _MEMBERS[path[0]] for type_, path in _PATHS.items() if path[0] in _MEMBERS}


def patient_of(type_: str, body: bytes) -> str:
    """Return the id of the one patient a resource belongs to; empty when it names none, or more than one.

    Args:
        type_: The resource type.
        body: The resource as it came.
    """
    member = _MEMBER_OF.get(type_)
    if member is not None:
        try:
            link = getattr(_USUAL.decode(body), member)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass  # another shape, or no JSON: looked at more closely below
        else:
            match = _REFERENCE.search(link.reference) if link is not None and link.reference else None
            return match[1] if match else ""
    found = patients_of(type_, body)
    return next(iter(found)) if len(found) == 1 else ""


def patients_of(type_: str, body: bytes) -> frozenset[str]:
    """Return the ids of all patients that the resource names as those it is about."""
    if type_ != "Patient" and type_ not in _PATHS:
        return frozenset()
    links = _DECODER.decode(body)
    if type_ == "Patient":
        return frozenset([links.id] if isinstance(links.id, str) and links.id else [])
    path = _PATHS[type_]
    raw = getattr(links, "for_" if path[0] == "for" else path[0])
    return frozenset(_ids_in(msgspec.json.decode(raw), path[1:]))


def _ids_in(node: object, path: tuple[str, ...]) -> list[str]:
    """Follow the path through objects and lists, and return the ids of the patient references at its end."""
    if isinstance(node, list):
        return [found for item in node for found in _ids_in(item, path)]
    if not isinstance(node, dict):
        return []
    if path:
        return _ids_in(node.get(path[0]), path[1:])
    reference = node.get("reference")
    match = _REFERENCE.search(reference) if isinstance(reference, str) else None
    return [match[1]] if match else []
