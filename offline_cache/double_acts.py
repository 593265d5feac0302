"""Looking after each pull for acts done by two people: the same dose within its interval, one task (offline-cache.md M6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from offline_cache.fingerprint import tree_of
from offline_cache.safety_notices import SafetyNotice
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from offline_cache.fingerprint import Tree
    from offline_cache.store import Store

SAME_DOSE = timedelta(hours=1)
"""Two given doses of one order closer than this are told of, where the order itself names no interval."""

_GIVEN = frozenset({"completed", "in-progress"})


def check_double_acts(store: Store, now: datetime) -> int:
    """Write a notice for every act that seems to be done twice; return how many are new. Each with its audit row."""
    new = 0
    with store.transaction():
        for notice in [*_doses(store, now), *_tasks(store, now)]:
            if store.safety.put(notice):
                store.audit.append(
                    "double-act", patient=notice.patient, basis=notice.kind, detail=notice.about, actor=""
                )
                new += 1
    return new


def _doses(store: Store, now: datetime) -> list[SafetyNotice]:
    """Return two administrations of one order that lie closer than its interval."""
    given: dict[tuple[str, str], list[tuple[datetime, str, str]]] = {}
    for stored in store.resources.of_type("MedicationAdministration"):
        tree = tree_of(stored.body)
        order, at = _reference(tree, "request"), _given_at(tree)
        if tree.get("status") in _GIVEN and order and at is not None:
            given.setdefault((stored.patient, order), []).append((at, stored.id, _given_by(tree)))
    notices = []
    for (patient, order), acts in given.items():
        for first, second in pairwise(sorted(acts)):
            if second[0] - first[0] < _interval(store, order):
                notices.append(
                    SafetyNotice(
                        f"administration:{first[1]}:{second[1]}",
                        "administration",
                        patient,
                        order,
                        first[2],
                        first[0].isoformat(),
                        second[2],
                        second[0].isoformat(),
                        now,
                    )
                )
    return notices


def _tasks(store: Store, now: datetime) -> list[SafetyNotice]:
    """Return tasks that we signed as done while somebody else had them done: ours is not in the journal, theirs is."""
    notices = []
    for record in store.conflicts.waiting():
        met = record.met
        mine, theirs = tree_of(met.mine), tree_of(met.theirs)
        entry = store.entries.get(met.entry_id)
        both = mine.get("status") == theirs.get("status") == "completed"
        if met.type == "Task" and both and entry is not None and entry.state is EntryState.CONFLICT:
            notices.append(
                SafetyNotice(
                    f"task:{met.id}:{met.op_id}",
                    "task",
                    entry.patient,
                    f"Task/{met.id}",
                    met.theirs_author,
                    met.theirs_at,
                    met.mine_author,
                    met.mine_at,
                    now,
                )
            )
    return notices


def _interval(store: Store, order: str) -> timedelta:
    """Return how far apart an order's doses are to be at the least: half of its period, or an hour where it names none."""
    type_, _, id_ = order.partition("/")
    stored = store.resources.get(type_, id_)
    instructions = tree_of(stored.body).get("dosageInstruction") if stored else None
    first = instructions[0] if isinstance(instructions, list) and instructions else None
    repeat = first.get("timing", {}).get("repeat") if isinstance(first, dict) else None
    if not isinstance(repeat, dict) or repeat.get("periodUnit") not in ("h", "d"):
        return SAME_DOSE
    try:
        hours = float(str(repeat.get("period", 1))) * (24 if repeat["periodUnit"] == "d" else 1)
        often = float(str(repeat.get("frequency", 1)))
    except ValueError:
        return SAME_DOSE
    return max(SAME_DOSE, timedelta(hours=hours / often / 2)) if often > 0 else SAME_DOSE


def _reference(tree: Tree, name: str) -> str:
    value = tree.get(name)
    text = value.get("reference") if isinstance(value, dict) else None
    return "/".join(str(text).rstrip("/").split("/")[-2:]) if text else ""


def _given_at(tree: Tree) -> datetime | None:
    period = tree.get("effectivePeriod")
    raw = tree.get("effectiveDateTime") or (period.get("start") if isinstance(period, dict) else None)
    try:
        at = datetime.fromisoformat(str(raw)) if raw else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _given_by(tree: Tree) -> str:
    performers = tree.get("performer")
    first = performers[0] if isinstance(performers, list) and performers else None
    actor = first.get("actor") if isinstance(first, dict) else None
    return str(actor.get("display") or actor.get("reference") or "") if isinstance(actor, dict) else ""
