"""The outbox of one journal: with the seams, and with what the journal's configuration says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.outbox import Outbox

if TYPE_CHECKING:
    from client.journal import JournalClient
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from services.setup import Setup


def outbox_for(setup: Setup, client: JournalClient, store: Store, seals: Seals | None = None) -> Outbox:
    """Return the outbox that delivers what lies in a store."""
    known = setup.journal.refuses_known_vitals
    return Outbox(client, store, setup.worker, setup.clock, setup.ids, seals, refuses_known_vitals=known)
