"""The files of the repository, as the hygiene tests read them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cli", "tui", "services", "offline_cache", "client", "clinical", "ports", "sandbox")
CLIENT_ROOMS = ("tui", "services", "offline_cache", "client", "clinical", "ports")
_NOT_OURS = {".git", ".venv", ".peers", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


@cache
def tracked() -> tuple[Path, ...]:
    """Return the tracked files; in an unpacked archive without git, every file that is not installed."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _NOT_OURS.intersection(path.relative_to(ROOT).parts)]
    return tuple(path for path in sorted(paths) if path.is_file() and "__pycache__" not in path.parts)


@cache
def texts() -> dict[str, str]:
    """Return name and text of every tracked file that is text."""
    contents = {name_of(path): path.read_bytes() for path in tracked()}
    return {name: body.decode("utf-8", "replace") for name, body in contents.items() if b"\0" not in body}


def name_of(path: Path) -> str:
    """Return the path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


def python_names(*folders: str) -> list[str]:
    """Return the Python files below some folders, or all of them."""
    names = [name for name in texts() if name.endswith(".py")]
    return [name for name in names if not folders or name.split("/")[0] in folders]


@cache
def tree(name: str) -> ast.Module:
    """Return the syntax tree of one file."""
    return ast.parse(texts()[name], name)


def modules(*rooms: str) -> list[str]:
    """Return the importable modules of some rooms, without the `__main__` ones, which run when imported."""
    dotted = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in python_names(*rooms)
    ]
    return [module for module in dotted if not module.endswith("__main__")]
