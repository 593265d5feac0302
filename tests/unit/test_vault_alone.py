"""What writes the counter of PIN attempts does it alone, so that no attempt is written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.audit import AuditHead
from offline_cache.errors import StoreBusy, WrongPin
from tests.store_room import PIN, WHO, room_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from offline_cache.vault import Vault

WRITERS: list[Callable[[Vault], object]] = [
    lambda vault: vault.unlock(PIN),
    lambda vault: vault.allow_attempts(),
    lambda vault: vault.keep_head(AuditHead(1, bytes(32))),
]


@pytest.mark.parametrize("write", WRITERS, ids=["unlock", "allow attempts", "keep head"])
def test_beside_another_attempt_nothing_is_written(tmp_path: Path, write: Callable[[Vault], object]) -> None:
    room = room_in(tmp_path)
    vault = room.vault()
    vault.create(PIN, WHO)
    with room.disk.lock(tmp_path / "cache.pin") as alone:
        assert alone
        with pytest.raises(StoreBusy):
            write(vault)
    write(vault)


def test_end_of_the_audit_is_kept_without_giving_attempts_back(tmp_path: Path) -> None:
    vault = room_in(tmp_path).vault()
    vault.create(PIN, WHO)
    with pytest.raises(WrongPin):
        vault.unlock("feil-pin-her")
    vault.keep_head(AuditHead(3, bytes(32)))
    info = vault.describe()
    assert info is not None
    assert info.attempts_left == 4
