"""Keeping a grant alive: refreshed before it expires or when the journal refuses it, one at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from client.auth.client_authentication import ClientAuthentication, PublicClient
from client.auth.errors import SignInError
from client.auth.holder_key import HolderKey
from client.auth.party import Party
from client.auth.revocation import PATIENCE, give_back
from client.auth.token_answer import read_token_answer
from client.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from client.auth.grant import Grant
    from client.auth.transport import AuthTransport
    from ports.clock import Clock
    from ports.ids import Ids

_EARLY = timedelta(seconds=30)
_KNOWN_CODES = {
    one: one for one in ("invalid_grant", "invalid_client", "unauthorized_client", "access_denied")
}
"""OAuth codes that are handed on; what an issuer writes in their place is free text."""


class Tokens:
    """A token source over one grant.

    A rotated refresh token is handed to `on_rotation` before the new access token is used: its predecessor is
    dead, so a crash before it is stored means a new sign-in. If `on_rotation` fails, the new grant is kept
    and handed over again.

    Args:
        http: The way to the issuer.
        grant: What the sign-in gave.
        clock: The time.
        ids: Fresh ids, for what the client proves.
        on_rotation: Stores a new grant.
        client: How the client proves itself; by itself a public client of the grant's name.
        again: Signs in once more without a person (a backend), where there is no refresh token.
    """

    def __init__(
        self,
        http: AuthTransport,
        grant: Grant,
        *,
        clock: Clock,
        ids: Ids,
        on_rotation: Callable[[Grant], Awaitable[None]],
        client: ClientAuthentication | None = None,
        again: Callable[[], Awaitable[Grant]] | None = None,
    ) -> None:
        self._http = http
        self._grant = grant
        self._clock = clock
        self._on_rotation = on_rotation
        self._again = again
        self.holder = HolderKey.from_text(grant.holder_key) if grant.holder_key else None
        """The key that the tokens are bound to; None for bearer tokens."""
        self._party = Party(http, client or PublicClient(grant.client_id), clock, ids, self.holder)
        self._unsaved: Grant | None = None
        self._flight: asyncio.Task[None] | None = None
        self.ended = not grant.access_token and not grant.refresh_token
        self.revoked_by = ""
        """What the issuer called it when it ended a sign-in that could still have been renewed; empty while it has not."""
        self._early = self._margin()

    @property
    def grant(self) -> Grant:
        """Return the grant in use."""
        return self._grant

    async def token(self) -> str | None:
        """Return a token that holds, refreshed in good time; None when only a new sign-in helps.

        Raises:
            JournalError: when the token has expired and the issuer cannot be reached.
        """
        can_renew = bool(self._grant.refresh_token) or self._again is not None
        if self._left() <= self._early and can_renew and not self.ended:
            try:
                await self._refreshed()
            except JournalError:
                if self._left() <= timedelta(0):
                    raise
        return None if self.ended or self._left() <= timedelta(0) else self._grant.access_token

    async def refused(self, token: str) -> str | None:
        """Refresh after a refusal, unless another request has already replaced the token."""
        if token == self._grant.access_token and not self.ended:
            await self._refreshed()
        return None if self.ended or self._grant.access_token == token else self._grant.access_token

    async def settle(self, seconds: float) -> None:
        """Wait a little for a refresh under way, so that a rotated token is stored before the store closes."""
        if self._flight is not None and not self._flight.done():
            await asyncio.wait({self._flight}, timeout=seconds)

    async def give_back(self) -> bool:
        """End the sign-in at its issuer too; False when it was to be told and did not say that it is done.

        Whatever comes of it, no token is given any more.
        """
        await self.settle(PATIENCE)
        self.ended = True
        return await give_back(self._party, self._unsaved or self._grant)

    def _margin(self) -> timedelta:
        """Return how long before its end a token is replaced; short for tokens that live only seconds."""
        return max(min(_EARLY, self._left() / 10), timedelta(0))

    def _left(self) -> timedelta:
        """Return how long the access token still holds."""
        return self._grant.expires_at - self._clock.now()

    async def _refreshed(self) -> None:
        """Join the refresh under way or start one; it runs on when its asker is cancelled."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._refresh())
            self._flight.add_done_callback(_seen)
        await asyncio.shield(self._flight)

    async def _refresh(self) -> None:
        """Ask for a new grant, have it stored, then use it."""
        if self._unsaved is None:
            self._unsaved = await self._request()
        if self._unsaved is None:
            self.ended = True
            return
        await self._on_rotation(self._unsaved)
        self._grant, self._unsaved = self._unsaved, None
        self._early = self._margin()

    async def _request(self) -> Grant | None:
        """Send the refresh; None when the issuer has ended the sign-in."""
        old = self._grant
        try:
            if self._again is not None:
                return await self._again()
            if not old.refresh_token:
                return None
            form = [("grant_type", "refresh_token"), ("refresh_token", old.refresh_token)]
            url = old.token_endpoint
            self._http.allow(url.partition("?")[0])  # some name a tenant or a policy in its query
            answer = await self._party.post(url, form, issuer=old.issuer, token_endpoint=url)
            new = read_token_answer(answer, url, is_bound=self.holder is not None)
        except SignInError as error:
            self.revoked_by = _KNOWN_CODES.get(error.code, error.reason.value)
            return None
        return replace(
            old,
            access_token=new.access_token,
            refresh_token=new.refresh_token or old.refresh_token,
            expires_at=self._clock.now() + timedelta(seconds=new.lifetime),
            scopes=frozenset(new.scope.split()) if new.scope is not None else old.scopes,
        )


def _seen(flight: asyncio.Task[None]) -> None:
    """Take note of a failure that nobody waits for any more."""
    if not flight.cancelled():
        flight.exception()
