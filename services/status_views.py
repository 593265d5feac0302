"""Rows of the door and of line 1 of every screen. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.lease_state import LeaseState

__all__ = ["LeaseState"]  # given on; the rest is defined here

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.accesses import AccessRecord
    from offline_cache.states import EntryKind


class Environment(StrEnum):
    """What kind of journal this is; said in words on every screen."""

    TRAINING = "training"
    TEST = "test"
    PRODUCTION = "production"


class CacheKind(StrEnum):
    """How the cache of this session is kept."""

    KEYRING = "keyring"  # OS keyring and PIN
    PIN_ONLY = "pin-only"  # the embedded journal without a keyring
    NONE = "none"  # --no-cache: memory only


class OnlyReads(StrEnum):
    """Why this client changes nothing in the cache; it then shows only what needs no line in the log."""

    NO = ""
    OTHER_CLIENT = "other-client"  # another one has it open
    NEWER_STORE = "newer-store"  # a later version of the program wrote it


class Connection(StrEnum):
    """What is known of the network to the journal."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    SIGNED_OUT = "signed-out"  # the journal answers but wants a new sign-in


@dataclass(frozen=True, slots=True)
class Status:
    """What line 1 of every screen says."""

    environment: Environment
    connection: Connection
    connection_since: datetime | None
    data_as_of: datetime | None
    unsent_visits: int
    unsent_entries: int
    cache: CacheKind
    clinician: str
    only_reads: OnlyReads = OnlyReads.NO
    lease: LeaseState = LeaseState.NONE
    lease_ends: datetime | None = None
    hard_end: datetime | None = None
    clock_put_back: bool = False
    charts_held: int = 0  # must go from this machine, and stay until what is signed is sent
    clock_ahead: int = (
        0  # seconds that the journal's clock is ahead of this machine's; negative when it is behind
    )
    not_granted: frozenset[EntryKind] = frozenset()  # what the sign-in gives no right to write
    accesses: tuple[AccessRecord, ...] = ()  # those that end by themselves

    def emergency(self, patient_id: str) -> AccessRecord | None:
        """Return the emergency access to a patient, while it lasts."""
        return next((one for one in self.accesses if one.patient == patient_id and one.is_emergency), None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the embedded journal lets sign in."""

    person_id: str
    name: str
    role: str


class Way(StrEnum):
    """A way to sign in."""

    PERSON = "person"  # the embedded journal: one of its made-up people
    BROWSER = "browser"  # a browser on this machine
    DEVICE = "device"  # a code, entered in a browser elsewhere


@dataclass(frozen=True, slots=True)
class BrowserView:
    """A sign-in that waits for a browser: the address, and whether a browser was opened on it."""

    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class CodeView:
    """A sign-in that waits for a code to be entered elsewhere. `picture` is a QR code of the address, in lines of text."""

    user_code: str
    address: str
    picture: tuple[str, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """What the client meets when it starts: a locked cache, or none. `wait` is in seconds, until the next PIN is tried."""

    locked: bool
    clinician: str = ""
    attempts_left: int = 5
    wait: float = 0.0
    journal_name: str = ""
    unsent_visits: int = 0
    unsent_entries: int = 0
    sealed_entries: int = 0


@dataclass(frozen=True, slots=True)
class CacheView:
    """One cache of this machine, as far as it can be told without a PIN."""

    name: str
    clinician: str
    journal: str
    unsent_entries: int
    server: str = ""
