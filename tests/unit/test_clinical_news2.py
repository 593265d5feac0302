"""NEWS2: the golden vectors, every threshold from both sides, and properties."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.flags import Flag
from clinical.news2 import (
    ACVPU_NAMES,
    ACVPU_SNOMED,
    COMPONENT_SNOMED,
    PARTS,
    SPO2_COMPONENT_SNOMED,
    Acvpu,
    News2Values,
    Refusal,
    Scale,
    acvpu_flag,
    flag,
    refusal,
    score,
)
from clinical.news2_response import RESPONSES, Risk, response, risk

GOLDEN = [
    ("16 97 n 124 72 A 36.8", 1, 0),
    ("12 96 n 111 51 A 36.1", 1, 0),
    ("22 93 n 105 104 A 38.4", 1, 7),
    ("25 91 y 88 132 V 39.2", 1, 19),
    ("8 83 y 90 40 U 35.0", 2, 20),
    ("18 90 n 130 80 A 37.0", 2, 0),
    ("18 94 y 130 80 A 37.0", 2, 3),
    ("18 97 y 130 80 A 37.0", 2, 5),
    ("18 97 n 130 80 A 37.0", 2, 0),
    ("20 95 n 219 90 C 38.0", 1, 4),
    ("21 94 n 220 91 A 38.1", 1, 8),
    ("24 92 n 110 110 A 39.0", 1, 7),
    ("11 96 n 100 50 A 36.0", 1, 5),
    ("9 96 n 101 41 A 35.1", 1, 4),
    ("25 93 y 90 40 C 35.0", 2, 18),
]
HEALTHY = News2Values(16, 97, False, 124, 72, Acvpu.ALERT, Decimal("36.8"))


def values_of(line: str) -> News2Values:
    """Read a line in the order of the form."""
    rr, spo2, oxygen, systolic, pulse, acvpu, temperature = line.split()
    return News2Values(
        int(rr), int(spo2), oxygen == "y", int(systolic), int(pulse), Acvpu(acvpu), Decimal(temperature)
    )


@pytest.mark.parametrize(("line", "scale", "total"), GOLDEN)
def test_golden_vectors(line: str, scale: int, total: int) -> None:
    found = score(values_of(line), Scale(scale))
    assert found.total == total
    assert sum(points or 0 for points in found.parts.values()) == total
    assert found.any_three is (3 in found.parts.values())
    assert found.missing == ()
    assert found.scale == scale


# The chart, band by band: first and last value of each, and its points.
CHART = {
    "rr": [(0, 8, 3), (9, 11, 1), (12, 20, 0), (21, 24, 2), (25, 80, 3)],
    "systolic": [(20, 90, 3), (91, 100, 2), (101, 110, 1), (111, 219, 0), (220, 320, 3)],
    "pulse": [(10, 40, 3), (41, 50, 1), (51, 90, 0), (91, 110, 1), (111, 130, 2), (131, 300, 3)],
}
SPO2_CHART = {
    (Scale.ONE, False): [(0, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0)],
    (Scale.ONE, True): [(0, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0)],
    (Scale.TWO, False): [(0, 83, 3), (84, 85, 2), (86, 87, 1), (88, 100, 0)],
    (Scale.TWO, True): [
        (0, 83, 3),
        (84, 85, 2),
        (86, 87, 1),
        (88, 92, 0),
        (93, 94, 1),
        (95, 96, 2),
        (97, 100, 3),
    ],
}
TEMPERATURE_CHART = [(250, 350, 3), (351, 360, 1), (361, 380, 0), (381, 390, 1), (391, 450, 2)]


@pytest.mark.parametrize("part", CHART)
def test_every_whole_value_of_the_chart(part: str) -> None:
    for first, last, points in CHART[part]:
        for value in range(first, last + 1):
            changed: dict[str, Any] = {part: value}
            assert score(replace(HEALTHY, **changed), Scale.ONE).parts[part] == points, value


@pytest.mark.parametrize(("scale", "oxygen"), SPO2_CHART)
def test_every_saturation_on_both_scales(scale: Scale, *, oxygen: bool) -> None:
    for first, last, points in SPO2_CHART[scale, oxygen]:
        for value in range(first, last + 1):
            assert score(replace(HEALTHY, spo2=value, oxygen=oxygen), scale).parts["spo2"] == points, value


def test_every_tenth_of_a_degree() -> None:
    for first, last, points in TEMPERATURE_CHART:
        for tenths in range(first, last + 1):
            found = score(replace(HEALTHY, temperature=Decimal(tenths) / 10), Scale.ONE)
            assert found.parts["temp"] == points, tenths


def test_a_temperature_between_two_tenths_leaves_no_gap() -> None:
    assert score(replace(HEALTHY, temperature=Decimal("38.05")), Scale.ONE).parts["temp"] == 1


@pytest.mark.parametrize("field", [field.name for field in fields(News2Values)])
def test_one_missing_value_gives_no_total(field: str) -> None:
    found = score(replace(HEALTHY, **{field: None}), Scale.ONE)
    assert found.total is None
    assert found.missing == ({"oxygen": "o2", "temperature": "temp"}.get(field, field),)
    assert sum(points is None for points in found.parts.values()) == 1


def test_nothing_measured_is_nothing_scored() -> None:
    found = score(News2Values(), Scale.ONE)
    assert found.total is None
    assert found.missing == PARTS
    assert set(found.parts.values()) == {None}
    assert not found.any_three


def test_a_high_saturation_on_scale_two_waits_for_air_or_oxygen() -> None:
    assert score(replace(HEALTHY, spo2=93, oxygen=None), Scale.TWO).parts["spo2"] is None
    assert score(replace(HEALTHY, spo2=90, oxygen=None), Scale.TWO).parts["spo2"] == 0


def test_a_three_is_seen_before_the_score_is_complete() -> None:
    found = score(News2Values(rr=26), Scale.ONE)
    assert found.any_three
    assert found.total is None
    assert risk(found) is Risk.SINGLE_THREE


every_value = st.builds(
    News2Values,
    rr=st.none() | st.integers(0, 80),
    spo2=st.none() | st.integers(0, 100),
    oxygen=st.none() | st.booleans(),
    systolic=st.none() | st.integers(20, 320),
    pulse=st.none() | st.integers(10, 300),
    acvpu=st.none() | st.sampled_from(Acvpu),
    temperature=st.none() | st.decimals(25, 45, places=1),
)
scales = st.sampled_from(Scale)


@given(every_value, scales)
def test_bounds_and_completeness(values: News2Values, scale: Scale) -> None:
    found = score(values, scale)
    assert set(found.parts) == set(PARTS)
    assert all(points is None or 0 <= points <= 3 for points in found.parts.values())
    assert (found.total is None) is bool(found.missing)
    assert found.total is None or (
        0 <= found.total <= 20 and found.total == sum(filter(None, found.parts.values()))
    )
    assert found.any_three is (3 in found.parts.values())


@given(st.integers(0, 80), st.integers(0, 80), scales)
def test_farther_from_normal_never_scores_less(one: int, other: int, scale: Scale) -> None:
    near, far = sorted((one, other), key=lambda rr: abs(rr - 16))
    if (near - 16) * (far - 16) >= 0:
        low = score(replace(HEALTHY, rr=near), scale).parts["rr"]
        high = score(replace(HEALTHY, rr=far), scale).parts["rr"]
        assert (low or 0) <= (high or 0)


@given(st.integers(0, 100), st.integers(0, 100))
def test_scale_one_is_monotonic_in_the_saturation(one: int, other: int) -> None:
    less, more = sorted((one, other))
    parts = [score(replace(HEALTHY, spo2=spo2), Scale.ONE).parts["spo2"] for spo2 in (less, more)]
    assert (parts[0] or 0) >= (parts[1] or 0)


@given(every_value, scales)
def test_oxygen_costs_exactly_two_outside_the_saturation(values: News2Values, scale: Scale) -> None:
    on_air = score(replace(values, oxygen=False), scale)
    on_oxygen = score(replace(values, oxygen=True), scale)
    assert (on_air.parts["o2"], on_oxygen.parts["o2"]) == (0, 2)
    others = [part for part in PARTS if part not in {"o2", "spo2"}]
    assert [on_air.parts[part] for part in others] == [on_oxygen.parts[part] for part in others]


@pytest.mark.parametrize(
    ("age", "pregnant", "expected"),
    [
        (15, False, Refusal.UNDER_16),
        (16, False, None),
        (85, False, None),
        (30, True, Refusal.PREGNANT),
        (None, False, Refusal.AGE_UNKNOWN),
        (0, False, Refusal.UNDER_16),
    ],
)
def test_who_may_not_be_scored(age: int | None, *, pregnant: bool, expected: Refusal | None) -> None:
    assert refusal(age, pregnant=pregnant) is expected


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("rr", "8", Flag.CRITICAL_LOW),
        ("rr", "9", Flag.LOW),
        ("rr", "12", Flag.NORMAL),
        ("rr", "21", Flag.HIGH),
        ("rr", "25", Flag.CRITICAL_HIGH),
        ("temp", "39.1", Flag.HIGH),
        ("temp", "35.0", Flag.CRITICAL_LOW),
        ("systolic", "220", Flag.CRITICAL_HIGH),
        ("pulse", "111", Flag.HIGH),
        ("spo2", "91", Flag.CRITICAL_LOW),
        ("spo2", "94", Flag.LOW),
    ],
)
def test_flags(part: str, value: str, expected: Flag) -> None:
    assert flag(part, Decimal(value)) is expected


def test_flags_of_the_saturation_follow_scale_and_oxygen() -> None:
    assert flag("spo2", 90, scale=Scale.TWO) is Flag.NORMAL
    assert flag("spo2", 97, scale=Scale.TWO, oxygen=True) is Flag.CRITICAL_HIGH
    assert flag("spo2", 94, scale=Scale.TWO, oxygen=True) is Flag.HIGH
    assert flag("spo2", 97, scale=Scale.TWO, oxygen=False) is Flag.NORMAL
    assert flag("spo2", 97, scale=Scale.TWO) is Flag.NORMAL
    assert flag("spo2", 84, scale=Scale.TWO) is Flag.LOW
    assert acvpu_flag(Acvpu.ALERT) is Flag.NORMAL
    assert acvpu_flag(Acvpu.CONFUSION).critical


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("16 97 n 124 72 A 36.8", Risk.NONE),
        ("16 95 n 124 72 A 36.8", Risk.LOW),
        ("16 97 n 124 72 C 36.8", Risk.SINGLE_THREE),
        ("16 97 y 124 72 C 36.8", Risk.MEDIUM),
        ("22 93 n 110 72 A 36.8", Risk.MEDIUM),
        ("22 93 n 105 104 A 38.4", Risk.HIGH),
    ],
)
def test_what_a_score_asks_for(line: str, expected: Risk) -> None:
    found = score(values_of(line), Scale.ONE)
    assert risk(found) is expected
    assert response(found) is RESPONSES[expected]


def test_an_incomplete_score_asks_for_nothing_and_a_place_may_have_its_own_table() -> None:
    assert response(score(News2Values(), Scale.ONE)) is None
    own = {**RESPONSES, Risk.NONE: RESPONSES[Risk.HIGH]}
    assert response(score(HEALTHY, Scale.ONE), own) is RESPONSES[Risk.HIGH]
    assert set(RESPONSES) == set(Risk)


def test_every_part_and_letter_has_its_own_code_and_name() -> None:
    codes = [*COMPONENT_SNOMED.values(), *SPO2_COMPONENT_SNOMED.values(), *ACVPU_SNOMED.values()]
    assert len(set(codes)) == len(codes) == 13
    assert set(COMPONENT_SNOMED) == set(PARTS) - {"spo2"}
    assert set(ACVPU_NAMES) == set(ACVPU_SNOMED) == set(Acvpu)
