"""The allergy state of the banner: four words, and none of them guessed (UX-03)."""

from __future__ import annotations

from typing import Any

import pytest

from offline_cache.scopes import SectionRecord
from services.chart import build_chart
from services.patient_file import PatientFile
from services.views import Allergy
from tests.chart_material import NOW, SCT, P, chart, concept, raw, whole


def allergy(
    code: dict[str, Any], *, verified: str = "confirmed", clinical: str = "active", **more: object
) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "verificationStatus": concept("v", verified),
        "clinicalStatus": concept("c", clinical),
        "code": code,
        **more,
    }


NONE_KNOWN = concept(SCT, "716186003", "Ingen kjente allergier")
NOT_ASKED = concept(SCT, "1631000175102", "Not on File")
NO_DRUG = concept(SCT, "409137002", "Ingen kjent legemiddelallergi")
PENICILLIN = concept(text="Penisillin")


@pytest.mark.parametrize(
    ("resources", "state"),
    [
        ([], Allergy.NOT_RECORDED),
        ([allergy(NONE_KNOWN)], Allergy.NONE_KNOWN),
        ([allergy(NOT_ASKED, verified="unconfirmed")], Allergy.NOT_RECORDED),
        ([allergy(NOT_ASKED), allergy(NONE_KNOWN)], Allergy.NOT_RECORDED),
        ([allergy(NO_DRUG)], Allergy.NOT_RECORDED),
        ([allergy(NONE_KNOWN, verified="refuted")], Allergy.NOT_RECORDED),
        ([allergy(NONE_KNOWN, verified="entered-in-error")], Allergy.NOT_RECORDED),
        ([allergy(PENICILLIN, verified="refuted"), allergy(NONE_KNOWN)], Allergy.NONE_KNOWN),
        ([allergy(PENICILLIN, verified="unconfirmed"), allergy(NONE_KNOWN)], Allergy.KNOWN),
        ([allergy(PENICILLIN, clinical="resolved")], Allergy.NOT_RECORDED),
        ([allergy({})], Allergy.KNOWN),
        ([{"resourceType": "AllergyIntolerance", "id": "a", "code": {"coding": "?"}}], Allergy.KNOWN),
    ],
)
def test_the_state_is_what_the_journal_says(resources: list[dict[str, Any]], state: Allergy) -> None:
    assert chart(*resources).banner.allergy is state


def test_what_was_never_fetched_is_unavailable_and_a_cached_state_stays() -> None:
    never = [SectionRecord("allergies", False, None, "forbidden")]
    before = [SectionRecord("allergies", False, NOW, "server_fault")]
    assert chart(sections=[]).banner.allergy is Allergy.UNAVAILABLE
    assert chart(sections=never).banner.allergy is Allergy.UNAVAILABLE
    assert chart(allergy(NONE_KNOWN), sections=never).banner.allergy is Allergy.UNAVAILABLE
    assert chart(allergy(PENICILLIN), sections=never).banner.allergy is Allergy.KNOWN
    kept = chart(allergy(NONE_KNOWN), sections=before).banner
    assert (kept.allergy, kept.allergy_as_of) == (Allergy.NONE_KNOWN, NOW)


def test_the_gravest_is_named_first() -> None:
    mild = allergy(concept(text="Nikkel"), criticality="low", reaction=[{"severity": "mild"}])
    severe = allergy(concept(text="Latex"), criticality="low", reaction=[{"severity": "severe"}])
    shock = allergy(PENICILLIN, reaction=[{"manifestation": [concept(SCT, "39579001", "anafylaksi")]}])
    made = chart(mild, severe, shock)
    assert (made.banner.allergy_worst, made.banner.allergy_count) == ("Penisillin (anafylaksi)", 3)
    assert [item.text for item in made.critical] == ["Penisillin", "Latex", "Nikkel"]


def test_one_that_cannot_be_read_counts_as_an_allergy() -> None:
    file = PatientFile(P, [raw("AllergyIntolerance", "a9", b'{"resourceType": "Aller')], whole())
    banner = build_chart(file, None, "", (), NOW).banner
    assert banner.allergy is Allergy.KNOWN
    assert banner.allergy_worst == "Kan ikke vises: AllergyIntolerance a9"


def test_every_word_of_an_allergy_is_in_the_critical_information() -> None:
    full = allergy(
        PENICILLIN,
        verified="unconfirmed",
        criticality="high",
        onsetDateTime="2011",
        note=[{"text": "Spør datter"}],
        reaction=[{"manifestation": [concept(text="utslett")], "severity": "moderate", "description": "på armene",
                   "note": [{"text": "etter to dager"}]}],
    )  # fmt: skip
    detail = chart(full).critical[0].detail
    for said in (
        "utslett",
        "moderat",
        "på armene",
        "etter to dager",
        "høy risiko",
        "mistenkt",
        "siden 2011",
        "Spør datter",
    ):
        assert said in detail


def test_a_past_allergy_and_a_partial_denial_are_said() -> None:
    made = chart(allergy(PENICILLIN, clinical="resolved"), allergy(NO_DRUG))
    assert [(item.text, item.detail) for item in made.critical] == [
        ("Penisillin", "ikke lenger aktiv"),
        ("Ingen kjent legemiddelallergi", ""),
    ]
