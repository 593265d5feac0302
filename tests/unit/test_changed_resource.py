"""A change is made on the bytes that were read: what is not changed stays byte for byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from offline_cache.entry_records import Base, NewPart
from offline_cache.states import EntryKind
from ports.ids import SystemIds
from services.changed_resource import update_part
from services.changing import base_of
from services.part_check import check_parts
from services.trouble import Trouble, TroubleCode
from services.views import Draft
from tests.store_room import NOON, memory_store, resource

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
ODD = b'{"value":1.50,"big":12345678901234567890.000,"unknown":{"a":[ 1 , 2 ]}}'
PLAN = (
    b'{"resourceType":"CarePlan","id":"c1","subject":{"reference":"Patient/p1"},"extension":[%b],'
    b'"activity":[{"detail":{"status":"in-progress","description":"A"}},'
    b'{"id":"x","detail":{"status":"scheduled","description":"B","extension":[%b]}}]}' % (ODD, ODD)
)


def changed(type_: str, body: bytes, kind: EntryKind, **fields: str) -> NewPart:
    """Return the part that a draft makes of a base."""
    id_ = json.loads(body)["id"]
    draft = Draft("e", kind, "p1", "", AT, {"target": f"{type_}/{id_}", **fields})
    part = update_part(draft, Base(id_, "1", body), SystemIds(), AT)
    check_parts([part], "p1")
    return part


def test_one_activity_is_changed_and_every_other_byte_is_kept() -> None:
    part = changed("CarePlan", PLAN, EntryKind.PLAN, activity="1", status="completed", text="Nytt «B»")
    assert part.body == PLAN.replace(b'"scheduled"', b'"completed"').replace(b'"B"', '"Nytt «B»"'.encode())


@pytest.mark.parametrize("index", ["", "2", "-1", "x"])
def test_activity_that_is_not_there_is_not_changed(index: str) -> None:
    with pytest.raises(Trouble) as refused:
        changed("CarePlan", PLAN, EntryKind.PLAN, activity=index, status="completed")
    assert refused.value.code is TroubleCode.DRAFT_INCOMPLETE


def test_goal_with_another_text_keeps_no_code_of_the_old_one() -> None:
    goal = (
        b'{"resourceType":"Goal","id":"g1","subject":{"reference":"Patient/p1"},"lifecycleStatus":"active",'
        b'"description":{"coding":[{"code":"1"}],"text":"Gammel"},"note":[%b]}' % ODD
    )
    part = changed("Goal", goal, EntryKind.PLAN, text="Ny", status="completed")
    tree = json.loads(part.body)
    assert (tree["description"], tree["lifecycleStatus"]) == ({"text": "Ny"}, "completed")
    assert ODD in part.body
    with pytest.raises(Trouble):
        changed("Goal", goal, EntryKind.PLAN)


@pytest.mark.parametrize("outcome", ["", "maybe"])
def test_task_is_done_or_not_and_nothing_else(outcome: str) -> None:
    body = b'{"resourceType":"Task","id":"t1","for":{"reference":"Patient/p1"},"status":"requested"}'
    with pytest.raises(Trouble):
        changed("Task", body, EntryKind.TASK, outcome=outcome)


def test_other_patients_task_is_never_signed() -> None:
    body = b'{"resourceType":"Task","id":"t1","for":{"reference":"Patient/p2"},"status":"requested"}'
    with pytest.raises(Trouble) as refused:
        changed("Task", body, EntryKind.TASK, outcome="done")
    assert refused.value.code is TroubleCode.DRAFT_OTHER_PATIENT


@pytest.mark.parametrize("target", ["Patient/p1", "Observation/o1", "Task/", ""])
def test_patient_and_what_is_filed_are_never_a_base(target: str) -> None:
    store = memory_store()
    for type_, id_ in (("Patient", "p1"), ("Observation", "o1")):
        body = json.dumps({"resourceType": type_, "id": id_}).encode()
        store.resources.put(resource(type_, id_, body), patient="p1", fetched_at=NOON, generation=1)
    for kind in (EntryKind.TASK, EntryKind.PLAN):
        with pytest.raises(Trouble):
            base_of(store, Draft("e", kind, "p1", "", AT, {"target": target}))


def test_what_had_its_address_cut_is_never_a_base() -> None:
    store = memory_store()
    body = b'{"resourceType":"Task","id":"t1","for":{"reference":"Patient/p1"}}'
    store.resources.put(resource("Task", "t1", body), patient="p1", fetched_at=NOON, generation=1)
    store._engine.run("UPDATE resource SET address_cut = 1")
    with pytest.raises(Trouble) as refused:
        base_of(store, Draft("e", EntryKind.TASK, "p1", "", AT, {"target": "Task/t1"}))
    assert refused.value.code is TroubleCode.CANNOT_CHANGE
