"""A journal as its TOML file describes it, and as a client is built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.retention_policy import RetentionPolicy
from services.idle_policy import IdlePolicy

if TYPE_CHECKING:
    from client.auth.client_authentication import KeyClient
    from services.setup import JournalAddress
    from services.views import Environment


@dataclass(frozen=True, slots=True)
class Backend:
    """A client without a person, for those who test the journal."""

    client: KeyClient
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfiguredJournal:
    """What a file says. `address` is None for the embedded journal, whose address its state remembers."""

    title: str
    environment: Environment
    address: JournalAddress | None
    is_epic: bool = False
    no_cache: bool = False
    review_before_sending: bool = False
    clipboard: bool = False
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    idle: IdlePolicy = field(default_factory=IdlePolicy)
    backend: Backend | None = None
    organisation: str = ""
    training: str = ""
    """The name of the journal that who lacks a course is led to; whether it is one to practise in is asked when it is needed."""
