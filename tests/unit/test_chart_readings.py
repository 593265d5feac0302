"""Measurements: values as they were given, flags, series, and what cannot be shown is said."""

from __future__ import annotations

from typing import Any

import pytest

from services.readings import last_news2, rows_of, series_of
from services.views import Flag, Reading
from tests.chart_material import LOINC, SCT, chart, concept, folder, raw

WHEN = "2026-11-24T08:21:00+01:00"


def observation(code: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": code,
        "effectiveDateTime": WHEN,
        **fields,
    }


def quantity(value: object, unit: str, code: str = "") -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit} | ({"code": code} if code else {})}


def only(resource: dict[str, Any], *, born: str = "1948-07-29") -> Reading:
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": born}
    return chart(patient, resource).series[0].readings[0]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        (concept(LOINC, "8310-5"), quantity(38.4, "grader", "Cel"), ("temp", "38,4", "°C", Flag.HIGH)),
        (concept(SCT, "276885007"), quantity(36.8, "Cel"), ("temp", "36,8", "°C", Flag.NORMAL)),
        (concept(LOINC, "8310-5"), quantity(99.1, "degF", "[degF]"), ("temp", "99,1", "°F", Flag.NORMAL)),
        (concept(LOINC, "59408-5"), quantity(91, "%"), ("spo2", "91", "%", Flag.CRITICAL_LOW)),
        (concept(SCT, "271625008"), quantity(22, "/min"), ("rr", "22", "/min", Flag.HIGH)),
        (concept(LOINC, "8867-4"), quantity("84", "/min"), ("pulse", "84", "/min", Flag.NORMAL)),
        (
            concept(LOINC, "29463-7"),
            {"valueQuantity": {"value": 70, "unit": "kg", "comparator": ">"}},
            ("weight", "> 70", "kg", Flag.NORMAL),
        ),
        (
            concept(SCT, "1104441000000107"),
            {"valueCodeableConcept": concept(SCT, "130987000")},
            ("acvpu", "C", "", Flag.CRITICAL_LOW),
        ),
        (
            concept(SCT, "1104331000000105"),
            {"valueCodeableConcept": concept(SCT, "722742002")},
            ("o2", "luft", "", Flag.NORMAL),
        ),
        (concept(LOINC, "72166-2", "Røyk"), {"valueString": "aldri"}, ("72166-2", "aldri", "", Flag.NORMAL)),
        (concept(text="Svar"), {"valueBoolean": True}, ("ukjent", "ja", "", Flag.NORMAL)),
        (
            concept(text="Kurve"),
            {"valueSampledData": {"data": "1 2"}},
            ("ukjent", "kan ikke vises: valueSampledData", "", Flag.NORMAL),
        ),
        (
            concept(LOINC, "8867-4"),
            {"dataAbsentReason": concept(text="nektet")},
            ("pulse", "ikke målt – nektet", "", Flag.NORMAL),
        ),
        (concept(LOINC, "8867-4"), {}, ("pulse", "ikke målt", "", Flag.NORMAL)),
    ],
)
def test_a_value_is_shown_as_it_was_given(
    code: dict[str, Any], value: dict[str, Any], shown: tuple[str, ...]
) -> None:
    reading = only(observation(code, **value))
    assert (reading.code, reading.text, reading.unit, reading.flag) == shown


def test_decimals_are_neither_added_nor_dropped() -> None:
    body = b'{"resourceType":"Observation","code":{"text":"K"},"valueQuantity":{"value":%s,"unit":"mmol/L"}}'
    for given, shown in (
        (b"4.10", "4,10"),
        (b"4", "4"),
        (b"0.000", "0,000"),
        (b"1E+2", "100"),
        (b"1e-9", "0,000000001"),
    ):
        file = folder()
        file._by_type["Observation"] = [_sheet(body % given)]
        assert rows_of(file)[0].reading.text == shown


def _sheet(body: bytes) -> Any:
    from services.patient_file import sheet_of

    return sheet_of(raw("Observation", "o", body))


def pressure(systolic: dict[str, Any] | None, diastolic: dict[str, Any] | None) -> dict[str, Any]:
    parts = [("8462-4", diastolic), ("8480-6", systolic)]
    component = [{"code": concept(LOINC, code), **value} for code, value in parts if value is not None]
    return observation(concept(LOINC, "85354-9"), component=component)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "shown"),
    [
        (quantity(128, "mm[Hg]"), quantity(77, "mm[Hg]"), ("128/77", "mmHg", 128.0, 77.0, Flag.NORMAL)),
        (quantity(105, "mmHg"), quantity(125, "mmHg"), ("105/125", "mmHg", 105.0, 125.0, Flag.CRITICAL_HIGH)),
        (quantity(128, "mmHg"), None, ("128/–", "mmHg", 128.0, None, Flag.NORMAL)),
        (quantity(17, "kPa"), quantity(77, "mmHg"), ("17 kPa / 77 mmHg", "", 17.0, 77.0, Flag.NORMAL)),
    ],
)
def test_two_pressures_are_one_reading(
    systolic: dict[str, Any] | None, diastolic: dict[str, Any] | None, shown: tuple[object, ...]
) -> None:
    reading = only(pressure(systolic, diastolic))
    assert (reading.text, reading.unit, reading.number, reading.number_2, reading.flag) == shown


def test_the_journals_own_flag_counts_where_it_is_graver() -> None:
    high = {"interpretation": [{"coding": [{"code": "HH"}]}]}
    assert only(observation(concept(text="CRP"), **quantity(200, "mg/L"), **high)).flag is Flag.CRITICAL_HIGH
    assert (
        only(observation(concept(LOINC, "8867-4"), **quantity(95, "/min"), **high)).flag is Flag.CRITICAL_HIGH
    )


def test_an_adults_ranges_do_not_flag_a_child() -> None:
    child = only(observation(concept(LOINC, "8867-4"), **quantity(120, "/min")), born="2021-10-04")
    assert child.flag is Flag.NORMAL


def news2(total: int, parts: dict[str, int], **fields: object) -> dict[str, Any]:
    component = [{"code": concept(SCT, code), "valueInteger": points} for code, points in parts.items()]
    return observation(
        concept(SCT, "1104051000000101"), **quantity(total, "poeng", "{score}"), component=component, **fields
    )


@pytest.mark.parametrize(
    ("parts", "name", "scale"),
    [
        ({"1104321000000108": 0}, "", 2),
        ({"1104311000000102": 2}, "", 1),
        ({"1104301000000104": 2}, "", 0),
        ({}, "NEWS2 (SpO2 skala 2)", 2),
        ({}, "NEWS2 scale 1 score", 1),
    ],
)
def test_the_scale_of_a_score_is_told_and_never_read_from_its_points(
    parts: dict[str, int], name: str, scale: int
) -> None:
    resource = news2(3, parts)
    resource["code"]["text"] = name
    rows = rows_of(folder(resource))
    last = last_news2(rows)
    assert last is not None
    assert (last.score, last.scale) == (3, scale)
    assert rows[0].reading.unit == (f"skala {scale}" if scale else "")


def test_a_score_without_total_is_no_last_score() -> None:
    rows = rows_of(
        folder(observation(concept(SCT, "1104051000000101"), dataAbsentReason=concept(text="mangler puls")))
    )
    assert last_news2(rows) is None
    assert rows[0].reading.text == "ikke målt – mangler puls"


def test_a_single_three_and_seven_are_flagged() -> None:
    assert only(news2(3, {"1104301000000104": 3})).flag is Flag.HIGH
    assert only(news2(3, {"1104301000000104": 2})).flag is Flag.NORMAL
    assert only(news2(7, {})).flag is Flag.CRITICAL_HIGH


def test_what_was_taken_back_is_not_shown() -> None:
    for status in ("entered-in-error", "cancelled"):
        assert (
            chart(observation(concept(LOINC, "8867-4"), **quantity(40, "/min")) | {"status": status}).series
            == ()
        )


def test_an_inexact_time_is_told_beside_the_value() -> None:
    reading = only(
        observation(concept(LOINC, "29463-7"), **quantity(61.4, "kg")) | {"effectiveDateTime": "2026-05"}
    )
    assert (reading.at, reading.author) == (None, "05.2026")


def test_notes_and_circumstances_stand_with_the_value() -> None:
    resource = observation(
        concept(LOINC, "8867-4"),
        **quantity(84, "/min"),
        note=[{"text": "uregelmessig"}],
        bodySite=concept(text="v. håndledd"),
        performer=[{"display": "Olav Lie"}],
    ) | {"status": "preliminary"}
    assert only(resource).author == "Olav Lie · foreløpig · v. håndledd · uregelmessig"


def test_units_never_mix_in_a_series_and_the_newest_is_first() -> None:
    made = [
        observation(concept(LOINC, "29463-7"), **quantity(value, unit))
        | {"id": f"o{n}", "effectiveDateTime": f"2026-11-0{n}"}
        for n, (value, unit) in enumerate([(60, "kg"), (132, "[lb_av]"), (61, "kg")], 1)
    ]
    found = {
        series.unit: [reading.text for reading in series.readings]
        for series in series_of(rows_of(folder(*made)))
    }
    assert found == {"kg": ["61", "60"], "[lb_av]": ["132"]}


def test_a_panel_of_unknown_parts_is_shown_part_by_part() -> None:
    parts = [{"code": concept(text="Apgar farge"), "valueInteger": 2}, {"code": concept(text="Pust")}]
    assert only(observation(concept(text="Apgar"), component=parts)).text == "Apgar farge 2; Pust ikke målt"


def test_scale_two_flags_by_its_own_bands_and_by_oxygen_at_that_time() -> None:
    order = {
        "resourceType": "ServiceRequest",
        "id": "s",
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-11-01T10:00:00Z",
        "code": concept(SCT, "1104321000000108"),
        "requester": {"reference": "Practitioner/b", "display": "Ingrid Berg, fastlege"},
    }
    high = observation(concept(LOINC, "2708-6"), **quantity(97, "%")) | {"id": "o1"}
    oxygen = observation(concept(SCT, "1104331000000105"), valueCodeableConcept=concept(SCT, "371825009")) | {
        "id": "o2"
    }

    def flag(*resources: dict[str, Any]) -> Flag:
        series = {s.code: s for s in chart(*resources).series}
        return series["spo2"].readings[0].flag

    assert flag(high, oxygen) is Flag.NORMAL
    assert flag(high, order) is Flag.NORMAL
    assert flag(high, oxygen, order) is Flag.CRITICAL_HIGH


def test_one_that_cannot_be_read_is_said() -> None:
    from services.patient_file import PatientFile

    rows = rows_of(PatientFile("p1", [raw("Observation", "o7", b"[]")]))
    assert (rows[0].reading.name, rows[0].reading.text) == (
        "Kan ikke vises: Observation o7",
        "kan ikke vises",
    )
