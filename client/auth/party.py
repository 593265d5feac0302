"""This client before an issuer: every request carries its authentication and, where tokens are bound, a proof of the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.auth.client_authentication import Moment
from client.auth.token_answer import refusal_code
from client.clock_skew import is_another
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
_OF_TIME = frozenset({"invalid_client", "invalid_dpop_proof"})
"""What an issuer says of an assertion or a proof that is too old or from the future; other reasons have the same names."""

_MOST_AGAIN = 2


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

        A proof that was made by a wrong clock is made again too: only an answer tells what the issuer's clock shows, so the first
        word after a start, or after this machine's clock was set, may carry a time that the issuer does not take.

        Raises:
            SignInError: UNSUPPORTED when the client's own key cannot sign.
            JournalError: when the network fails.
        """
        before = self.http.ahead(url)
        answer = await self._once(url, fields, issuer, token_endpoint)
        for _ in range(_MOST_AGAIN):
            now, code = self.http.ahead(url), refusal_code(answer)
            wants_nonce = self.holder is not None and code == _WANTS_NONCE
            if not wants_nonce and not (code in _OF_TIME and is_another(before, now)):
                break
            before = now
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

    async def get(self, url: str, token: str) -> Answer:
        """Get something of the issuer's with an access token, bound to this request where it is bound to a key."""
        if self.holder is None:
            return await self.http.get(url, headers={"Authorization": f"Bearer {token}"})
        origin = Origin.of(url.partition("?")[0], plain_http=True).address
        now = self.clock.now() + self.http.ahead(url)
        proof = self.holder.proof("GET", url, now=now, fresh_id=self.ids.uuid(), origin=origin, token=token)
        answer = await self.http.get(url, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
        self.holder.take_nonce(origin, answer.headers.get("dpop-nonce", ""))
        return answer
