"""Flag: a warning about a patient."""

from __future__ import annotations

from client.models.datatypes import CodeableConcept, Identifier, Period, Reference, ResourceModel
from client.models.slim import Listed  # noqa: TC001  pydantic reads the annotations


class Flag(ResourceModel):
    """One warning."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    category: Listed[CodeableConcept] = ()
    code: CodeableConcept | None = None
    subject: Reference | None = None
    period: Period | None = None
    author: Reference | None = None
