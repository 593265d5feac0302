"""Where memory may come to lie on a disk, read from folders laid out as Linux lays them out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ports.machine import memory_on_disk

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


class Machine:
    """The folders of a machine that is made up."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("proc/swaps", HEAD)

    def write(self, name: str, text: str) -> None:
        """Lay a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def device(self, name: str, *, number: str = "", uuid: str = "", on: tuple[str, ...] = ()) -> None:
        """Lay a block device with what is under it."""
        folder = self.root / "sys" / "devices" / name
        (folder / "slaves").mkdir(parents=True)
        if uuid:
            self.write(f"sys/devices/{name}/dm/uuid", f"{uuid}\n")
        for below in on:
            (folder / "slaves" / below).symlink_to(self.root / "sys" / "devices" / below)
        self._link(f"sys/class/block/{name}", folder)
        self.write(f"dev/{name}", "")
        if number:
            self._link(f"sys/dev/block/{number}", folder)

    def swaps(self, *areas: str) -> tuple[str, ...]:
        """Swap to these areas, and return those that are found plain."""
        self.write("proc/swaps", HEAD + "".join(f"{area}\t1048572\t0\t-2\n" for area in areas))
        return memory_on_disk(self.root).plain_swaps

    def _link(self, name: str, to: Path) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).symlink_to(to)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_partition_is_plain_and_compressed_memory_is_not(machine: Machine) -> None:
    machine.device("sda2")
    machine.device("zram0")
    assert machine.swaps("/dev/sda2 partition", "/dev/zram0 partition") == ("/dev/sda2",)


def test_a_volume_is_encrypted_only_where_something_under_it_is(machine: Machine) -> None:
    """LVM makes devices of the same name as LUKS does; only their ids tell."""
    machine.device("sda2")
    machine.device("sdb2")
    machine.device("dm-0", uuid="CRYPT-LUKS2-0123-cryptswap", on=("sda2",))
    machine.device("dm-1", uuid="LVM-abc", on=("sda2",))
    machine.device("dm-2", uuid="LVM-def", on=("dm-0",))
    machine.device("dm-3", uuid="LVM-ghi", on=("dm-0", "sdb2"))
    areas = [f"/dev/dm-{number} partition" for number in range(4)]
    assert machine.swaps(*areas) == ("/dev/dm-1", "/dev/dm-3")


def test_a_file_is_as_safe_as_the_device_it_lies_on(machine: Machine) -> None:
    machine.write("swapfile", "")
    number = (machine.root / "swapfile").stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    assert machine.swaps("/swapfile file") == ("/swapfile",)
    machine.device("dm-0", number=device, uuid="CRYPT-LUKS2-0123-root")
    assert machine.swaps("/swapfile file") == ()
    assert machine.swaps("/gone file") == ("/gone",)


@pytest.mark.parametrize(
    ("states", "disk", "resume", "is_plain"),
    [
        ("freeze mem disk", "[platform] shutdown", "8:2", True),
        ("freeze mem disk", "[platform] shutdown", "253:0", False),
        ("freeze mem disk", "[platform] shutdown", "0:0", False),
        ("freeze mem disk", "[disabled]", "8:2", False),
        ("freeze mem", "[platform] shutdown", "8:2", False),
    ],
    ids=["plain", "encrypted", "nowhere", "locked down", "not offered"],
)
def test_hibernation_counts_where_it_is_set_up(
    machine: Machine, states: str, disk: str, resume: str, *, is_plain: bool
) -> None:
    machine.device("sda2", number="8:2")
    machine.device("dm-0", number="253:0", uuid="CRYPT-LUKS2-0123-swap", on=("sda2",))
    for name, text in (("state", states), ("disk", disk), ("resume", resume)):
        machine.write(f"sys/power/{name}", f"{text}\n")
    assert memory_on_disk(machine.root).hibernates_to_plain is is_plain


def test_a_system_that_does_not_tell_is_said_not_to(tmp_path: Path) -> None:
    found = memory_on_disk(tmp_path)
    assert (found.is_known, found.plain_swaps) == (False, ())
