"""Which PINs are taken: long enough, and none of the first that anybody would try."""

from __future__ import annotations

import unicodedata

from offline_cache.errors import PinCommon, PinTooShort

SHORTEST = 6
"""Characters a PIN must have (architecture.md, decisions)."""

_LONGEST_PATTERN = 12
_ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyzæøå",
    "qwertyuiopå",
    "asdfghjkløæ",
    "zxcvbnm",
)
_WORDS = """
passord password passord1 password1 passord123 password123 hemmelig hemmelig1 velkommen velkommen1 welcome
welcome1 letmein abc123 abcd1234 a1b2c3 qwerty1 qwerty12 qwerty123 qwertyu 1q2w3e 1q2w3e4r 1qaz2wsx zaq12wsx
admin1 admin123 administrator feltjournal journal journal1 sykepleier sykehus helse123 helsefag
hjemmesykepleie pasient pasient1 lege123 hjemmetjenesten norge123 norway norge1 trondheim bergen oslo123
rosenborg brann1 viking sommer vinter hosten sommer1 vinter1 sommer2025 vinter2025 sommer2026 vinter2026
host2025 host2026 januar februar august september oktober november desember mandag tirsdag onsdag torsdag
fredag lordag sondag martin kristian kristin marius camilla thomas andreas monica anders charlie jordan
dragon monkey shadow master sunshine princess football fotball iloveyou elsker jegelskerdeg superman batman
pokemon starwars 123abc 123qwe asd123 qwe123 147258 258369 159753 147852 741852 963852 159357 357159 147147
258258 369369 102030 010203 112233 332211 445566 778899 123321 456654 789987 121314 131415 101010 202020
124578 142536 135790 246810 135246 111222 000111 222333 007007 070707 420420 696969 666999 808080 909090
123654 654321 987654 123987 321654
"""
_COMMON = frozenset(_WORDS.split())


def check_pin(pin: str) -> None:
    """Refuse a PIN that is too short or too common.

    Raises:
        PinTooShort: It has fewer than six characters.
        PinCommon: It is a common one, a run along the keys or the alphabet, or a short pattern repeated.
    """
    plain = unicodedata.normalize("NFKC", pin).casefold()
    if len(plain) < SHORTEST:
        raise PinTooShort
    if plain in _COMMON or _is_run(plain) or _is_repeat(plain):
        raise PinCommon


def _is_run(plain: str) -> bool:
    """Tell whether it follows a row of keys, digits or letters, round the end too, forwards or backwards."""
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    return any(plain in row * 2 for row in rows)


def _is_repeat(plain: str) -> bool:
    """Tell whether it is a piece of at most three characters repeated: 111111, 121212, 123123."""
    if len(plain) > _LONGEST_PATTERN and len(set(plain)) > 1:
        return False
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in (1, 2, 3))
