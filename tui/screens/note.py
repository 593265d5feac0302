"""The visit note: a plain writing pad, saved as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static, TextArea

from tui.actions import bindings_for
from tui.screens.entry_place import EntryPlace
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content, line, padded, piece
from tui.widgets.text_pad import TextPad

if TYPE_CHECKING:
    from textual.app import ComposeResult


class NoteScreen(EntryPlace):
    """The pad under the banner."""

    PLACE = "note.place"
    SCOPES = ("form", "back")
    BINDINGS: ClassVar = bindings_for("fields", "form", "back")
    CSS = """
    NoteScreen #about { height: 1; margin-bottom: 1; }
    """

    def compose_body(self) -> ComposeResult:
        """Lay out the pad."""
        yield from self.compose_banner()
        yield Static(id="about", markup=False)
        yield TextPad(self.draft.fields.get("text", ""), id="pad")

    def load(self) -> None:
        """Begin at the end of what is written."""
        super().load()
        pad = self.query_one(TextPad)
        pad.move_cursor(pad.document.end)
        pad.focus()
        self.show_saved()

    def show_saved(self) -> None:
        """Say what the note is about, and whether it is kept."""
        visit = self.chart.visit if self.draft.visit_id else None
        about = (
            nb.text("note.about", span=fmt.span(visit.start, visit.end))
            if visit
            else nb.text("note.about_patient")
        )
        when = fmt.moment(self.draft.event_at)
        said = line(" ", piece(about, Ink.STRONG), piece(f"  {when}", Ink.DIM))
        self.query_one("#about", Static).update(
            content([*padded(said, 54), *self.saved_words()]), layout=False
        )

    def typed(self) -> dict[str, str]:
        """Return the text."""
        return {"text": self.query_one(TextPad).text}

    def cannot_sign(self) -> str:
        """Return that there is nothing to sign, when there is not."""
        return "" if self.query_one(TextPad).text.strip() else nb.text("note.empty")

    @on(TextArea.Changed)
    def take_up(self) -> None:
        """Save it after a pause; the first filling of the pad is not typing."""
        if self.query_one(TextPad).text != self.draft.fields.get("text", ""):
            self.touched()
