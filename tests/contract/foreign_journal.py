"""A journal that is not the embedded one, for tests: a certified provider in front of it, and a client that arrives by a browser.

Behind the provider's gate lies the embedded journal's own engine in a process of its own; the client does not know that.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from offline_cache.keys import KdfParams
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.folders import Folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from services.entrance import Entrance
from services.setup import JournalAddress, Setup
from services.sign_in_terms import SCOPES as DEFAULT
from services.sign_in_terms import SignInTerms
from services.views import Environment
from services.workday import Workday
from tests.contract.sign_in_room import Browser, SignInRoom
from tests.sandbox_room import SandboxRoom
from tests.store_room import DrawerKeyring

if TYPE_CHECKING:
    from pathlib import Path

    from ports.keyring import KeyProtector

SCOPES = tuple(one for one in DEFAULT if one != "fhirUser")  # the provider gives who it is without that


class Desktop:
    """A machine with a browser, and a person who goes all the way in it."""

    def __init__(self, room: SignInRoom, *, agrees: bool = True) -> None:
        self._room = room
        self._agrees = agrees
        self.opened: list[str] = []

    def is_here(self) -> bool:
        """Have one."""
        return True

    def open(self, url: str) -> bool:
        """Begin, and let the person go on by themselves."""
        self.opened.append(url)
        threading.Thread(target=self._go, args=(url,)).start()
        return True

    def _go(self, url: str) -> None:
        browser = Browser(self._room)
        browser.open_callback(browser.sign_in(url, agrees=self._agrees))


@dataclass
class ForeignJournal:
    """The journal and its provider; `more` goes to the provider's settings."""

    folder: Path
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("provider", "journal"):
            (self.folder / name).mkdir(parents=True)
        self.inner = SandboxRoom(self.folder / "journal", options=("--port", "0"))
        self.inner.start()
        token = str(self.inner.sign_in(scope=" ".join(DEFAULT))["access_token"])
        self.room = SignInRoom(self.folder / "provider", (self.inner.base, token), self.more)
        self.desktop = Desktop(self.room)
        self.keyring: KeyProtector = DrawerKeyring()

    def close(self) -> None:
        """End both."""
        self.room.close()
        self.inner.close()

    def setup(
        self,
        machine: Path,
        *,
        no_cache: bool = False,
        client_id: str = "bound",
        training: str = "",
        organisation: str = "",
        **terms: Any,
    ) -> Setup:
        """Return what a client on this machine is built from."""
        how = SignInTerms(scopes=SCOPES, prompt="consent", is_bound=client_id == "bound", **terms)
        journal = JournalAddress(
            "Prøvejournalen",
            self.room.base,
            self.room.issuer,
            client_id=client_id,
            environment=Environment.TEST,
            authority=self.room.pem.read_bytes(),
            terms=how,
        )
        return Setup(
            Folders(machine / "data", machine / "state"),
            SystemClock(),
            SystemIds(),
            SystemDisk(),
            ThreadWorker(),
            journal,
            no_cache=no_cache,
            key_cost=KdfParams(memory_kib=64, passes=1, lanes=1),
            ballast=4096,
            browser=self.desktop,
            training=training,
            organisation=organisation,
        )

    def day(self, machine: Path, **options: Any) -> Workday:
        """Return a new client on this machine, with a keyring."""
        setup = self.setup(machine, **options)
        day = Workday(setup)
        day._entrance = Entrance(setup, self.keyring)
        return day
