"""Patient and the people around the patient."""

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


class PatientContact(Slim):
    """A contact of the patient."""

    relationship: Listed[CodeableConcept] = ()
    name: HumanName | None = None
    telecom: Listed[ContactPoint] = ()
    address: Address | None = None
    period: Period | None = None


class Communication(Slim):
    """A language of the patient."""

    language: CodeableConcept | None = None
    preferred: bool | None = None


class PatientLink(Slim):
    """Another record of the same person."""

    other: Reference | None = None
    type: str | None = None


class Patient(ResourceModel):
    """Who the patient is."""

    identifier: Listed[Identifier] = ()
    active: bool | None = None
    name: Listed[HumanName] = ()
    telecom: Listed[ContactPoint] = ()
    gender: str | None = None
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    address: Listed[Address] = ()
    marital_status: CodeableConcept | None = None
    contact: Listed[PatientContact] = ()
    communication: Listed[Communication] = ()
    general_practitioner: Listed[Reference] = ()
    managing_organization: Reference | None = None
    link: Listed[PatientLink] = ()

    @property
    def is_deceased(self) -> bool:
        """Tell whether the patient is recorded as dead."""
        return bool(self.deceased_boolean or self.deceased_date_time)


class RelatedPerson(ResourceModel):
    """Next of kin and other people around the patient."""

    identifier: Listed[Identifier] = ()
    active: bool | None = None
    patient: Reference | None = None
    relationship: Listed[CodeableConcept] = ()
    name: Listed[HumanName] = ()
    telecom: Listed[ContactPoint] = ()
    gender: str | None = None
    birth_date: str | None = None
    address: Listed[Address] = ()
    period: Period | None = None
