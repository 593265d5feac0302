"""How typed values are read, shown and flagged, and how the journal's codes are known again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical import news2, vitals
from clinical.flags import Flag
from clinical.typed_number import Unreadable
from clinical.vitals import LOINC, MEASURES, SNOMED, ParsedValue, measure_of, parse
from services.views import Flag as ShownFlag

NUMERIC = [measure for measure in MEASURES.values() if measure.numeric]


@pytest.mark.parametrize("typed", ["37,2", "37.2", "372", " 37,2 ", "37,20"])
def test_one_temperature_typed_five_ways(typed: str) -> None:
    assert parse("temp", typed) == ParsedValue(Decimal("37.2"), "37,2", implausible=False)


@given(st.integers(250, 450))
def test_comma_point_and_neither_are_the_same_temperature(tenths: int) -> None:
    whole, tenth = divmod(tenths, 10)
    read = {parse("temp", typed) for typed in (f"{whole},{tenth}", f"{whole}.{tenth}", str(tenths))}
    assert len(read) == 1
    value = read.pop()
    assert isinstance(value, ParsedValue)
    assert value.value == Decimal(tenths) / 10
    assert value.text == f"{whole},{tenth}"


@pytest.mark.parametrize(
    ("code", "typed", "expected"),
    [
        ("temp", "", Unreadable.EMPTY),
        ("temp", "   ", Unreadable.EMPTY),
        ("temp", "98.6", Unreadable.IMPOSSIBLE),
        ("temp", "98,6 F", Unreadable.NOT_A_NUMBER),
        ("temp", "310", ParsedValue(Decimal("31.0"), "31,0", implausible=True)),
        ("temp", "3,72", Unreadable.TOO_MANY_DECIMALS),
        ("temp", "37,25", Unreadable.TOO_MANY_DECIMALS),
        ("temp", "37", ParsedValue(Decimal("37.0"), "37,0", implausible=False)),
        ("temp", "3720", Unreadable.IMPOSSIBLE),
        ("temp", "37,2 °C", Unreadable.NOT_A_NUMBER),
        ("temp", "-37", Unreadable.NOT_A_NUMBER),
        ("temp", "3e1", Unreadable.NOT_A_NUMBER),
        ("temp", "٣٧", Unreadable.NOT_A_NUMBER),
        ("temp", "37,", Unreadable.NOT_A_NUMBER),
        ("temp", "3 7", Unreadable.NOT_A_NUMBER),
        ("spo2", "97", ParsedValue(Decimal(97), "97", implausible=False)),
        ("spo2", "97,0", ParsedValue(Decimal(97), "97", implausible=False)),
        ("spo2", "0,97", Unreadable.TOO_MANY_DECIMALS),
        ("spo2", "59", ParsedValue(Decimal(59), "59", implausible=True)),
        ("spo2", "101", Unreadable.IMPOSSIBLE),
        ("systolic", "12", Unreadable.IMPOSSIBLE),
        ("systolic", "261", ParsedValue(Decimal(261), "261", implausible=True)),
        ("rr", "1 8", Unreadable.NOT_A_NUMBER),
        ("rr", "3", ParsedValue(Decimal(3), "3", implausible=True)),
        ("weight", "72,5", ParsedValue(Decimal("72.5"), "72,5", implausible=False)),
        ("weight", "725", Unreadable.IMPOSSIBLE),
        ("glucose", "5,6", ParsedValue(Decimal("5.6"), "5,6", implausible=False)),
        ("glucose", "90", Unreadable.IMPOSSIBLE),
    ],
)
def test_what_is_read_and_what_is_refused(code: str, typed: str, expected: ParsedValue | Unreadable) -> None:
    assert parse(code, typed) == expected


@given(st.sampled_from(NUMERIC), st.text(max_size=8))
def test_no_text_breaks_the_reader_and_no_value_leaves_the_hard_range(
    measure: vitals.Measure, text: str
) -> None:
    read = measure.parse(text)
    if isinstance(read, ParsedValue):
        assert measure.hard[0] <= read.value <= measure.hard[1]
        assert read.implausible is not (measure.soft[0] <= read.value <= measure.soft[1])
        assert measure.parse(read.text) == read


@given(st.sampled_from(NUMERIC), st.integers(0, 9999))
def test_a_whole_number_is_never_converted_except_tenths_of_a_degree(
    measure: vitals.Measure, number: int
) -> None:
    read = measure.parse(str(number))
    if isinstance(read, ParsedValue):
        tenths = measure.code == "temp" and len(str(number)) == 3
        assert read.value == (Decimal(number) / 10 if tenths else number)


@pytest.mark.parametrize("measure", NUMERIC, ids=lambda measure: measure.code)
def test_ranges_lie_inside_each_other(measure: vitals.Measure) -> None:
    assert measure.hard[0] <= measure.soft[0] < measure.soft[1] <= measure.hard[1]
    assert measure.unit
    assert measure.ucum


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "8867-4", "pulse"),
        (SNOMED, "364075005", "pulse"),
        (LOINC, "59408-5", "spo2"),
        (SNOMED, "271625008", "rr"),
        (SNOMED, "4471000202106", "systolic"),
        (SNOMED, "4481000202108", "diastolic"),
        (LOINC, "85354-9", "bp"),
        (SNOMED, "1104051000000101", "news2"),
        (SNOMED, "1104441000000107", "acvpu"),
        (LOINC, "8310-5", "temp"),
        (LOINC, "29463-7", "weight"),
    ],
)
def test_either_code_system_names_the_measure(system: str, code: str, expected: str) -> None:
    found = measure_of([("urn:unknown", "x"), (system, code)])
    assert found is not None
    assert found.code == expected


def test_an_unknown_code_names_nothing() -> None:
    assert measure_of([(LOINC, "364075005"), ("", "")]) is None


def test_no_code_names_two_measures() -> None:
    codes = [code for measure in MEASURES.values() for code in (*measure.loinc, *measure.snomed)]
    assert len(set(codes)) == len(codes)
    assert set(news2.PARTS) <= set(MEASURES)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("diastolic", "39", Flag.CRITICAL_LOW),
        ("diastolic", "59", Flag.LOW),
        ("diastolic", "60", Flag.NORMAL),
        ("diastolic", "90", Flag.HIGH),
        ("diastolic", "120", Flag.CRITICAL_HIGH),
        ("glucose", "2.9", Flag.CRITICAL_LOW),
        ("weight", "150", Flag.NORMAL),
        ("temp", "38.4", Flag.HIGH),
        ("spo2", "85", Flag.CRITICAL_LOW),
    ],
)
def test_flags(code: str, value: str, expected: Flag) -> None:
    assert vitals.flag(code, Decimal(value)) is expected


def test_scale_two_reaches_the_flag_of_the_saturation() -> None:
    assert vitals.flag("spo2", Decimal(90), scale=news2.Scale.TWO) is Flag.NORMAL
    assert vitals.flag("spo2", Decimal(97), scale=news2.Scale.TWO, oxygen=True) is Flag.CRITICAL_HIGH


def test_the_words_of_a_flag_are_those_the_screens_know() -> None:
    assert {flag.name: flag.value for flag in Flag} == {flag.name: flag.value for flag in ShownFlag}


def test_pressures_that_cannot_belong_together() -> None:
    assert vitals.pressures_disagree(Decimal(80), Decimal(80))
    assert vitals.pressures_disagree(Decimal(77), Decimal(128))
    assert not vitals.pressures_disagree(Decimal(128), Decimal(77))


def test_a_value_keeps_the_decimals_the_journal_gave() -> None:
    assert MEASURES["temp"].shown(Decimal(37)) == "37,0"
    assert MEASURES["temp"].shown(Decimal("37.25")) == "37,25"
    assert MEASURES["rr"].shown(Decimal(18)) == "18"
