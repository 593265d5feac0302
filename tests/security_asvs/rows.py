"""What is said of each requirement of OWASP ASVS 5.0.0, read from the chapters' files, and what is wrong with it.

A chapter's file has a `title` and rows. A row names requirements by id, how they stand (`State`), what is done or why nothing is,
in our own words, and the tests that show it, below `tests/`. The standard's own text is under another licence and is not copied.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.omissions import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FOLDER = Path(__file__).parent
_MUST = (1, 2)
"""The levels of which every requirement has a row; those of level 3 have one where they fit."""


class State(StrEnum):
    """How a requirement stands, from best to worst."""

    SHOWN = "shown"  # done, and a test shows it
    PARTLY = "partly"  # a part is done and shown; what is lacking is said
    READ = "read"  # done in the code; no test would notice if it went
    MISSING = "missing"  # not done
    THEIRS = "theirs"  # the part of the journal, the issuer or the organisation
    APART = "apart"  # there is nothing here that it could apply to


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of some requirements at once.

    Attributes:
        ids: The requirements, such as `11.3.1`.
        state: How they stand.
        says: What is done, or why nothing is.
        lacks: What is not done; for `PARTLY` and `MISSING` alone.
        tests: `path::name` below `tests/`, or the path of a whole file.
    """

    ids: tuple[str, ...]
    state: State
    says: str
    lacks: str = ""
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter of the standard; the title is ours."""

    number: int
    title: str
    rows: tuple[Row, ...]


def read_levels() -> dict[str, int]:
    """Return the level of each requirement by its id, in the order of the standard."""
    told: dict[str, list[str]] = tomllib.loads((_FOLDER / "levels.toml").read_text("utf-8"))
    levels = {id_: int(name.removeprefix("level")) for name, ids in told.items() for id_ in ids}
    return {id_: levels[id_] for id_ in sorted(levels, key=order)}


def read_chapters() -> list[Chapter]:
    """Return the chapters in order."""
    return [
        _chapter(int(path.stem.removeprefix("v")), tomllib.loads(path.read_text("utf-8")))
        for path in sorted((_FOLDER / "chapters").glob("v*.toml"))
    ]


def order(id_: str) -> tuple[int, ...]:
    """Return what an id is sorted by."""
    return tuple(int(number) for number in id_.split("."))


def problems(chapters: Sequence[Chapter], levels: Mapping[str, int]) -> list[str]:
    """Return what is wrong: a requirement without a row or with two, a row that claims what nothing shows."""
    named = [id_ for chapter in chapters for row in chapter.rows for id_ in row.ids]
    return [
        *(f"{id_}: has no row" for id_, level in levels.items() if level in _MUST and id_ not in named),
        *(f"{id_}: has {named.count(id_)} rows" for id_ in dict.fromkeys(named) if named.count(id_) > 1),
        *(f"{id_}: is no requirement" for id_ in named if id_ not in levels),
        *(told for chapter in chapters for row in chapter.rows for told in _of_row(chapter.number, row)),
    ]


def _of_row(chapter: int, row: Row) -> Iterator[str]:
    """Yield what is wrong with one row by itself."""
    name = row.ids[0] if row.ids else f"a row of chapter {chapter}"
    if not row.ids or not row.says:
        yield f"{name}: names no requirement, or says nothing"
    if any(order(id_)[0] != chapter for id_ in row.ids):
        yield f"{name}: stands in another chapter"
    if bool(row.tests) is not (row.state in (State.SHOWN, State.PARTLY)) and row.state is not State.THEIRS:
        yield f"{name}: {row.state} with {len(row.tests)} tests"
    if bool(row.lacks) is not (row.state in (State.PARTLY, State.MISSING)):
        yield f"{name}: {row.state}, and what is lacking is {'' if row.lacks else 'not '}said"
    yield from (f"{name}: there is no test {test}" for test in row.tests if not is_there(test))


def is_there(test: str) -> bool:
    """Tell whether a test is there: `path::name` of a function, or a whole file, below `tests/`."""
    path, _, name = test.partition("::")
    file = ROOT / "tests" / path
    return file.is_file() and (not name or name in _tests_of(file))


@cache
def _tests_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def _chapter(number: int, told: dict[str, Any]) -> Chapter:
    return Chapter(number, told["title"], tuple(_row(row) for row in told["row"]))


def _row(told: dict[str, Any]) -> Row:
    known = {"ids", "state", "says", "lacks", "tests"}
    if unknown := set(told) - known:
        raise ValueError(f"a row has {', '.join(sorted(unknown))}")
    return Row(
        tuple(told["ids"]),
        State(told["state"]),
        " ".join(told["says"].split()),
        " ".join(told.get("lacks", "").split()),
        tuple(told.get("tests", ())),
    )
