"""Which environment a store was made in: what is written in training never goes to the journal in use. Synchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.errors import StoreSwapped

if TYPE_CHECKING:
    from offline_cache.store import Store
    from services.views import Environment

_ENVIRONMENT = "environment"


def require_environment(store: Store, environment: Environment) -> None:
    """Refuse a store of another environment; a new one is made of this.

    Raises:
        StoreSwapped: The journal's file calls it something else than when the store was made.
    """
    wanted = environment.value.encode()
    kept = store.meta.get(_ENVIRONMENT)
    if kept is None and not store.read_only:
        store.meta.put(_ENVIRONMENT, wanted)
    elif kept not in (None, wanted):
        raise StoreSwapped("another environment's")
