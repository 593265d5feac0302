"""What may be said of a cache before its PIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offline_cache.errors import KeyringLost
    from offline_cache.header import VaultIdentity


@dataclass(frozen=True, slots=True)
class VaultInfo:
    """What may be said before the PIN. `trouble` is why the keyring's part is not to be had now, or None."""

    identity: VaultIdentity
    backend: str
    attempts_left: int
    wait: float
    unsent_visits: int
    unsent_entries: int
    store_confirmed: bool
    trouble: KeyringLost | None = None

    @property
    def clinician(self) -> str:
        """The name of the clinician whose cache it is."""
        return self.identity.clinician

    @property
    def journal(self) -> str:
        """The journal's name."""
        return self.identity.journal

    @property
    def locked(self) -> bool:
        """Whether all attempts are spent: only an online sign-in allows new ones."""
        return self.attempts_left == 0 and self.trouble is None
