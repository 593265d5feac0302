"""This client before an issuer: every request carries its authentication and, where tokens are bound, a proof of the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.auth.client_authentication import Moment
from client.auth.token_answer import refusal_code
from client.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.answer import Answer
    from client.auth.client_authentication import ClientAuthentication
    from client.auth.holder_key import HolderKey
    from client.auth.transport import AuthTransport
    from ports.clock import Clock
    from ports.ids import Ids

_WANTS_NONCE = "use_dpop_nonce"


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks, and with what."""

    http: AuthTransport
    client: ClientAuthentication
    clock: Clock
    ids: Ids
    holder: HolderKey | None = None

    async def post(
        self, url: str, fields: Sequence[tuple[str, str]], *, issuer: str, token_endpoint: str
    ) -> Answer:
        """Post to the issuer; where it wants its nonce in the proof, once more with it (RFC 9449 §8).

        Raises:
            SignInError: UNSUPPORTED when the client's own key cannot sign.
            JournalError: when the network fails.
        """
        answer = await self._once(url, fields, issuer, token_endpoint)
        if self.holder is not None and refusal_code(answer) == _WANTS_NONCE:
            answer = await self._once(url, fields, issuer, token_endpoint)
        return answer

    async def _once(
        self, url: str, fields: Sequence[tuple[str, str]], issuer: str, token_endpoint: str
    ) -> Answer:
        now = self.clock.now() + self.http.ahead(url)
        mine = self.client.fields(Moment(issuer, token_endpoint, now, self.ids.uuid()))
        named = {name for name, _ in fields}
        headers = self.client.headers()
        origin = Origin.of(url.partition("?")[0], plain_http=True).address
        if self.holder is not None:
            headers["DPoP"] = self.holder.proof("POST", url, now=now, fresh_id=self.ids.uuid(), origin=origin)
        form = [*fields, *(one for one in mine if one[0] not in named)]
        answer = await self.http.post_form(url, form, headers=headers)
        if self.holder is not None:
            self.holder.take_nonce(origin, answer.headers.get("dpop-nonce", ""))
        return answer
