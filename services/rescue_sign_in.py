"""Signing in to deliver what others signed: a session with the journal and nothing of it on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.tokens import Tokens
from client.journal import JournalClient
from services.arriving import Arriving
from services.embedded import prove_embedded
from services.proven_tokens import ProvenTokens
from services.trouble import Trouble, TroubleCode
from services.views import Way
from services.wires import to_journal, to_sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.auth.grant import Grant, SignedInUser
    from client.transport import JournalTransport
    from services.setup import Setup
    from services.views import BrowserView, CodeView, Person


class RescueSignIn:
    """Leads a supervisor to the journal."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._http = to_sign_in(setup)
        self._arriving = Arriving(setup, self._http)
        self._transport: JournalTransport | None = None
        self._source: Tokens | ProvenTokens | None = None

    async def people(self) -> list[Person]:
        """Ask whom the journal lets in.

        Raises:
            Trouble: NOT_EMBEDDED when another program answers on the journal's address.
        """
        if self._setup.journal.embedded_key is not None and not await self._is_ours():
            raise Trouble(TroubleCode.NOT_EMBEDDED)
        return await self._arriving.people()

    async def sign_in(self, person_id: str) -> tuple[JournalClient, SignedInUser]:
        """Sign in as one of the people; return the way to the journal and who that is."""
        return self._way_of(await self._arriving.as_person(person_id))

    async def elsewhere(
        self, shown: Callable[[BrowserView | CodeView], None]
    ) -> tuple[JournalClient, SignedInUser]:
        """Sign in to a journal that is not the embedded one, by the first way that is open here. `shown` is told what to do."""
        arriving = self._arriving
        is_by_code = arriving.ways()[0] is Way.DEVICE
        return self._way_of(await (arriving.with_code(shown) if is_by_code else arriving.in_browser(shown)))

    def _way_of(self, grant: Grant) -> tuple[JournalClient, SignedInUser]:
        """Return the way to the journal for who signed in."""
        setup = self._setup

        async def forget(_rotated: Grant) -> None:
            """Keep nothing."""

        tokens = Tokens(
            self._http,
            grant,
            clock=setup.clock,
            ids=setup.ids,
            on_rotation=forget,
            client=setup.journal.terms.client,
        )
        is_embedded = setup.journal.embedded_key is not None
        self._source = ProvenTokens(tokens, self._is_ours) if is_embedded else tokens
        self._transport = to_journal(setup, self._source, tokens.holder)
        return JournalClient(self._transport), grant.user

    async def aclose(self) -> None:
        """Give the sign-in back, for nothing of it is kept, and close the connections."""
        if self._source is not None:
            await self._source.give_back()
        if self._transport is not None:
            await self._transport.aclose()
        await self._http.aclose()

    async def _is_ours(self) -> bool:
        return await prove_embedded(self._http, self._setup.journal, self._setup.ids) is not None
