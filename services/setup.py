"""What a working day stands on: the seams, the folders, and which journal it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.ballast import BALLAST_BYTES
from offline_cache.keys import KdfParams
from offline_cache.retention_policy import RetentionPolicy
from ports.browser import Browser, SystemBrowser
from services.idle_policy import IdlePolicy
from services.sign_in_terms import SignInTerms, scopes_for
from services.views import Environment

if TYPE_CHECKING:
    import httpx

    from ports.clock import Clock
    from ports.disk import Disk
    from ports.folders import Folders
    from ports.ids import Ids
    from ports.worker import Worker


@dataclass(frozen=True, slots=True)
class JournalAddress:
    """One journal: where its FHIR API and its sign-in are, and what it is.

    `embedded_key` is the key that this program handed to the sandbox it started; None for every other journal. Only a journal
    that proves it holds that key is the embedded one (architecture.md: never decided by an address).
    `organisation_key` is the public half of the key that signed entries are sealed to; the embedded journal hands its own over
    with its proof.
    `patient_list` is the Group or List of patients to pull, as `Group/1`, where visits cannot be asked for by who makes them.
    `refuses_known_vitals` says that whoever configured it knows that the journal refuses a vital sign that it has, as Epic does
    (norway.md §4.2): only there is one whose answer was lost sent again by itself. The name a journal gives itself is no proof.
    `wipe_address` is where the journal says whether this machine is to be wiped; empty for one that has no such place. It lies on
    the origin of the journal or of its sign-in, and is never asked elsewhere.
    `authority` is the certificate (PEM) of the only authority that is trusted for it; empty trusts whom the system trusts.
    """

    name: str
    base_url: str
    issuer: str
    client_id: str = "feltjournal"
    environment: Environment = Environment.TRAINING
    embedded_key: bytes | None = None
    organisation_key: bytes | None = None
    patient_list: str = ""
    refuses_known_vitals: bool = False
    wipe_address: str = ""
    authority: bytes = b""
    terms: SignInTerms = field(default_factory=SignInTerms)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what is asked for at sign-in."""
        return self.terms.scopes or scopes_for(self.patient_list)


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything a `Workday` is built from; the tests and the simulation put other seams in."""

    folders: Folders
    clock: Clock
    ids: Ids
    disk: Disk
    worker: Worker
    journal: JournalAddress
    no_cache: bool = False
    review_before_sending: bool = False
    clipboard: bool = False
    key_cost: KdfParams = field(default_factory=KdfParams)
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    idle: IdlePolicy = field(default_factory=IdlePolicy)
    inner: httpx.AsyncBaseTransport | None = None
    ballast: int = BALLAST_BYTES
    browser: Browser = field(default_factory=SystemBrowser)
    organisation: str = ""
    """Whose laptops these are, where the journal's file says it."""

    training: str = ""
    """The journal that who lacks a course may practise in, by its name on this machine; empty for none."""
