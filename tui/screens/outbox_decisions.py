"""What is decided in the outbox: docked at its bottom where a warning comes first, at once where it can be undone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on

from services.kept_place import PlaceName, Step
from tui.screens import outbox_why
from tui.screens.opening_entry import open_draft
from tui.screens.outbox_words import example_of, reference_of
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, content_of, line, piece
from tui.widgets.dock_bar import Asked, DockBar

if TYPE_CHECKING:
    from services.outbox_views import MissingReceipt, SafetyNoticeRow
    from services.views import EntryRow
    from tui.screens.place import Job

_THERE = "there"
_SHOWN = 6
_REFERENCE = 44


async def open_conflict(
    place: Place, entry_id: str, visit_id: str, before: Step | None = None
) -> Place | None:
    """Read the conflict and the patient first, so that the place is whole when it opens; `before` is what had been chosen."""
    from tui.screens.conflict import ConflictScreen

    view = await place.day.conflict(entry_id)
    chart = await place.day.chart(view.patient_id, visit_id)
    if not place.is_current or chart.banner.patient_id != view.patient_id:
        return None
    opened = ConflictScreen(place.desk, chart, view, before)
    await place.app.push_screen(opened)
    return opened


class OutboxDecisions(Place):
    """The acts of the outbox. The list, and what is chosen in it, is the subclass's."""

    entries: list[EntryRow]
    missing: tuple[MissingReceipt, ...]
    notices: tuple[SafetyNoticeRow, ...]
    _asked_of: EntryRow | None = None

    @property
    def entry(self) -> EntryRow | None:
        """Return the chosen entry."""
        raise NotImplementedError

    def _wrapped(self, words: str, ink: Ink = Ink.PLAIN) -> list[Line]:
        return [line(piece(part, ink)) for part in fmt.wrap(words, self.size.width - 3)]

    def _about(self, entry: EntryRow) -> Line:
        """Return which entry is decided over."""
        return line(
            piece(entry.title, Ink.STRONG), piece(f"  {entry.patient_name}  {fmt.clock(entry.event_at)}")
        )

    def ask_again(self, entry: EntryRow) -> None:
        """Warn before an unknown entry is sent again."""
        self._asked_of = entry
        lines = [self._about(entry), *self._wrapped(nb.text("outbox.again"), Ink.DANGER)]
        self.query_one(DockBar).open("again", content_of(lines))

    def action_entry_there(self) -> None:
        """Ask under which reference the journal has it."""
        entry = self.entry
        if entry is None:
            return
        self._asked_of = entry
        lines = [
            self._about(entry),
            *self._wrapped(nb.text("outbox.there", example=example_of(entry))),
        ]
        asked = Asked(nb.text("outbox.there_field"), _REFERENCE)
        self.query_one(DockBar).open(_THERE, content_of(lines), asked)

    def what_is_typed(self) -> Step:
        """Return the outbox with the reference that is being typed, and of which entry."""
        bar = self.query_one(DockBar)
        if bar.purpose != _THERE or self._asked_of is None:
            return Step(PlaceName.OUTBOX)
        return Step(
            PlaceName.OUTBOX, entry_id=self._asked_of.entry_id, kind=_THERE, typed={_THERE: bar.typed[0]}
        )

    def go_on_typing(self, before: Step) -> None:
        """Ask again for the reference that was being typed before a lock, if it can still be given."""
        if before.kind == _THERE and self.entry is not None and self.entry.entry_id == before.entry_id:
            self.action_entry_there()
            self.query_one(DockBar).fill(before.typed.get(_THERE, ""))

    def action_visit_review(self) -> None:
        """List what waits for the review of the visit; Enter lets it go."""
        entry = self.entry
        if entry is None:
            return
        self._asked_of = entry
        waiting = outbox_why.of_same_visit(entry, self.entries)
        n = fmt.count(len(waiting), "oppføring", "oppføringer")
        head = line(piece(nb.text("outbox.review", n=n, name=entry.patient_name), Ink.STRONG))
        self.query_one(DockBar).open(
            "review", content_of([head, *self._titles([one.title for one in waiting])])
        )

    def action_receipts_queue(self) -> None:
        """List what a restored journal lost; Enter queues it again."""
        titles = list(dict.fromkeys(map(self._lost_words, self.missing)))
        lines = [*self._wrapped(nb.text("outbox.missing_ask"), Ink.STRONG), *self._titles(titles)]
        self.query_one(DockBar).open("queue", content_of(lines))

    def _lost_words(self, one: MissingReceipt) -> str:
        """Return what was lost: what, of whom, and when the journal had acknowledged it."""
        name = self.name_of(one.patient_id) or nb.text("sync.somebody")
        return f"{one.title} · {name} · {fmt.moment_short(one.given_at)}"

    def name_of(self, patient_id: str) -> str:
        """Return a patient's name as the outbox has it; nothing for one it does not know."""
        return next((one.patient_name for one in self.entries if one.patient_id == patient_id), "")

    def _titles(self, titles: list[str]) -> list[Line]:
        """Return the first of a list, and how many more."""
        lines = [line("  ", piece(fmt.fit(title, self.size.width - 6))) for title in titles[:_SHOWN]]
        if len(titles) > _SHOWN:
            lines.append(line("  ", piece(nb.text("outbox.missing_more", n=len(titles) - _SHOWN), Ink.DIM)))
        return lines

    def action_notice_seen(self) -> None:
        """Ask whether an act done twice has been dealt with."""
        lines = self._wrapped(nb.text("notice.ask"), Ink.STRONG)
        self.query_one(DockBar).open("seen", content_of(lines))

    @on(DockBar.Confirmed)
    def carry_out(self, event: DockBar.Confirmed) -> None:
        """Do what was decided."""
        jobs: dict[str, Job] = {
            "again": self._send_again,
            _THERE: partial(self._take_as_there, *event.typed),
            "review": self._review,
            "queue": self._queue,
            "seen": self._note_seen,
        }
        self.start_holding(jobs[event.purpose], "entry")

    async def read(self) -> None:
        """Read the outbox again and show it."""
        raise NotImplementedError

    async def _done(self, words: str) -> None:
        """Shut the bar, read again so that the next key meets what stands now, and say what was done."""
        self.query_one(DockBar).shut()
        await self.read()
        self.tell(words)

    async def _send_again(self) -> None:
        if self._asked_of is not None:
            await self.day.resend(self._asked_of.entry_id)
            await self._done(nb.text("outbox.again_done"))

    async def _take_as_there(self, typed: str) -> None:
        entry = self._asked_of
        if entry is None:
            return
        reference = reference_of(entry, typed)
        if not reference:
            self.query_one(DockBar).begin_again()
            self.tell(nb.text("outbox.there_bad", example=example_of(entry)))
            return
        await self.day.settle_as_there(entry.entry_id, reference)
        await self._done(nb.text("outbox.there_done"))

    async def _review(self) -> None:
        entry = self._asked_of
        if entry is None:
            return
        if entry.visit_id:
            released = await self.day.review(entry.visit_id)
        else:  # no visit binds them: each by itself, so that nobody else's is let go
            waiting = outbox_why.of_same_visit(entry, self.entries)
            for one in waiting:
                await self.day.release(one.entry_id)
            released = len(waiting)
        n = fmt.count(released, "oppføring er", "oppføringer er")
        await self._done(nb.text("outbox.reviewed", n=n))

    async def _queue(self) -> None:
        queued = await self.day.queue_missing()
        await self._done(nb.text("outbox.queued_again", n=fmt.count(queued, "del er", "deler er")))

    async def _note_seen(self) -> None:
        await self.day.notice_seen(self.notices[0].notice_id)
        await self._done(nb.text("notice.done"))

    async def _hold(self, entry_id: str) -> None:
        await self.day.hold(entry_id)
        await self._done(nb.text("outbox.held_now"))

    async def _release(self, entry_id: str) -> None:
        await self.day.release(entry_id)
        await self._done(nb.text("outbox.released"))

    async def _send(self, entry_id: str) -> None:
        await self.day.send_now(entry_id)
        await self._done(nb.text("outbox.sent_now" if self.is_online else "outbox.sent_later"))

    async def _withdraw(self, entry_id: str) -> None:
        await self.day.withdraw(entry_id)
        await self._done(nb.text("outbox.withdrawn"))

    async def _correct(self, entry_id: str) -> None:
        await open_draft(self, await self.day.correct(entry_id))

    async def _open_conflict(self, entry: EntryRow) -> None:
        await open_conflict(self, entry.entry_id, entry.visit_id)
