"""Notes, medicines, plan, tasks, problems, the physician's decision, sections."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.scopes import SectionRecord
from services import notes
from tests.chart_material import NOW, SCT, chart, concept, person, whole

if TYPE_CHECKING:
    from services.views import Note

ATC = "http://www.whocc.no/atc"


def document(text: bytes = b"Notat", **attachment: object) -> dict[str, Any]:
    held = {"contentType": "text/plain", "data": base64.b64encode(text).decode(), **attachment}
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "content": [{"attachment": held}],
        "date": "2026-11-23T13:10:00Z",
        "author": [{"display": "O. Lie"}],
        "type": concept(text="Journalnotat"),
    }


def note(resource: dict[str, Any]) -> Note:
    return chart(resource).notes[0]


SHA1 = hashlib.sha1(b"Notat", usedforsecurity=False)


@pytest.mark.parametrize(
    ("resource", "text", "why"),
    [
        (document(), "Notat", ""),
        (document(hash=base64.b64encode(SHA1.digest()).decode(), size=5), "Notat", ""),
        (document(hash=SHA1.hexdigest()), "Notat", ""),
        (document(hash="2jmj7l5rSw0yVb/vlWAYkK/YBwk="), "", notes.BAD_HASH),
        (document(size=4), "", notes.BAD_HASH),
        (document(data="%%%"), "", notes.BAD_BASE64),
        (document("blåbær".encode("latin-1"), contentType="text/plain; charset=ISO-8859-1"), "blåbær", ""),
        (document("blåbær".encode("latin-1")), "", notes.BAD_LETTERS),
        (document(contentType="text/plain; charset=martian"), "", notes.BAD_LETTERS),
        (document(contentType="application/pdf"), "", "Formatet application/pdf kan ikke vises her"),
        (document(data="", url="Binary/1"), "", notes.OTHER_PLACE),
        (document(contentType="text/plain; charset=punycode"), "", notes.BAD_LETTERS),
        (document(contentType="text/plain; charset=unicode_escape"), "", notes.BAD_LETTERS),
        (document(contentType="text/plain; charset=utf-7"), "", notes.BAD_LETTERS),
        (document(contentType='text/plain; charset="utf-8"; format=flowed'), "Notat", ""),
        (document(contentType="text/html"), "", "Formatet text/html kan ikke vises her"),
        (
            document(contentType="image/svg+xml", url="http://evil.example/x.svg"),
            "",
            "Formatet image/svg+xml kan ikke vises her",
        ),
        (document(b"a" * 512 * 1024), "a" * 512 * 1024, ""),
        (document(b"a" * (512 * 1024 + 1)), "", notes.TOO_LARGE),
        (document(b"a" * 20_000_000), "", notes.TOO_LARGE),
        (document(contentType=["application/pdf"]), "", "Formatet er ukjent og kan ikke vises her"),
        (document(contentType=None, size="", hash=7), "Notat", ""),
        (document(b" "), "", notes.NO_TEXT),
        (document() | {"content": []}, "", notes.NO_TEXT),
        (document() | {"status": "entered-in-error"}, "", notes.MARKED_WRONG),
    ],
)
def test_a_text_is_shown_whole_or_the_reason_is(resource: dict[str, Any], text: str, why: str) -> None:
    made = note(resource)
    assert (made.text, made.unreadable) == (text, why)


def test_a_readable_text_is_shown_beside_a_format_that_is_not() -> None:
    both = document()
    both["content"].append({"attachment": {"contentType": "application/pdf", "data": "AA=="}})
    made = note(both)
    assert (made.text, made.unreadable) == ("Notat", "Formatet application/pdf kan ikke vises her")


def test_event_time_and_entry_time_are_both_told() -> None:
    made = note(document() | {"context": {"period": {"start": "2026-11-23T12:00:00Z"}}})
    assert made.at is not None
    assert made.at.hour == 12
    assert made.author == "O. Lie · ført 23.11.2026 14:10"


def medicine(**fields: object) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", **fields}


def coded(substance: str, text: str) -> dict[str, Any]:
    return {
        "medicationCodeableConcept": {
            "coding": [{"system": ATC, "code": "C07", "display": substance}],
            "text": text,
        }
    }


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        (coded("metoprolol", "Selo-Zok depottab 50 mg"), ("metoprolol", "Selo-Zok depottab 50 mg", "")),
        (coded("Metoprolol", "Metoprolol (Selo-Zok)"), ("Metoprolol", "Selo-Zok", "")),
        (coded("metoprolol", "Metoprolol 50 mg depottab"), ("metoprolol", "", "50 mg depottab")),
        (coded("metoprolol", "Metoprolol"), ("metoprolol", "", "")),
        (
            {"medicationCodeableConcept": {"coding": [{"display": "Naproxen 220 MG"}]}},
            ("Naproxen 220 MG", "", ""),
        ),
        (
            {"medicationReference": {"reference": "Medication/9", "display": "Furix 40 mg"}},
            ("Furix 40 mg", "", ""),
        ),
        ({"medicationReference": {"reference": "Medication/9"}}, ("Medisin uten navn", "", "")),
    ],
)
def test_substance_brand_and_strength_are_what_the_journal_names(
    fields: dict[str, Any], names: tuple[str, ...]
) -> None:
    row = chart(medicine(**fields)).medicines[0]
    assert (row.substance, row.brand, row.strength) == names


def test_a_medication_kept_elsewhere_or_inside_is_followed() -> None:
    product = {
        "resourceType": "Medication",
        "id": "9",
        "code": concept(text="Furix tablett 40 mg"),
        "ingredient": [
            {
                "itemCodeableConcept": concept(text="furosemid"),
                "strength": {"numerator": {"value": 40, "unit": "mg"}, "denominator": {"value": 1}},
            }
        ],
    }
    inside = medicine(contained=[product], medicationReference={"reference": "#9"})
    outside = medicine(medicationReference={"reference": "Medication/9"})
    for made in (chart(inside), chart(product, outside)):
        row = made.medicines[0]
        assert (row.substance, row.brand, row.strength) == ("furosemid", "Furix tablett 40 mg", "40 mg")


@pytest.mark.parametrize(
    ("dosage", "dose", "frequency"),
    [
        ({"text": "1 tablett morgen"}, "1 tablett morgen", ""),
        (
            {"text": "1 x 2", "doseAndRate": [{"doseQuantity": {"value": 0.5, "unit": "tablett"}}]},
            "0,5 tablett",
            "1 x 2",
        ),
        ({"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}, "", "2 ganger daglig"),
        (
            {"timing": {"repeat": {"period": 3, "periodUnit": "d", "when": ["MORN"]}}},
            "",
            "1 gang per 3 dager, morgen",
        ),
        (
            {
                "timing": {
                    "repeat": {
                        "frequency": 1,
                        "frequencyMax": 3,
                        "period": 1,
                        "periodUnit": "wk",
                        "dayOfWeek": ["mon"],
                    }
                }
            },
            "",
            "1–3 ganger per uke, man",
        ),
        ({"timing": {"repeat": {"noeNytt": 4}}}, "", "mer i journalen: noeNytt"),
        (
            {
                "doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "stk"}}}],
                "maxDosePerPeriod": {
                    "numerator": {"value": 8, "unit": "stk"},
                    "denominator": {"value": 24, "unit": "t"},
                },
            },
            "1–2 stk",
            "maks 8 stk / 24 t",
        ),
    ],
)
def test_a_dosage_is_put_into_words(dosage: dict[str, Any], dose: str, frequency: str) -> None:
    row = chart(medicine(**coded("x", "x"), dosageInstruction=[dosage])).medicines[0]
    assert (row.dose, row.frequency) == (dose, frequency)


def test_what_is_not_in_use_is_left_out_and_what_is_paused_says_so() -> None:
    made = chart(
        *(
            medicine(**coded(s, s), status=s)
            for s in ("stopped", "completed", "cancelled", "entered-in-error", "on-hold", "unknown")
        )
    ).medicines
    assert [(row.substance, row.reason) for row in made] == [
        ("on-hold", "pauset"),
        ("unknown", "status ukjent"),
    ]


def test_a_medicine_that_must_not_be_given_says_so() -> None:
    assert chart(medicine(**coded("x", "x"), doNotPerform=True)).medicines[0].reason == "SKAL IKKE GIS"


def test_needed_reasons_and_since_are_kept() -> None:
    row = chart(
        medicine(
            **coded("x", "x"),
            authoredOn="2026-05",
            reasonCode=[concept(text="smerte")],
            note=[{"text": "max 4"}],
            dosageInstruction=[{"asNeededCodeableConcept": concept(text="ved angst")}],
        )
    ).medicines[0]
    assert row.as_needed
    assert (row.since, row.reason) == (None, "ved angst, smerte · siden 05.2026 · max 4")


def order(**fields: object) -> dict[str, Any]:
    base = {
        "resourceType": "ServiceRequest",
        "id": "s",
        "status": "active",
        "intent": "order",
        "code": concept(SCT, "1104321000000108"),
        "authoredOn": "2026-11-18T09:05:00+01:00",
        "requester": {"reference": "Practitioner/ib", "display": "Ingrid Berg, fastlege"},
    }
    return base | fields


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "revoked"},
        {"status": "draft"},
        {"requester": {"reference": "Practitioner/ib"}},
        {"requester": {}},
        {"requester": {"reference": "Practitioner/kn", "display": "Kari Nordmann, sykepleier"}},
        {"requester": {"reference": "Patient/p1", "display": "Ragnhild Moen"}},
        {"authoredOn": "2026-12-24T09:00:00Z"},
        {"authoredOn": ""},
        {"doNotPerform": True},
        {"intent": "proposal"},
        {"code": concept(SCT, "1104051000000101")},
        {"occurrencePeriod": {"end": "2026-11-20T00:00:00Z"}},
    ],
)
def test_nothing_but_a_physicians_standing_decision_gives_scale_two(fields: dict[str, Any]) -> None:
    assert chart(order(**fields)).scale_two is None


def test_the_decision_names_who_and_when() -> None:
    made = chart(order()).scale_two
    assert made is not None
    assert made.decided_by == "Ingrid Berg, fastlege"
    assert made.decided_at is not None
    by_day = chart(order(authoredOn="2026-11-18")).scale_two
    assert by_day is not None
    assert (by_day.decided_by, by_day.decided_at) == ("Ingrid Berg, fastlege, 18.11.2026", None)


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([person(birthDate="2010-11-25")], "NEWS2 brukes ikke under 16 år"),
        ([person(birthDate="2010-11-24")], ""),
        ([person(birthDate="2015")], "NEWS2 brukes ikke under 16 år"),
        ([person(birthDate="")], ""),
        (
            [{"resourceType": "Condition", "code": concept(SCT, "77386006")}],
            "NEWS2 brukes ikke ved graviditet",
        ),
        (
            [
                {
                    "resourceType": "Condition",
                    "code": concept(SCT, "77386006"),
                    "clinicalStatus": concept("c", "resolved"),
                }
            ],
            "",
        ),
    ],
)
def test_news2_is_refused_under_16_and_in_pregnancy(resources: list[dict[str, Any]], why: str) -> None:
    assert chart(*resources).news2_refused == why


def test_a_plan_is_problem_goal_and_intervention() -> None:
    plan = {
        "resourceType": "CarePlan",
        "id": "c",
        "status": "active",
        "title": "Sårbehandling",
        "addresses": [{"reference": "Condition/k"}],
        "goal": [{"reference": "Goal/g"}],
        "activity": [
            {
                "detail": {
                    "description": "Skifte bandasje",
                    "status": "in-progress",
                    "scheduledString": "annenhver dag",
                }
            }
        ],
    }
    goal = {
        "resourceType": "Goal",
        "id": "g",
        "lifecycleStatus": "active",
        "description": concept(text="Grodd innen jul"),
        "target": [
            {
                "measure": concept(text="areal"),
                "detailQuantity": {"value": 0, "unit": "cm2"},
                "dueDate": "2026-12-24",
            }
        ],
    }
    condition = {"resourceType": "Condition", "id": "k", "code": concept(text="Sår v. ankel")}
    made = chart(plan, goal, condition)
    assert [(i.kind, i.text, i.detail, i.status) for i in made.plan] == [
        ("problem", "Sår v. ankel", "Sårbehandling", "pågår"),
        ("mål", "Grodd innen jul", "areal 0 cm2 innen 24.12.2026", "pågår"),
        ("tiltak", "Skifte bandasje", "annenhver dag", "pågår"),
    ]
    assert made.problems == ("Sår v. ankel",)


def test_the_plan_of_a_visit_stands_once_and_by_itself() -> None:
    """Two visits of the day with the same plan are one line; it is no problem and no part of the plan of care."""
    system = "http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090"

    def plan(id_: str, category: str, title: str, start: str) -> dict[str, Any]:
        return {
            "resourceType": "CarePlan",
            "id": id_,
            "status": "active",
            "category": [{"coding": [{"system": system, "code": category}]}],
            "title": title,
            "period": {"start": start, "end": start},
            "activity": [{"detail": {"description": f"gjøre {title}", "status": "not-started"}}],
        }

    made = chart(
        plan("dag", "3", "stell", "2026-11-23T08:00:00+01:00"),
        plan("kveld", "3", "stell", "2026-11-23T20:00:00+01:00"),
        plan("fast", "1", "sårplan", "2026-10-01"),
    )
    assert [(i.kind, i.text) for i in made.plan] == [
        ("problem", "sårplan"),
        ("tiltak", "gjøre sårplan"),
        ("besøksplan", "stell"),
        ("gjøres i besøket", "gjøre stell"),
    ]


def test_problems_that_are_over_come_last_and_say_so() -> None:
    def problem(text: str, **fields: object) -> dict[str, Any]:
        return {"resourceType": "Condition", "id": text, "code": concept(text=text), **fields}

    made = chart(
        problem("brudd", clinicalStatus=concept("c", "resolved")),
        problem("kols", onsetDateTime="2011"),
        problem("svikt", onsetDateTime="2020", verificationStatus=concept("v", "unconfirmed")),
        problem("feil", verificationStatus=concept("v", "entered-in-error")),
        problem("hoste", abatementDateTime="2020"),
    )
    assert made.problems == ("svikt (mistenkt)", "kols", "brudd (avsluttet)", "hoste (avsluttet)")


def test_every_part_of_the_chart_says_how_whole_it_is() -> None:
    marks = [mark for mark in whole() if mark.name not in {"notes", "goals"}]
    marks.append(SectionRecord("notes", False, NOW, "server_fault"))
    found = {section.name: section for section in chart(sections=marks).sections}
    assert len(found) == len(whole())
    assert (found["notater"].complete, found["notater"].as_of, found["notater"].reason) == (
        False,
        NOW,
        "server_fault",
    )
    assert (found["mål"].complete, found["mål"].as_of, found["mål"].reason) == (False, None, "not-fetched")
    assert found["allergier"].complete
