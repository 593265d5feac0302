"""The curtain, stroke by stroke: what is written to the terminal in place of the screens."""

from __future__ import annotations

from textual.geometry import Size

from tui.curtain import Curtain

SIZE = Size(40, 6)


def drawn(*texts: str) -> Curtain:
    """Return a curtain that is drawn."""
    curtain = Curtain()
    curtain.draw(*texts)
    return curtain


def test_every_line_is_emptied_where_it_is_and_the_screen_is_never_cleared() -> None:
    strokes = drawn("Skjult").strokes(SIZE)
    assert strokes.count("\x1b[2K") == 6
    assert "\x1b[6;1H\x1b[2K" in strokes
    assert "\x1b[2J" not in strokes


def test_what_stands_there_is_not_written_again() -> None:
    curtain = drawn("Skjult")
    assert curtain.strokes(SIZE)
    assert curtain.strokes(SIZE) == ""
    assert curtain.strokes(Size(50, 6))
    curtain.draw("Skjult", "Lagret")
    assert "Lagret" in curtain.strokes(Size(50, 6))
    curtain.take_away()
    curtain.draw("Skjult", "Lagret")
    assert curtain.strokes(Size(50, 6)), "what stood there before is gone"


def test_lines_are_wrapped_and_cut_to_the_terminal() -> None:
    lines = drawn("en to tre fire fem seks sju åtte ni ti elleve", "", "nede", "under").lines(SIZE)
    assert lines == ["", "  en to tre fire fem seks sju åtte ni", "  ti elleve", "", "  nede", "  under"]
    assert [len(line) for line in drawn("skjult").lines(Size(3, 2))] == [0, 3]


def test_a_name_on_it_steers_nothing() -> None:
    strokes = drawn("Kari \x1b]0;tittel\x07\u202e").strokes(SIZE)
    assert "\x1b]" not in strokes
    assert "<U+001B>" in strokes
