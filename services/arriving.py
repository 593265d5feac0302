"""Signing in, one way or another: as a person of the embedded journal, in a browser here, or with a code on another device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.client_authentication import PublicClient
from client.auth.device_code import DeviceSignIn
from client.auth.errors import SignInError
from client.auth.holder_key import HolderKey
from client.auth.loopback import Loopback
from client.auth.party import Party
from client.auth.revocation import give_back
from client.auth.sign_in import SignIn
from services import persona
from services.trouble import Trouble, TroubleCode
from services.views import BrowserView, CodeView, Person, Way
from services.who_signed_in import known_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.auth.grant import Grant
    from client.auth.transport import AuthTransport
    from services.setup import Setup

REDIRECT = "http://127.0.0.1:8765/callback"
"""Where a browser would be sent back to; any loopback port is allowed to a native client (RFC 8252 §7.3)."""

_TAKEN = "Innloggingen er ferdig her. Lukk dette vinduet og gå tilbake til Feltjournal."
_OTHER = (
    "Denne adressen hører ikke til innloggingen som pågår. Ingenting er endret. Gå tilbake til Feltjournal."
)


class Arriving:
    """The sign-in of one journal."""

    def __init__(self, setup: Setup, http: AuthTransport) -> None:
        self._setup = setup
        self._http = http
        self._page: persona.SignInPage | None = None
        self._sign_in: SignIn | None = None

    def ways(self) -> tuple[Way, ...]:
        """Return the ways that are open here, the one to offer first at the front. Asks no network."""
        if self._setup.journal.embedded_key is not None:
            return (Way.PERSON,)
        ways = self._setup.journal.terms.ways
        if Way.BROWSER in ways and not self._setup.browser.is_here():
            return (*(one for one in ways if one is not Way.BROWSER), Way.BROWSER)
        return ways

    async def people(self) -> list[Person]:
        """Ask the embedded journal's sign-in page whom it lets in."""
        self._sign_in = await self._begin(REDIRECT)
        self._page = await persona.open_page(self._http, self._sign_in.url)
        return list(self._page.people)

    async def as_person(self, person_id: str) -> Grant:
        """Sign in as one of the people."""
        if self._page is None or self._sign_in is None:
            await self.people()
        page, sign_in = self._page, self._sign_in
        if page is None or sign_in is None:
            raise Trouble(TroubleCode.SIGN_IN_FAILED)
        try:
            return await sign_in.finish(await persona.choose(self._http, page, person_id))
        finally:
            self._page = self._sign_in = None

    async def in_browser(self, shown: Callable[[BrowserView], None]) -> Grant:
        """Open a browser and wait until it comes back; `shown` is told the address, for a person who opens it by hand.

        Raises:
            SignInError: EXPIRED when it did not come back in time; as for any sign-in.
            JournalError: when the network fails.
        """
        setup = self._setup
        host = setup.journal.terms.redirect_host
        async with Loopback(setup.clock, taken=_TAKEN, other=_OTHER, host=host) as loopback:
            sign_in = await self._begin(loopback.redirect_uri)
            loopback.expect(sign_in.is_mine)
            browser = setup.browser
            is_open = browser.is_here() and await setup.worker.run(browser.open, sign_in.url)
            shown(BrowserView(sign_in.url, is_open))
            return await self._known(await sign_in.finish(await loopback.callback()))

    async def with_code(self, shown: Callable[[CodeView], None]) -> Grant:
        """Show a code and wait until a person has entered it on another device.

        Raises:
            SignInError: UNSUPPORTED where the issuer has no such codes, EXPIRED when nobody entered it; as for any sign-in.
            JournalError: when the network fails.
        """
        from services.text_qr import text_qr

        setup, terms = self._setup, self._setup.journal.terms
        client = terms.client or PublicClient(setup.journal.client_id)
        party = Party(self._http, client, setup.clock, setup.ids, self._holder())
        device = await DeviceSignIn.begin(
            party,
            setup.journal.base_url,
            scopes=setup.journal.scopes,
            issuer=setup.journal.issuer,
            assurance=terms.assurance,
        )
        said = device.invitation
        picture = text_qr(said.with_code or said.address)
        shown(CodeView(said.user_code, said.address, picture, said.ends_at))
        return await self._known(await device.finish())

    async def give_back(self, grant: Grant) -> None:
        """Give back a sign-in that comes to nothing here."""
        setup = self._setup
        client = setup.journal.terms.client or PublicClient(setup.journal.client_id)
        holder = HolderKey.from_text(grant.holder_key) if grant.holder_key else None
        await give_back(Party(self._http, client, setup.clock, setup.ids, holder), grant)

    async def _known(self, grant: Grant) -> Grant:
        """Return the grant of somebody whom this journal knows and lets in; another's is given back."""
        try:
            return await known_here(self._setup, grant)
        except (SignInError, Trouble):
            await self.give_back(grant)
            raise

    async def _begin(self, redirect_uri: str) -> SignIn:
        journal, terms = self._setup.journal, self._setup.journal.terms
        return await SignIn.begin(
            self._http,
            journal.base_url,
            client=terms.client or PublicClient(journal.client_id),
            redirect_uri=redirect_uri,
            scopes=journal.scopes,
            ids=self._setup.ids,
            clock=self._setup.clock,
            issuer=journal.issuer,
            holder=self._holder(),
            prompt=terms.prompt,
            assurance=terms.assurance,
        )

    def _holder(self) -> HolderKey | None:
        return HolderKey.new() if self._setup.journal.terms.is_bound else None
