"""The audit chain: an edit, a deletion, a swap, a cut tail and an old copy are all seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.audit import AuditHead
from offline_cache.errors import AuditBroken
from offline_cache.keys import CacheKeys
from offline_cache.store import Store
from ports.disk import SystemDisk
from tests.store_room import HandClock, memory_store

if TYPE_CHECKING:
    from collections.abc import Iterator

TAMPERINGS = {
    "edit": ("UPDATE audit SET patient = 'p9' WHERE sequence = 3",),
    "edit of the time": ("UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE sequence = 1",),
    "edit of the last": ("UPDATE audit SET detail = 'x' WHERE sequence = 5",),
    "deletion": ("DELETE FROM audit WHERE sequence = 3",),
    "deletion of the first": ("DELETE FROM audit WHERE sequence = 1",),
    "deletion of the tail": ("DELETE FROM audit WHERE sequence = 5",),
    "deletion, renumbered": (
        "DELETE FROM audit WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 4",
        "UPDATE audit SET sequence = 4 WHERE sequence = 5",
    ),
    "reordering": (
        "UPDATE audit SET sequence = 99 WHERE sequence = 2",
        "UPDATE audit SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 99",
    ),
    "reordering of the content": (
        """UPDATE audit SET (patient, hash) = (SELECT b.patient, b.hash FROM audit b WHERE b.sequence = 4)
           WHERE sequence = 2""",
    ),
    "emptied": ("DELETE FROM audit",),
    "addition": (
        "INSERT INTO audit SELECT 6, at, actor, patient, action, basis, detail, hash FROM audit LIMIT 1",
    ),
}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    for number in range(1, 6):
        opened.audit.append("read", patient=f"p{number}", basis="Appointment/1", actor="kari")
    opened._engine._connection.authorizer = None
    yield opened
    opened.close()


def test_a_whole_chain_holds(store: Store) -> None:
    assert store.audit.verify() == 5
    assert store.audit.head.sequence == 5
    assert [r.patient for r in store.audit.records(after=3)] == ["p4", "p5"]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found(store: Store, tampering: str) -> None:
    """Fault: L1."""
    for trigger in ("audit_stays", "audit_is_fixed"):
        store._engine.run(f"DROP TRIGGER {trigger}")
    for statement in TAMPERINGS[tampering]:
        store._engine.run(statement)
    with pytest.raises(AuditBroken):
        store.audit.verify()


def test_an_older_copy_put_back_is_found_by_the_mirrored_head(store: Store) -> None:
    """Fault: L2, F8."""
    mirrored = store.audit.head
    older = AuditHead(mirrored.sequence - 1, store.audit.records()[3].hash)
    assert store.audit.verify(mirrored) == 5
    assert store.audit.verify(older) == 5
    with pytest.raises(AuditBroken):
        store.audit.verify(AuditHead(6, mirrored.hash))
    with pytest.raises(AuditBroken):
        store.audit.verify(AuditHead(5, bytes(32)))


def test_the_chain_is_keyed() -> None:
    """Whoever has the rows but another key cannot make a chain that holds."""
    one, other = CacheKeys("a", bytes(32)), CacheKeys("a", bytes(31) + b"\x01")
    heads = []
    for keys in (one, other):
        store = Store.open(None, keys, disk=SystemDisk(), clock=HandClock(), create=True)
        store.audit.append("read", actor="kari")
        heads.append(store.audit.head)
        store.close()
    assert heads[0] != heads[1]
    assert one.audit != one.database


def test_a_row_stands_or_falls_with_its_transaction(store: Store) -> None:
    """Fault: L3."""

    def interrupted() -> None:
        with store.transaction():
            store.audit.append("read", patient="p6", actor="kari")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.audit.verify() == 5
