"""Dates as spans and texts as they are compared."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.fhir import instants, json_text
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_query import parse_search
from sandbox.fhir.search_values import folded, index_rows
from sandbox.identity_guard import holds_real_number
from tests.sandbox_room import REAL_RANGE_NUMBER


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2025-12-31T23:00:00.000000Z", "2026-12-31T23:00:00.000000Z"),
        ("2026-02", "2026-01-31T23:00:00.000000Z", "2026-02-28T23:00:00.000000Z"),
        ("2026-07-01", "2026-06-30T22:00:00.000000Z", "2026-07-01T22:00:00.000000Z"),
        ("2026-10-25", "2026-10-24T22:00:00.000000Z", "2026-10-25T23:00:00.000000Z"),
        ("2026-11-23T08:20:00+01:00", "2026-11-23T07:20:00.000000Z", "2026-11-23T07:20:01.000000Z"),
        ("2026-11-23T08:20Z", "2026-11-23T08:20:00.000000Z", "2026-11-23T08:21:00.000000Z"),
        ("2026-11-23T08:20:00.123Z", "2026-11-23T08:20:00.123000Z", "2026-11-23T08:20:00.124000Z"),
    ],
)
def test_a_date_covers_its_span(text: str, low: str, high: str) -> None:
    assert instants.span(text) == (low, high)


@pytest.mark.parametrize(
    "text", ["", "i går", "2026-13", "2026-02-30", "26-01-01", "2026-11-23T25:00Z", "9999"]
)
def test_what_is_no_date_has_no_span(text: str) -> None:
    assert instants.span(text) is None


def test_instants_order_as_text() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert instants.sortable(early) < instants.sortable(late)
    assert instants.instant(early) == "2026-01-01T00:00:00.000Z"


def test_accents_fold_and_norwegian_letters_stay() -> None:
    assert folded("  André  ÅSE ") == "andre åse"
    assert folded("Bjørg") != folded("Bjorg")
    assert folded("Å") != folded("A")


def test_appointment_is_found_by_everybody_in_it() -> None:
    actors = ("Patient/p", "Practitioner/n", "Location/l")
    terms, spans = index_rows(
        {
            "resourceType": "Appointment",
            "participant": [{"actor": {"reference": actor}} for actor in actors],
            "start": "2026-11-23T08:00:00+01:00",
        }
    )
    found = {(term.name, term.value) for term in terms}
    assert {("actor", actor) for actor in actors} <= found
    assert ("patient", "Patient/p") in found
    assert ("patient", "Practitioner/n") not in found
    assert ("practitioner", "Practitioner/n") in found
    assert [span.name for span in spans] == ["date"]


@pytest.mark.parametrize(
    "query", [[("date", "xx2020")], [("_count", "-1")], [("_sort", "status")], [("_include", "X:y")]]
)
def test_search_that_cannot_be_read_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal):
        parse_search("Appointment", query, strict=True)


def test_values_reach_the_database_as_arguments_only() -> None:
    hostile = "x' OR '1'='1"
    search = parse_search(
        "Patient", [("family", hostile), ("identifier", hostile), ("_id", hostile)], strict=True
    )
    assert not any("1'='1" in clause.sql for clause in search.clauses)


def test_numbers_of_real_people_are_seen_inside_text() -> None:
    assert holds_real_number(f"fnr {REAL_RANGE_NUMBER[:6]} {REAL_RANGE_NUMBER[6:]}.")
    assert holds_real_number(REAL_RANGE_NUMBER)
    assert not holds_real_number("29874849837")
    assert not holds_real_number(f"{REAL_RANGE_NUMBER}12")
    assert not holds_real_number(f"urn:oid:1.2.{REAL_RANGE_NUMBER}")


def test_text_of_values_stays() -> None:
    text = b'{"resourceType":"Basic","x":1.50,"y":1e5,"z":"\\u00e6","meta":{"tag":[{"code":"a"}],"versionId":"9"}}'
    stored = json_text.identified(
        text, type_="Basic", id_="b", version=2, last_updated="2026-01-01T00:00:00.000Z"
    )
    assert b'"x":1.50,"y":1e5,"z":"\\u00e6"' in stored
    tree = json_text.parse(stored)
    assert tree["meta"] == {
        "tag": [{"code": "a"}],
        "versionId": "2",
        "lastUpdated": "2026-01-01T00:00:00.000Z",
    }
