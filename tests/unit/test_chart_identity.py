"""Name, number, address and warnings."""

from __future__ import annotations

from typing import Any

import pytest

from services.access_views import HIDDEN
from services.address import BLOCKED
from services.alert_flags import SYSTEM
from services.chart import build_chart
from services.patient_file import PatientFile
from tests.chart_material import NOW, P, chart, concept, folder, person, stored, whole

GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
SECRET = "http://hl7.no/fhir/StructureDefinition/no-vft-secret-address"
HOUSEHOLD = "http://ehelse.no/fhir/StructureDefinition/vkp-household-v090"
LOCK = "http://ehelse.no/fhir/StructureDefinition/vkp-elock-v090"


def test_the_banner_names_the_patient() -> None:
    banner = chart().banner
    assert (banner.family, banner.given, banner.age, banner.gender) == ("Moen", "Ragnhild", 78, "Kvinne")
    assert banner.identity_number == "29874849837"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (
            [{"use": "old", "family": "Gammel"}, {"use": "official", "family": "Ny", "given": ["A", "B"]}],
            ("Ny", "A B"),
        ),
        ([{"text": "Kari uten deler"}], ("Kari uten deler", "")),
        ([{"given": ["Bare"]}], ("Ikke kjent", "Bare")),
        ([], ("Ikke kjent", "")),
        ("Kari", ("Ikke kjent", "")),
    ],
)
def test_a_name_is_never_a_question_mark(names: object, shown: tuple[str, str]) -> None:
    banner = chart(person(name=names)).banner
    assert (banner.family, banner.given) == shown


def test_a_middle_name_stands_after_the_given_name() -> None:
    middle = {"url": "http://hl7.no/fhir/StructureDefinition/no-basis-middlename", "valueString": "Øie"}
    assert (
        chart(person(name=[{"family": "Moen", "given": ["Tor"], "extension": [middle]}])).banner.given
        == "Tor Øie"
    )


def test_age_and_sex_never_come_from_the_number() -> None:
    banner = chart(person(gender="unknown", birthDate="1948")).banner
    assert (banner.birth_date, banner.age, banner.gender) == (None, None, "Ikke kjent")


@pytest.mark.parametrize(("field", "value"), [("deceasedBoolean", True), ("deceasedDateTime", "2025")])
def test_the_dead_are_said_to_be(field: str, value: object) -> None:
    assert chart(person(**{field: value})).banner.deceased
    assert not chart().banner.deceased


def grade(code: str) -> list[dict[str, str]]:
    return [{"url": GRADE, "valueCode": code}, {"url": LOCK, "valueString": "Klostergata 33 inngang B"}]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"extension": grade("strengt-fortrolig")}, BLOCKED),
        ({"extension": grade("fortrolig")}, HIDDEN),
        ({"extension": grade("noe nytt")}, BLOCKED),
        ({"extension": [{"url": GRADE}]}, BLOCKED),
        (
            {"address": [{"text": "Hemmelig vei 1", "extension": [{"url": SECRET, "valueBoolean": True}]}]},
            BLOCKED,
        ),
        (
            {"address": [{"text": "Åpen vei 1", "extension": [{"url": SECRET, "valueBoolean": False}]}]},
            "Åpen vei 1",
        ),
        ({"address": []}, "Ikke registrert"),
    ],
)
def test_a_protected_address_is_nowhere_in_the_chart(fields: dict[str, Any], shown: str) -> None:
    made = chart(person(**fields))
    assert made.address == shown
    if shown in {BLOCKED, HIDDEN}:
        assert made.access == ""
        for place in ("Klostergata", "Hemmelig", "Trondheim"):
            assert place not in repr(made)


def test_a_cut_address_is_blocked_without_any_flag() -> None:
    file = PatientFile(P, [stored({"resourceType": "Patient", "id": P}, cut=True)], whole())
    assert build_chart(file, None, "", (), NOW).address == BLOCKED


def test_without_the_patient_nothing_is_said_of_the_address() -> None:
    made = build_chart(folder(patient=False), None, "", (), NOW)
    assert (made.address, made.access, made.banner.family) == ("Ikke kjent", "", "Ikke kjent")


def flag(code: str, text: str, status: str = "active") -> dict[str, Any]:
    return {"resourceType": "Flag", "id": code, "status": status, "code": concept(SYSTEM, code, text)}


def test_access_tells_lock_household_key_and_dog() -> None:
    extension = [{"url": LOCK, "valueString": "Unloc"}, {"url": HOUSEHOLD, "valueString": "Bor alene"}]
    made = chart(person(extension=extension), flag("nokkel", "nøkkel 17"), flag("hund", "stor hund"))
    assert made.access == "e-lås: Unloc · Bor alene · stor hund · nøkkel 17"


def test_flags_are_all_shown_gravest_first_and_ended_ones_not() -> None:
    other = {"resourceType": "Flag", "id": "o", "code": concept("http://x", "bigdog", "Vanskelig trapp")}
    made = chart(
        flag("hund", "hund"), other, flag("hlr-minus", "HLR minus"), flag("fall", "gammelt", "inactive")
    )
    assert made.banner.alerts == ("HLR minus", "Vanskelig trapp", "hund")
    assert [item.text for item in made.critical] == ["HLR minus", "Vanskelig trapp", "hund"]
