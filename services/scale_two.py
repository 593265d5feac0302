"""Whether NEWS2 may be scored on SpO2 scale 2: only a physician's recorded decision allows it (UX-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.spo2_scale import DECISION_SNOMED, PHYSICIAN_CATEGORY, ScaleDecision, standing_decision
from services.coded import SNOMED, codings, concept_texts, has_code, named, reference_of, time_under
from services.fhir_time import FhirTime, parse_time
from services.journal_tree import Tree, child, children, truth, word
from services.names import name_of
from services.views import ScaleTwo

if TYPE_CHECKING:
    from datetime import datetime

    from services.patient_file import PatientFile

CATEGORIES = "urn:oid:2.16.578.1.12.4.1.1.9060"
_OTHER_TRADES = ("sykepleier", "spl.", "helsefagarbeider", "hjelpepleier", "vernepleier", "nurse")
_CLINICIANS = frozenset({"Practitioner", "PractitionerRole", ""})


def scale_two_of(file: PatientFile, now: datetime) -> ScaleTwo | None:
    """Return the latest standing decision, or None; one by somebody of another trade does not count."""
    orders = [sheet.tree for sheet in file.of("ServiceRequest") if _is_decision(sheet.tree)]
    decisions = [(_decision(file, order, now), _decided(order)) for order in orders]
    standing = standing_decision([decision for decision, _ in decisions], now)
    for decision, when in decisions:
        if decision is standing:
            who = decision.decided_by if when.at else f"{decision.decided_by}, {when.text}"
            return ScaleTwo(who, when.at)
    return None


def _is_decision(order: Tree) -> bool:
    return has_code(child(order, "code"), SNOMED, DECISION_SNOMED)


def _decision(file: PatientFile, order: Tree, now: datetime) -> ScaleDecision:
    when = _decided(order)
    stands = (
        word(order, "status") == "active"
        and word(order, "intent") != "proposal"
        and truth(order, "doNotPerform") is not True
    )
    return ScaleDecision(
        decided_by=_requester_name(file, order),
        decided_at=when.order if when.at or when.day else None,
        by_physician=_may_decide(file, order),
        active=stands and not _is_over(order, now),
    )


def _decided(order: Tree) -> FhirTime:
    return time_under(order, "authoredOn")


def _is_over(order: Tree, now: datetime) -> bool:
    """Tell whether the decision was given for a time that has passed."""
    end = parse_time(word(child(order, "occurrencePeriod"), "end"))
    return end.at is not None and end.at < now


def _requester_name(file: PatientFile, order: Tree) -> str:
    """Return the requester's name: as the order gives it, or of the Practitioner in the cache."""
    requester = child(order, "requester")
    if display := named(requester, order):
        return display
    family, given = name_of(_requester(file, order))
    return f"{given} {family}".strip() if _requester(file, order) else ""


def _requester(file: PatientFile, order: Tree) -> Tree:
    reference = child(order, "requester")
    target = word(reference, "reference")
    if target.startswith("#"):
        return next((inner for inner in children(order, "contained") if word(inner, "id") == target[1:]), {})
    type_, id_ = reference_of(reference)
    return file.by_id(type_, id_) if type_ else {}


def _may_decide(file: PatientFile, order: Tree) -> bool:
    """Tell whether the requester may be a physician: a clinician, not shown to be of another trade."""
    requester = child(order, "requester")
    person = _requester(file, order)
    trades = {
        code
        for qualification in children(person, "qualification")
        for system, code in codings(child(qualification, "code"))
        if system == CATEGORIES
    }
    words_of_trade = " ".join((named(requester, order), *concept_texts(order, "performerType"))).casefold()
    if reference_of(requester)[0] not in _CLINICIANS or any(
        trade in words_of_trade for trade in _OTHER_TRADES
    ):
        return False
    return not trades or PHYSICIAN_CATEGORY in trades
