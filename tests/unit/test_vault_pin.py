"""Which PINs are taken."""

from __future__ import annotations

import pytest

from offline_cache.errors import PinCommon, PinTooShort
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
