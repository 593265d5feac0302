"""The synthetic people: valid by an independent judge, safe numbers, and the states that the screens need."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from clinical.identity_number import Checksum, Series, classify
from clinical.shifts import next_shift, shift_at
from sandbox.fhir import json_text
from sandbox.population.chart_resources import life_resources
from sandbox.population.generated import generated_lives
from sandbox.population.home_care import HOME_CARE
from sandbox.population.life import AllergyState
from sandbox.population.moments import Moments
from sandbox.population.person_resources import home_id, patient_id
from sandbox.population.practice import PRACTICE
from sandbox.population.round_plan import Visited, evenly, round_resources
from sandbox.population.staff import staff_resources

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIVES = (*HOME_CARE, *PRACTICE)
NUMBERS = {
    "14834149894", "02913649950", "29874849837", "08812949870", "21895549980", "05856249990", "31924449678",
    "17828849840", "04902199778", "11887349934", "41869049970",
}  # fmt: skip


def visited() -> list[Visited]:
    return [
        Visited(
            patient_id(life.key), f"{life.given} {life.family}", home_id(life.key), life.access, life.visits
        )
        for life in HOME_CARE
    ]


@cache
def everything() -> tuple[dict[str, Any], ...]:
    shift = shift_at(NOW)
    rounds = [
        r
        for s in (shift, next_shift(shift))
        for resources in round_resources(s, visited())
        for r in resources
    ]
    charts = [
        r
        for life in (*LIVES, *generated_lives(5, 7, frozenset()))
        for r in life_resources(life, Moments(NOW))
    ]
    made = [*staff_resources(), *charts, *rounds]
    return tuple(json.loads(json_text.encode(resource)) for resource in made)


def test_every_resource_is_valid_fhir() -> None:
    for resource in everything():
        model = get_fhir_model_class(resource["resourceType"])
        model.model_validate(resource)


def test_ids_are_unique_and_tell_nothing_of_the_person() -> None:
    ids = [(r["resourceType"], r["id"]) for r in everything()]
    assert len(ids) == len(set(ids))
    for life in LIVES:
        assert not any(life.number in id_ or life.family.lower() in id_ for _, id_ in ids)


def test_references_lead_somewhere() -> None:
    ids = {f"{r['resourceType']}/{r['id']}" for r in everything()}

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["reference"]] if "reference" in value else []
            return own + [found for inner in value.values() for found in references(inner)]
        if isinstance(value, list):
            return [found for inner in value for found in references(inner)]
        return []

    loose = {found for r in everything() for found in references(r)} - ids
    # the one with a protected address has no home in the journal; here every visit was given one
    assert loose <= {f"Location/{home_id('anne')}"}


def test_numbers_are_the_agreed_ones_and_safe() -> None:
    assert {life.number for life in LIVES} == NUMBERS
    for life in LIVES:
        assert classify(life.number).series is Series.PLUS_80
        assert classify(life.number).is_valid


def test_generated_people_are_safe_unlike_and_the_same_for_the_same_seed() -> None:
    lives = list(generated_lives(300, 3, frozenset(NUMBERS)))
    numbers = [life.number for life in lives]
    assert len(set(numbers)) == 300
    assert not set(numbers) & NUMBERS
    assert all(
        classify(n).series is Series.PLUS_80 and classify(n).checksum is Checksum.BOTH for n in numbers
    )
    assert lives == list(generated_lives(300, 3, frozenset(NUMBERS)))
    assert lives != list(generated_lives(300, 4, frozenset(NUMBERS)))


def test_the_states_of_the_allergy_line_are_all_there() -> None:
    assert {life.allergy_state for life in HOME_CARE} == set(AllergyState)
    of = {life.key: life_resources(life, Moments(NOW)) for life in HOME_CARE}
    codes = {
        key: [
            c["code"]
            for r in found
            if r["resourceType"] == "AllergyIntolerance"
            for c in r["code"].get("coding", [])
        ]
        for key, found in of.items()
    }
    assert codes["tor"] == ["1631000175102"]
    assert codes["reidun"] == ["716186003"]
    assert codes["kristian"] == []
    assert "J01C" in codes["ragnhild"]


def test_look_alikes_are_neighbours_on_the_same_round() -> None:
    moens = [life for life in HOME_CARE if life.family == "Moen"]
    assert [life.given for life in moens] == ["Ragnhild", "Reidun"]
    assert all("dag" in life.visits[0].shifts for life in moens)


def test_protected_address_is_marked_and_has_no_place() -> None:
    anne = next(life for life in HOME_CARE if life.number == "31924449678")
    resources = life_resources(anne, Moments(NOW))
    patient = resources[0]
    grade = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
    secret = "http://hl7.no/fhir/StructureDefinition/no-vft-secret-address"
    assert {"url": grade, "valueCode": "strengt-fortrolig"} in patient["extension"]
    assert {"url": secret, "valueBoolean": True} in patient["address"][0]["extension"]
    assert not any(r["resourceType"] == "Location" for r in resources)


def test_scale_two_stands_on_a_decision_by_the_physician() -> None:
    solveig = next(life for life in HOME_CARE if life.scale_two)
    resources = life_resources(solveig, Moments(NOW))
    decision = next(r for r in resources if r["resourceType"] == "ServiceRequest")
    assert solveig.number == "14834149894"
    assert decision["code"]["coding"][0]["code"] == "1104321000000108"
    assert decision["requester"]["reference"] == "Practitioner/ingrid-berg"
    scores = [
        r
        for r in resources
        if r["resourceType"] == "Observation" and r["category"][0]["coding"][0]["code"] == "survey"
    ]
    parts = {c["code"]["coding"][0]["code"] for score in scores for c in score["component"]}
    assert "1104321000000108" in parts
    assert "1104311000000102" not in parts


def test_note_text_holds_against_its_hash() -> None:
    for resource in everything():
        if resource["resourceType"] == "DocumentReference":
            attachment = resource["content"][0]["attachment"]
            data = base64.b64decode(attachment["data"])
            assert len(data) == attachment["size"]
            assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data).digest()


def test_decimals_keep_their_zeros() -> None:
    reidun = next(life for life in HOME_CARE if life.key == "reidun")
    assert reidun.weights[-1] == (1, Decimal("48.30"))
    assert b'"value":48.30' in json_text.encode(life_resources(reidun, Moments(NOW)))


@pytest.mark.parametrize("hour", [9, 18, 23])
def test_every_visit_lies_inside_its_shift(hour: int) -> None:
    shift = shift_at(NOW.replace(hour=hour))
    planned = [
        r[0]
        for r in round_resources(shift, [*visited(), *evenly([(str(n), "X") for n in range(200)], shift)])
    ]
    assert len(planned) >= 208
    for visit in planned:
        start, end = datetime.fromisoformat(visit["start"]), datetime.fromisoformat(visit["end"])
        assert shift.start <= start < end <= shift.end
