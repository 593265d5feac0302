"""What is signed: valid FHIR, exact as typed, recognisable for ever, and readable back into the chart."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.documentreference import DocumentReference
from fhir.resources.R4B.observation import Observation

from offline_cache.delivery_bundle import transaction_bundle
from offline_cache.states import EntryKind, EntryState
from services.chart import build_chart
from services.patient_file import PatientFile
from services.readings import last_news2, rows_of
from services.recording import news2_parts, news2_title, note_parts, note_title, recorder
from services.session import Clinician
from services.trouble import Trouble, TroubleCode
from services.views import Flag
from tests.chart_material import KARI, NEWS2_FIELDS, NOW, CountingIds, draft, person, raw, signed, stored

if TYPE_CHECKING:
    from offline_cache.entry_records import NewPart

SCT = "http://snomed.info/sct"


def news2(**fields: str) -> list[NewPart]:
    return news2_parts(draft(EntryKind.NEWS2, NEWS2_FIELDS | fields), KARI, CountingIds(), NOW)


def note(text: str = "Hei æøå\n[ikke bekreftet] 2 < 3") -> list[NewPart]:
    return note_parts(draft(EntryKind.NOTE, {"text": text}), KARI, CountingIds(), NOW)


def tree(part: NewPart) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(part.body, parse_float=Decimal)
    return parsed


def codes(concept: dict[str, Any]) -> set[str]:
    return {coding["code"] for coding in concept["coding"]}


def test_seven_measurements_and_the_score_are_valid_fhir() -> None:
    parts = news2()
    assert [part.number for part in parts] == list(range(1, 9))
    for part in parts:
        Observation.model_validate_json(part.body)
    found = [codes(tree(part)["code"]) for part in parts]
    assert found[0] == {"9279-1", "86290005"}
    assert found[1] == {"2708-6", "59408-5", "431314004"}
    assert found[3] == {"85354-9", "75367002"}
    assert found[4] == {"8867-4", "364075005"}
    assert found[5] == {"1104441000000107"}
    assert found[6] == {"8310-5", "276885007"}
    assert found[7] == {"1104051000000101"}


def test_every_part_says_who_of_whom_when_and_by_which_id_it_is_known() -> None:
    for part in (*news2(), *note()):
        body = tree(part)
        assert body["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{part.op_id}"}]
        assert body["subject"] == {"reference": "Patient/p1"}
        who = body.get("performer") or body["author"]
        assert who == [{"reference": "Practitioner/kari-nordmann", "display": "Kari Nordmann, sykepleier"}]
        for absent in ("encounter", "basedOn", "partOf", "focus", "id"):
            assert absent not in body
    for part in news2():
        body = tree(part)
        assert (body["status"], body["effectiveDateTime"]) == ("final", "2026-11-24T08:21:00+01:00")
        assert body["issued"] == "2026-11-24T08:30:00+01:00"


@pytest.mark.parametrize(
    ("typed", "written"), [("37,2", b"37.2"), ("37.2", b"37.2"), ("372", b"37.2"), ("36,0", b"36.0")]
)
def test_decimals_are_written_as_they_were_shown(typed: str, written: bytes) -> None:
    body = news2(temp=typed)[6].body
    assert b'"value":' + written + b"," in body


def test_the_score_holds_its_parts_its_scale_and_what_it_was_made_from() -> None:
    parts = news2()
    total = tree(parts[7])
    assert total["valueQuantity"]["value"] == 7
    assert total["category"][0]["coding"][0]["code"] == "survey"
    assert [r["reference"] for r in total["derivedFrom"]] == [f"urn:uuid:{part.op_id}" for part in parts[:7]]
    points = {min(codes(c["code"])): c["valueInteger"] for c in total["component"]}
    assert points == {
        "1104301000000104": 2, "1104311000000102": 2, "1104331000000105": 0, "1104341000000101": 1,
        "1104351000000103": 1, "1104361000000100": 0, "1104371000000107": 1, "spo2-scale": 1,
    }  # fmt: skip


def test_scale_two_is_named_in_the_parts_it_changes() -> None:
    total = tree(news2(scale="2", spo2="90")[7])
    points = {min(codes(c["code"])): c["valueInteger"] for c in total["component"]}
    assert (points["1104321000000108"], points["spo2-scale"]) == (0, 2)


def test_pressure_oxygen_and_consciousness_are_coded() -> None:
    parts = [tree(part) for part in news2(o2="j", acvpu="C")]
    both = {
        min(codes(c["code"])): (c["valueQuantity"]["value"], c["valueQuantity"]["code"])
        for c in parts[3]["component"]
    }
    assert both == {"271649006": (105, "mm[Hg]"), "271650006": (60, "mm[Hg]")}
    assert codes(parts[2]["valueCodeableConcept"]) == {"371825009"}
    assert codes(parts[5]["valueCodeableConcept"]) == {"130987000"}


def test_a_reason_for_an_unlikely_value_is_a_note_on_that_measurement_alone() -> None:
    parts = [
        tree(part)
        for part in news2(
            pulse="210", reason_pulse="kjent flimmer", systolic="270", reason_systolic="målt to ganger"
        )
    ]
    assert parts[4]["note"] == [{"text": "Puls, uvanlig verdi: kjent flimmer"}]
    assert parts[3]["note"] == [{"text": "Systolisk blodtrykk, uvanlig verdi: målt to ganger"}]
    assert not any("note" in parts[n] for n in (0, 1, 2, 5, 6, 7))


@pytest.mark.parametrize("field", ["rr", "spo2", "o2", "systolic", "diastolic", "pulse", "acvpu", "temp"])
@pytest.mark.parametrize("typed", ["", "x", "99999"])
def test_what_is_incomplete_is_not_made(field: str, typed: str) -> None:
    with pytest.raises(Trouble) as caught:
        news2(**{field: typed})
    assert caught.value.code is TroubleCode.DRAFT_INCOMPLETE


def test_a_note_is_valid_and_keeps_every_letter() -> None:
    text = "Hei æøå\n[ikke bekreftet] 2 < 3 \u202e\x1b]52;c;x\x07 "
    (part,) = note(text)
    DocumentReference.model_validate_json(part.body)
    body = tree(part)
    attachment = body["content"][0]["attachment"]
    sent = base64.b64decode(attachment["data"])
    assert sent.decode() == text
    assert attachment["size"] == len(sent)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(sent, usedforsecurity=False).digest()
    assert (body["status"], body["docStatus"], attachment["contentType"]) == (
        "current",
        "final",
        "text/plain",
    )
    assert body["type"]["coding"][0] == {
        "system": "urn:oid:2.16.578.1.12.4.1.1.9602",
        "code": "B02-2",
        "display": "Journalnotat",
    }
    assert body["context"] == {
        "period": {"start": "2026-11-24T08:21:00+01:00"}, "related": [{"reference": "Appointment/v1"}]
    }  # fmt: skip
    with pytest.raises(Trouble):
        note(" \n ")


@pytest.mark.parametrize("kind", [EntryKind.NEWS2, EntryKind.NOTE])
def test_the_entry_goes_as_one_valid_transaction(kind: EntryKind) -> None:
    parts = news2() if kind is EntryKind.NEWS2 else note()
    body = transaction_bundle(signed(parts, kind)[1])
    Bundle.model_validate_json(body)
    entries = json.loads(body)["entry"]
    places = [e["fullUrl"] for e in entries]
    assert len(set(places)) == len(parts)
    for entry, part in zip(entries, parts, strict=True):
        name = f"urn:uuid:{part.op_id}"
        assert entry["request"]["ifNoneExist"] == f"identifier=urn:ietf:rfc:3986|{name}"
        assert name in [one["value"] for one in entry["resource"]["identifier"]]
        assert name not in places  # Medplum writes over whatever equals a fullUrl
    linked = [one["reference"] for e in entries for one in e["resource"].get("hasMember", [])]
    linked += [one["reference"] for e in entries for one in e["resource"].get("derivedFrom", [])]
    assert set(linked) <= set(places)
    assert bool(linked) is (kind is EntryKind.NEWS2)


def test_titles_name_the_score_and_never_the_text() -> None:
    assert news2_title(draft(EntryKind.NEWS2, NEWS2_FIELDS)) == "NEWS2 7 og 7 målinger"
    on_two = news2_title(draft(EntryKind.NEWS2, NEWS2_FIELDS | {"scale": "2"}))
    assert on_two.startswith("NEWS2 ")
    assert on_two.endswith(" (skala 2) og 7 målinger")  # UX-14: the scale stands beside the score
    assert news2_title(draft(EntryKind.NEWS2, NEWS2_FIELDS | {"pulse": ""})) == "NEWS2 og 7 målinger"
    assert note_title(draft(EntryKind.NOTE, {"text": "hemmelig"})) == "Notat: hjemmebesøk"


def test_an_absolute_author_becomes_one_that_holds_at_any_address() -> None:
    away = Clinician(
        "k", "Kari Nordmann, sykepleier", "http://127.0.0.1:8123/fhir/Practitioner/kari", "Sykepleier", "i"
    )
    by = recorder(draft(EntryKind.NOTE, {}), away, NOW)
    assert (by.author, by.author_name) == ("Practitioner/kari", "Kari Nordmann, sykepleier")


def test_our_own_unsent_entry_stands_among_the_readings_with_its_state() -> None:
    file = PatientFile("p1", [stored(person())], [], [signed(news2(), EntryKind.NEWS2, EntryState.UNKNOWN)])
    made = build_chart(file, None, "", (), NOW)
    shown = {series.code: series.readings[0] for series in made.series}
    assert {code: r.text for code, r in shown.items()} == {
        "news2": "7", "rr": "22", "spo2": "93", "o2": "luft", "bp": "105/60", "pulse": "104", "acvpu": "A", "temp": "38,4",
    }  # fmt: skip
    assert {r.state for r in shown.values()} == {EntryState.UNKNOWN}
    assert (shown["news2"].unit, shown["news2"].flag) == ("skala 1", Flag.CRITICAL_HIGH)
    last = last_news2(rows_of(file))
    assert last is not None
    assert (last.score, last.scale, last.at) == (7, 1, draft(EntryKind.NEWS2, {}).event_at)


def test_our_own_note_stands_among_the_notes_with_its_state() -> None:
    file = PatientFile("p1", [], [], [signed(note("Ser bra ut"), EntryKind.NOTE)])
    made = build_chart(file, None, "", (), NOW).notes
    assert [(n.text, n.state, n.unreadable) for n in made] == [("Ser bra ut", EntryState.SIGNED, "")]


def test_what_the_journal_gave_back_is_not_shown_twice() -> None:
    parts = news2()
    by_identifier = PatientFile(
        "p1", [raw("Observation", "77", parts[0].body)], [], [signed(parts, EntryKind.NEWS2)]
    )
    assert [row.reading.state for row in rows_of(by_identifier) if row.reading.code == "rr"] == [None]
    bare = tree(parts[0])
    del bare["identifier"]
    sent = signed(parts, EntryKind.NEWS2, EntryState.DELIVERED, ("77",))
    by_id = PatientFile("p1", [stored(bare | {"id": "77"})], [], [sent])
    assert [row.reading.state for row in rows_of(by_id) if row.reading.code == "rr"] == [None]
    assert len(rows_of(by_id)) == 8


def test_what_was_withdrawn_is_not_shown() -> None:
    file = PatientFile("p1", [], [], [signed(news2(), EntryKind.NEWS2, EntryState.WITHDRAWN)])
    assert rows_of(file) == []
