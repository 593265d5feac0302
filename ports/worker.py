"""Threads: the one worker that blocking code (store, keys, keyring) runs on, so that no key waits for a disk."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


class Worker(Protocol):
    """Runs blocking calls one at a time, in the order in which they were asked for."""

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what `call` returns; its exception is raised here."""
        ...

    def close(self) -> None:
        """Finish what is under way and take no more."""
        ...


class ThreadWorker:
    """One thread of its own."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="feltjournal-store")

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the call on the thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: call(*args, **kwargs))

    def close(self) -> None:
        """Wait for the call under way."""
        self._executor.shutdown(wait=True)


class InlineWorker:
    """No thread: the call runs at once, in the event loop's own; for simulation and for commands without a screen."""

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the call at once."""
        return call(*args, **kwargs)

    def close(self) -> None:
        """Do nothing: there is nothing to finish."""
