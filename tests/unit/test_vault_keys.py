"""The vault: the right PIN opens, wrong ones are counted where a copied folder cannot reset them, nothing is deleted."""

from __future__ import annotations

import contextlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from offline_cache import header as headers
from offline_cache.audit import AuditHead
from offline_cache.errors import (
    CacheMissing,
    HeaderDamaged,
    HeaderExists,
    KeyringLost,
    KeyringUnavailable,
    NoKeyring,
    PinCommon,
    PinLocked,
    PinTooShort,
    StoreBusy,
    StoreFault,
    StoreFull,
    WrongPin,
)
from offline_cache.keys import KdfParams
from offline_cache.vault import Vault, VaultIdentity
from ports.disk import SystemDisk
from ports.ids import SystemIds
from ports.keyring import KeyringFault
from tests.store_room import CHEAP, PIN, WHO, DrawerKeyring, HandClock, Room, room_in, sit_out

if TYPE_CHECKING:
    from pathlib import Path

REAL = VaultIdentity("https://journal.example/fhir", "u1", "Kari Nordmann", "Journalen", embedded=False)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return room_in(tmp_path / "cache")


@pytest.fixture(params=["keyring", "no keyring"])
def protector(request: pytest.FixtureRequest) -> DrawerKeyring | None:
    return DrawerKeyring() if request.param == "keyring" else None


def miss(vault: Vault, times: int) -> list[tuple[int, float]]:
    """Enter wrong PINs, each when the wait before it is over, and return what was said each time."""
    said = []
    for _ in range(times):
        sit_out(vault)
        with pytest.raises(WrongPin) as caught:
            vault.unlock("wrong-1")
        said.append((caught.value.left, caught.value.wait))
    return said


def test_the_right_pin_gives_the_same_keys_again(room: Room, protector: DrawerKeyring | None) -> None:
    assert room.vault(protector).describe() is None
    keys = room.vault(protector).create(PIN, WHO)
    assert room.vault(protector).unlock(PIN) == keys
    assert keys.database.hex() not in repr(keys)


def test_what_may_be_said_before_the_pin(room: Room, protector: DrawerKeyring | None) -> None:
    vault = room.vault(protector)
    vault.create(PIN, WHO)
    vault.note_unsent(2, 3)
    info = room.vault(protector).describe()
    assert info is not None
    assert (info.clinician, info.journal) == ("Kari Nordmann", "Øvelsesjournalen")
    assert (info.backend, info.attempts_left) == ("secret-service" if protector else "", 5)
    assert (info.unsent_visits, info.unsent_entries, info.locked, info.trouble) == (2, 3, False, None)
    assert not info.store_confirmed
    vault.confirm_store()
    info = vault.describe()
    assert info is not None
    assert info.store_confirmed
    vault.unlock(PIN)


def test_wrong_pins_are_counted_with_a_growing_wait_and_the_fifth_locks(
    room: Room, protector: DrawerKeyring | None
) -> None:
    """Fault: Y1."""
    keys = room.vault(protector).create(PIN, WHO)
    said = [miss(room.vault(protector), 1)[0] for _ in range(4)]
    assert [left for left, _wait in said] == [4, 3, 2, 1]
    assert [wait for _left, wait in said] == sorted({wait for _left, wait in said})
    info = room.vault(protector).describe()
    assert info is not None
    assert info.wait == said[-1][1]
    sit_out(room.vault(protector))
    files = {path.name for path in room.folder.iterdir()}
    for pin in ("wrong-1", PIN, PIN):
        with pytest.raises(PinLocked):
            room.vault(protector).unlock(pin)
    info = room.vault(protector).describe()
    assert info is not None
    assert info.locked
    assert {path.name for path in room.folder.iterdir()} == files
    room.vault(protector).allow_attempts()
    assert room.vault(protector).unlock(PIN) == keys


def test_the_right_pin_gives_the_attempts_back(room: Room, protector: DrawerKeyring | None) -> None:
    vault = room.vault(protector)
    vault.create(PIN, WHO)
    miss(vault, 3)
    sit_out(vault)
    vault.unlock(PIN)
    assert miss(vault, 1)[0][0] == 4


def test_a_pin_that_cannot_be_right_is_not_counted(room: Room) -> None:
    vault = room.vault()
    vault.create(PIN, WHO)
    with pytest.raises(PinTooShort):
        vault.unlock("abc")
    assert miss(vault, 1)[0][0] == 4


def test_a_restored_folder_gives_no_new_attempts(room: Room, tmp_path: Path) -> None:
    """Fault: Y1, F8."""
    protector = DrawerKeyring()
    room.vault(protector).create(PIN, WHO)
    shutil.copytree(room.folder, tmp_path / "backup")
    miss(room.vault(protector), 3)
    shutil.rmtree(room.folder)
    shutil.copytree(tmp_path / "backup", room.folder)
    assert miss(room.vault(protector), 1)[0][0] == 1
    sit_out(room.vault(protector))
    with pytest.raises(PinLocked):
        room.vault(protector).unlock("wrong-1")
    with pytest.raises(PinLocked):
        room_in(tmp_path / "backup").vault(protector).unlock(PIN)


def test_an_attempt_is_counted_before_the_pin_is_tried(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends the process at the moment of the trial has spent the attempt."""
    protector = DrawerKeyring()
    room.vault(protector).create(PIN, WHO)

    def killed(*_: object) -> bytes | None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("offline_cache.vault.unwrap", killed)
        with pytest.raises(KeyboardInterrupt):
            room.vault(protector).unlock("wrong-1")
    info = room.vault(protector).describe()
    assert info is not None
    assert info.attempts_left == 4


def test_two_processes_cannot_try_side_by_side(room: Room) -> None:
    vault = room.vault()
    vault.create(PIN, WHO)
    with room.disk.lock(room.folder / "cache.pin"), pytest.raises(StoreBusy):
        vault.unlock(PIN)
    assert miss(vault, 1)[0][0] == 4


def test_a_counter_that_is_not_kept_stops_the_attempt(room: Room) -> None:
    class Forgetful(DrawerKeyring):
        def put(self, account: str, secret: bytes) -> None:
            if account not in self.items:
                super().put(account, secret)

    protector = Forgetful()
    room.vault(protector).create(PIN, WHO)
    with pytest.raises(KeyringUnavailable):
        room.vault(protector).unlock(PIN)


def test_a_lost_counter_file_locks(room: Room) -> None:
    vault = room.vault()
    vault.create(PIN, WHO)
    (room.folder / "cache.tries").unlink()
    with pytest.raises(PinLocked):
        vault.unlock(PIN)
    vault.allow_attempts()
    vault.unlock(PIN)


def test_a_lost_item_another_item_and_a_silent_keyring_are_told_from_a_wrong_pin(room: Room) -> None:
    """Fault: Y2."""
    protector = DrawerKeyring()
    room.vault(protector).create(PIN, WHO)
    (account,) = protector.items
    kept = protector.items[account]
    other = json.loads(kept) | {"secret": "00" * 32}
    for content in (json.dumps(other).encode(), b"", b"{}", b"not json", b'{"secret":"zz"}'):
        protector.items[account] = content
        with pytest.raises(KeyringLost) as caught:
            room.vault(protector).unlock(PIN)
        assert not isinstance(caught.value, KeyringUnavailable)
    del protector.items[account]
    with pytest.raises(KeyringLost):
        room.vault(protector).unlock(PIN)
    info = room.vault(protector).describe()
    assert info is not None
    assert isinstance(info.trouble, KeyringLost)
    protector.items[account] = kept
    room.vault(protector).unlock(PIN)


def test_a_keyring_that_cannot_be_asked_counts_nothing(room: Room) -> None:
    class Silent(DrawerKeyring):
        def get(self, account: str) -> bytes | None:
            raise KeyringFault

    protector = DrawerKeyring()
    room.vault(protector).create(PIN, WHO)
    silent, other = Silent(), DrawerKeyring()
    other.name = "kwallet"
    for unusable in (silent, other, None):
        with pytest.raises(KeyringUnavailable):
            room.vault(unusable).unlock(PIN)
    assert miss(room.vault(protector), 1)[0][0] == 4


def test_the_keyring_alone_and_the_folder_alone_open_nothing(room: Room) -> None:
    """The same PIN over another keyring secret gives another key: both factors take part.

    Fault: Y3.
    """
    one, two = DrawerKeyring(), DrawerKeyring()
    room.vault(one).create(PIN, WHO)
    (account,) = one.items
    other = room_in(room.folder.parent / "other")
    other.vault(two).create(PIN, WHO)
    two.items[account] = next(iter(two.items.values()))
    with pytest.raises(KeyringLost):
        room.vault(two).unlock(PIN)


def test_without_a_keyring_only_the_embedded_journal_is_cached(room: Room) -> None:
    with pytest.raises(NoKeyring):
        room.vault().create(PIN, REAL)
    assert not room.folder.exists()
    room.vault(DrawerKeyring()).create(PIN, REAL)


def test_creating_refuses_bad_pins_and_never_writes_over_a_cache(room: Room) -> None:
    with pytest.raises(PinTooShort):
        room.vault().create("47", WHO)
    with pytest.raises(PinCommon):
        room.vault().create("123456", WHO)
    keys = room.vault().create(PIN, WHO)
    with pytest.raises(HeaderExists):
        room.vault().create("another-1", WHO)
    assert room.vault().unlock(PIN) == keys


def test_every_bit_flip_of_the_header_is_told_as_damage(room: Room) -> None:
    """Fault: F5."""
    vault = room.vault()
    keys = vault.create(PIN, WHO)
    whole = vault.header_path.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            with pytest.raises(HeaderDamaged):
                headers.decode(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
    for cut in (b"", whole[:1], whole[:-1], whole[: len(whole) // 2], whole + b"\n", b"\x00" * len(whole)):
        vault.header_path.write_bytes(cut)
        with pytest.raises(HeaderDamaged):
            vault.unlock(PIN)
    vault.header_path.write_bytes(whole)
    assert vault.unlock(PIN) == keys


def test_a_header_missing_beside_a_database_is_damage_not_a_first_run(room: Room) -> None:
    """Fault: F7."""
    vault = room.vault()
    with pytest.raises(CacheMissing):
        vault.unlock(PIN)
    room.store(vault.create(PIN, WHO)).close()
    vault.header_path.unlink()
    with pytest.raises(HeaderDamaged):
        vault.describe()


@pytest.mark.parametrize("change", ["clinician", "server", "passes", "memory_kib"])
def test_a_header_edited_on_purpose_opens_nothing(room: Room, change: str) -> None:
    """The edit carries a right checksum; what is bound into the key still makes the right PIN fail.

    Fault: F9, Y3.
    """
    vault = room.vault()
    vault.create(PIN, WHO)
    content = json.loads(vault.header_path.read_bytes())["header"]
    place = content["identity"] if change in ("clinician", "server") else content["slots"][0]["kdf"]
    place[change] = "another" if isinstance(place[change], str) else place[change] + 8
    edited = {"checksum": headers._checksum(content), "header": content}
    vault.header_path.write_bytes(headers._canonical(edited) + b"\n")
    with pytest.raises(WrongPin):
        vault.unlock(PIN)


@pytest.mark.parametrize(
    "cost", [KdfParams(2**31, 1, 1), KdfParams(64, 10**6, 1), KdfParams(0, 1, 1), KdfParams(64, 1, 99)]
)
def test_a_header_that_would_hang_the_machine_is_damage(room: Room, cost: KdfParams) -> None:
    vault = room.vault()
    vault.create(PIN, WHO)
    header = headers.decode(vault.header_path.read_bytes())
    slot = headers.Slot(cost, header.slots[0].salt, header.slots[0].wrapped)
    with pytest.raises(HeaderDamaged):
        headers.decode(headers.encode(header.with_slots(slot)))


def test_a_changed_pin_opens_the_same_database_and_the_old_one_does_not(
    room: Room, protector: DrawerKeyring | None
) -> None:
    vault = room.vault(protector)
    keys = vault.create(PIN, WHO)
    with pytest.raises(PinCommon):
        vault.change_pin(PIN, "111111")
    with pytest.raises(WrongPin):
        vault.change_pin("wrong-1", "gråor-9")
    sit_out(vault)
    assert vault.change_pin(PIN, "gråor-9") == keys
    assert vault.unlock("gråor-9") == keys
    with pytest.raises(WrongPin):
        vault.unlock(PIN)
    assert len(headers.decode(vault.header_path.read_bytes()).slots) == 1


class CutDisk(SystemDisk):
    """A disk that fails at the n-th replacement of a file."""

    def __init__(self, at: int, error: int) -> None:
        self.at = at
        self.error = error

    def replace(self, path: Path, content: bytes) -> None:
        self.at -= 1
        if self.at < 0:
            raise OSError(self.error, "cut")
        super().replace(path, content)


def test_a_change_cut_short_at_any_write_leaves_a_pin_that_opens(tmp_path: Path) -> None:
    """Fault: Y6."""
    opened_with = set()
    for at in range(8):
        room = room_in(tmp_path / str(at))
        keys = room.vault().create(PIN, WHO)
        cut = Vault(room.folder, CutDisk(at, 5), room.clock, SystemIds(), None, kdf=CHEAP)
        with contextlib.suppress(StoreFault):
            cut.change_pin(PIN, "gråor-9")
        room.vault().allow_attempts()
        for pin in (PIN, "gråor-9"):
            try:
                assert room.vault().unlock(pin) == keys
                opened_with.add(pin)
                break
            except WrongPin:
                sit_out(room.vault())
        else:
            pytest.fail(f"cut at {at}: no PIN opens")
    assert opened_with == {PIN, "gråor-9"}


def test_a_full_disk_is_told_as_such(room: Room) -> None:
    vault = Vault(room.folder, CutDisk(0, 28), HandClock(), SystemIds(), None, kdf=CHEAP)
    with pytest.raises(StoreFull):
        vault.create(PIN, WHO)


def test_setting_aside_keeps_everything_under_another_name(room: Room) -> None:
    vault = room.vault()
    keys = vault.create(PIN, WHO)
    room.store(keys).close()
    stem = vault.set_aside()
    assert vault.describe() is None
    assert {p.name for p in room.folder.iterdir()} >= {f"{stem}.hdr", f"{stem}.db", f"{stem}.tries"}
    assert vault.create("another-1", WHO) != keys
    room.store(vault.unlock("another-1")).close()


def test_the_audit_head_is_mirrored_outside_the_folder(room: Room, protector: DrawerKeyring | None) -> None:
    vault = room.vault(protector)
    vault.create(PIN, WHO)
    assert vault.kept_head() is None
    vault.keep_head(AuditHead(7, bytes(range(32))))
    miss(vault, 1)
    sit_out(vault)
    vault.unlock(PIN)
    assert vault.kept_head() == AuditHead(7, bytes(range(32)))


def test_the_cost_of_a_guess_is_the_decided_one() -> None:
    assert KdfParams() == KdfParams(memory_kib=128 * 1024, passes=3, lanes=1)
