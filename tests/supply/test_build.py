"""Built twice, from two copies that differ in all but their content, the wheel and the sdist are the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

from tests.hygiene.sources import ROOMS, tracked
from tests.omissions import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EPOCH = "1700000000"


def _copy(folder: Path, *, mask: int, age: int) -> Path:
    """Lay the tracked files into a folder under another umask and with other times."""
    before = os.umask(mask)
    try:
        for source in tracked():
            target = folder / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            os.utime(target, (age, age))
    finally:
        os.umask(before)
    return folder


def _build(tree: Path, out: Path) -> dict[str, bytes]:
    """Build outside the tree, and return what came by its name."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(out)]
    environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": EPOCH, "HOME": str(out)}
    subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True, timeout=120)
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def test_two_builds_are_the_same_bytes_and_hold_the_rooms_alone(tmp_path: Path) -> None:
    first = _build(_copy(tmp_path / "one", mask=0o022, age=1_600_000_000), tmp_path / "out-one")
    second = _build(
        _copy(tmp_path / "another" / "deeper", mask=0o077, age=1_500_000_000), tmp_path / "out-two"
    )
    assert sorted(name.rpartition(".")[2] for name in first) == ["gz", "whl"]
    assert first == second
    (wheel,) = (tmp_path / "out-one").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(ROOMS)
    assert [name for name in names if name.endswith((".pyc", ".db", ".key"))] == []
    assert any(name.endswith("journal_templates/epic.toml") for name in names)
    (source,) = (tmp_path / "out-one").glob("*.tar.gz")
    with tarfile.open(source) as held:
        assert {one.mtime for one in held.getmembers()} == {int(EPOCH)}
        assert [one.name for one in held.getmembers() if ".venv" in one.name or ".peers" in one.name] == []
