"""A hidden address on its key, and the words and colours that tell the environments apart."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.population.home_care import HOME_CARE
from sandbox.population.person_resources import patient_id
from services.views import Environment
from tests.pilot.ward import Ward, at_work
from tui.text.state_words import ENVIRONMENT_STYLE, ENVIRONMENT_WORD

if TYPE_CHECKING:
    from pathlib import Path

    from services.workday import Workday

GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
ONE = HOME_CARE[0]


def hide_address(ward: Ward) -> None:
    """Give the first patient the grade "fortrolig" in the journal."""
    standing = ward.journal.read("Patient", patient_id(ONE.key))
    assert standing is not None
    body = {**json.loads(standing.body), "extension": [{"url": GRADE, "valueCode": "fortrolig"}]}
    with ward.journal.writing(ward.clock.now()) as writing:
        writing.update("Patient", standing.id, json.dumps(body).encode(), if_match=standing.etag)


async def test_a_hidden_address_is_shown_on_its_key_until_the_next_one(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    hide_address(ward)
    async with at_work(ward, (120, 50)) as hands:
        await hands.first_morning()
        await hands.choose(ONE.family.upper())
        await hands.press("enter")
        assert "Adresse: skjult · a viser den" in " ".join(hands.text.split())
        assert ONE.street not in hands.text
        await hands.press("a")
        assert ONE.street in hands.text
        await hands.press("2")
        assert ONE.street not in hands.text
        ward.network.is_down = True
        await hands.press("a")
        assert ONE.street not in hands.text
        assert "Journalen svarer ikke." in hands.text


async def test_where_nothing_is_hidden_the_key_says_so(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("enter", "a")
        assert "Ingen skjult adresse her." in hands.text


@pytest.mark.parametrize("environment", Environment)
async def test_each_environment_has_its_word_on_every_place_and_its_own_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: Environment
) -> None:
    ward = Ward(tmp_path)
    make = ward.day

    def another() -> Workday:
        day = make()
        setup = replace(day._setup, journal=replace(day._setup.journal, environment=environment))
        day._setup = setup
        day._status = replace(day._status, environment=environment)
        assert day._entrance is not None
        day._entrance._setup = setup
        return day

    monkeypatch.setattr(ward, "day", another)
    word = ENVIRONMENT_WORD[environment]
    async with at_work(ward) as hands:
        assert hands.lines()[0].startswith(f" {word} ")
        await hands.first_morning()
        for keys in (("enter",), ("v",), ("escape", "escape", "u"), ("f1",), ("escape", "escape", "slash")):
            await hands.press(*keys)
            assert hands.lines()[0].startswith(f" {word} "), keys


def test_no_two_environments_look_alike() -> None:
    words = [ENVIRONMENT_WORD[one] for one in Environment]
    assert all(words)
    assert len({ENVIRONMENT_STYLE[word] for word in words}) == len(set(words)) == len(Environment)
