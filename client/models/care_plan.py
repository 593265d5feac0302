"""CarePlan and Goal: what is planned, and to what end."""

from __future__ import annotations

from client.models.datatypes import (
    Annotation,
    CodeableConcept,
    Identifier,
    Period,
    Quantity,
    Range,
    Reference,
    ResourceModel,
    Timing,
)
from client.models.slim import Listed, Slim


class ActivityDetail(Slim):
    """An intervention that is described in the plan itself."""

    kind: str | None = None
    code: CodeableConcept | None = None
    reason_code: Listed[CodeableConcept] = ()
    goal: Listed[Reference] = ()
    status: str | None = None
    status_reason: CodeableConcept | None = None
    do_not_perform: bool | None = None
    scheduled_timing: Timing | None = None
    scheduled_period: Period | None = None
    scheduled_string: str | None = None
    performer: Listed[Reference] = ()
    description: str | None = None


class Activity(Slim):
    """One intervention of the plan."""

    outcome_codeable_concept: Listed[CodeableConcept] = ()
    outcome_reference: Listed[Reference] = ()
    progress: Listed[Annotation] = ()
    reference: Reference | None = None
    detail: ActivityDetail | None = None


class CarePlan(ResourceModel):
    """A plan of care."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    intent: str | None = None
    category: Listed[CodeableConcept] = ()
    title: str | None = None
    description: str | None = None
    subject: Reference | None = None
    period: Period | None = None
    created: str | None = None
    author: Reference | None = None
    addresses: Listed[Reference] = ()
    goal: Listed[Reference] = ()
    activity: Listed[Activity] = ()
    note: Listed[Annotation] = ()


class GoalTarget(Slim):
    """How one sees that a goal is reached."""

    measure: CodeableConcept | None = None
    detail_quantity: Quantity | None = None
    detail_range: Range | None = None
    detail_codeable_concept: CodeableConcept | None = None
    detail_string: str | None = None
    detail_boolean: bool | None = None
    detail_integer: int | None = None
    due_date: str | None = None


class Goal(ResourceModel):
    """A goal."""

    identifier: Listed[Identifier] = ()
    lifecycle_status: str | None = None
    achievement_status: CodeableConcept | None = None
    category: Listed[CodeableConcept] = ()
    priority: CodeableConcept | None = None
    description: CodeableConcept | None = None
    subject: Reference | None = None
    start_date: str | None = None
    target: Listed[GoalTarget] = ()
    status_date: str | None = None
    expressed_by: Reference | None = None
    addresses: Listed[Reference] = ()
    note: Listed[Annotation] = ()
