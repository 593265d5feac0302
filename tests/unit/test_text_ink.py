"""Lines are as wide as they look, and nothing unseen passes into them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text.ink import Ink, Piece, beside, cell, line, padded, piece, plain, segments, width_of
from tui.widgets.trend import trend


@given(st.text(max_size=40), st.integers(1, 30))
def test_a_cell_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(cell(text, width).text) == width


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(0, 40))
def test_a_padded_line_has_exactly_its_width(texts: list[str], width: int) -> None:
    pieces = [piece(text) for text in texts]
    assert width_of(padded(pieces, width)) == width


def test_control_characters_are_written_out_and_brackets_stay() -> None:
    said = plain(line("a\x1b]0;x\x07 [ikke bekreftet]\n[/x] \u202eb"))
    assert said == "a<U+001B>]0;x<U+0007> [ikke bekreftet] [/x] <U+202E>b"


def test_blocks_stand_side_by_side() -> None:
    rows = beside([line("a"), line("bb")], [line("1")], 4, gap=2)
    assert [plain(row) for row in rows] == ["a     1", "bb"]


def test_ink_becomes_style_and_plain_ink_none() -> None:
    drawn = segments([Piece("x", Ink.DANGER), Piece("y")])
    assert drawn[0].style is not None
    assert drawn[0].style.bold
    assert drawn[1].style is not None
    assert not drawn[1].style


@given(st.lists(st.floats(-1000, 1000), max_size=50), st.integers(1, 30), st.integers(1, 3))
def test_a_trend_fills_its_cells_and_never_fails(values: list[float], width: int, height: int) -> None:
    rows = trend(values, width, height)
    assert len(rows) == height
    assert all(len(row) == width for row in rows)


def test_a_rising_trend_begins_low_and_ends_high() -> None:
    (row,) = trend([1, 2, 3, 4], 2)
    assert row == "⡠⠊"
