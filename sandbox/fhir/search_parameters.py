"""Which search parameters the journal knows for each resource type, and where their values lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter: its kind (token, reference, date, string) and the paths of its values."""

    name: str
    kind: str
    paths: tuple[str, ...]
    target: str = ""


def _p(name: str, kind: str, *paths: str, target: str = "") -> Parameter:
    return Parameter(name, kind, paths or (name,), target)


_STATUS = _p("status", "token")
_CODE = _p("code", "token")
_CATEGORY = _p("category", "token")
_EVERY = (
    _p("identifier", "token"),
    _p("_tag", "token", "meta.tag"),
    _p(
        "patient",
        "reference",
        "patient",
        "subject",
        "for",
        "beneficiary",
        "participant.actor",
        "individual",
        target="Patient",
    ),
    _p("subject", "reference"),
)

_BY_TYPE: dict[str, tuple[Parameter, ...]] = {
    "AllergyIntolerance": (
        _CODE,
        _CATEGORY,
        _p("clinical-status", "token", "clinicalStatus"),
        _p("verification-status", "token", "verificationStatus"),
        _p("criticality", "token"),
        _p("date", "date", "recordedDate"),
    ),
    "Appointment": (
        _STATUS,
        _p("date", "date", "start"),
        _p("actor", "reference", "participant.actor"),
        _p("practitioner", "reference", "participant.actor", target="Practitioner"),
        _p("location", "reference", "participant.actor", target="Location"),
        _p("service-type", "token", "serviceType"),
    ),
    "AuditEvent": (
        _p("date", "date", "recorded"),
        _p("type", "token"),
        _p("agent", "reference", "agent.who"),
        _p("entity", "reference", "entity.what"),
        _p("patient", "reference", "entity.what", "agent.who", target="Patient"),
    ),
    "CarePlan": (
        _STATUS,
        _CATEGORY,
        _p("intent", "token"),
        _p("date", "date", "period"),
        _p("goal", "reference"),
        _p("condition", "reference", "addresses"),
    ),
    "CareTeam": (_STATUS, _CATEGORY, _p("participant", "reference", "participant.member")),
    "Communication": (_STATUS, _p("sent", "date"), _p("recipient", "reference"), _p("sender", "reference")),
    "Condition": (
        _CODE,
        _CATEGORY,
        _p("clinical-status", "token", "clinicalStatus"),
        _p("verification-status", "token", "verificationStatus"),
        _p("recorded-date", "date", "recordedDate"),
        _p("onset-date", "date", "onsetDateTime", "onsetPeriod"),
    ),
    "DiagnosticReport": (
        _STATUS,
        _CODE,
        _CATEGORY,
        _p("date", "date", "effectiveDateTime", "effectivePeriod"),
    ),
    "DocumentReference": (
        _STATUS,
        _CATEGORY,
        _p("type", "token"),
        _p("date", "date"),
        _p("author", "reference"),
        _p("encounter", "reference", "context.encounter"),
        _p("period", "date", "context.period"),
    ),
    "Encounter": (
        _STATUS,
        _p("class", "token"),
        _p("date", "date", "period"),
        _p("participant", "reference", "participant.individual"),
    ),
    "EpisodeOfCare": (_STATUS, _p("type", "token"), _p("date", "date", "period")),
    "Flag": (_STATUS, _CODE, _CATEGORY, _p("date", "date", "period")),
    "Goal": (_p("lifecycle-status", "token", "lifecycleStatus"), _p("start-date", "date", "startDate")),
    "Group": (_CODE, _p("member", "reference", "member.entity")),
    "List": (_STATUS, _CODE, _p("item", "reference", "entry.item"), _p("date", "date")),
    "Location": (_STATUS, _p("name", "string"), _p("organization", "reference", "managingOrganization")),
    "MedicationAdministration": (
        _STATUS,
        _CODE,
        _p("effective-time", "date", "effectiveDateTime", "effectivePeriod"),
        _p("request", "reference"),
    ),
    "MedicationRequest": (
        _STATUS,
        _p("intent", "token"),
        _p("code", "token", "medicationCodeableConcept"),
        _p("authoredon", "date", "authoredOn"),
        _p("medication", "reference", "medicationReference"),
    ),
    "MedicationStatement": (
        _STATUS,
        _p("code", "token", "medicationCodeableConcept"),
        _p("effective", "date", "effectiveDateTime", "effectivePeriod"),
    ),
    "Observation": (
        _STATUS,
        _CODE,
        _CATEGORY,
        _p("date", "date", "effectiveDateTime", "effectivePeriod", "effectiveInstant"),
        _p("performer", "reference"),
        _p("encounter", "reference"),
        _p("has-member", "reference", "hasMember"),
        _p("derived-from", "reference", "derivedFrom"),
    ),
    "Organization": (_p("active", "token"), _p("name", "string"), _p("partof", "reference", "partOf")),
    "Patient": (
        _p("active", "token"),
        _p("gender", "token"),
        _p("birthdate", "date", "birthDate"),
        _p("family", "string", "name.family"),
        _p("given", "string", "name.given"),
        _p("name", "string"),
        _p("deceased", "token", "deceasedBoolean"),
        _p("general-practitioner", "reference", "generalPractitioner"),
        _p("organization", "reference", "managingOrganization"),
    ),
    "Practitioner": (_p("active", "token"), _p("name", "string"), _p("family", "string", "name.family")),
    "PractitionerRole": (
        _p("active", "token"),
        _p("practitioner", "reference"),
        _p("organization", "reference"),
        _p("role", "token", "code"),
    ),
    "Procedure": (_STATUS, _CODE, _CATEGORY, _p("date", "date", "performedDateTime", "performedPeriod")),
    "Provenance": (_p("target", "reference"), _p("agent", "reference", "agent.who"), _p("recorded", "date")),
    "QuestionnaireResponse": (_STATUS, _p("questionnaire", "token"), _p("authored", "date")),
    "RelatedPerson": (_p("active", "token"), _p("relationship", "token"), _p("name", "string")),
    "ServiceRequest": (
        _STATUS,
        _CODE,
        _CATEGORY,
        _p("intent", "token"),
        _p("authored", "date", "authoredOn"),
        _p("requester", "reference"),
    ),
    "Task": (
        _STATUS,
        _CODE,
        _p("intent", "token"),
        _p("owner", "reference"),
        _p("focus", "reference"),
        _p("based-on", "reference", "basedOn"),
        _p("part-of", "reference", "partOf"),
        _p("requester", "reference"),
        _p("period", "date", "executionPeriod"),
        _p("authored-on", "date", "authoredOn"),
        _p("modified", "date", "lastModified"),
    ),
}


@cache
def parameters(type_: str) -> dict[str, Parameter]:
    """Return the parameters of a type by name; every type has identifier, _tag, patient and subject."""
    return {parameter.name: parameter for parameter in (*_EVERY, *_BY_TYPE.get(type_, ()))}
