"""DocumentReference: notes and other documents."""

from __future__ import annotations

from client.models.datatypes import (
    Attachment,
    CodeableConcept,
    Coding,
    Identifier,
    Period,
    Reference,
    ResourceModel,
)
from client.models.slim import Listed, Slim


class DocumentContent(Slim):
    """One form of the document."""

    attachment: Attachment | None = None
    format: Coding | None = None


class DocumentContext(Slim):
    """When and where the document belongs."""

    encounter: Listed[Reference] = ()
    event: Listed[CodeableConcept] = ()
    period: Period | None = None
    related: Listed[Reference] = ()


class RelatesTo(Slim):
    """Which document this one replaces or adds to."""

    code: str | None = None
    target: Reference | None = None


class DocumentReference(ResourceModel):
    """One document."""

    master_identifier: Identifier | None = None
    identifier: Listed[Identifier] = ()
    status: str | None = None
    doc_status: str | None = None
    type: CodeableConcept | None = None
    category: Listed[CodeableConcept] = ()
    subject: Reference | None = None
    date: str | None = None
    author: Listed[Reference] = ()
    authenticator: Reference | None = None
    custodian: Reference | None = None
    relates_to: Listed[RelatesTo] = ()
    description: str | None = None
    security_label: Listed[CodeableConcept] = ()
    content: Listed[DocumentContent] = ()
    context: DocumentContext | None = None
