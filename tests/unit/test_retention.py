"""What must go goes whole, what must stay stays, and nothing of what went is left in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from offline_cache.chart_tables import FOLLOW, OF_A_PATIENT, OUTLIVE
from offline_cache.errors import StoreFault, StoreFull
from offline_cache.purges import HeldBy, PurgeReason, PurgeStep
from offline_cache.retention import Retention
from offline_cache.scopes import RoundRecord
from offline_cache.states import EntryState
from tests.store_room import KEYS, NOON, HandClock, Room, draft, memory_store, resource, room_in, sign

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from offline_cache.store import Store

SENTINEL = "PASIENTSENTINEL"
PAGE, SALT, RESERVED = 4096, 16, 80


def charts(store: Store, *patients: str, many: int = 1) -> None:
    """Keep a chart for each, with the patient's id and a sentinel in every value."""
    with store.transaction():
        for patient in patients:
            for type_ in ("Patient", "Observation", "Appointment"):
                for number in range(many):
                    id_ = patient if type_ == "Patient" else f"{type_}-{patient}-{number}"
                    body = f'{{"resourceType":"{type_}","id":"{id_}","x":"{SENTINEL}-{patient}"}}'.encode()
                    store.resources.put(
                        resource(type_, id_, body), patient=patient, fetched_at=NOON, generation=1
                    )
            store.scopes.put_section(patient, f"vitals-{SENTINEL}-{patient}", True, NOON, "")
        visits = tuple(f"Appointment-{patient}-0" for patient in patients)
        store.scopes.put_round(
            RoundRecord("dag", NOON.date(), NOON, NOON, "", visits, len(visits), NOON, complete=True)
        )


def retention(store: Store, room: Room | None = None, *, sealed: Collection[str] = ()) -> Retention:
    """Return the purges of a store; these entries are sealed."""
    return Retention(
        store,
        room.clock if room else HandClock(),
        actor="Practitioner/1",
        is_sealed=lambda id_: id_ in sealed,
    )


def tables_with(store: Store, text: str) -> set[str]:
    """Return the tables that hold a text in any column of any row."""
    names = [str(r[0]) for r in store._engine.run("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = set()
    for name in names:
        for row in store._engine.run(f"SELECT * FROM {name}"):
            whole = b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
            if text.encode() in whole:
                found.add(name)
    return found


def pages(store: Store, room: Room) -> bytes:
    """Return every page of the file, decrypted here by what SQLCipher 4 is, the free pages included."""
    store._engine.run("PRAGMA wal_checkpoint(TRUNCATE)")
    raw, plain = room.path.read_bytes(), b""
    for start in range(0, len(raw), PAGE):
        page = raw[start + (SALT if start == 0 else 0) : start + PAGE]
        content, vector = page[:-RESERVED], page[-RESERVED : -RESERVED + 16]
        decryptor = Cipher(AES(KEYS.database), CBC(vector)).decryptor()
        plain += decryptor.update(content) + decryptor.finalize()
    return plain


def test_a_patient_off_the_list_goes_from_every_table_and_the_others_stay() -> None:
    """Fault: R6, R7, S3."""
    store = memory_store()
    charts(store, "p1", "p2")
    keeper = retention(store)
    keeper.order_off_list({"p2"})
    report = keeper.carry_out()
    assert (report.gone, report.held) == (("p1",), ())
    assert tables_with(store, f"{SENTINEL}-p1") == set()
    assert tables_with(store, f"{SENTINEL}-p2") == {"resource", "section"}
    assert [(r.action, r.patient, r.basis) for r in store.audit.records()] == [
        ("purge", "p1", "off-list"),
        ("purge-complete", "", ""),
    ]
    assert store.audit.verify() == 2
    assert store.purges.all() == []


def test_every_table_of_the_schema_is_either_emptied_or_outlives_a_purge() -> None:
    """A table that nobody thought of would keep a patient.

    Fault: R7.
    """
    store = memory_store()
    rows = store._engine.run("SELECT name FROM sqlite_schema WHERE type = 'table'")
    names = {str(row[0]) for row in rows if not str(row[0]).startswith("sqlite_")}
    shadows = {name for name in names if any(name.startswith(f"{one}_") for one in FOLLOW)}
    assert names - shadows - set(OF_A_PATIENT) - FOLLOW - OUTLIVE == set()


def test_nothing_of_a_purged_patient_is_left_in_any_page(tmp_path: Path) -> None:
    """Fault: R7, R8."""
    room = room_in(tmp_path)
    store = room.store()
    charts(store, "p1", "p2", many=200)
    assert f"{SENTINEL}-p1".encode() in pages(store, room)
    size = room.path.stat().st_size
    keeper = retention(store, room)
    keeper.order(["p1"], PurgeReason.OFF_LIST)
    keeper.carry_out()
    whole = pages(store, room)
    assert f"{SENTINEL}-p1".encode() not in whole
    assert b'"id":"p1"' not in whole
    assert f"{SENTINEL}-p2".encode() in whole
    with pytest.raises(StoreFault):  # the guard is up again
        store._engine.run("ATTACH DATABASE ':memory:' AS other")
    log = room.path.with_name("cache.db-wal")
    assert not log.exists() or log.stat().st_size == 0
    store.close()
    assert room.path.stat().st_size < size
    again = room.store(create=False)
    again.check()
    assert again._engine.is_encrypted()
    again.close()


def test_what_is_signed_and_neither_sent_nor_sealed_keeps_its_chart() -> None:
    """Fault: R2."""
    store = memory_store()
    charts(store, "p1", "p2")
    sign(store, "e1", "p1")
    keeper = retention(store)
    keeper.order_all(PurgeReason.HARD_END)
    report = keeper.carry_out()
    assert [(r.patient, r.held_by) for r in report.held] == [("p1", HeldBy.UNSEALED)]
    assert store.resources.get("Patient", "p1") is not None
    assert store.resources.get("Patient", "p2") is None
    keeper.carry_out()  # told once, however often it is tried
    assert [r.action for r in store.audit.records()].count("purge-held") == 1
    store.entries.set_state("e1", EntryState.SENDING)
    store.entries.set_state("e1", EntryState.DELIVERED, delivered_at=NOON)
    assert keeper.carry_out().gone == ("p1",)
    assert store.resources.get("Patient", "p1") is None


@pytest.mark.parametrize(
    "state", [s for s in EntryState if s not in (EntryState.DRAFT, EntryState.WITHDRAWN)]
)
def test_an_entry_and_its_parts_stay_when_the_chart_goes(state: EntryState) -> None:
    """Fault: R2, R6."""
    store = memory_store()
    charts(store, "p1")
    sign(store, "e1", "p1", text="Ble stelt i dag.")
    if state is not EntryState.SIGNED:
        store.entries.set_state("e1", state)
    keeper = retention(store, sealed={"e1"})
    keeper.order_all(PurgeReason.HARD_END)
    assert keeper.carry_out().gone == ("p1",)
    entry = store.entries.get("e1")
    assert entry is not None
    assert entry.state is state
    assert [b"Ble stelt i dag." in part.body for part in store.entries.parts("e1")] == [True, True]
    assert store.scopes.round() is None


def test_a_draft_keeps_the_chart_of_who_left_the_list_and_outlives_the_hard_end() -> None:
    """Fault: R1, S3."""
    store = memory_store()
    charts(store, "p1", "p2")
    store.entries.save_draft(draft("e1", "p1"))
    keeper = retention(store)
    keeper.order_off_list({"p2"})
    assert [(r.patient, r.held_by) for r in keeper.carry_out().held] == [("p1", HeldBy.DRAFT)]
    keeper.order_all(PurgeReason.HARD_END)
    assert keeper.carry_out().gone == ("p1", "p2")
    assert store.entries.draft("e1") is not None


@pytest.mark.parametrize(
    "state", [EntryState.CONFLICT, EntryState.HELD, EntryState.UNKNOWN, EntryState.REFUSED]
)
def test_who_left_the_list_keeps_the_chart_that_a_decision_needs(state: EntryState) -> None:
    """Who settles a conflict types digits that stand in the chart; sealed or not, it is still to be decided.

    Fault: R2, S3.
    """
    store = memory_store()
    charts(store, "p1", "p2")
    sign(store, "e1", "p1")
    store.entries.set_state("e1", state)
    keeper = retention(store, sealed={"e1"})
    keeper.order_off_list({"p2"})
    assert [(r.patient, r.held_by) for r in keeper.carry_out().held] == [("p1", HeldBy.UNSENT)]
    keeper.order_all(PurgeReason.HARD_END)
    assert keeper.carry_out().gone == ("p1", "p2")


def test_a_chart_that_is_open_waits_until_it_is_closed() -> None:
    """Fault: T5."""
    store = memory_store()
    charts(store, "p1", "p2")
    keeper = retention(store)
    keeper.order_off_list({"p2"})
    assert keeper.carry_out(in_sight=("p1",)).gone == ()
    assert keeper.carry_out(in_sight=("p2",)).gone == ("p1",)


def test_an_open_chart_does_not_wait_at_the_hard_end() -> None:
    store = memory_store()
    charts(store, "p1")
    keeper = retention(store)
    keeper.order_all(PurgeReason.HARD_END)
    assert keeper.carry_out(in_sight=("p1",)).gone == ("p1",)


def test_an_empty_list_removes_nobody() -> None:
    """Fault: S7."""
    store = memory_store()
    charts(store, "p1")
    keeper = retention(store)
    keeper.order_off_list(())
    assert keeper.carry_out().gone == ()
    assert store.resources.get("Patient", "p1") is not None


def test_who_is_on_the_list_again_stays() -> None:
    """Held at the hard end, taken along anew, delivered: the fresh chart is not removed on the old order."""
    store = memory_store()
    charts(store, "p1")
    sign(store, "e1", "p1")
    keeper = retention(store)
    keeper.order_all(PurgeReason.HARD_END)
    keeper.carry_out()
    charts(store, "p1")
    keeper.order_off_list({"p1"})
    store.entries.set_state("e1", EntryState.DELIVERED, delivered_at=NOON)
    assert keeper.carry_out().gone == ()
    assert store.resources.get("Patient", "p1") is not None


def test_a_chart_that_came_again_before_the_file_was_written_anew_stays() -> None:
    """The rows were deleted, the disk was full, the patient came back: only the file is written anew."""
    store = memory_store()
    charts(store, "p1", "p2")
    rooms = [False]

    def rewrite() -> None:
        if not rooms[0]:
            raise StoreFull("no room")
        store.compact()

    keeper = Retention(
        store, HandClock(), actor="Practitioner/1", is_sealed=lambda _id: False, rewrite=rewrite
    )
    keeper.order_off_list({"p2"})
    with pytest.raises(StoreFull):
        keeper.carry_out()
    assert [(r.patient, r.step) for r in store.purges.all()] == [("p1", PurgeStep.DELETED)]
    charts(store, "p1", "p2")
    rooms[0] = True
    keeper.order_off_list({"p1", "p2"})
    assert keeper.carry_out().gone == ("p1",)
    assert store.resources.get("Patient", "p1") is not None
    assert store.purges.all() == []


def test_a_graver_reason_takes_the_place_of_a_lighter_one() -> None:
    store = memory_store()
    charts(store, "p1")
    keeper = retention(store)
    for reason in (PurgeReason.OFF_LIST, PurgeReason.JOURNAL, PurgeReason.HARD_END):
        keeper.order(["p1"], reason)
    assert [r.reason for r in store.purges.all()] == [PurgeReason.JOURNAL]


def test_what_belongs_to_no_patient_goes_at_the_hard_end_only() -> None:
    store = memory_store()
    charts(store, "p1")
    body = b'{"resourceType":"Practitioner","id":"9"}'
    store.resources.put(resource("Practitioner", "9", body), patient="", fetched_at=NOON, generation=1)
    keeper = retention(store)
    keeper.order_off_list({"p1"})
    keeper.carry_out()
    assert store.resources.get("Practitioner", "9") is not None
    keeper.order_all(PurgeReason.HARD_END)
    keeper.carry_out()
    assert store.resources.get("Practitioner", "9") is None


def test_a_lost_audit_row_keeps_the_chart() -> None:
    """Deletion and its row in the log stand or fall together.

    Fault: L3.
    """
    store = memory_store()
    charts(store, "p1", "p2")
    keeper = retention(store)
    keeper.order_off_list({"p2"})
    store._engine.guard = lambda: None  # type: ignore[method-assign]  # so that the trigger below may be made
    store._engine._connection.authorizer = None
    store._engine.run("CREATE TRIGGER no_log BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no log'); END")
    with pytest.raises(Exception, match="ConstraintError"):
        keeper.carry_out()
    assert store.resources.get("Patient", "p1") is not None
    assert [r.step for r in store.purges.all()] == [PurgeStep.ORDERED]
