"""Files: the only place that writes, replaces or removes them."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMOTE = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "fuse.glusterfs",
    ]
)


class Disk(Protocol):
    """A private folder tree (0700/0600) with durable replacement, and the SQLite VFS that lies on it."""

    @property
    def vfs(self) -> str | None:
        """Return the name of the SQLite VFS to open databases with; None is SQLite's own."""
        ...

    def exists(self, path: Path) -> bool:
        """Tell whether the file or folder is there."""
        ...

    def size(self, path: Path) -> int:
        """Return the size of a file in bytes."""
        ...

    def read(self, path: Path) -> bytes:
        """Return all bytes of a file; FileNotFoundError when it is missing."""
        ...

    def is_private(self, path: Path) -> bool:
        """Tell whether nobody but its owner may read or write the file."""
        ...

    def is_remote(self, path: Path) -> bool:
        """Tell whether the path lies on another machine's disk, whose locks are not to be trusted."""
        ...

    def replace(self, path: Path, content: bytes) -> None:
        """Put `content` at `path` so that after a power cut either the old or the new file is there, whole."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens when it is missing."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Move a file within one folder, durably."""
        ...

    def relabel(self, source: Path, target: Path) -> None:
        """Move a file within one folder without waiting for the disk: after a power cut either name may be there."""
        ...

    def make_folder(self, path: Path) -> None:
        """Make a folder that only its owner may enter, parents included."""
        ...

    def list(self, folder: Path) -> list[Path]:
        """Return the paths in a folder, sorted; empty when the folder is missing."""
        ...

    def lock(self, path: Path) -> contextlib.AbstractContextManager[bool]:
        """Hold an exclusive lock on a file; the value tells whether it was free."""
        ...


class SystemDisk:
    """The machine's own file system."""

    vfs: str | None = None

    def exists(self, path: Path) -> bool:
        """Tell whether the path is there."""
        return path.exists()

    def size(self, path: Path) -> int:
        """Return the size in bytes."""
        return path.stat().st_size

    def read(self, path: Path) -> bytes:
        """Return all bytes."""
        return path.read_bytes()

    def is_private(self, path: Path) -> bool:
        """Look at the mode; where there are none (Windows) the user's own folder is what protects."""
        return os.name != "posix" or not stat.S_IMODE(path.stat().st_mode) & 0o077

    def is_remote(self, path: Path) -> bool:
        """Look up the file system among those mounted; where the system has no such list, nothing is known."""
        mounts = Path("/proc/self/mounts")
        return mounts.exists() and _kind_of_mount(path.absolute(), mounts.read_text()) in _REMOTE

    def replace(self, path: Path, content: bytes) -> None:
        """Write a neighbour, flush it, rename it over `path` and flush the folder; a neighbour that did not fit goes again."""
        self.make_folder(path.parent)
        neighbour = path.with_name(f".{path.name}.new")
        with contextlib.suppress(FileNotFoundError):
            neighbour.unlink()
        handle = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            neighbour.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                neighbour.unlink()  # half a file would only take the room that was lacking
            raise
        self._flush_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Unlink and flush the folder."""
        path.unlink(missing_ok=True)
        if path.parent.exists():
            self._flush_folder(path.parent)

    def rename(self, source: Path, target: Path) -> None:
        """Rename and flush the folder."""
        source.replace(target)
        self._flush_folder(target.parent)

    def relabel(self, source: Path, target: Path) -> None:
        """Rename, and leave the rest to the system."""
        source.replace(target)

    def make_folder(self, path: Path) -> None:
        """Make the folder and its missing parents with mode 0700."""
        for folder in [*reversed(path.parents), path]:
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)

    def list(self, folder: Path) -> list[Path]:
        """Return the sorted content of a folder."""
        return sorted(folder.iterdir()) if folder.exists() else []

    @contextlib.contextmanager
    def lock(self, path: Path) -> Iterator[bool]:
        """Hold `flock` on the file for as long as the context lasts; the system frees it if the process dies."""
        self.make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            yield _lock_now(handle)
        finally:
            os.close(handle)

    @staticmethod
    def _flush_folder(folder: Path) -> None:
        """Make a rename or unlink in this folder durable (not possible, nor needed, on Windows)."""
        if os.name != "posix":
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _kind_of_mount(path: Path, mounts: str) -> str:
    """Return the kind of the file system that a path lies on, by a list as /proc/self/mounts has it."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:
            place = fields[1].replace("\\040", " ")
            if path.is_relative_to(place) and len(place) >= len(best):
                best, kind = place, fields[2]
    return kind


def _lock_now(handle: int) -> bool:
    """Take the lock without waiting; False when another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
