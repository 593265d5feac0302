"""Every requirement of ASVS 5, levels 1 and 2, has its row; rows name tests that are there; the page is what they say."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.omissions import SHARED
from tests.security_asvs.page import PAGE, page
from tests.security_asvs.rows import Chapter, Row, State, is_there, problems, read_chapters, read_levels

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD = SHARED / "asvs" / "asvs-5.0.0-en.csv"
RUN = 8
"""Words in a row that are no chance any more."""


def standard() -> list[dict[str, str]]:
    """Return the requirements as the standard's own table has them."""
    with STANDARD.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def runs(text: str) -> Iterator[str]:
    """Yield every run of words of a text."""
    words = re.findall(r"\w+", text.casefold())
    yield from (" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def test_every_requirement_of_level_1_and_2_has_its_row() -> None:
    levels = read_levels()
    assert [sum(value == level for value in levels.values()) for level in (1, 2, 3)] == [70, 183, 92]
    assert problems(read_chapters(), levels) == []


def test_the_page_is_what_the_rows_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_chapters(), read_levels()), "make asvs"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ids": ()}, "1.1.1: has no row"),
        ({"ids": ("1.1.1", "1.1.1")}, "1.1.1: has 2 rows"),
        ({"ids": ("1.1.1", "1.9.9")}, "1.9.9: is no requirement"),
        ({"ids": ("1.1.1", "2.1.1")}, "1.1.1: stands in another chapter"),
        ({"tests": ()}, "1.1.1: shown with 0 tests"),
        ({"state": State.APART}, "1.1.1: apart with 1 tests"),
        ({"state": State.PARTLY}, "1.1.1: partly, and what is lacking is not said"),
        ({"lacks": "much"}, "1.1.1: shown, and what is lacking is said"),
        ({"says": ""}, "1.1.1: names no requirement, or says nothing"),
        (
            {"tests": ("hygiene/test_sizes.py::test_gone",)},
            "1.1.1: there is no test hygiene/test_sizes.py::test_gone",
        ),
    ],
)
def test_a_row_that_does_not_hold_is_told(change: dict[str, Any], told: str) -> None:
    row = Row(
        ("1.1.1",), State.SHOWN, "What is done.", tests=("hygiene/test_sizes.py::test_files_are_short",)
    )
    levels = {"1.1.1": 1, "2.1.1": 3}
    assert problems([Chapter(1, "", (row,))], levels) == []
    assert told in problems([Chapter(1, "", (replace(row, **change),))], levels)


def test_a_test_is_a_function_or_a_file() -> None:
    assert is_there("hygiene/test_sizes.py")
    assert is_there("hygiene/test_sizes.py::test_files_are_short")
    assert not is_there("hygiene/test_sizes.py::lengths")
    assert not is_there("hygiene/nowhere.py")


@pytest.mark.needs("shared")
def test_ids_and_levels_are_the_standards() -> None:
    assert {one["req_id"].removeprefix("V"): int(one["L"]) for one in standard()} == read_levels()


@pytest.mark.needs("shared")
def test_nothing_of_the_standards_text_is_copied() -> None:
    """It is share-alike: eight words in a row that are its own would be a copy."""
    theirs = {run for one in standard() for run in runs(one["req_description"])}
    said = [text for chapter in read_chapters() for row in chapter.rows for text in (row.says, row.lacks)]
    assert [run for text in said for run in runs(text) if run in theirs] == []
    assert theirs.intersection(runs(f"We {standard()[0]['req_description']}"))
