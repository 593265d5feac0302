"""Identity numbers: the published checksum vectors (this file alone may hold them) and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.identity_number import Checksum, Kind, Series, classify, format_spaced, is_valid

PUBLISHED = [
    ("02013299997", Kind.FNR, Series.NONE, Checksum.BOTH),
    ("30108299920", Kind.FNR, Series.NONE, Checksum.BOTH),
    ("02013299903", Kind.FNR, Series.NONE, Checksum.ONLY_2032),
    ("30108299939", Kind.FNR, Series.NONE, Checksum.ONLY_2032),
    ("01863199618", Kind.FNR, Series.PLUS_80, Checksum.ONLY_2032),
    ("53097248016", Kind.DNR, Series.NONE, Checksum.BOTH),
    ("13527248013", Kind.HNR, Series.PLUS_40, Checksum.BOTH),
    ("10915596784", Kind.FNR, Series.PLUS_80, Checksum.BOTH),
    ("41869049970", Kind.DNR, Series.PLUS_80, Checksum.BOTH),
    ("19779998080", Kind.FNR, Series.PLUS_65, Checksum.BOTH),
    ("15064312345", Kind.FNR, Series.NONE, Checksum.NONE),
]
# First remainders of three and four, worked out by hand for this test: the last one allowed, and the first one not.
BORDER = [
    ("29874800064", Kind.FNR, Series.PLUS_80, Checksum.ONLY_2032),
    ("29874800072", Kind.FNR, Series.PLUS_80, Checksum.NONE),
]
DEMO = [
    "14834149894",
    "02913649950",
    "29874849837",
    "08812949870",
    "21895549980",
    "05856249990",
    "31924449678",
    "17828849840",
    "04902199778",
    "11887349934",
    "41869049970",
    "01863199618",
]
MONTH_OFFSETS = {Series.NONE: 0, Series.PLUS_40: 40, Series.PLUS_65: 65, Series.PLUS_80: 80}


@pytest.mark.parametrize(("number", "kind", "series", "checksum"), PUBLISHED + BORDER)
def test_published_vectors(number: str, kind: Kind, series: Series, checksum: Checksum) -> None:
    found = classify(number)
    assert (found.kind, found.series, found.checksum) == (kind, series, checksum)
    assert is_valid(number) is (checksum is not Checksum.NONE)


@pytest.mark.parametrize("number", DEMO)
def test_demo_identities_are_valid_and_outside_the_range_of_real_people(number: str) -> None:
    assert classify(number).is_valid
    assert classify(number).series is Series.PLUS_80
    assert not classify(number).is_real_range


def test_real_range_is_what_a_living_person_may_have() -> None:
    real = {number for number, *_ in PUBLISHED if classify(number).is_real_range}
    assert real == {
        "02013299997",
        "30108299920",
        "02013299903",
        "30108299939",
        "53097248016",
        "13527248013",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234567890",
        "123456789012",
        "2987484983x",
        "٢٩٨٧٤٨٤٩٨٣٧",
        "32874849837",
        "29994849837",
        "00874849837",
        "30822849837",
        "72874849837",
    ],
)
def test_what_is_not_an_identity_number(text: str) -> None:
    assert classify(text).kind is Kind.INVALID
    assert not is_valid(text)
    assert not classify(text).is_real_range


def test_help_numbers_hold_no_date() -> None:
    assert classify("81234567890").kind is Kind.FHN


def test_blanks_are_ignored_and_shown_after_the_sixth_digit() -> None:
    assert is_valid(" 298748 49837 ")
    assert format_spaced("29874849837") == "298748 49837"
    assert format_spaced("298748 49837") == "298748 49837"
    assert format_spaced("ukjent") == "ukjent"


def remainders(digits: str) -> tuple[int, int]:
    """Work out the two remainders from the formula of the register, written out."""
    d = [int(digit) for digit in digits]
    first = (
        3 * d[0] + 7 * d[1] + 6 * d[2] + d[3] + 8 * d[4] + 9 * d[5] + 4 * d[6] + 5 * d[7] + 2 * d[8] + d[9]
    )
    second = 5 * d[0] + 4 * d[1] + 3 * d[2] + 2 * d[3] + 7 * d[4] + 6 * d[5] + 5 * d[6] + 4 * d[7] + 3 * d[8]
    return first % 11, (second + 2 * d[9] + d[10]) % 11


@given(
    day=st.integers(1, 28),
    month=st.integers(1, 12),
    rest=st.integers(0, 9_999_999),
    series=st.sampled_from(Series),
    is_d=st.booleans(),
)
def test_kind_series_and_checksum_follow_the_rule(
    day: int, month: int, rest: int, series: Series, *, is_d: bool
) -> None:
    number = f"{day + 40 * is_d:02}{month + MONTH_OFFSETS[series]:02}{rest:07}"
    found = classify(number)
    assert found.series is series
    assert (found.kind is Kind.DNR) is is_d
    first, second = remainders(number)
    assert found.is_valid is (second == 0 and first in {0, 1, 2, 3})
    assert (found.checksum is Checksum.BOTH) is (first == second == 0)


@given(
    number=st.sampled_from([n for n, _, _, checksum in PUBLISHED if checksum is Checksum.BOTH]),
    data=st.data(),
)
def test_one_wrong_digit_never_holds_the_old_rule(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, 10))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert classify(number[:place] + wrong + number[place + 1 :]).checksum is not Checksum.BOTH


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    assert classify(text).is_valid in {True, False}
    assert "".join(format_spaced(text).split()) == "".join(text.split())
