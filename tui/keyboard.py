"""One key at a time, in order, to completion (scripted-sessions.md, finding 1).

Textual picks the target of a key when the key leaves the application's queue, while Tab, Enter and bindings
take effect only after the key has bubbled through every ancestor's own queue: later characters overtake them,
and keys meant for a screen that is being mounted are lost. Here a key waits until the one before it has been
handled by everyone, and what it opened stands.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.worker import WorkerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.app import App
    from textual.events import Event
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.worker import Worker

BEHIND = 0.2
"""Seconds after which a person is told that keys are waiting."""

_PASSES = 200


class Forward(Protocol):
    """Hands one key or paste to whatever has the focus: Textual's own `App.on_event`."""

    def __call__(self, event: Event) -> Awaitable[None]:
        """Return when the event has been posted to its target."""
        ...


class _Hold:
    """A worker that the next key waits for, until it opens a screen, asks the person something, or ends."""

    def __init__(self, screen: Screen[Any]) -> None:
        self.screen = screen
        self.is_asking = False


class Keyboard:
    """The queue of keys and pastes of one application, and the task that hands them out."""

    def __init__(self, app: App[Any], forward: Forward) -> None:
        self._app = app
        self._forward = forward
        self._waiting: deque[tuple[Event, float]] = deque()
        self._arrived = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._holds: list[_Hold] = []
        self._released = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._releases: set[asyncio.Task[None]] = set()
        self._warning: asyncio.TimerHandle | None = None
        self._told = 0
        self.on_behind: Callable[[int], None] = lambda _count: None
        """Called with the number of keys that have waited too long, and with 0 when none has."""

    def take(self, event: Event) -> None:
        """Queue a key or a paste."""
        loop = asyncio.get_running_loop()
        self._waiting.append((event, loop.time()))
        self._is_idle.clear()
        self._arrived.set()
        self._start()
        if self._warning is None:
            self._warning = loop.call_later(BEHIND, self._warn)

    def _start(self) -> None:
        if self._task is None:
            self._app.screen_change_signal.subscribe(self._app, self._screen_changed, immediate=True)
            self._task = asyncio.create_task(self._run(), name="keyboard")

    def close(self) -> None:
        """Stop handing out keys."""
        if self._task is not None:
            self._task.cancel()
        if self._warning is not None:
            self._warning.cancel()

    async def idle(self) -> None:
        """Wait until every key taken so far has been handled, and what it opened stands and holds no more."""
        await _reached(self._app)
        while not self._is_idle.is_set():
            await self._is_idle.wait()
        await self._settle()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let the next key wait for the worker inside: local work that opens a screen or moves the focus.

        Enter it before the worker's first `await`. Never for the network: the wait has no end of its own.
        It is let go while a screen opened meanwhile stands on top.
        """
        held = self._begin_hold()
        try:
            yield
        finally:
            self._end_hold(held)

    def hold_for(self, worker: Worker[Any]) -> None:
        """Let the next key wait for a worker just started, as `hold` does from within."""
        task = asyncio.create_task(self._release(self._begin_hold(), worker), name="keyboard hold")
        self._releases.add(task)
        task.add_done_callback(self._releases.discard)

    def _begin_hold(self) -> _Hold:
        held = _Hold(self._app.screen)
        self._holds.append(held)
        self._is_idle.clear()
        self._start()
        self._arrived.set()
        return held

    def _end_hold(self, held: _Hold) -> None:
        self._holds.remove(held)
        self._released.set()

    async def _release(self, held: _Hold, worker: Worker[Any]) -> None:
        with suppress(WorkerError):
            await worker.wait()
        self._end_hold(held)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let keys through while a worker that holds them waits for a person's answer (a dialog)."""
        asking = [held for held in self._holds if not held.is_asking]
        for held in asking:
            held.is_asking = True
        self._released.set()
        try:
            yield
        finally:
            for held in asking:
                held.is_asking = False
                held.screen = self._app.screen

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self._ready()
            while self._waiting:
                event, _ = self._waiting.popleft()
                self._app.call_later(self._forward, event)
                await self._ready()
            if not self._arrived.is_set():
                self._is_idle.set()
                self._tell(0)

    async def _ready(self) -> None:
        """Return when everything is handled and nobody holds the keys."""
        await self._settle()
        while any(self._is_holding(held) for held in self._holds):
            self._released.clear()
            await self._released.wait()
            await self._settle()

    def _is_holding(self, held: _Hold) -> bool:
        return not held.is_asking and held.screen is self._app.screen

    def _screen_changed(self, _screen: Screen[Any]) -> None:
        self._released.set()

    async def _settle(self) -> None:
        """Return when the application and the screen on top have nothing left to do."""
        for _ in range(_PASSES):
            busy = [pump for pump in self._pumps() if not _is_at_rest(pump)]
            if not busy and not await self._painted():
                return
            for pump in busy:
                await _reached(pump)

    async def _painted(self) -> bool:
        """Run what waits for the next paint (`call_after_refresh`), if anything does."""
        screen = self._app.screen
        if not cast(Any, screen)._callbacks:
            return False
        done = asyncio.Event()
        if screen.call_after_refresh(done.set):
            await _first(done, screen)
        return True

    def _pumps(self) -> list[MessagePump]:
        app = self._app
        stack = app.screen_stack
        return [app, *stack[-1].walk_children(with_self=True)] if stack else [app]

    def _warn(self) -> None:
        """Say how many keys wait; again while they do."""
        self._warning = None
        if self._is_idle.is_set():
            return
        loop = asyncio.get_running_loop()
        is_late = bool(self._waiting) and loop.time() - self._waiting[0][1] >= BEHIND
        self._tell(len(self._waiting) if is_late else 0)
        self._warning = loop.call_later(BEHIND, self._warn)

    def _tell(self, count: int) -> None:
        if count != self._told:
            self._told = count
            self.on_behind(count)


def _is_at_rest(pump: MessagePump) -> bool:
    """Tell whether the pump waits for its next message, or will never take one again.

    A barrier alone cannot tell rest from work, and Textual has no public word for it; the version is pinned.
    """
    inside = cast(Any, pump)
    if inside._closing or inside._closed:
        return True
    queue = inside._message_queue
    return not queue.values and bool(queue.ready_event._waiters)


async def _reached(pump: MessagePump) -> None:
    """Wait until the pump has handled everything that is in its queue now."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await _first(done, pump)


async def _first(done: asyncio.Event, pump: MessagePump) -> None:
    """Wait for the event, or for the end of a pump that will never set it."""
    task = cast("asyncio.Task[None] | None", cast(Any, pump)._task)
    if task is None:
        await done.wait()
        return
    ended: Callable[[object], None] = lambda _task: done.set()  # noqa: E731  removed by identity below
    task.add_done_callback(ended)
    try:
        await done.wait()
    finally:
        task.remove_done_callback(ended)
