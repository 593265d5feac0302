"""The caches of this machine as they can be told without a PIN: whose they are, and what is unsent in them. Synchronous."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from services.views import CacheKind, CacheView, Door

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from offline_cache.vault import Vault
    from services.setup import Setup


def door_of(vault: Vault, setup: Setup) -> Door | None:
    """Return the door of one cache; None when there is none."""
    info = vault.describe()
    if info is None:
        return None
    return Door(
        locked=True,
        clinician=info.clinician,
        attempts_left=info.attempts_left,
        wait=info.wait,
        journal_name=info.journal,
        unsent_visits=info.unsent_visits,
        unsent_entries=info.unsent_entries,
        sealed_entries=sum(path.suffix == ".seal" for path in setup.disk.list(vault.store_path.parent)),
    )


def caches_here(vault_in: Callable[[Path], Vault], setup: Setup) -> list[CacheView]:
    """Return every cache of this machine; a damaged one is told of when it is opened."""
    found: list[CacheView] = []
    for folder in setup.disk.list(setup.folders.cache):
        with contextlib.suppress(CacheError):
            info = vault_in(folder).describe()
            if info is not None:
                server = info.identity.server
                found.append(
                    CacheView(folder.name, info.clinician, info.journal, info.unsent_entries, server)
                )
    return found


def folder_name(server: str, subject: str) -> str:
    """Return what the folder of one clinician's cache of one journal is called: it says neither."""
    return "u-" + hashlib.sha256(f"{server}\n{subject}".encode()).hexdigest()[:16]


def kind_of(vault: Vault) -> CacheKind:
    """Return how a cache is kept: what its header says, not what keyring happens to answer now."""
    info = vault.describe()
    return CacheKind.KEYRING if info is not None and info.backend else CacheKind.PIN_ONLY
