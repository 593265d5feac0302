"""What `doctor` says of memory that may come to lie on a disk, and of a system without a parent for the client."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cli import doctor
from ports.machine import memory_on_disk
from tests.unit.test_machine import Machine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a made-up machine that `doctor` looks at."""
    monkeypatch.setattr(doctor, "memory_on_disk", partial(memory_on_disk, tmp_path))
    return Machine(tmp_path)


def test_swap_and_hibernation_to_a_plain_disk_are_told_with_what_to_do(machine: Machine) -> None:
    assert (doctor._swap().level, doctor._hibernation().level) == ("ok", "ok")
    machine.device("sda2", number="8:2")
    machine.swaps("/dev/sda2 partition")
    for name, text in (("state", "mem disk"), ("disk", "[platform]"), ("resume", "8:2")):
        machine.write(f"sys/power/{name}", text)
    swap, hibernation = doctor._swap(), doctor._hibernation()
    assert (swap.level, hibernation.level) == ("warn", "warn")
    assert "kryptert" in swap.advice
    assert "Slå av dvale" in hibernation.advice


def test_a_system_that_does_not_tell_where_it_swaps_is_no_safe_one(machine: Machine) -> None:
    (machine.root / "proc" / "swaps").unlink()
    assert doctor._swap().level == "warn"


def test_without_a_parent_the_limit_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._ending().level == "ok"
    monkeypatch.delattr(os, "fork")
    assert doctor._ending().level == "warn"


def test_what_the_system_lacks_against_eyes_on_memory_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._memory().level == "ok"
    monkeypatch.setattr(doctor, "harden", lambda: ["core-limit", "not-dumpable"])
    found = doctor._memory()
    assert (found.level, found.found) == (
        "warn",
        "minnedumper er ikke stengt, kan leses av andre prosesser",
    )
