"""ServiceRequest: what a clinician has ordered or decided."""

from __future__ import annotations

from client.models.datatypes import (
    Annotation,
    CodeableConcept,
    Identifier,
    Period,
    Reference,
    ResourceModel,
    Timing,
)
from client.models.slim import Listed  # noqa: TC001  pydantic reads the annotations


class ServiceRequest(ResourceModel):
    """One order or decision."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    intent: str | None = None
    category: Listed[CodeableConcept] = ()
    priority: str | None = None
    do_not_perform: bool | None = None
    code: CodeableConcept | None = None
    order_detail: Listed[CodeableConcept] = ()
    subject: Reference | None = None
    encounter: Reference | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    occurrence_timing: Timing | None = None
    authored_on: str | None = None
    requester: Reference | None = None
    performer: Listed[Reference] = ()
    reason_code: Listed[CodeableConcept] = ()
    note: Listed[Annotation] = ()
    patient_instruction: str | None = None
