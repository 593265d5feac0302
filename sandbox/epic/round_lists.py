"""The round of a nurse as Epic can tell it: a Group and a List of patients, and an open encounter for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text
from sandbox.population.round_plan import NURSE
from sandbox.population.stable_ids import stable_id
from sandbox.population.terms import hl7, reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sandbox.fhir.journal import Journal
    from sandbox.fhir.writing import Writing

GROUP_ID = "runde-kari-nordmann"
LIST_ID = "liste-kari-nordmann"


def round_lists(patients: Sequence[str]) -> list[dict[str, Any]]:
    """Return the Group and the List of the patients, in the order of their visits."""
    nurse = reference("Practitioner", *NURSE)
    group: dict[str, Any] = {
        "resourceType": "Group",
        "id": GROUP_ID,
        "type": "person",
        "actual": True,
        "active": True,
        "name": f"Runden til {NURSE[1]}",
        "quantity": len(patients),
        "managingEntity": nurse,
    }
    listed: dict[str, Any] = {
        "resourceType": "List",
        "id": LIST_ID,
        "status": "current",
        "mode": "working",
        "title": f"Runden til {NURSE[1]}",
        "code": hl7("list-example-use-codes", "worklist"),
        "source": nurse,
    }
    if patients:  # FHIR knows no empty lists
        group["member"] = [{"entity": {"reference": f"Patient/{id_}"}} for id_ in patients]
        listed["entry"] = [{"item": {"reference": f"Patient/{id_}"}} for id_ in patients]
    return [group, listed]


def open_encounter(patient: str, now: datetime) -> dict[str, Any]:
    """Return the care at home that a patient is in."""
    return {
        "resourceType": "Encounter",
        "id": stable_id("home-care", patient),
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"},
        "subject": {"reference": f"Patient/{patient}"},
        "period": {"start": now.replace(microsecond=0).isoformat()},
    }


def put_if_changed(journal: Journal, writing: Writing, resource: dict[str, Any]) -> None:
    """Store a resource as the journal's own, unless it stands as it is already."""
    type_, id_ = str(resource["resourceType"]), str(resource["id"])
    body = json_text.encode(resource)
    standing = journal.read(type_, id_)
    if standing is None:
        writing.create(type_, body, id_=id_, checked=False)
    elif json_text.without_meta(standing.body) != body:
        writing.replace(type_, id_, body)
