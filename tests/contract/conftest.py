"""What several contract tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.seals import Seals
from tests.contract.machine import Machine
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def without_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal whose organisation has no key: what is signed lies nowhere but in the database."""
    monkeypatch.setattr(Seals, "is_active", property(lambda _self: False))
    monkeypatch.setattr(Seals, "use", lambda _self, _public: None)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Return a machine where nothing was ever started."""
    for name in ("data", "state"):
        (tmp_path / f"xdg-{name}").mkdir()
        (tmp_path / name).mkdir()
        (tmp_path / f"xdg-{name}" / "feltjournal").symlink_to(tmp_path / name)
    (tmp_path / "minnepinne").mkdir()
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    yield Machine(tmp_path, room)
    room.close()


@pytest.fixture
def running_journal(machine: Machine) -> None:
    """Have the journal of the machine run from the start."""
    machine.room.start()
