"""What a Nordic Epic offers of FHIR, as far as this journal serves it: types, interactions and search parameters.

Taken from the CapabilityStatement that a Nordic Epic published in 2022. Left out of it is what this journal has no
resources of, and the parameters it keeps no index for.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """One type: what can be done with it, what it is searched by, and what a search must name one of, group by group."""

    interactions: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    needs: tuple[frozenset[str], ...] = ()


_READ = ("read", "search-type")
_WHOM = frozenset({"patient", "subject"})


def _charted(*parameters: str, more: tuple[str, ...] = (), needs: tuple[frozenset[str], ...] = ()) -> Offered:
    """Return a type of the chart: a search of it names the patient."""
    return Offered((*_READ, *more), ("patient", "subject", *parameters), (_WHOM, *needs))


OFFERED = {
    "AllergyIntolerance": Offered(("create", *_READ), ("clinical-status", "patient"), (_WHOM,)),
    "Appointment": Offered(_READ, ("date", "identifier", "patient", "status"), (_WHOM,)),
    "CarePlan": _charted("category", "status", needs=(frozenset({"category"}),)),
    "CareTeam": _charted("status"),
    "Communication": _charted(more=("create",)),
    "Condition": _charted("category", "clinical-status", "code", "onset-date", "recorded-date"),
    "DocumentReference": _charted(
        "author", "category", "date", "encounter", "period", "status", "type", more=("create", "update")
    ),
    "Encounter": _charted("class", "date", "identifier"),
    "Flag": _charted("category", "status"),
    "Goal": _charted("lifecycle-status"),
    "Group": Offered(_READ),
    "List": Offered(_READ, ("code", "patient", "subject"), (_WHOM | {"code"},)),
    "Location": Offered(_READ),
    "Medication": Offered(_READ),
    "MedicationAdministration": _charted("effective-time", "request", "status"),
    "MedicationRequest": _charted("authoredon", "intent", "status"),
    "Observation": _charted(
        "category", "code", "date", more=("create", "update"), needs=(frozenset({"category", "code"}),)
    ),
    "Organization": Offered(_READ),
    "Patient": Offered(
        ("create", *_READ),
        ("birthdate", "family", "gender", "given", "identifier", "name"),
        (frozenset({"birthdate", "family", "given", "identifier", "name"}),),
    ),
    "Practitioner": Offered(
        _READ, ("family", "identifier", "name"), (frozenset({"family", "identifier", "name"}),)
    ),
    "PractitionerRole": Offered(
        _READ,
        ("identifier", "organization", "practitioner", "role"),
        (frozenset({"identifier", "organization", "practitioner", "role"}),),
    ),
    "Procedure": _charted("category", "date"),
    "Provenance": Offered(("read",)),
    "QuestionnaireResponse": _charted(more=("create",)),
    "RelatedPerson": Offered(("read",)),
    "ServiceRequest": _charted("category", "requester", "status"),
    "Task": _charted("code", "focus", "status", more=("update",)),
}
