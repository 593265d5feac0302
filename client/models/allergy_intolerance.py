"""AllergyIntolerance."""

from __future__ import annotations

from client.models.datatypes import Annotation, CodeableConcept, Identifier, Period, Reference, ResourceModel
from client.models.slim import Listed, Slim


class Reaction(Slim):
    """A reaction that was seen."""

    substance: CodeableConcept | None = None
    manifestation: Listed[CodeableConcept] = ()
    description: str | None = None
    onset: str | None = None
    severity: str | None = None
    exposure_route: CodeableConcept | None = None
    note: Listed[Annotation] = ()


class AllergyIntolerance(ResourceModel):
    """An allergy, an intolerance, or the statement that none is known."""

    identifier: Listed[Identifier] = ()
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    type: str | None = None
    category: Listed[str] = ()
    criticality: str | None = None
    code: CodeableConcept | None = None
    patient: Reference | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_string: str | None = None
    recorded_date: str | None = None
    recorder: Reference | None = None
    asserter: Reference | None = None
    last_occurrence: str | None = None
    note: Listed[Annotation] = ()
    reaction: Listed[Reaction] = ()
