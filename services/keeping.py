"""What a session keeps beside its database: how far the log reaches, what is unsent, and room for a full disk."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from offline_cache.ballast import Ballast
from offline_cache.errors import CacheError, StoreFull
from services.views import OnlyReads

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.session import Session
    from services.setup import Setup

P = ParamSpec("P")
R = TypeVar("R")


def begin(session: Session, setup: Setup) -> None:
    """After the unlocking was logged: mirror the log's end, and lay the ballast while there is room."""
    mirror(session)
    with contextlib.suppress(CacheError):
        _ballast(session, setup).lay()


def mirror(session: Session) -> None:
    """Keep the end of the audit chain where the database is not: an older copy that is put back is known by it."""
    if session.vault is not None and not session.store.read_only:
        with contextlib.suppress(CacheError):
            session.vault.keep_head(session.store.audit.head)


def shut(session: Session) -> None:
    """Mirror the end of the log, and close."""
    mirror(session)
    session.store.close()


def note_unsent(session: Session, visits: int, entries: int) -> None:
    """Keep the two numbers that the locked door shows, and how far the log reached with them."""
    if session.vault is not None:
        session.vault.note_unsent(visits, entries, session.store.audit.head.sequence)


def only_reads(session: Session) -> OnlyReads:
    """Return why this session changes nothing, if so."""
    if not session.store.read_only:
        return OnlyReads.NO
    return OnlyReads.NEWER_STORE if session.store.is_newer else OnlyReads.OTHER_CLIENT


async def with_room(
    session: Session, setup: Setup, act: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Do something that writes; on a full disk the ballast is given up, and it is done once more."""
    try:
        return await setup.worker.run(act, *args, **kwargs)
    except StoreFull:
        if not await setup.worker.run(_ballast(session, setup).release):
            raise
        return await setup.worker.run(act, *args, **kwargs)


def _ballast(session: Session, setup: Setup) -> Ballast:
    """Return the room that is kept beside the cache; without a cache there is none."""
    folder = session.vault.store_path.parent if session.vault else setup.folders.cache
    return Ballast(folder, setup.disk, setup.ids, setup.ballast if session.vault else 0)
