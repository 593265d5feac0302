"""What may be merged without asking, by the type of the resource (offline-cache.md §1.6).

A type that is not named here is asked about: it is safer to ask once too often.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.merge_fields import WHOLE, Choice, FieldMerge, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


class Policy(StrEnum):
    """How parallel changes of one resource are settled."""

    APPEND_ONLY = "append-only"
    """What is filed is never written over: a correction is a new item."""
    STATE_MACHINE = "state-machine"
    """Merged field by field; done beats under way; called off against anything else is asked."""
    PROPOSAL = "proposal"
    """Different fields make a proposal that a clinician signs; the same field is asked."""
    ASK = "ask"
    """Never merged: the whole resources side by side, and a person chooses."""


_POLICIES = {
    **dict.fromkeys(
        (
            "Observation",
            "DocumentReference",
            "Composition",
            "MedicationAdministration",
            "Communication",
            "Procedure",
            "ClinicalImpression",
            "QuestionnaireResponse",
            "Media",
        ),
        Policy.APPEND_ONLY,
    ),
    **dict.fromkeys(("Task", "Appointment", "Encounter"), Policy.STATE_MACHINE),
    **dict.fromkeys(("CarePlan", "Goal", "Patient", "RelatedPerson"), Policy.PROPOSAL),
}

_DONE = frozenset({"completed", "fulfilled", "finished"})
_CALLED_OFF = frozenset({"cancelled", "rejected", "failed", "noshow", "entered-in-error"})
_UNDER_WAY = frozenset(
    [
        "draft",
        "requested",
        "received",
        "accepted",
        "ready",
        "in-progress",
        "on-hold",
        "proposed",
        "pending",
        "booked",
        "arrived",
        "checked-in",
        "waitlist",
        "planned",
        "triaged",
        "onleave",
    ]
)
_STATUS = "status"
_STAMP = {"Task": "lastModified"}

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]')
_DOSE = frozenset({"dailyAmount", "quantity", "dosage", "dosageInstruction", "doseAndRate"})
_DOSE_START = "product"


def policy_of(type_: str) -> Policy:
    """Return how parallel changes of a resource of this type are settled."""
    return _POLICIES.get(type_, Policy.ASK)


def is_parallel(fields: Sequence[FieldMerge]) -> bool:
    """Tell whether both sides changed something, and not just the same."""
    kinds = {one.kind for one in fields}
    return Kind.BOTH in kinds or len(kinds) > 1


def judged(type_: str, fields: Sequence[FieldMerge], whole: FieldMerge) -> tuple[FieldMerge, ...]:
    """Return the fields with what a person must be asked, and what a rule settles.

    Args:
        type_: The resource's type.
        fields: What changed.
        whole: The resource as one field; it is put first where the whole must be chosen.
    """
    if [one.path for one in fields] == [WHOLE]:
        return (_whole_judged(type_, fields[0]),)
    policy = policy_of(type_)
    if policy is Policy.APPEND_ONLY:
        overwrites = any(one.kind in {Kind.MINE_ONLY, Kind.BOTH} for one in fields)
        return (whole, *fields) if overwrites else tuple(fields)
    if policy is Policy.ASK:
        return (whole, *fields) if is_parallel(fields) else tuple(fields)
    if policy is Policy.STATE_MACHINE:
        return _by_state(type_, fields)
    return _to_propose(fields)


def _whole_judged(type_: str, one: FieldMerge) -> FieldMerge:
    """Judge a deletion or a creation: against an edit it is asked; a filed item is not deleted unasked."""
    deletes_filed = (
        one.kind is Kind.MINE_ONLY and one.base is not None and policy_of(type_) is Policy.APPEND_ONLY
    )
    return replace(one, asked=one.kind is Kind.BOTH or deletes_filed)


def _to_propose(fields: Sequence[FieldMerge]) -> tuple[FieldMerge, ...]:
    parallel = is_parallel(fields)
    return tuple(
        replace(
            one, asked=one.kind is Kind.BOTH or (parallel and one.kind is not Kind.SAME and _is_dose(one))
        )
        for one in fields
    )


def _is_dose(one: FieldMerge) -> bool:
    """Tell whether a dose is touched: by a change of one of its members, or of something that has one inside."""
    steps = _KEY.sub("", one.path).split(".")
    if any(name in _DOSE or name.startswith(_DOSE_START) for name in steps):
        return True
    values = [value for value in (one.base, one.mine, one.theirs) if value is not None]
    return any(f'"{name}"'.encode() in value for name in _DOSE for value in values)


def _by_state(type_: str, fields: Sequence[FieldMerge]) -> tuple[FieldMerge, ...]:
    parallel = is_parallel(fields)
    found = []
    for one in fields:
        settled = _settled(type_, one) if one.kind is Kind.BOTH else None
        asked = one.kind is Kind.BOTH and settled is None
        found.append(replace(one, settled=settled, asked=asked or (parallel and _calls_off(one))))
    return tuple(found)


def _calls_off(one: FieldMerge) -> bool:
    """Tell whether one side called it off, while the other worked on it."""
    values = {Kind.MINE_ONLY: one.mine, Kind.THEIRS_ONLY: one.theirs}
    return one.path == _STATUS and _word(values.get(one.kind)) in _CALLED_OFF


def _settled(type_: str, one: FieldMerge) -> Choice | None:
    """Return which of two changes a rule prefers, if one does."""
    mine, theirs = _word(one.mine), _word(one.theirs)
    if one.path == _STATUS:
        if mine in _DONE and theirs in _UNDER_WAY:
            return Choice.MINE
        return Choice.THEIRS if theirs in _DONE and mine in _UNDER_WAY else None
    if one.path == _STAMP.get(type_):
        return _later(mine, theirs)
    return None


def _later(mine: str, theirs: str) -> Choice | None:
    try:
        is_mine = datetime.fromisoformat(mine) > datetime.fromisoformat(theirs)
    except (ValueError, TypeError):
        return None
    return Choice.MINE if is_mine else Choice.THEIRS


def _word(value: bytes | None) -> str:
    """Return the text of a field that is a plain code or an instant."""
    return value.decode().strip('"') if value and value.startswith(b'"') else ""
