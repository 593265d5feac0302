"""What every place shares: the frame, one message, trouble in three lines, and the way to the working day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.containers import Vertical
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from services.trouble import Trouble
from services.views import CacheKind, Connection, Environment, LeaseState, Status
from tui.acting import Acting
from tui.launch import LOCK
from tui.text import format as fmt
from tui.text import nb
from tui.text.state_words import CONNECTION_WORD, ENVIRONMENT_WORD
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.words_line import WordsLine

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from offline_cache.accesses import AccessRecord
    from services.kept_place import Step
    from services.workday import Workday
    from tui.app import FeltjournalApp
    from tui.screens.desk import Desk


_CLOCK_IS_OFF = 120
"""Seconds from which on line 1 says that this machine's clock is wrong: what is written then carries a wrong time."""

Job = Callable[[], Awaitable[object]]
"""Work of the working day, begun when its worker begins."""


class Place(Acting, Screen[None]):
    """A whole screen: line 1, the body of the subclass, trouble when there is any, one message, the keys."""

    CSS = """
    Place { layout: vertical; }
    Place FrameLine, Place WordsLine, Place KeyLine { dock: none; }
    Place #body { height: 1fr; }
    """
    DEFAULT_CSS = """
    Place.-emergency #body { border: heavy $error; }
    """
    PLACE: ClassVar[str] = ""
    """The id of the words that name the place in line 1."""
    HAS_SINCE: ClassVar[bool] = False
    """Whether line 1 says since when the connection is as it is, instead of the age of the data."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._unlisten: Callable[[], None] | None = None
        self._is_leaving = False
        self._emergency: AccessRecord | None = None

    # --- what a place is made of

    def compose(self) -> ComposeResult:
        """Lay out the frame around the body."""
        yield FrameLine(nb.text(self.PLACE) if self.PLACE else "")
        with Vertical(id="body"):
            yield from self.compose_body()
        yield from self.compose_dock()
        yield WordsLine()
        yield KeyLine()

    def compose_body(self) -> ComposeResult:
        """Give the place's own widgets."""
        return iter(())

    def compose_dock(self) -> ComposeResult:
        """Give what opens under the body while something is decided."""
        return iter(())

    @property
    def about(self) -> str:
        """Return the id of the patient whom the place shows; empty where it shows none."""
        return ""

    # --- the way out

    @property
    def feltjournal(self) -> FeltjournalApp:
        """Return the application as what it is."""
        return cast("FeltjournalApp", self.app)

    @property
    def day(self) -> Workday:
        """Return the working day."""
        return self.desk.day

    @property
    def is_online(self) -> bool:
        """Tell whether the journal may be reached, for the actions that need it."""
        return self.day.status().connection is not Connection.OFFLINE

    def why_not_change(self) -> str:
        """Return why nothing can be changed from here, or nothing: this client may only read."""
        reads = self.day.status().only_reads
        return nb.text(f"reads.{reads.value}") if reads else ""

    def now(self) -> datetime:
        """Return the time."""
        return self.desk.now()

    def step(self) -> Step | None:
        """Return how to come back here after a lock; None where one comes back to the place below."""
        return None

    @property
    def focus_name(self) -> str:
        """Return the id of what has the focus, to go back to; empty for nothing that has a name."""
        return (self.focused.id or "") if self.focused is not None else ""

    # --- living

    def on_mount(self) -> None:
        """Begin to listen, then let the place load."""
        self._unlisten = self.day.listen(self._changed)
        self.show_status()
        self.load()

    def on_unmount(self) -> None:
        """Stop listening."""
        if self._unlisten is not None:
            self._unlisten()

    def on_screen_resume(self) -> None:
        """Show what has changed while another screen was on top."""
        if self._unlisten is not None:
            self.show_status()
            if not self._is_leaving:
                self.reload()

    def load(self) -> None:
        """Fetch what the place shows; called once."""

    def reload(self) -> None:
        """Fetch it again: something changed, or the place is on top again."""

    def _changed(self) -> None:
        """Follow a change of status, round or outbox, if this place is in sight."""
        if not (self.is_attached and self.is_current):
            return
        if not self.day.must_lock:
            self.show_status()
            if not self._is_leaving:
                self.reload()
        elif not self._is_leaving:  # saving what is being written is a change too
            self._is_leaving = True
            self.feltjournal.work(self.feltjournal.leave(LOCK), group="leave")

    def show_status(self) -> None:
        """Say in line 1 what environment, what connection, how old the data, what is unsent; and frame an emergency in red."""
        status = self.day.status()
        self._frame(status)
        self.query_one(KeyLine).show_truth()
        self.query_one(FrameLine).show_state(
            ENVIRONMENT_WORD[status.environment],
            *emergency_words(self._emergency),
            *clipboard_words(self.feltjournal.copied.ends_at),
            *status_words(status, self.now(), has_since=self.HAS_SINCE),
        )

    def _frame(self, status: Status) -> None:
        """Put the red frame around a patient who is open in an emergency; leave the patient when the time is up."""
        before, self._emergency = self._emergency, status.emergency(self.about) if self.about else None
        self.set_class(self._emergency is not None, "-emergency")
        if before is not None and self._emergency is None and not self._is_leaving:
            self._is_leaving = True
            self.start_holding(partial(self._leave_patient, before), "leave")

    async def _leave_patient(self, access: AccessRecord) -> None:
        """Keep what is being written and go back to where no patient is open; what cannot be kept holds up only this try."""
        try:
            await self.feltjournal.save_everything()
        except Trouble:
            self._is_leaving, self._emergency = False, access
            raise
        while getattr(self.app.screen, "about", ""):
            self.app.pop_screen()
        self.feltjournal.say(nb.text("emergency.ended"))

    # --- work

    def start(self, job: Job, group: str, *, is_exclusive: bool = True) -> Worker[None]:
        """Run a job of the working day; the latest of a group wins, trouble is shown, no argument reaches a log."""
        return self.run_worker(
            partial(self._guarded, job),
            name=group,
            group=group,
            description="no data",
            exit_on_error=False,
            exclusive=is_exclusive,
        )

    def start_holding(self, job: Job, group: str) -> Worker[None]:
        """Run a local job that opens a screen: the next key waits for it."""
        worker = self.start(job, group)
        self.feltjournal.keyboard.hold_for(worker)
        return worker

    async def _guarded(self, job: Job) -> None:
        """Show trouble in words; everything else is a fault of ours and ends the worker."""
        try:
            await job()
        except Trouble as trouble:
            self.show_trouble(trouble)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Name a fault of ours by its kind, never by its text."""
        if event.state is WorkerState.ERROR and not isinstance(event.worker.error, Trouble):
            self.tell(nb.text("wait.unexpected", name=type(event.worker.error).__name__))

    def show_trouble(self, trouble: Trouble) -> None:
        """Say what happened, what is safe and what to do next, each on its line."""
        if trouble.details.get("training"):
            self.feltjournal.may_practise = True
        if self.is_attached:
            self.query_one(WordsLine).show_trouble(trouble, self.size.width)


def clipboard_words(ends_at: datetime | None) -> list[tuple[str, str]]:
    """Return what line 1 says while something of a patient is on the clipboard: until when."""
    return [] if ends_at is None else [(nb.text("copy.status", at=fmt.clock_exact(ends_at)), "bold reverse")]


def emergency_words(access: AccessRecord | None) -> list[tuple[str, str]]:
    """Return what line 1 says of emergency access to the patient in sight: that it is one, and until when."""
    if access is None:
        return []
    return [(f" {nb.text('emergency.until', at=fmt.clock(access.ends_at))} ", "bold reverse ansi_red")]


def status_words(status: Status, now: datetime, *, has_since: bool = False) -> list[tuple[str, str]]:
    """Return the right side of line 1 as pairs of words and style."""
    connection = CONNECTION_WORD[status.connection]
    is_cut_off = status.connection in (Connection.OFFLINE, Connection.SIGNED_OUT)
    if has_since and status.connection_since is not None:
        connection = f"{connection} siden {fmt.clock(status.connection_since)}"
    words = [(f" {connection} ", "bold reverse") if is_cut_off else (connection, "")]
    if status.data_as_of is not None and not has_since:
        age = fmt.age(status.data_as_of, now)
        old = f" ({age})" if age else ""
        words.append((f"data {fmt.fresh(status.data_as_of, now)}{old}", "bold" if old else ""))
    if status.unsent_visits:
        words.append((f"usendt {status.unsent_visits} besøk", "bold"))
    elif status.unsent_entries:
        words.append((f"usendt {status.unsent_entries}", "bold"))
    if not status.clinician:
        return words
    if status.only_reads:
        words.insert(0, (nb.text("status.only_reads"), "bold"))
    words += lease_words(status, now)
    words += clock_words(status)
    if status.cache is CacheKind.PIN_ONLY and not is_cut_off:
        if status.lease is LeaseState.HELD:
            words.append(("kun PIN", ""))
    elif status.cache is CacheKind.NONE:
        words.append(("uten lager", ""))
    return words


def clock_words(status: Status) -> list[tuple[str, str]]:
    """Return what line 1 says of a clock that differs from the journal's."""
    if abs(status.clock_ahead) < _CLOCK_IS_OFF:
        return []
    way = "behind" if status.clock_ahead > 0 else "before"
    return [(nb.text(f"clock.{way}", minutes=round(abs(status.clock_ahead) / 60)), "bold")]


def lease_words(status: Status, now: datetime) -> list[tuple[str, str]]:
    """Return what line 1 says of the lease: nothing while it holds, its end in good time, and a clock that went back."""
    words: list[tuple[str, str]] = []
    if status.clock_put_back:
        words.append((f" {nb.text('lease.clock')} ", "bold reverse"))
    if status.lease is LeaseState.ENDING:
        words.append((nb.text("lease.ends", at=fmt.fresh(status.lease_ends, now)), "bold"))
    elif not status.lease.may_read:
        words.append((f" {nb.text('lease.ended')} ", "bold reverse"))
    return words


def environment_line(environment: Environment) -> str:
    """Return what environment this is, in a sentence."""
    return nb.text(f"sign_in.{environment.value}")
