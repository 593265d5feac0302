"""Which PINs are taken."""

from __future__ import annotations

import pytest

from offline_cache.errors import PinCommon, PinTooShort
from offline_cache.keys import KdfParams, stretch
from offline_cache.pin import _COMMON, check_pin


@pytest.mark.parametrize("pin", ["", "1", "47291", "æøå", "ab 12"])
def test_short_ones_are_refused(pin: str) -> None:
    with pytest.raises(PinTooShort):
        check_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        "123456", "1234567", "012345", "987654", "654321", "890123", "111111", "0000000000", "121212", "123123", "abcdef",
        "ABCDEF", "qwerty", "poiuyt", "asdfgh", "xyzæøå", "passord", "Passord1", "PASSORD123", "sommer2026", "feltjournal",
        "１２３４５６", "112233", "147258", "hjemmesykepleie",
    ],
)  # fmt: skip
def test_common_ones_are_refused(pin: str) -> None:
    with pytest.raises(PinCommon):
        check_pin(pin)


@pytest.mark.parametrize("pin", ["rogn-47", "472916", "bjørk7", "830516", "blå hest fjord", "7391847193847"])
def test_others_are_taken(pin: str) -> None:
    check_pin(pin)


def test_more_than_a_hundred_values_are_refused_beside_the_patterns() -> None:
    assert len(_COMMON) >= 100
    for pin in _COMMON:
        with pytest.raises((PinCommon, PinTooShort)):
            check_pin(pin)


def test_a_phrase_counts_to_its_last_letter_and_by_its_case() -> None:
    """Nothing is cut off, folded or trimmed before it is stretched; two ways to write one letter are one."""
    phrase = "blå hest i fjorden " * 12
    check_pin(phrase)
    cheap, salt = KdfParams(memory_kib=8, passes=1), b"s" * 16
    others = [phrase[:-1], f"{phrase[:-1]}x", phrase.upper(), f" {phrase}"]
    assert len({stretch(one, salt, cheap) for one in (phrase, *others)}) == 1 + len(others)
    assert stretch("bla\u030a hest", salt, cheap) == stretch("bl\u00e5 hest", salt, cheap)
