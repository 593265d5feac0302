"""One clinician at work with one journal: the open store and the way to the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from client.auth.tokens import Tokens
    from client.journal import JournalClient
    from client.transport import JournalTransport
    from offline_cache.outbox import Outbox
    from offline_cache.pull import Pull
    from offline_cache.receipt_check import ReceiptCheck
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from offline_cache.vault import Vault
    from services.proven_tokens import ProvenTokens
    from services.views import CacheKind


class Clinician(msgspec.Struct, frozen=True):
    """Who is signed in, as the sign-in said: kept in the store so that an offline start knows it."""

    subject: str
    name: str
    fhir_user: str
    role: str
    issuer: str
    courses: tuple[str, ...] | None = None
    """What the issuer attested at the sign-in; None where an earlier version of this program kept it."""


@dataclass(slots=True)
class Session:
    """Everything that exists only while somebody is in: closed as a whole."""

    clinician: Clinician
    cache: CacheKind
    store: Store
    vault: Vault | None
    tokens: Tokens
    proven: ProvenTokens | None
    transport: JournalTransport
    client: JournalClient
    pull: Pull
    outbox: Outbox
    receipts: ReceiptCheck
    seals: Seals
