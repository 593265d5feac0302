"""A short run of the fuzzer with a fixed seed; `make fuzz` has a million. And the fuzzer finds what is planted."""

from __future__ import annotations

import re

import pytest

from client import bundle, json_rules
from client.origin import Origin
from tests.fuzz.targets import TARGETS, target_of, through
from tui import terminal
from tui.text import visible

INPUTS = 6_000
SEED = 1


def test_nothing_comes_through_a_short_run() -> None:
    """Fault: H14, H18, F5."""
    assert list(through(SEED, 0, INPUTS)) == []


def test_every_target_has_its_share() -> None:
    numbers = [target_of(number) for number in range(100)]
    assert {name: numbers.count(name) for name in TARGETS} == {
        name: share for name, (share, _) in TARGETS.items()
    }
    assert sum(share for share, _ in TARGETS.values()) == 100


def _lets_through_c1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visible, "_unreadable", re.compile("[\x00-\x08\x0b-\x1f\x7f\u061c\u200b-\u202e]"))


def _drops_what_is_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visible, "_written_out", lambda _found: "")


def _keeps_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_unlinked", lambda style: style)


def _trusts_the_quick_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rules, "_has_all_of", lambda _tree, _body: True)


def _takes_any_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "is_id", bool)


def _forgets_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Origin, "_check_below", lambda _self, _path: None)


PLANTED = {
    "text": (_lets_through_c1, _drops_what_is_unseen, _keeps_links),
    "json": (_trusts_the_quick_look,),
    "header": (_takes_any_id,),
    "link": (_forgets_the_base,),
}


@pytest.mark.parametrize(
    ("target", "plant"),
    [(target, plant) for target, plants in PLANTED.items() for plant in plants],
    ids=lambda one: one if isinstance(one, str) else one.__name__.strip("_"),
)
def test_what_is_planted_is_found(target: str, plant: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same fuzzer, on a product with a hole in it."""
    assert callable(plant)
    plant(monkeypatch)
    assert any(what.startswith(f"{target}:") for _, what in through(SEED, 0, INPUTS))
