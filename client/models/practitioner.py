"""The people and units that give care."""

from __future__ import annotations

from client.models.datatypes import (
    Address,
    CodeableConcept,
    ContactPoint,
    HumanName,
    Identifier,
    Period,
    Reference,
    ResourceModel,
)
from client.models.slim import Listed, Slim


class Qualification(Slim):
    """An authorisation of a practitioner."""

    identifier: Listed[Identifier] = ()
    code: CodeableConcept | None = None
    period: Period | None = None
    issuer: Reference | None = None


class Practitioner(ResourceModel):
    """A health worker."""

    identifier: Listed[Identifier] = ()
    active: bool | None = None
    name: Listed[HumanName] = ()
    telecom: Listed[ContactPoint] = ()
    gender: str | None = None
    qualification: Listed[Qualification] = ()


class PractitionerRole(ResourceModel):
    """What a health worker does for whom."""

    identifier: Listed[Identifier] = ()
    active: bool | None = None
    period: Period | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: Listed[CodeableConcept] = ()
    specialty: Listed[CodeableConcept] = ()
    location: Listed[Reference] = ()
    telecom: Listed[ContactPoint] = ()


class Organization(ResourceModel):
    """A unit, a municipality or a hospital."""

    identifier: Listed[Identifier] = ()
    active: bool | None = None
    type: Listed[CodeableConcept] = ()
    name: str | None = None
    telecom: Listed[ContactPoint] = ()
    address: Listed[Address] = ()
    part_of: Reference | None = None


class Location(ResourceModel):
    """A place."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    name: str | None = None
    description: str | None = None
    type: Listed[CodeableConcept] = ()
    telecom: Listed[ContactPoint] = ()
    address: Address | None = None
    part_of: Reference | None = None
