"""Where the organisation's public key comes from, and the seals of a session that is being opened. Runs on the store's worker."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from offline_cache.sealed_entry import SealAuthor
from offline_cache.seals import Seals, keep_key, kept_key
from services.embedded import server_id

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.store import Store
    from services.session import Clinician
    from services.setup import Setup


def seals_of(setup: Setup, folder: Path | None, database: str, clinician: Clinician) -> Seals:
    """Return the seals of a clinician's cache; without a folder there is no cache, and nothing to seal."""
    author = SealAuthor(clinician.subject, clinician.name, clinician.fhir_user)
    return Seals(
        folder, setup.disk, setup.ids, journal=server_id(setup.journal), database=database, author=author
    )


def begin(setup: Setup, store: Store, seals: Seals, proved: bytes | None) -> None:
    """Seal to the configured key, else to the one that the journal proved, now or before; and set right what a crash left."""
    if proved is not None:
        take_key(setup, store, seals, proved)
        return
    seals.use(setup.journal.organisation_key or kept_key(store))
    _set_right(store, seals)


def take_key(setup: Setup, store: Store, seals: Seals, proved: bytes) -> None:
    """Take the key that the journal proved, unless one is configured. A full disk here keeps nobody from working."""
    with contextlib.suppress(CacheError):
        keep_key(store, proved)
    seals.use(setup.journal.organisation_key or proved)
    _set_right(store, seals)


def _set_right(store: Store, seals: Seals) -> None:
    with contextlib.suppress(CacheError):
        seals.reconcile(store)
