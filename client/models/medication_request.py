"""MedicationRequest and Medication: what the patient is to take."""

from __future__ import annotations

from client.models.datatypes import (
    Annotation,
    CodeableConcept,
    Dosage,
    Identifier,
    Period,
    Ratio,
    Reference,
    ResourceModel,
)
from client.models.slim import Listed, Slim


class Ingredient(Slim):
    """A substance in a medicine."""

    item_codeable_concept: CodeableConcept | None = None
    item_reference: Reference | None = None
    is_active: bool | None = None
    strength: Ratio | None = None


class Medication(ResourceModel):
    """A medicine that a request refers to."""

    identifier: Listed[Identifier] = ()
    code: CodeableConcept | None = None
    status: str | None = None
    form: CodeableConcept | None = None
    ingredient: Listed[Ingredient] = ()


class DispenseRequest(Slim):
    """For how long a prescription holds."""

    validity_period: Period | None = None


class MedicationRequest(ResourceModel):
    """One line of the medication list."""

    identifier: Listed[Identifier] = ()
    status: str | None = None
    status_reason: CodeableConcept | None = None
    intent: str | None = None
    category: Listed[CodeableConcept] = ()
    do_not_perform: bool | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    authored_on: str | None = None
    requester: Reference | None = None
    recorder: Reference | None = None
    reason_code: Listed[CodeableConcept] = ()
    note: Listed[Annotation] = ()
    dosage_instruction: Listed[Dosage] = ()
    dispense_request: DispenseRequest | None = None

    @property
    def contained_medication(self) -> Medication | None:
        """Return the medicine that lies in the request itself, if its reference points there."""
        reference = (self.medication_reference.reference if self.medication_reference else None) or ""
        found = (one for one in self.contained if reference == f"#{one.get('id')}")
        return next((Medication.model_validate(one) for one in found), None)
