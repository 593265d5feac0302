"""The application: theme and guards before the first frame, keys one at a time, and how it ends or fails."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from rich.text import Text
from textual import events
from textual.app import App, ScreenStackError, SystemCommand
from textual.css.query import NoMatches
from textual.reactive import Reactive

from services.trouble import Trouble
from services.views import CacheKind
from tui import crash
from tui.acting import Acting
from tui.action import is_function_key, key_name
from tui.actions import actions_of, bindings_for
from tui.clipboard import Clipboard
from tui.ending import Ending
from tui.keyboard import Keyboard
from tui.launch import LOCK, Launch
from tui.practising import Practising
from tui.privacy import Privacy
from tui.resuming import steps_of
from tui.terminal import SafeLines, colours
from tui.text import nb
from tui.theme import OWN_COLOURS, PALETTE, THEMES, OnAnyGround, theme_for
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from datetime import datetime

    from rich.console import RenderableType
    from textual.binding import BindingType
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.theme import Theme
    from textual.worker import Worker

    from services.idle_policy import IdlePolicy
    from services.views import Status
    from services.workday import Workday

Result = TypeVar("Result")


def unsent_words(number: int, *, is_kept: bool) -> str:
    """Say how much has not reached the journal, and whether it is kept when the program ends."""
    if is_kept:
        return nb.text("leave.one") if number == 1 else nb.text("leave.many", n=number)
    return nb.text("leave.lost_one") if number == 1 else nb.text("leave.lost_many", n=number)


class FeltjournalApp(Acting, Practising, App[int], inherit_bindings=False):
    """The whole client. Screens find the work through `day()`, and say one thing through `say()`."""

    CSS_PATH = None
    CSS = """
    Screen { background: $background; color: $foreground; layout: vertical; overflow: hidden hidden; }
    * { scrollbar-size: 0 0; }
    """
    SCOPES = ("app",)
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("app")
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    ESCAPE_TO_MINIMIZE = False
    TITLE = "Feltjournal"

    ansi_theme_dark = Reactive(PALETTE, init=False)

    def __init__(self, launch: Launch) -> None:
        self._reactive_theme = theme_for(
            colours(launch.environment)
        )  # before App.__init__: it builds its filters from it
        super().__init__()
        self.launch = launch
        self.animation_level = "none"
        self._disable_tooltips = True
        self._disable_notifications = True
        self._safe_lines = SafeLines()
        self._on_any_ground = OnAnyGround()
        self._workday: asyncio.Future[Workday] | None = None
        self._key_count = 0
        self._warned_at = -1
        self.keyboard = Keyboard(self, self._forward_key)
        self.keyboard.on_behind = self._show_waiting
        self.privacy = Privacy(self, self._lock)
        self._ending = Ending(lambda code: self.work(self.leave(code), group="leave"))
        self.copied = Clipboard(launch.clock, self._write_out, self._show_status)

    # --- what screens use

    async def day(self) -> Workday:
        """Return the working day; its imports begin when the first frame stands."""
        if self._workday is None:
            self._workday = asyncio.ensure_future(asyncio.to_thread(self.launch.workday))
        return await asyncio.shield(self._workday)

    @property
    def workday(self) -> Workday:
        """Return the working day; every place but the first frame has one."""
        if self._workday is None:
            raise LookupError("the working day is not open yet")
        return self._workday.result()

    def _at_work(self) -> Workday | None:
        """Return the working day if it has been built."""
        day = self._workday
        return day.result() if day is not None and day.done() and day.exception() is None else None

    def status(self) -> Status | None:
        """Return what line 1 says, or None before there is a working day."""
        day = self._at_work()
        return day.status() if day is not None else None

    def idle_policy(self) -> IdlePolicy | None:
        """Return when to hide and to lock; None while there is nobody here whose work could be seen."""
        day = self._at_work()
        return day.idle_policy if day is not None and day.is_begun else None

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self.launch.clock.now()

    def say(self, text: str, *, is_critical: bool = False) -> None:
        """Say one thing on the message line of the screen on top."""
        with contextlib.suppress(NoMatches):
            self.screen.query_one(MessageLine).say(text, is_critical=is_critical)

    def work(
        self, work: Coroutine[Any, Any, Result], *, group: str = "work", holds_keys: bool = False
    ) -> Worker[Result]:
        """Run a coroutine beside the screens; with `holds_keys` the next key waits for it."""
        worker = self.screen.run_worker(work, group=group, description=group, exit_on_error=True)
        if holds_keys:
            self.keyboard.hold_for(worker)
        return worker

    async def ask(self, dialog: Screen[Result]) -> Result:
        """Show a dialog from within `work` and return its answer; keys reach it even while they are held."""
        with self.keyboard.asking():
            return await self.push_screen_wait(dialog)

    # --- the guards

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters and, last, the gate that no control character passes."""
        own = [self._on_any_ground] if self.theme == OWN_COLOURS.name else []
        return [*own, *super().get_line_filters(), self._safe_lines]

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return Textual's themes and ours."""
        return {**super().available_themes, **THEMES}

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return what the registry has for this place; nothing that writes the screen to a file."""
        scopes = (*getattr(screen, "SCOPES", ()), *self.SCOPES)
        for one in actions_of(scopes):
            owner: Any = self if one.scope in self.SCOPES else screen
            yield SystemCommand(
                one.label.capitalize(), one.help, lambda o=owner, i=one.id: o.action_perform(i)
            )

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Refuse: a picture of the screen is patient data in a file."""

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> None:
        """Refuse, as `action_screenshot`."""

    def action_suspend_process(self) -> None:
        """Refuse: a suspended client would leave the patient on the screen."""

    def _set_pointer_shape(self, shape: str) -> None:
        """Write nothing (OSC 22): there is no pointer here."""

    def copy_to_clipboard(self, text: str) -> None:
        """Keep it inside the program: OSC 52 would hand it to whatever terminal is at the other end."""
        self._clipboard = text

    def lay_on_clipboard(self, text: str) -> bool:
        """Hand a marked field to the terminal's clipboard for a while, unless the screen was hidden meanwhile; tell whether."""
        if self.privacy.curtain.is_drawn:
            return False
        self.copied.lay(text)
        return True

    def _show_status(self) -> None:
        """Have line 1 of the place in sight say anew what is on the clipboard."""
        with contextlib.suppress(NoMatches, ScreenStackError):
            show: Callable[[], None] | None = getattr(self.screen, "show_status", None)
            if show is not None:
                show()

    def _write_out(self, text: str) -> None:
        """Write what we have made ourselves to the terminal, beside what the screens draw."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)
            self._driver.flush()

    # --- the curtain

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write what a screen has drawn, unless the curtain is drawn: this is the one way out to the terminal."""
        if self.privacy.curtain.is_drawn:
            self.draw_curtain()
        else:
            super()._display(screen, renderable)

    def draw_curtain(self) -> None:
        """Write the curtain over whatever stands on the terminal; nothing when it stands there already."""
        if self._driver is None or self.is_headless:
            return
        strokes = self.privacy.curtain.strokes(self.size)
        if strokes:
            self._begin_update()
            self._write_out(strokes)
            self._end_update()
            self._driver.flush()

    # --- keys

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes that are meant for what stands on the screen; everything else goes its way."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if self.privacy.lets_through(event):
                self.keyboard.take(event)
            return
        await super().on_event(event)

    async def _forward_key(self, event: events.Event) -> None:
        """Hand one key out as Textual would."""
        with contextlib.suppress(NoMatches):
            self.screen.query_one(MessageLine).key_pressed()
        self._key_count += 1
        await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        """Answer a key that nothing here is bound to (UX-30): never silence."""
        event.prevent_default()
        is_named = event.key == "escape" or is_function_key(event.key)
        if not await self._check_bindings(event.key) and (event.is_printable or is_named):
            self.say(f"{key_name(event.key)} gjør ingenting her. F1 viser tastene.")

    def _show_waiting(self, count: int) -> None:
        for line in self.screen.query(KeyLine):
            line.show_waiting(count)

    # --- life

    def get_default_screen(self) -> Screen[Any]:
        """Return the first frame."""
        return self.launch.first_screen()

    def on_mount(self) -> None:
        """Begin to listen for what ends a session."""
        self.call_after_refresh(self._after_first_frame)
        self.privacy.start()
        if not self.is_headless:
            self._ending.start()

    async def _after_first_frame(self) -> None:
        gc.freeze()
        gc.enable()

    async def on_unmount(self) -> None:
        """Stop the keys and close the working day."""
        self.keyboard.close()
        self.privacy.close()
        self._ending.close()
        self.copied.empty()
        if (day := self._at_work()) is not None:
            await day.close()

    async def leave(self, code: int = 0) -> None:
        """Let every screen save what is being written, then end with this exit code; a lock notes the way back."""
        await self.save_everything()
        await self._go(code)

    async def _go(self, code: int) -> None:
        self.copied.empty()
        if code == LOCK and (day := self._at_work()) is not None:
            await day.keep_place(steps_of(self.screen_stack))
        self.exit(code, return_code=code)

    async def save_everything(self) -> None:
        """Let every screen save what is being written.

        Raises:
            Trouble: One could not; all others have been saved.
        """
        troubles: list[Trouble] = []
        for place in reversed(self.screen_stack):
            save: Callable[[], Coroutine[Any, Any, None]] | None = getattr(place, "save_work", None)
            if save is not None:
                try:
                    await save()
                except Trouble as trouble:
                    troubles.append(trouble)
        if troubles:
            raise troubles[0]

    async def _lock(self) -> None:
        """End so that a locked process takes this one's place; what could be saved has been."""
        await self._go(LOCK)

    def action_app_hide(self) -> None:
        """Hide the screen; the key itself does it before it comes here, also while others wait."""
        self.privacy.hide()

    async def action_app_help(self) -> None:
        """Show the keys of the place on top."""
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            state = tuple(word for line in self.screen.query(FrameLine) for word in line.words)
            await self.push_screen(HelpScreen(*getattr(self.screen, "SCOPES", ()), state=state))

    async def action_app_lock(self) -> None:
        """Lock: this process ends, and a fresh one with no key in its memory takes the terminal.

        Without a cache what is unsent ends with the process, so that is said first.
        """
        lost = self._unsent() if self._keeps_nothing() else ""
        if lost and self._warned_at != self._key_count - 1:
            self._warned_at = self._key_count
            self.say(f"{lost} {nb.text('lock.again')}")
            return
        await self.leave(LOCK)

    def _keeps_nothing(self) -> bool:
        """Tell whether this session lives in memory only."""
        status = self.status()
        return status is not None and status.cache is CacheKind.NONE

    async def action_app_quit(self) -> None:
        """End; the first time it says what is unsent instead, when something is."""
        unsent = self._unsent()
        if unsent and self._warned_at != self._key_count - 1:
            self._warned_at = self._key_count
            self.say(f"{unsent} {nb.text('leave.again')}")
            return
        await self.leave()

    def _unsent(self) -> str:
        """Say what has not been sent, or nothing."""
        status = self.status()
        if status is None or not status.unsent_entries:
            return ""
        return unsent_words(status.unsent_entries, is_kept=status.cache is not CacheKind.NONE)

    # --- failure

    def fail(self, error: Exception) -> None:
        """End with the crash page: something that runs beside the screens has failed."""
        self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """End with the crash page, whatever the error can render of itself."""
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Show the fixed page instead of Textual's traceback with its local variables."""
        self._return_code = crash.CRASHED
        with contextlib.suppress(Exception):  # whatever failed, its page is shown
            self.copied.empty()
        if not self._exit_renderables:
            error = sys.exc_info()[1] or self._exception
            self._exit_renderables.append(Text(crash.page(error, self.launch.ids.uuid()[:8])))
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """As `_fatal_error`: what is given may hold anything."""
        self._fatal_error()
