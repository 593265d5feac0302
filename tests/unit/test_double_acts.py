"""The same dose or task, done by two: told with who and when, once, and never for what is as it should be."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from offline_cache.double_acts import check_double_acts
from offline_cache.entries import Base
from tests.outbox_room import OutboxRoom, task
from tests.store_room import NOON, memory_store, resource

if TYPE_CHECKING:
    from offline_cache.store import Store


def give(store: Store, id_: str, minutes: int, status: str = "completed", order: str = "m1") -> None:
    """Keep an administration of an order."""
    body = {
        "resourceType": "MedicationAdministration",
        "id": id_,
        "status": status,
        "request": {"reference": f"MedicationRequest/{order}"},
        "effectiveDateTime": (NOON + timedelta(minutes=minutes)).isoformat(),
        "performer": [{"actor": {"display": f"Pleier {id_}"}}],
    }
    one = resource("MedicationAdministration", id_, json.dumps(body).encode())
    store.resources.put(one, patient="p1", fetched_at=NOON, generation=1)


def order(store: Store, **repeat: object) -> None:
    """Keep the order itself."""
    body = {"resourceType": "MedicationRequest", "dosageInstruction": [{"timing": {"repeat": repeat}}]}
    one = resource("MedicationRequest", "m1", json.dumps(body).encode())
    store.resources.put(one, patient="p1", fetched_at=NOON, generation=1)


def test_two_doses_of_one_order_within_its_interval_are_told_once() -> None:
    """Fault: M6."""
    store = memory_store()
    order(store, frequency=2, period=1, periodUnit="d")
    give(store, "a", 0)
    give(store, "b", 150)
    assert check_double_acts(store, NOON) == 1
    assert check_double_acts(store, NOON) == 0
    (notice,) = store.safety.unseen()
    assert (notice.patient, notice.first_by, notice.second_by) == ("p1", "Pleier a", "Pleier b")
    assert [r.action for r in store.audit.records()] == ["double-act"]
    store.safety.seen(notice.notice_id, NOON)
    assert check_double_acts(store, NOON) == 0
    assert store.safety.unseen() == []


@pytest.mark.parametrize(
    ("minutes", "status", "of"),
    [
        (400, "completed", "m1"),
        (10, "not-done", "m1"),
        (10, "entered-in-error", "m1"),
        (10, "completed", "m2"),
    ],
    ids=["later", "not given", "in error", "another order"],
)
def test_what_is_no_second_dose_is_not_told(minutes: int, status: str, of: str) -> None:
    store = memory_store()
    order(store, frequency=2, period=1, periodUnit="d")
    give(store, "a", 0)
    give(store, "b", minutes, status, of)
    assert check_double_acts(store, NOON) == 0


async def test_task_that_a_colleague_had_done_is_told_beside_the_conflict() -> None:
    """Fault: M6."""
    room = OutboxRoom()
    room.update("e1", task("completed"), Base("t1", "1", task()))
    room.journal.put("Task", "t1", task())
    room.journal.put("Task", "t1", task("completed", owner={"display": "Olav Lie"}))
    await room.turn()
    assert check_double_acts(room.store, room.clock.at) == 1
    (notice,) = room.store.safety.unseen()
    assert (notice.kind, notice.about, notice.first_by) == (
        "task",
        "Task/t1",
        "",
    )  # whose task it is, did not say so
