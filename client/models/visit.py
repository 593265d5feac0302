"""Appointment and Task: the visit, and what is to be done in it."""

from __future__ import annotations

from pydantic import Field

from client.models.datatypes import Annotation, CodeableConcept, Identifier, Period, Reference, ResourceModel
from client.models.slim import Listed, Slim


class Participant(Slim):
    """Who or what takes part."""

    type: Listed[CodeableConcept] = ()
    actor: Reference | None = None
    required: str | None = None
    status: str | None = None
    period: Period | None = None


class Appointment(ResourceModel):
    """One visit."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    cancelation_reason: CodeableConcept | None = None
    service_category: Listed[CodeableConcept] = ()
    service_type: Listed[CodeableConcept] = ()
    appointment_type: CodeableConcept | None = None
    reason_code: Listed[CodeableConcept] = ()
    priority: int | None = None
    description: str | None = None
    start: str | None = None
    end: str | None = None
    minutes_duration: int | None = None
    created: str | None = None
    comment: str | None = None
    patient_instruction: str | None = None
    participant: Listed[Participant] = ()

    def actors(self, type_: str) -> tuple[Reference, ...]:
        """Return the participants of one type."""
        return tuple(one.actor for one in self.participant if one.actor and one.actor.key[0] == type_)


class Task(ResourceModel):
    """One thing to do. `for_` is FHIR's `for`: the patient."""

    identifier: Listed[Identifier] = ()
    based_on: Listed[Reference] = ()
    part_of: Listed[Reference] = ()
    status: str | None = None
    status_reason: CodeableConcept | None = None
    business_status: CodeableConcept | None = None
    intent: str | None = None
    priority: str | None = None
    code: CodeableConcept | None = None
    description: str | None = None
    focus: Reference | None = None
    for_: Reference | None = Field(default=None, alias="for")
    encounter: Reference | None = None
    execution_period: Period | None = None
    authored_on: str | None = None
    last_modified: str | None = None
    requester: Reference | None = None
    owner: Reference | None = None
    reason_code: CodeableConcept | None = None
    note: Listed[Annotation] = ()
