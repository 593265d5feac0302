"""The seals beside a cache: there before the signature is, gone when nobody needs them, and never removed on a guess.

Fault: F1, F3, F8, R2, Y7.
"""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_cache import seal_export
from offline_cache.entries import NewPart
from offline_cache.errors import StoreFault, StoreFull
from offline_cache.organisation_key import public_of
from offline_cache.sealed_entry import SealAuthor
from offline_cache.seals import PENDING, SUFFIX, Reconciled
from offline_cache.states import EntryKind, EntryState
from ports.disk import SystemDisk
from ports.ids import SystemIds
from services.opened_seals import Became, open_seals
from services.reading import Reading
from services.signing import Signing
from services.views import Draft
from services.writing import Writing
from tests.seal_room import KARI, ORGANISATION, files, opened, seals_in_room, write_and_sign
from tests.store_room import KEYS, NOON, draft, room_in

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from tests.store_room import Room


class Obstinate(SystemDisk):
    """A disk that refuses what touches seals, for as long as it is told to."""

    def __init__(self) -> None:
        self.writing: int | None = None
        self.removing: int | None = None

    def replace(self, path: Path, content: bytes) -> None:
        if self.writing is not None and path.name.endswith(SUFFIX):
            raise OSError(self.writing, "refused")
        super().replace(path, content)

    def remove(self, path: Path) -> None:
        if self.removing is not None and path.name.endswith(SUFFIX):
            raise OSError(self.removing, "refused")
        super().remove(path)


@pytest.fixture
def disk() -> Obstinate:
    return Obstinate()


@pytest.fixture
def room(tmp_path: Path, disk: Obstinate) -> Room:
    return room_in(tmp_path / "cache", disk)


@pytest.fixture
def seals(room: Room) -> Seals:
    return seals_in_room(room)


@pytest.fixture
def store(room: Room) -> Store:
    return room.store()


def signing(room: Room, store: Store, seals: Seals) -> Signing:
    writing = Writing(store, room.clock, SystemIds(), KARI, seals)
    return Signing(store, room.clock, SystemIds(), KARI, writing, Reading(store, room.clock, KARI), seals)


def deliver(store: Store, entry_id: str) -> None:
    for part in store.entries.parts(entry_id):
        store.entries.set_part(part.op_id, EntryState.DELIVERED, f"s-{part.op_id}", "1", 201)
    store.entries.set_state(entry_id, EntryState.SENDING)
    store.entries.set_state(entry_id, EntryState.DELIVERED, delivered_at=NOON)


def test_a_seal_holds_all_that_delivering_needs(room: Room, store: Store, seals: Seals) -> None:
    """Parts with ids, types and bodies byte for byte, author, times, patient, title, place in the order."""
    write_and_sign(room, store, seals, "e1")
    write_and_sign(room, store, seals, "e2")
    record, inside = store.entries.get("e2"), opened(room.folder)["e2"]
    assert record is not None
    assert (inside.sequence, inside.kind, inside.patient, inside.visit, inside.title) == (
        2,
        "note",
        "p1",
        "v1",
        "Notat",
    )
    assert (inside.signed_at, inside.event_at) == (record.signed_at, record.event_at)
    assert inside.author == SealAuthor("kari-nordmann", "Kari Nordmann", "Practitioner/kari-nordmann")
    signed = [(p.op_id, p.number, p.type, p.body) for p in store.entries.parts("e2")]
    assert [(p.op_id, p.number, p.type, p.body) for p in inside.parts] == signed
    assert {(p.method, p.if_match, p.server_id) for p in inside.parts} == {("POST", "", "")}


def test_each_seal_is_made_with_a_pair_of_its_own(room: Room, store: Store, seals: Seals) -> None:
    """Key and nonce come of that pair: with the same one twice they would be used twice. Also where an entry is sealed anew."""
    write_and_sign(room, store, seals, "e1")
    write_and_sign(room, store, seals, "e2")
    pairs = {path.read_bytes()[24:56] for path in files(room.folder)}
    seals.refresh(store, "e1")
    pairs |= {path.read_bytes()[24:56] for path in files(room.folder)}
    assert len(pairs) == 3


def test_a_seal_says_nothing_to_who_finds_it(room: Room, store: Store, seals: Seals) -> None:
    """Not readable by others, and neither its name nor its bytes hold the patient or the text."""
    write_and_sign(room, store, seals, "e1", text="Sår stelt.")
    (path,) = files(room.folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "e1" not in path.name
    raw = path.read_bytes()
    assert not [word for word in (b"p1", b"stelt", b"Observation", b"e1-1", b"Notat") if word in raw]


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreFault)])
def test_what_cannot_be_sealed_is_not_signed(
    room: Room, store: Store, seals: Seals, disk: Obstinate, number: int, error: type[Exception]
) -> None:
    """Told as what it is; the draft stays, nothing is in the outbox or the log; with room again it is signed. Fault: F1, F3."""
    disk.writing = number
    with pytest.raises(error):
        write_and_sign(room, store, seals, "e1")
    assert (store.entries.all(), files(room.folder)) == ([], [])
    assert [record.action for record in store.audit.records()] == []
    assert store.entries.draft("e1") is not None
    disk.writing = None
    write_and_sign(room, store, seals, "e1")
    assert set(opened(room.folder)) == {"e1"}


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be flushed goes again: the room is needed for the note itself."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("ports.disk.os.fsync", full)
    with pytest.raises(OSError, match="full"):
        SystemDisk().replace(tmp_path / "x.seal", b"x")
    assert list(tmp_path.iterdir()) == []


def failing_commit() -> None:
    """Stand in for a commit that the disk does not take."""
    raise StoreFault("the commit")


def test_a_signature_that_fails_leaves_no_seal(
    room: Room, store: Store, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal is there when the commit is tried, and gone when it has failed."""
    seen: list[set[str]] = []

    def failing() -> None:
        seen.append(set(opened(room.folder)))
        raise StoreFault("the commit")

    monkeypatch.setattr(store, "_commit", failing)
    with pytest.raises(StoreFault):
        write_and_sign(room, store, seals, "e1")
    assert seen == [{"e1"}]
    assert (files(room.folder), store.entries.all()) == ([], [])


def test_without_a_key_nothing_is_sealed_and_signing_goes_on(room: Room, store: Store, seals: Seals) -> None:
    for key in (None, b"", b"too short"):
        seals.use(key)
        assert not seals.is_active
    write_and_sign(room, store, seals, "e1")
    assert files(room.folder) == []
    assert not seals.all_sealed(store)
    assert seals.reconcile(store) == Reconciled(lacking=1)
    seals.use(public_of(ORGANISATION))
    assert seals.reconcile(store) == Reconciled(made=1)
    assert seals.all_sealed(store)
    assert set(opened(room.folder)) == {"e1"}


def test_what_is_taken_back_is_never_rescued(room: Room, store: Store, seals: Seals, disk: Obstinate) -> None:
    """The seal goes before the commit: where it cannot go, nothing is taken back."""
    write_and_sign(room, store, seals, "e1")
    disk.removing = errno.EIO
    with pytest.raises(StoreFault):
        signing(room, store, seals).withdraw("e1")
    record = store.entries.get("e1")
    assert record is not None
    assert (record.state, set(opened(room.folder))) == (EntryState.SIGNED, {"e1"})
    disk.removing = None
    signing(room, store, seals).withdraw("e1")
    assert files(room.folder) == []


def test_what_is_taken_back_and_not_committed_has_its_seal_again(
    room: Room, store: Store, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_and_sign(room, store, seals, "e1")
    monkeypatch.setattr(store, "_commit", failing_commit)
    with pytest.raises(StoreFault):
        signing(room, store, seals).withdraw("e1")
    with pytest.raises(StoreFault), seals.back_if_undone(store, "e1"), store.transaction():
        signing(room, store, seals)._take_back_first(
            Draft("e2", EntryKind.NOTE, "p1", "v1", NOON, {"instead": "e1"})
        )
    record = store.entries.get("e1")
    assert record is not None
    assert (record.state, set(opened(room.folder)), seals.all_sealed(store)) == (
        EntryState.SIGNED,
        {"e1"},
        True,
    )


def test_what_a_crash_left_is_set_right_at_the_next_opening(room: Room, store: Store, seals: Seals) -> None:
    """Delivered and withdrawn ones whose seal stayed, and a part that was acknowledged since: sealed with its id."""
    for entry_id in ("delivered", "withdrawn", "half"):
        write_and_sign(room, store, seals, entry_id)
    deliver(store, "delivered")
    store.entries.withdraw("withdrawn", NOON)
    store.entries.set_part("half-1", EntryState.DELIVERED, "s1", "1", 201)
    seals.drop("half")
    assert seals.reconcile(store) == Reconciled(removed=2, made=1)
    assert [part.server_id for part in opened(room.folder)["half"].parts] == ["s1", ""]
    assert seals.reconcile(store) == Reconciled()


def test_another_key_of_the_organisation_seals_anew(room: Room, store: Store, seals: Seals) -> None:
    write_and_sign(room, store, seals, "e1")
    before = files(room.folder)[0].read_bytes()
    seals.use(public_of(X25519PrivateKey.generate()))
    assert seals.reconcile(store) == Reconciled(made=1)
    assert before != files(room.folder)[0].read_bytes()


def test_a_seal_without_a_row_stays_unless_the_draft_was_thrown_away(
    room: Room, store: Store, seals: Seals, tmp_path: Path
) -> None:
    """A crash before the commit left it: the draft is there, and signing it again takes the same place."""
    other = room_in(tmp_path / "lost", room.disk)
    lost = other.store()
    write_and_sign(room, lost, seals, "e1", text="Før strømmen gikk.")
    lost.close()
    store.entries.save_draft(draft("e1"))
    assert seals.reconcile(store) == Reconciled(without_row=1)
    write_and_sign(room, store, seals, "e1", text="Etterpå.")
    assert ["Etterpå" in p.body.decode() for p in opened(room.folder)["e1"].parts] == [True, True]


def test_a_draft_that_is_thrown_away_takes_its_seal_along(
    room: Room, store: Store, seals: Seals, disk: Obstinate, tmp_path: Path
) -> None:
    lost = room_in(tmp_path / "lost", room.disk).store()
    write_and_sign(room, lost, seals, "e1")
    lost.close()
    store.entries.save_draft(draft("e1"))
    disk.removing = errno.EIO  # the power went between the commit and the removal
    Writing(store, room.clock, SystemIds(), KARI, seals).discard("e1")
    disk.removing = None
    assert len(files(room.folder)) == 1
    assert seals.reconcile(store) == Reconciled(removed=1)
    assert files(room.folder) == []


def test_an_older_copy_of_the_database_removes_nothing(room: Room, store: Store, seals: Seals) -> None:
    """A signature that the copy does not know is in its seal, whatever the copy says."""
    store.close()
    copy = room.path.read_bytes()
    again = room.store(create=False)
    write_and_sign(room, again, seals, "e1")
    again.close()
    for end in ("-wal", "-shm"):
        room.path.with_name(room.path.name + end).unlink(missing_ok=True)
    room.path.write_bytes(copy)
    older = room.store(create=False)
    assert older.entries.all() == []
    assert seals.reconcile(older) == Reconciled(without_row=1)
    assert set(opened(room.folder)) == {"e1"}


def test_a_new_database_in_the_same_place_leaves_the_old_ones_seals(
    room: Room, store: Store, seals: Seals
) -> None:
    """The damaged one was set aside: what was signed in it is still to be rescued."""
    write_and_sign(room, store, seals, "e1")
    new = seals_in_room(room, database="another")
    assert new.reconcile(room_in(room.folder / "new").store()) == Reconciled()
    assert set(opened(room.folder)) == {"e1"}
    assert not any(path.name.startswith("cache.") for path in files(room.folder))
    assert seals.all_sealed(store)
    assert KEYS.database_id != "another"


def test_a_seal_that_is_not_whole_is_made_anew(room: Room, store: Store, seals: Seals) -> None:
    write_and_sign(room, store, seals, "e1")
    (path,) = files(room.folder)
    path.write_bytes(path.read_bytes()[:100])
    assert seals.reconcile(store) == Reconciled(made=1)
    assert set(opened(room.folder)) == {"e1"}


def test_a_full_disk_at_the_opening_keeps_nobody_out(
    room: Room, store: Store, seals: Seals, disk: Obstinate
) -> None:
    write_and_sign(room, store, seals, "e1")
    seals.drop("e1")
    disk.writing = errno.ENOSPC
    assert seals.reconcile(store) == Reconciled(lacking=1)


def test_what_was_never_committed_is_not_called_signed(room: Room, store: Store, seals: Seals) -> None:
    """The power goes between the seal and the commit: the file stays "pending" and the export says so.

    The rescue leaves it to a person, and when she signs again there is one seal, of what she signed. Fault: K4.
    """
    with pytest.raises(RuntimeError), store.transaction():  # noqa: PT012  the cut comes within the transaction
        store.entries.save_draft(draft("e1"))
        body = b'{"resourceType":"Observation","note":"x"}'
        part = NewPart("e1-1", 1, "Observation", body)
        store.entries.sign("e1", [part], title="", signed_at=NOON, send_after=NOON, author="a")
        seals.seal(store, "e1")
        raise RuntimeError
    (left,) = files(room.folder)
    assert left.name.endswith(PENDING)
    assert seals.reconcile(store) == Reconciled(without_row=1)
    journal = "embedded:00ff"
    raws = [seal_export.mark(left.read_bytes(), pending=True)]
    found = open_seals(raws, ORGANISATION, journal)
    assert found.entries == []
    assert [(one.became, one.why) for one in found.others] == [(Became.NEEDS_PERSON, "pending")]
    asked = open_seals(raws, ORGANISATION, journal, unconfirmed=True)
    assert [one.entry_id for one in asked.entries] == ["e1"]
    write_and_sign(room, store, seals, "e1", text="Etterpå.")
    (path,) = files(room.folder)
    assert not path.name.endswith(PENDING)
    both = [*raws, path.read_bytes()]
    found = open_seals(both, ORGANISATION, journal)
    assert ["Etterpå" in part.body.decode() for part in found.entries[0].parts] == [True, True]
    assert [one.why for one in found.others] == ["two-versions"]


def test_signature_whose_name_was_not_settled_is_settled_at_the_next_opening(
    room: Room, store: Store, seals: Seals
) -> None:
    """Fault: K5."""
    write_and_sign(room, store, seals, "e1")
    (path,) = files(room.folder)
    path.rename(path.with_name(path.name.removesuffix(SUFFIX) + PENDING))
    assert not seals.all_sealed(store)
    assert seals.reconcile(store) == Reconciled(made=1)
    assert seals.all_sealed(store)
    assert [one.name.endswith(PENDING) for one in files(room.folder)] == [False]


def test_entry_in_whose_place_another_is_signed_takes_its_seal_along(
    room: Room, store: Store, seals: Seals
) -> None:
    write_and_sign(room, store, seals, "e1")
    signer = signing(room, store, seals)
    with store.transaction():
        signer._take_back_first(Draft("e2", EntryKind.NOTE, "p1", "v1", NOON, {"instead": "e1"}))
    assert files(room.folder) == []
