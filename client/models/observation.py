"""Observation: what was measured or judged."""

from __future__ import annotations

from client.models.datatypes import (
    Annotation,
    CodeableConcept,
    Identifier,
    Period,
    Quantity,
    Range,
    Ratio,
    Reference,
    ResourceModel,
)
from client.models.slim import Listed, Slim


class ReferenceRange(Slim):
    """A range that came with a value."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: CodeableConcept | None = None
    text: str | None = None


class Value(Slim):
    """The kinds of value that an observation, or a part of one, can have."""

    code: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    value_time: str | None = None
    value_date_time: str | None = None
    value_period: Period | None = None
    data_absent_reason: CodeableConcept | None = None
    interpretation: Listed[CodeableConcept] = ()
    reference_range: Listed[ReferenceRange] = ()


class Observation(ResourceModel, Value):
    """One observation, with parts where it is a panel or a score."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    category: Listed[CodeableConcept] = ()
    subject: Reference | None = None
    encounter: Reference | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    effective_instant: str | None = None
    issued: str | None = None
    performer: Listed[Reference] = ()
    note: Listed[Annotation] = ()
    body_site: CodeableConcept | None = None
    method: CodeableConcept | None = None
    device: Reference | None = None
    has_member: Listed[Reference] = ()
    derived_from: Listed[Reference] = ()
    component: Listed[Value] = ()

    @property
    def effective(self) -> str:
        """Return when it was true, as the journal wrote it; empty if nothing is said."""
        start = (self.effective_period.start or self.effective_period.end) if self.effective_period else None
        return self.effective_date_time or self.effective_instant or start or ""
