"""The banner: who the patient is and what is dangerous, fixed at the top of every screen of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from services.views import Allergy
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, content_of, line, piece, visible, width_of
from tui.text.state_words import ALLERGY_INK

if TYPE_CHECKING:
    from services.views import Banner

_NUMBER = 12  # 6 + 5 and the blank between


_NAME_LINES = 3
_MOST = 8
"""Lines of the banner at most: one long text in the chart must not push the form off the screen."""


def banner_lines(banner: Banner, width: int) -> list[Line]:
    """Return the identity, the allergy state and the alerts; what has no room is named, and stands on place 6."""
    lines = [*_identity(banner, width), *_broken(_dangers_and_names(banner, width), width)]
    if len(lines) <= _MOST:
        return lines
    return [*lines[: _MOST - 1], line(" ", piece(nb.text("banner.more"), Ink.DANGER))]


def _broken(lines: list[Line], width: int) -> list[Line]:
    """Break the lines that are too wide, so that they can be counted; every part keeps its weight."""
    broken: list[Line] = []
    for whole in lines:
        at: Line = []
        for part in whole:
            first = fmt.wrap(part.text, max(1, width - width_of(at)))[0]
            rest = part.text[len(first) :].lstrip(" ")
            at = [*at, Piece(first, part.ink)]
            for later in fmt.wrap(rest, width - 4) if rest else []:
                broken.append(at)
                at = [Piece("   "), Piece(later, part.ink)]
        broken.append(at)
    return broken


def _dangers_and_names(banner: Banner, width: int) -> list[Line]:
    """Return the dangers, and whom the patient may be taken for."""
    lines = _dangers(banner, width)
    if not banner.look_alikes:
        return lines
    said = piece(
        f"▲ {nb.text('banner.look_alike', others=visible(' · '.join(banner.look_alikes)))}", Ink.PERSON
    )
    if width_of([*lines[-1], said]) + 3 < width:
        lines[-1] += [Piece(" · "), said]
        return lines
    return [*lines, *(line(" ", Piece(part, Ink.PERSON)) for part in fmt.wrap(said.text, width - 2))]


def _identity(banner: Banner, width: int) -> list[Line]:
    """Return name, birth date with age, gender and identity number; the name wraps before it is cut."""
    name = fmt.name(banner.family, banner.given)
    age = f" ({banner.age} år)" if banner.age is not None else ""
    born = nb.text("banner.born")
    number = fmt.identity_number(banner.identity_number) or nb.text("banner.no_number")
    facts = line(
        piece(f"{born} ", Ink.DIM), piece(fmt.date_long(banner.birth_date) + age, Ink.STRONG), "   ",
        piece(fmt.gender(banner.gender)),
    )  # fmt: skip
    if banner.deceased:
        facts += line("  ", piece(nb.text("banner.deceased"), Ink.SELECTED))
    free = width - 1 - width_of(facts) - 2 - max(_NUMBER, len(number))
    parts = fmt.wrap(visible(name), max(20, free - 1))
    head: Line = [
        Piece(" "),
        Piece(fmt.left(parts[0], max(20, min(26, free)) if len(parts[0]) < 26 else free), Ink.STRONG),
    ]
    head += facts
    gap = width - 1 - width_of(head) - len(number)
    if gap < 2:
        named = [line(" ", Piece(part, Ink.STRONG)) for part in _name_lines(name, width)]
        return [*named, [Piece("  "), *facts, Piece("  "), piece(number, Ink.STRONG)]]
    first = [*head, Piece(" " * gap), piece(number, Ink.STRONG)]
    return [first, *(line(" ", Piece(part, Ink.STRONG)) for part in parts[1:_NAME_LINES])]


def _name_lines(name: str, width: int) -> list[str]:
    """Return the name in a few lines; only what no name is long enough for is cut."""
    return fmt.wrap(fmt.fit(visible(name), _NAME_LINES * (width - 2) - 20), width - 2)


def _dangers(banner: Banner, width: int) -> list[Line]:
    """Return the allergy state in its own words, then the alerts."""
    said = allergy_pieces(banner)
    alerts = [piece(alert, Ink.STRONG) for alert in banner.alerts]
    lines: list[Line] = [[Piece(" "), *said]]
    for index, alert in enumerate(alerts):
        space = "    " if index == 0 else " · "
        if width_of(lines[-1]) + len(space) + width_of([alert]) >= width:
            lines.append([Piece("   "), alert])
        else:
            lines[-1] += [Piece(space), alert]
    return lines


def allergy_pieces(banner: Banner) -> Line:
    """Return the allergy line: one of four states, the worst named, how many others, and its age when unavailable."""
    ink = ALLERGY_INK[banner.allergy]
    said = [piece(nb.text("banner.allergy") + " ", Ink.DIM), piece(banner.allergy.value, ink)]
    if banner.allergy is Allergy.KNOWN:
        said += [piece(" ▲ ", Ink.DANGER), piece(banner.allergy_worst, Ink.DANGER)]
        others = banner.allergy_count - 1
        if others > 0:
            said.append(piece(f" · {fmt.count(others, 'annen', 'andre')}"))
    return said


class PatientBanner(Static):
    """Lines 2-3 of a patient's screens and the rule under them; it is there from the first frame, also before the chart."""

    DEFAULT_CSS = """
    PatientBanner { height: auto; border-bottom: solid $foreground 40%; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._banner: Banner | None = None

    def show_patient(self, banner: Banner) -> None:
        """Show who it is."""
        self._banner = banner
        self._draw()

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self._draw()

    def _draw(self) -> None:
        """Draw, or say that the chart is being opened."""
        if self._banner is None:
            self.update(content_of([line(" ", piece(nb.text("patient.opening"), Ink.DIM))]))
        else:
            self.update(content_of(banner_lines(self._banner, self.size.width or self.app.size.width)))
