"""What the two forms share: a draft bound to one patient, saved as it is typed, and the signing docked at the bottom."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on

from services.kept_place import PlaceName, Step
from services.trouble import Trouble
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, content_of, line, piece, visible
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.patient_banner import PatientBanner
from tui.widgets.sign_bar import SignBar
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from services.views import Chart, Draft, EntryRow, SignSummary
    from tui.screens.desk import Desk

PAUSE = 0.5
"""Seconds without a key after which what was typed is saved; less than the second that is promised."""

_REFERS = frozenset({"corrects", "instead", "about"})
"""Fields of a draft that nobody types: which entry it corrects, replaces or is about."""
_CORRECTS = frozenset({"corrects", "instead"})


def sign_lines(summary: SignSummary, width: int) -> list[Line]:
    """Return what is signed, for whom, by whom, when, and the danger."""
    when = fmt.moment(summary.event_at)
    born = nb.text("sign.born", year=summary.birth_year) if summary.birth_year else ""
    what = fmt.wrap(visible(summary.title), max(20, width - 10 - len(when) - 4))
    lines = [
        line(piece(nb.text("sign.sign"), Ink.STRONG), "  ", piece(what[0], Ink.STRONG), piece(f"  ·  {when}"))
    ]
    lines += [line(" " * 8, piece(part, Ink.STRONG)) for part in what[1:]]
    lines.append(
        line(" " * 8, piece(f"{summary.patient}{born}", Ink.STRONG), piece(f"   {summary.clinician}"))
    )
    if summary.critical:
        critical = fmt.wrap(visible(summary.critical), max(20, width - 10))
        lines.append(line(piece("▲▲      ", Ink.DANGER), piece(critical[0], Ink.DANGER)))
        lines += [line(" " * 8, piece(part, Ink.DANGER)) for part in critical[1:]]
    return lines


class EntryPlace(Place):
    """A form for one patient. Nothing is interpreted before signing; Esc keeps the draft."""

    CSS = """
    EntryPlace SignBar { dock: none; }
    """
    FORM_SCOPES: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk, chart: Chart, draft: Draft) -> None:
        super().__init__(desk)
        self.chart = chart
        self.draft = draft
        self._is_dirty = False
        self._pause: Timer | None = None
        self._came_from: Widget | None = None
        self._is_signing = False
        self._saving = asyncio.Lock()

    @property
    def about(self) -> str:
        """Return whose form it is."""
        return self.chart.banner.patient_id

    # --- what the subclass gives

    def typed(self) -> dict[str, str]:
        """Return the fields as they stand."""
        raise NotImplementedError

    def cannot_sign(self) -> str:
        """Return why it may not be signed yet, or nothing."""
        raise NotImplementedError

    def critical(self) -> str:
        """Return the danger that the summary must name, or nothing."""
        return ""

    def step(self) -> Step:
        """Return the draft, and the field that has the focus."""
        draft, focused = self.draft, self.focused
        return Step(
            PlaceName.FORM,
            draft.patient_id,
            draft.visit_id,
            entry_id=draft.entry_id,
            kind=draft.kind.value,
            field=(focused.id or "") if focused is not None else "",
        )

    # --- layout

    def compose_dock(self) -> ComposeResult:
        """Lay out the signing, closed."""
        yield SignBar()

    def compose_banner(self) -> ComposeResult:
        """Lay out the banner and the line about the draft."""
        yield PatientBanner()

    def load(self) -> None:
        """Show whose form it is."""
        self.query_one(PatientBanner).show_patient(self.chart.banner)
        if not _CORRECTS.isdisjoint(self.draft.fields):
            self.query_one(FrameLine).show_place(nb.text("draft.correction", place=nb.text(self.PLACE)))

    # --- saving

    def touched(self) -> None:
        """Something was typed: save it after a short pause."""
        self._is_dirty = True
        self.show_saved()
        self._close_summary()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self.save_soon)

    def save_soon(self) -> None:
        """Save now, beside the typing."""
        if self._is_dirty:
            self.start(self.save_work, "save", is_exclusive=False)

    async def save_work(self) -> None:
        """Save what is typed, if anything was typed since the last time; also called when the program is locked or left."""
        async with self._saving:  # who leaves waits for the saving under way
            if not self._is_dirty:
                return
            self._is_dirty = False
            kept = {name: value for name, value in self.draft.fields.items() if name in _REFERS}
            fields = {**self.typed(), **kept}
            try:
                self.draft = await self.day.save_draft(replace(self.draft, fields=fields))
            except Trouble:
                self._is_dirty = True
                raise
        if self.is_attached:
            self.show_saved()

    def show_saved(self) -> None:
        """Say whether what is typed is kept."""
        raise NotImplementedError

    def saved_words(self) -> Line:
        """Return whether what is typed is kept."""
        if self._is_dirty:
            words, ink = nb.text("draft.unsaved"), Ink.DIM
        elif self.draft.saved_at is not None:
            words, ink = nb.text("draft.saved", at=fmt.clock_exact(self.draft.saved_at)), Ink.PERSON
        else:
            words, ink = "", Ink.DIM
        return line(piece(words, ink))

    def action_draft_save(self) -> None:
        """Save now and say so."""
        self.start_holding(self._save_and_say, "save now")

    async def _save_and_say(self) -> None:
        await self.save_work()
        saved = self.draft.saved_at
        self.tell(nb.text("draft.saved", at=fmt.clock(saved)) if saved else nb.text("draft.nothing"))

    # --- leaving

    def action_place_back(self) -> None:
        """One step back: out of the signing, or out of the form with the draft kept."""
        if self.query_one(SignBar).is_open:
            self._shut_bar()
            self.tell(nb.text("sign.left"))
            return
        self.start_holding(self._leave, "leave")

    async def _leave(self) -> None:
        await self.save_work()
        is_kept = self.draft.saved_at is not None or bool(self.draft.fields)
        self.app.pop_screen()
        self.feltjournal.say(nb.text("draft.kept") if is_kept else nb.text("draft.nothing"))

    # --- discarding, its own confirmed verb

    def action_draft_discard(self) -> None:
        """Ask once; the second F4 throws the draft away."""
        if not self._asked_discard:
            self._asked_discard = True
            self.tell(nb.text("draft.ask_discard"))
            return
        self.start_holding(self._discard, "discard")

    _asked_discard = False

    async def _discard(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._is_dirty = False
        await self.day.discard_draft(self.draft.entry_id)
        self.app.pop_screen()
        self.feltjournal.say(nb.text("draft.discarded"))

    # --- signing

    def action_draft_sign(self) -> None:
        """Open the summary; what is missing is said instead when something is."""
        if self.query_one(SignBar).is_open:
            self.tell(nb.text("sign.enter"))
            return
        why = self.cannot_sign()
        if why:
            self.tell(nb.text("news2.cannot_sign", why=why))
            return
        self.start_holding(self._open_bar, "sign")

    async def _open_bar(self) -> None:
        """Save first, so that what is summed up is what is kept; then show the lines."""
        self._is_dirty = True
        await self.save_work()
        summary = await self.day.sign_summary(self.draft)
        summary = replace(summary, critical=summary.critical or self.critical())
        self._came_from = self.focused
        bar = self.query_one(SignBar)
        self.set_focus(None)
        bar.open(content_of(sign_lines(summary, self.size.width)), asks_digits=summary.retype_digits)
        self.query_one(KeyLine).show_scopes("signing")

    def _close_summary(self) -> None:
        """Something was typed after the summary: what it says is no longer what would be signed."""
        if self.query_one(SignBar).is_open and not self._is_signing:
            self._came_from = None
            self._shut_bar()
            self.tell(nb.text("sign.changed"))

    def _shut_bar(self) -> None:
        """Close the signing and go back to the field."""
        self.query_one(SignBar).shut()
        self.query_one(KeyLine).show_scopes()
        if self._came_from is not None:
            self._came_from.focus()

    @on(ValueField.Submitted, "#sign-retype")
    def sign_retyped(self, event: ValueField.Submitted) -> None:
        """Enter in the digits signs."""
        event.stop()
        self.action_sign_confirm()

    def action_field_next(self) -> None:
        """Enter with no field in focus: it signs when the summary is open, and does nothing else."""
        if self.query_one(SignBar).is_open:
            self.action_sign_confirm()

    def action_sign_confirm(self) -> None:
        """Sign, once."""
        if not self._is_signing and self.query_one(SignBar).is_open:
            self._is_signing = True
            self.start_holding(partial(self._sign, self.query_one(SignBar).retyped), "sign")

    async def _sign(self, retyped: str) -> None:
        """Sign in one commit; only then say so, on the screen below."""
        try:
            row = await self.day.sign(self.draft.entry_id, retyped)
        except Trouble:
            self._is_signing = False
            self.query_one("#sign-retype", ValueField).value = ""
            raise
        self.app.pop_screen()
        self.feltjournal.say(signed_words(row))


def signed_words(row: EntryRow) -> str:
    """Return what is said after signing: what, and until when it can be taken back."""
    at = f"{fmt.local(row.send_after):%H:%M:%S}" if row.send_after else nb.text("unknown.time")
    return nb.text("sign.done", title=visible(row.title), at=at)
