"""Signing in: OAuth 2 authorization code with PKCE, as SMART and OpenID Connect describe it."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from client.auth.discovery import Endpoints, discover
from client.auth.errors import SignInError, SignInReason
from client.auth.grant import Grant, SignedInUser
from client.auth.id_token import verify_id_token
from client.auth.pkce import ProofKey, new_proof_key, token_text
from client.auth.token_answer import TokenAnswer, read_token_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.auth.transport import AuthTransport
    from ports.clock import Clock
    from ports.ids import Ids


class SignIn:
    """One sign-in under way: open `url` where a person can choose, then give `finish` what came back."""

    def __init__(
        self,
        http: AuthTransport,
        endpoints: Endpoints,
        *,
        base: str,
        client_id: str,
        redirect_uri: str,
        scopes: Sequence[str],
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._http = http
        self.endpoints = endpoints
        self._base = base
        self._client_id = client_id
        self._redirect_uri = redirect_uri
        self._scopes = tuple(scopes)
        self._clock = clock
        self._proof: ProofKey = new_proof_key(ids)
        self._state = token_text(ids.secret(24))
        self._nonce = token_text(ids.secret(24))
        self._open = True

    @classmethod
    async def begin(
        cls,
        http: AuthTransport,
        base: str,
        *,
        client_id: str,
        redirect_uri: str,
        scopes: Sequence[str],
        ids: Ids,
        clock: Clock,
    ) -> SignIn:
        """Find the journal's issuer and prepare the request.

        Raises:
            SignInError: METADATA when the journal's description cannot be used.
            JournalError: when the network fails.
        """
        return cls(
            http,
            await discover(http, base),
            base=base.rstrip("/"),
            client_id=client_id,
            redirect_uri=redirect_uri,
            scopes=scopes,
            ids=ids,
            clock=clock,
        )

    @property
    def url(self) -> str:
        """Return the address to open, in a browser or over `AuthTransport.get`."""
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._redirect_uri,
                "scope": " ".join(self._scopes),
                "state": self._state,
                "nonce": self._nonce,
                "aud": self._base,
                "code_challenge": self._proof.challenge,
                "code_challenge_method": "S256",
            }
        )
        separator = "&" if urlsplit(self.endpoints.authorization).query else "?"
        return f"{self.endpoints.authorization}{separator}{query}"

    async def finish(self, callback_url: str) -> Grant:
        """Check what came back, trade the code for tokens and verify who signed in. Works once.

        Raises:
            SignInError: when the answer, the tokens or the identity do not hold.
            JournalError: when the network fails.
        """
        code = self._code(callback_url)
        self._open = False
        answer = await self._http.post_form(self.endpoints.token, self._exchange(code))
        tokens = read_token_answer(answer, self.endpoints.token)
        if not tokens.id_token:
            raise SignInError(SignInReason.IDENTITY, detail="no id_token")
        claims = verify_id_token(
            tokens.id_token,
            await self._http.get_json(self.endpoints.jwks),
            self.endpoints,
            client_id=self._client_id,
            nonce=self._nonce,
            now=answer.server_time or self._clock.now(),
        )
        return self._grant(tokens, _user(claims))

    def _code(self, callback_url: str) -> str:
        """Return the code of a callback that belongs to this sign-in and comes from its issuer."""
        if not self._open or callback_url.partition("?")[0] != self._redirect_uri:
            raise SignInError(SignInReason.STATE, detail="not the callback of this sign-in")
        pairs = parse_qsl(urlsplit(callback_url).query)
        answer = dict(pairs)
        if len(answer) != len(pairs) or not hmac.compare_digest(
            answer.get("state", "").encode(), self._state.encode()
        ):
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
            ("client_id", self._client_id),
            ("code_verifier", self._proof.verifier),
        ]

    def _grant(self, tokens: TokenAnswer, user: SignedInUser) -> Grant:
        """Put the grant together; without a `scope` in the answer all that was asked for was granted."""
        return Grant(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or "",
            expires_at=self._clock.now() + timedelta(seconds=tokens.lifetime),
            scopes=frozenset(self._scopes if tokens.scope is None else tokens.scope.split()),
            user=user,
            token_endpoint=self.endpoints.token,
            client_id=self._client_id,
        )


def _user(claims: dict[str, Any]) -> SignedInUser:
    """Read the clinician from verified claims; courses come as a list or as words in one text."""
    courses = claims.get("kurs", [])
    listed = courses.split() if isinstance(courses, str) else courses
    return SignedInUser(
        subject=claims["sub"],
        name=_text(claims, "name"),
        fhir_user=_text(claims, "fhirUser"),
        role=_text(claims, "helsepersonellkategori"),
        courses=tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else (),
        issuer=claims["iss"],
    )


def _text(claims: dict[str, Any], name: str) -> str:
    """Return a claim that is text."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _error_code(text: str) -> str:
    """Return an OAuth error code if it looks like one."""
    return text if text.replace("_", "").isalpha() and text.isascii() and len(text) <= 64 else ""
