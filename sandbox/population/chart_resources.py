"""What the chart says of a person: allergies, warnings, problems, medicines, plan, notes."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from clinical.spo2_scale import DECISION_SNOMED
from sandbox.population import terms
from sandbox.population.life import AllergyState
from sandbox.population.measurements import measurements
from sandbox.population.person_resources import home, next_of_kin, patient, patient_id
from sandbox.population.stable_ids import stable_id
from sandbox.population.terms import coding, concept, hl7, reference
from sandbox.sign_in.people import clinician

if TYPE_CHECKING:
    from sandbox.population.life import Allergy, Life, Medicine, Note, Plan, Warned
    from sandbox.population.moments import Moments

_NO_KNOWN_ALLERGY = "716186003"
_NOT_ASKED = "1631000175102"


def life_resources(life: Life, moments: Moments) -> list[dict[str, Any]]:
    """Return every resource of one person, the Patient first."""
    chart = _Chart(life, moments)
    residence = home(life)
    return [
        patient(life),
        *([residence] if residence else []),
        *(next_of_kin(life, kin) for kin in life.kin),
        *chart.allergies(),
        *(chart.warning(warned) for warned in life.warnings),
        *(chart.problem(code, text) for code, text in life.problems),
        *(chart.medicine(medicine) for medicine in life.medicines),
        *(chart.plan(life.plan) if life.plan else []),
        *([chart.scale_decision()] if life.scale_two else []),
        *measurements(life, patient_id(life.key), moments),
        *(chart.note(note) for note in life.notes),
    ]


class _Chart:
    """Makes the resources that point at one patient."""

    def __init__(self, life: Life, moments: Moments) -> None:
        self._life = life
        self._moments = moments
        self._patient = reference("Patient", patient_id(life.key))

    def allergies(self) -> list[dict[str, Any]]:
        """Return the allergies, or what stands in their place."""
        match self._life.allergy_state:
            case AllergyState.NOTHING_RECORDED:
                return []
            case AllergyState.NONE_KNOWN:
                return [self._no_allergy(_NO_KNOWN_ALLERGY, "Ingen kjente allergier", "confirmed")]
            case AllergyState.NOT_ASKED:
                return [
                    self._no_allergy(_NOT_ASKED, "Ikke registrert, pasienten er ikke spurt", "unconfirmed")
                ]
            case AllergyState.KNOWN:
                return [self._allergy(allergy) for allergy in self._life.allergies]

    def warning(self, warned: Warned) -> dict[str, Any]:
        """Return a Flag."""
        return {
            "resourceType": "Flag",
            "id": self._id("flag", warned.code),
            "status": "active",
            "category": [
                hl7(
                    "flag-category",
                    "clinical" if warned.code in {"smitte", "hlr-minus", "fall"} else "safety",
                )
            ],
            "code": concept(terms.WARNING, warned.code, warned.text),
            "subject": self._patient,
            "period": {"start": self._moments.day(60)},
        }

    def problem(self, code: str, text: str) -> dict[str, Any]:
        """Return a Condition."""
        return {
            "resourceType": "Condition",
            "id": self._id("condition", code),
            "clinicalStatus": hl7("condition-clinical", "active"),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "problem-list-item")],
            "code": concept(terms.ICPC2, code, text),
            "subject": self._patient,
            "recordedDate": self._moments.day(200),
        }

    def medicine(self, medicine: Medicine) -> dict[str, Any]:
        """Return a MedicationRequest."""
        dose: dict[str, Any] = {
            "text": medicine.dose,
            "asNeededBoolean": bool(medicine.as_needed),
            "route": {"text": medicine.route},
        }
        coded = coding(terms.ATC, medicine.atc, medicine.substance)
        resource: dict[str, Any] = {
            "resourceType": "MedicationRequest",
            "id": self._id("medicine", medicine.atc, medicine.product),
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {
                "coding": [coded],
                "text": f"{medicine.substance} ({medicine.product})",
            },
            "subject": self._patient,
            "authoredOn": self._moments.day(medicine.since_days),
            "requester": reference("Practitioner", "ingrid-berg", "Ingrid Berg, fastlege"),
            "dosageInstruction": [dose],
        }
        return resource | ({"reasonCode": [{"text": medicine.as_needed}]} if medicine.as_needed else {})

    def plan(self, plan: Plan) -> list[dict[str, Any]]:
        """Return the goal and the care plan that stands on it."""
        goal = {
            "resourceType": "Goal",
            "id": self._id("goal", plan.title),
            "lifecycleStatus": "active",
            "description": {"text": plan.goal},
            "subject": self._patient,
            "startDate": self._moments.day(30),
        }
        steps = [
            {
                "detail": {
                    "status": "completed" if step.done else "in-progress",
                    "description": step.text,
                    "scheduledString": step.often,
                }
            }
            for step in plan.steps
        ]
        care_plan = {
            "resourceType": "CarePlan",
            "id": self._id("plan", plan.title),
            "status": "active",
            "intent": "plan",
            "category": [concept(terms.PLAN_CATEGORY, "1", "Behandlingsplan")],
            "title": plan.title,
            "subject": self._patient,
            "period": {"start": self._moments.day(30)},
            "author": reference("Practitioner", "kari-nordmann", "Kari Nordmann, sykepleier"),
            "addresses": [
                reference("Condition", self._id("condition", code), text)
                for code, text in self._life.problems[:1]
            ],
            "goal": [reference("Goal", self._id("goal", plan.title))],
            "activity": steps,
        }
        return [goal, {name: value for name, value in care_plan.items() if value != []}]

    def scale_decision(self) -> dict[str, Any]:
        """Return the physician's decision that NEWS2 is scored with scale 2."""
        return {
            "resourceType": "ServiceRequest",
            "id": self._id("scale-2"),
            "status": "active",
            "intent": "order",
            "code": concept(terms.SNOMED, DECISION_SNOMED, "NEWS2 skåres med SpO2 skala 2, mål 88–92 %"),
            "subject": self._patient,
            "authoredOn": self._moments.at(6, "09:05"),
            "requester": reference("Practitioner", "ingrid-berg", "Ingrid Berg, fastlege"),
            "reasonCode": [{"text": "Kronisk CO2-retensjon ved kols"}],
        }

    def note(self, note: Note) -> dict[str, Any]:
        """Return a note as a DocumentReference with its text."""
        content = note.text.encode()
        author = clinician(note.author)
        name = f"{author.name}, {author.role}" if author else note.author
        at = self._moments.at(note.days_ago, note.at)
        return {
            "resourceType": "DocumentReference",
            "id": self._id("note", note.title, str(note.days_ago)),
            "status": "current",
            "docStatus": "final",
            "type": concept(terms.DOCUMENT_TYPE, "B02-2", "Journalnotat"),
            "subject": self._patient,
            "date": at,
            "author": [reference("Practitioner", note.author, name)],
            "description": note.title,
            "content": [
                {
                    "attachment": {
                        "contentType": "text/plain; charset=utf-8",
                        "language": "nb",
                        "data": base64.b64encode(content).decode(),
                        "size": len(content),
                        # FHIR R4 asks for SHA-1 here
                        "hash": base64.b64encode(
                            hashlib.sha1(content, usedforsecurity=False).digest()
                        ).decode(),
                        "title": note.title,
                        "creation": at,
                    }
                }
            ],
        }

    def _allergy(self, allergy: Allergy) -> dict[str, Any]:
        code: dict[str, Any] = {"text": allergy.substance}
        if allergy.atc:
            code["coding"] = [coding(terms.ATC, allergy.atc, allergy.substance)]
        resource: dict[str, Any] = {
            "resourceType": "AllergyIntolerance",
            "id": self._id("allergy", allergy.substance),
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy",
            "category": ["medication" if allergy.atc else "environment"],
            "criticality": "high" if allergy.severe else "low",
            "code": code,
            "patient": self._patient,
            "recordedDate": self._moments.day(400),
            "reaction": [
                {
                    "manifestation": [{"text": allergy.reaction}],
                    "severity": "severe" if allergy.severe else "mild",
                }
            ],
        }
        return resource | ({"onsetDateTime": allergy.since} if allergy.since else {})

    def _no_allergy(self, code: str, text: str, verification: str) -> dict[str, Any]:
        return {
            "resourceType": "AllergyIntolerance",
            "id": self._id("allergy", code),
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", verification),
            "code": concept(terms.SNOMED, code, text),
            "patient": self._patient,
            "recordedDate": self._moments.day(20),
        }

    def _id(self, *words: str) -> str:
        return stable_id(self._life.key, *words)
