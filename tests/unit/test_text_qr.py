"""The picture of a code: every module of the matrix is where it belongs, and what is too long is not drawn."""

from __future__ import annotations

import segno

from services.text_qr import text_qr

ADDRESS = "https://innlogging.example/device?user_code=WDJB-MJHT"
_DARK = {"█": (False, False), "▀": (False, True), "▄": (True, False), " ": (True, True)}


def test_the_lines_say_the_matrix_with_its_quiet_zone() -> None:
    lines = text_qr(ADDRESS)
    rows = [[_DARK[one][half] for one in line] for line in lines for half in (0, 1)]
    matrix = [list(map(bool, row)) for row in segno.make_qr(ADDRESS, error="l").matrix]
    size = len(matrix)
    assert {len(line) for line in lines} == {size + 4}
    assert [row[2:-2] for row in rows[2 : 2 + size]] == matrix
    margin = [*rows[:2], *rows[2 + size :], *([row[0], row[1], row[-2], row[-1]] for row in rows)]
    assert not any(any(row) for row in margin)


def test_a_picture_of_a_usual_address_fits_a_small_terminal() -> None:
    lines = text_qr(ADDRESS)
    assert len(lines) <= 20
    assert len(lines[0]) <= 40


def test_what_is_too_long_is_not_drawn() -> None:
    assert text_qr("https://innlogging.example/" + "x" * 400) == ()
