"""What the machine itself does with memory: where it swaps to, and whether it can write all of it to a disk (hibernation)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_CRYPT = "CRYPT-"
"""How the id of a device begins that dm-crypt made (LUKS or plain)."""

_ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class MemoryOnDisk:
    """What of the memory may come to lie on a disk, as far as the system tells.

    Attributes:
        plain_swaps: Swap areas, by the name the system gives them, that no encryption was found under.
        hibernates_to_plain: Whether the machine is set up to hibernate to a device that no encryption was found under.
        is_known: Whether the system tells at all; only Linux does here.
    """

    plain_swaps: tuple[str, ...]
    hibernates_to_plain: bool
    is_known: bool = True


def memory_on_disk(root: Path = _ROOT) -> MemoryOnDisk:
    """Look at the swap areas and at hibernation. `root` is where `proc`, `sys` and `dev` lie."""
    swaps = _lines(root / "proc" / "swaps")
    if not swaps:
        return MemoryOnDisk((), hibernates_to_plain=False, is_known=False)
    areas = [line.split()[:2] for line in swaps[1:] if len(line.split()) > 1]
    plain = tuple(name for name, kind in areas if not _is_safe(root, name, kind))
    return MemoryOnDisk(plain, _hibernates_to_plain(root))


def _is_safe(root: Path, name: str, kind: str) -> bool:
    """Tell whether a swap area is compressed memory, or lies on an encrypted device."""
    if kind == "file":
        return _is_encrypted(root, _device_of_file(root, name))
    device = (root / name.lstrip("/")).resolve().name  # what a name like /dev/mapper/swap leads to
    return device.startswith("zram") or _is_encrypted(root, root / "sys" / "class" / "block" / device)


def _hibernates_to_plain(root: Path) -> bool:
    """Tell whether a device is set for hibernation, the kernel offers it, and no encryption lies under that device."""
    power = root / "sys" / "power"
    states, device = _first(power / "state").split(), _first(power / "resume")
    if "disk" not in states or "[disabled]" in _first(power / "disk") or device in ("", "0:0"):
        return False
    return not _is_encrypted(root, root / "sys" / "dev" / "block" / device)


def _is_encrypted(root: Path, device: Path | None) -> bool:
    """Tell whether a device of /sys is one of dm-crypt, or stands on such devices alone (LVM on LUKS)."""
    if device is None or not device.exists():
        return False
    device = device.resolve()
    if _first(device / "dm" / "uuid").startswith(_CRYPT):
        return True
    below = [one.name for one in (device / "slaves").iterdir()] if (device / "slaves").is_dir() else []
    return bool(below) and all(_is_encrypted(root, root / "sys" / "class" / "block" / one) for one in below)


def _device_of_file(root: Path, name: str) -> Path | None:
    """Return the device that a swap file lies on; None where that cannot be told, as on btrfs."""
    try:
        number = (root / name.lstrip("/")).stat().st_dev
    except OSError:
        return None
    return root / "sys" / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _first(path: Path) -> str:
    return next(iter(_lines(path)), "").strip()
