"""The care plan: problem, goal and intervention, line by line; what is over comes last and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.coded import (
    concept_text,
    concept_texts,
    joined,
    named,
    named_all,
    note_texts,
    reference_of,
    time_under,
)
from services.dosage import timing_of
from services.fhir_time import parse_time
from services.journal_tree import Tree, child, children, choice, truth, word
from services.patient_file import unreadable
from services.quantity import quantity_text, range_text, ratio_text
from services.views import PlanItem

if TYPE_CHECKING:
    from services.patient_file import PatientFile, Sheet

PROBLEM, GOAL, ACTION = "problem", "mål", "tiltak"
VISIT, VISIT_ACTION = "besøksplan", "gjøres i besøket"
_CATEGORY = "vkp-careplan-category"
_VISIT_PLAN = "3"
_WORDS = {
    "draft": "utkast", "active": "pågår", "on-hold": "utsatt", "revoked": "avsluttet",
    "completed": "avsluttet", "unknown": "status ukjent", "not-started": "ikke startet",
    "scheduled": "planlagt", "in-progress": "pågår", "stopped": "stoppet", "cancelled": "avlyst",
    "proposed": "foreslått", "planned": "planlagt", "accepted": "vedtatt", "rejected": "avvist", "": "",
}  # fmt: skip
_OVER = frozenset({"revoked", "completed", "cancelled", "stopped", "rejected"})


def plan_of(file: PatientFile) -> tuple[PlanItem, ...]:
    """Return the lines of all plans, each goal once, current ones first; the visits' own plans after them, each line once."""
    plans = [s for s in file.of("CarePlan") if word(s.tree, "status") != "entered-in-error"]
    plans.sort(
        key=lambda s: (
            word(s.tree, "status") in _OVER,
            -time_under(s.tree, "period", "created").order.timestamp(),
        )
    )
    loose = [s for s in file.of("Goal") if not any(s.id in _goal_ids(plan.tree) for plan in plans)]
    care = [plan for plan in plans if not _is_for_visit(plan.tree)]
    visits = [plan for plan in plans if _is_for_visit(plan.tree)]
    items = [item for plan in care for item in _plan(file, plan)]
    items += [_goal(s) for s in loose if _counts(s.tree)]
    items += dict.fromkeys(item for plan in visits for item in _plan(file, plan))
    return tuple(items)


def _is_for_visit(plan: Tree) -> bool:
    """Tell whether a plan is for a visit only (besøksplan), and not the plan of care."""
    codings = [one for category in children(plan, "category") for one in children(category, "coding")]
    return any(_CATEGORY in word(one, "system") and word(one, "code") == _VISIT_PLAN for one in codings)


def _plan(file: PatientFile, sheet: Sheet) -> list[PlanItem]:
    """Return one plan: what it is for, its goals, what is done."""
    if not sheet.readable:
        return [PlanItem(ACTION, unreadable(sheet), "", "")]
    tree = sheet.tree
    status = word(tree, "status")
    over = status in _OVER
    goals = [s for s in file.of("Goal") if s.id in _goal_ids(tree) and _counts(s.tree)]
    items = [_problem(file, tree, status), *(_goal(s) for s in goals)]
    kind = VISIT_ACTION if _is_for_visit(tree) else ACTION
    items += [_activity(activity, kind, over) for activity in children(tree, "activity")]
    named_only = [
        named(g, tree) for g in children(tree, "goal") if reference_of(g)[1] not in {s.id for s in goals}
    ]
    items += [PlanItem(GOAL, text, "", "") for text in named_only if text]
    return items


def _goal_ids(plan: Tree) -> set[str]:
    return {reference_of(reference)[1] for reference in children(plan, "goal")}


def _counts(goal: Tree) -> bool:
    return word(goal, "lifecycleStatus") != "entered-in-error"


def _problem(file: PatientFile, plan: Tree, status: str) -> PlanItem:
    """Return the line that a plan begins with: the problem it addresses, or its title."""
    addressed = [named(r, plan) or _condition(file, r) for r in children(plan, "addresses")]
    title = word(plan, "title")
    text = joined(*addressed, sep=", ") or title or ", ".join(concept_texts(plan, "category"))
    detail = joined(title if addressed else "", word(plan, "description"), _span(plan), *note_texts(plan))
    kind = VISIT if _is_for_visit(plan) else PROBLEM
    return PlanItem(
        kind, text or "Plan uten navn", detail if detail != text else "", _WORDS.get(status, status)
    )


def _condition(file: PatientFile, reference: Tree) -> str:
    return concept_text(child(file.by_id("Condition", reference_of(reference)[1]), "code"))


def _span(tree: Tree) -> str:
    period = child(tree, "period")
    start, end = (_day(word(period, name)) for name in ("start", "end"))
    if start == end:
        return start
    if not start:
        return f"til {end}"
    return f"{start}–{end}" if end else f"siden {start}"


def _day(raw: str) -> str:
    """Return the day of a time; a plan's first minute tells nobody anything."""
    time = parse_time(raw)
    return f"{time.day:%d.%m.%Y}" if time.day else time.text


def _goal(sheet: Sheet) -> PlanItem:
    if not sheet.readable:
        return PlanItem(GOAL, unreadable(sheet), "", "")
    tree = sheet.tree
    text = concept_text(child(tree, "description")) or "Mål uten tekst"
    reached = concept_text(child(tree, "achievementStatus"))
    status = word(tree, "lifecycleStatus")
    detail = joined(
        *(_target(t) for t in children(tree, "target")),
        reached,
        word(tree, "statusReason"),
        *note_texts(tree),
    )
    return PlanItem(GOAL, text, detail, _WORDS.get(status, status))


def _target(target: Tree) -> str:
    """Return one target of a goal: what is measured, the value, by when."""
    key = choice(target, "detail")
    value = (
        quantity_text(child(target, key)) or range_text(child(target, key)) or ratio_text(child(target, key))
    )
    said = value or concept_text(child(target, key)) or word(target, key)
    due = parse_time(word(target, "dueDate")).text or quantity_text(child(target, "dueDuration"))
    return joined(concept_text(child(target, "measure")), said, f"innen {due}" if due else "", sep=" ")


def _activity(activity: Tree, kind: str, plan_over: bool) -> PlanItem:  # noqa: FBT001  a fact, not an option
    """Return one intervention; in a plan that is over, one that is not marked as over is over too."""
    detail = child(activity, "detail")
    code, description = concept_text(child(detail, "code")), word(detail, "description")
    text = description or code or named(child(activity, "reference"), activity) or "Tiltak uten tekst"
    forbidden = "SKAL IKKE GJØRES" if truth(detail, "doNotPerform") is True else ""
    more = joined(
        forbidden,
        code if description and code != description else "",
        _schedule(detail),
        _amounts(detail),
        named_all(detail, "performer"),
        *concept_texts(detail, "reasonCode"),
        concept_text(child(detail, "statusReason")),
        *concept_texts(activity, "outcomeCodeableConcept"),
        *note_texts(activity, "progress"),
    )
    status = word(detail, "status")
    over = plan_over and status not in _OVER
    return PlanItem(kind, text, more, "avsluttet" if over else _WORDS.get(status, status))


def _schedule(detail: Tree) -> str:
    period = child(detail, "scheduledPeriod")
    span = _span({"period": period}) if period else ""
    return word(detail, "scheduledString") or timing_of(child(detail, "scheduledTiming")) or span


def _amounts(detail: Tree) -> str:
    product = concept_text(child(detail, "productCodeableConcept")) or word(
        child(detail, "productReference"), "display"
    )
    daily, amount = quantity_text(child(detail, "dailyAmount")), quantity_text(child(detail, "quantity"))
    return joined(product, f"{daily} per dag" if daily else "", amount, sep=", ")
