"""Signing in: OAuth 2 authorization code with PKCE, as SMART and OpenID Connect describe it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from client.auth.arrival import grant_of
from client.auth.assurance import Assurance
from client.auth.client_authentication import ClientAuthentication, PublicClient
from client.auth.discovery import Endpoints, discover
from client.auth.errors import SignInError, SignInReason
from client.auth.party import Party
from client.auth.pkce import ProofKey, new_proof_key, token_text
from client.auth.pushed_request import push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.auth.grant import Grant
    from client.auth.holder_key import HolderKey
    from client.auth.transport import AuthTransport
    from ports.clock import Clock
    from ports.ids import Ids

_NOTHING = Assurance()


class SignIn:
    """One sign-in under way: open `url` where a person can choose, then give `finish` what came back."""

    def __init__(
        self,
        party: Party,
        endpoints: Endpoints,
        *,
        base: str,
        redirect_uri: str,
        scopes: Sequence[str],
        prompt: str = "",
        assurance: Assurance = _NOTHING,
    ) -> None:
        self._party = party
        self.endpoints = endpoints
        self._base = base
        self._redirect_uri = redirect_uri
        self._scopes = tuple(scopes)
        self._prompt = prompt
        self._assurance = assurance
        self._proof: ProofKey = new_proof_key(party.ids)
        self._state = token_text(party.ids.secret(24))
        self._nonce = token_text(party.ids.secret(24))
        self._open = True
        self._pushed = ""

    @classmethod
    async def begin(
        cls,
        http: AuthTransport,
        base: str,
        *,
        redirect_uri: str,
        scopes: Sequence[str],
        ids: Ids,
        clock: Clock,
        client_id: str = "",
        client: ClientAuthentication | None = None,
        issuer: str = "",
        holder: HolderKey | None = None,
        prompt: str = "",
        assurance: Assurance = _NOTHING,
    ) -> SignIn:
        """Find the journal's issuer and prepare the request.

        Args:
            http: The way to the sign-in.
            base: The journal's base address.
            redirect_uri: Where the browser is sent back to.
            scopes: What is asked for.
            ids: Fresh ids and secrets.
            clock: The time.
            client_id: The name of a public client.
            client: Any other client; then `client_id` is not used.
            issuer: The issuer that the configuration names, if any.
            holder: The key that the tokens shall be bound to; None asks for bearer tokens.
            prompt: `consent` where the issuer gives `offline_access` only with it (OpenID Connect Core §11); empty elsewhere.
            assurance: What the sign-in must be worth: asked for, and looked for in what comes back.

        Raises:
            SignInError: METADATA when the journal's description cannot be used; REFUSED when the issuer refuses the request.
            JournalError: when the network fails.
        """
        endpoints = await discover(http, base, issuer)
        party = Party(http, client or PublicClient(client_id), clock, ids, holder)
        sign_in = cls(
            party,
            endpoints,
            base=base.rstrip("/"),
            redirect_uri=redirect_uri,
            scopes=scopes,
            prompt=prompt,
            assurance=assurance,
        )
        if endpoints.pushed:
            sign_in._pushed = await push(party, endpoints, sign_in._request())
        return sign_in

    @property
    def url(self) -> str:
        """Return the address to open, in a browser or over `AuthTransport.get`."""
        short = [("client_id", self._party.client.client_id), ("request_uri", self._pushed)]
        query = urlencode(short if self._pushed else self._request())
        separator = "&" if urlsplit(self.endpoints.authorization).query else "?"
        return f"{self.endpoints.authorization}{separator}{query}"

    def is_mine(self, callback_url: str) -> bool:
        """Tell whether a callback carries this sign-in's own state: anybody on the machine can call the listener."""
        state = dict(parse_qsl(urlsplit(callback_url).query)).get("state", "")
        return hmac.compare_digest(state.encode(), self._state.encode())

    async def finish(self, callback_url: str) -> Grant:
        """Check what came back, trade the code for tokens and verify who signed in. Works once.

        Raises:
            SignInError: when the answer, the tokens or the identity do not hold.
            JournalError: when the network fails.
        """
        code = self._code(callback_url)
        self._open = False
        endpoints = self.endpoints
        answer = await self._party.post(
            endpoints.token, self._exchange(code), issuer=endpoints.issuer, token_endpoint=endpoints.token
        )
        return await grant_of(
            self._party,
            endpoints,
            answer,
            scopes=self._scopes,
            nonce=self._nonce,
            assurance=self._assurance,
        )

    def _request(self) -> list[tuple[str, str]]:
        """Return what is asked for, whether it goes by the browser or is pushed."""
        return [
            ("response_type", "code"),
            ("client_id", self._party.client.client_id),
            ("redirect_uri", self._redirect_uri),
            ("scope", " ".join(self._scopes)),
            ("state", self._state),
            ("nonce", self._nonce),
            ("aud", self._base),
            ("code_challenge", self._proof.challenge),
            ("code_challenge_method", "S256"),
            *([("prompt", self._prompt)] if self._prompt else []),
            *self._assurance.asked(),
        ]

    def _code(self, callback_url: str) -> str:
        """Return the code of a callback that belongs to this sign-in and comes from its issuer."""
        if not self._open or callback_url.partition("?")[0] != self._redirect_uri:
            raise SignInError(SignInReason.STATE, detail="not the callback of this sign-in")
        pairs = parse_qsl(urlsplit(callback_url).query)
        answer = dict(pairs)
        if len(answer) != len(pairs) or not self.is_mine(callback_url):
            raise SignInError(SignInReason.STATE, detail="another state")
        issuer = answer.get("iss", "" if self.endpoints.names_issuer else self.endpoints.issuer)
        if issuer != self.endpoints.issuer:
            raise SignInError(SignInReason.ISSUER)
        if "error" in answer or not answer.get("code"):
            raise SignInError(SignInReason.DENIED, code=_error_code(answer.get("error", "")))
        return answer["code"]

    def _exchange(self, code: str) -> list[tuple[str, str]]:
        """Return the form that trades the code."""
        return [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self._redirect_uri),
            ("code_verifier", self._proof.verifier),
        ]


def _error_code(text: str) -> str:
    """Return an OAuth error code if it looks like one."""
    return text if text.replace("_", "").isalpha() and text.isascii() and len(text) <= 64 else ""
