"""Condition: a diagnosis or a problem."""

from __future__ import annotations

from client.models.datatypes import Annotation, CodeableConcept, Identifier, Period, Reference, ResourceModel
from client.models.slim import Listed  # noqa: TC001  pydantic reads the annotations


class Condition(ResourceModel):
    """One problem of the patient."""

    identifier: Listed[Identifier] = ()
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    category: Listed[CodeableConcept] = ()
    severity: CodeableConcept | None = None
    code: CodeableConcept | None = None
    body_site: Listed[CodeableConcept] = ()
    subject: Reference | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_string: str | None = None
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    abatement_string: str | None = None
    recorded_date: str | None = None
    recorder: Reference | None = None
    asserter: Reference | None = None
    note: Listed[Annotation] = ()
