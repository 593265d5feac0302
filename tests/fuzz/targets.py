"""What is put under fuzz, and how much of the inputs each gets."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.fuzz import answers, charts, files, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TARGETS: dict[str, tuple[int, Callable[[random.Random], None]]] = {
    "text": (50, texts.check),
    "json": (20, answers.check_json),
    "link": (10, answers.check_link),
    "header": (6, answers.check_headers),
    "word": (6, files.check_words),
    "file": (4, files.check_files),
    "store": (3, charts.check_store),
    "chart": (1, charts.check_chart),
}
"""Of a hundred inputs, so many for each; the text filter has half; a whole chart takes the time of many texts."""

_WHEEL = [name for name, (share, _) in TARGETS.items() for _ in range(share)]


def target_of(number: int) -> str:
    """Return which target an input is for."""
    return _WHEEL[number * 37 % len(_WHEEL)]


def check(seed: int, number: int) -> None:
    """Make one input and look at what comes of it. Seed and number make the same input on every machine.

    Raises:
        Exception: Something came through, or a parser fell.
    """
    TARGETS[target_of(number)][1](random.Random(seed << 32 | number))


def through(seed: int, first: int, count: int) -> Iterator[tuple[int, str]]:
    """Yield the number of each input that comes through, and what it did."""
    for number in range(first, first + count):
        try:
            check(seed, number)
        except Exception as fault:  # noqa: BLE001  every kind of fault is what is looked for
            yield number, f"{target_of(number)}: {type(fault).__name__}: {str(fault)[:300]}"


def part(numbers: tuple[int, int, int]) -> list[tuple[int, str]]:
    """Do a part of a run in a process of its own: seed, first, count."""
    return list(through(*numbers))
