"""The OpenID provider: authorization code with PKCE for one public native client, rotating refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sandbox.sign_in import scopes
from sandbox.sign_in.people import CLINICIANS, clinician

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.sign_in.signing import Signer
    from sandbox.sign_in.tokens import Family, Pair, Tokens

CLIENT_ID = "feltjournal"
_WAITING_SECONDS = 600.0
_CODE_SECONDS = 60.0
_CHALLENGE = re.compile(r"^[A-Za-z0-9_-]{43}$")
_VERIFIER = re.compile(r"^[A-Za-z0-9._~-]{43,128}$")


class SignInRefused(Exception):
    """A sign-in request that is not good; `error` is OAuth's code, `redirect` where to tell it, if anywhere."""

    def __init__(self, error: str, text: str, *, redirect: str = "", status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.text = text
        self.redirect = redirect
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that waits for a person to be chosen, or a code that waits to be traded."""

    redirect_uri: str
    state: str
    nonce: str
    scope: str
    challenge: str
    made_at: float
    person: str = ""


class Provider:
    """Everything that is behind the sign-in addresses."""

    def __init__(
        self, issuer: str, base_url: str, *, tokens: Tokens, signer: Signer, clock: Clock, ids: Ids
    ) -> None:
        self.issuer = issuer
        self.base_url = base_url
        self.tokens = tokens
        self.signer = signer
        self._clock = clock
        self._ids = ids
        self._waiting: dict[str, Asked] = {}
        self._codes: dict[str, Asked] = {}
        self._traded: dict[str, Family] = {}

    def authorize(self, query: Mapping[str, str]) -> str:
        """Check an authorization request and return the opaque word that stands for it.

        Raises:
            SignInRefused: it is not good; told to the client by redirect only when the client itself is.
        """
        redirect_uri = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID:
            raise SignInRefused("unauthorized_client", "Ukjent klient.")
        if not _is_loopback(redirect_uri):
            raise SignInRefused("invalid_request", "redirect_uri må være http://127.0.0.1:<port>/callback.")
        problem = self._problem(query)
        if problem:
            answer = {"error": problem[0], "error_description": problem[1], "iss": self.issuer}
            if "state" in query:
                answer["state"] = query["state"]
            raise SignInRefused(*problem, redirect=f"{redirect_uri}?{urlencode(answer)}")
        self._forget_old()
        word = self._ids.secret(16).hex()
        self._waiting[word] = Asked(
            redirect_uri,
            query["state"],
            query.get("nonce", ""),
            scopes.granted(query["scope"]),
            query["code_challenge"],
            self._clock.monotonic(),
        )
        return word

    def choose(self, word: str, person_id: str) -> str:
        """Let a person sign in and return the address to send the browser to.

        Raises:
            SignInRefused: the request or the person is not known.
        """
        self._forget_old()
        person = clinician(person_id)
        if person is None:
            raise SignInRefused("access_denied", "Ukjent person.")
        asked = self._waiting.pop(word, None)
        if asked is None:
            raise SignInRefused("invalid_request", "Innloggingen er utløpt. Begynn på nytt.")
        code = self._ids.secret(32).hex()
        self._codes[code] = replace(asked, made_at=self._clock.monotonic(), person=person.id)
        answer = urlencode({"code": code, "state": asked.state, "iss": self.issuer})
        return f"{asked.redirect_uri}?{answer}"

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer a token request.

        Raises:
            SignInRefused: the code, its proof or the refresh token is not good.
        """
        if form.get("client_id") != CLIENT_ID:
            raise SignInRefused("invalid_client", "Unknown client.", status=401)
        match form.get("grant_type"):
            case "authorization_code":
                return self._trade_code(form)
            case "refresh_token":
                traded = self.tokens.refresh(form.get("refresh_token", ""), CLIENT_ID)
                if traded is None:
                    raise SignInRefused("invalid_grant", "The refresh token is not good.")
                return self._grant(*traded)
        raise SignInRefused("unsupported_grant_type", "Only authorization_code and refresh_token.")

    def discovery(self) -> dict[str, Any]:
        """Return the OpenID discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["openid", "fhirUser", "offline_access", "launch", "user/*.cruds"],
            "claims_supported": ["sub", "name", "fhirUser", "helsepersonellkategori", "kurs"],
            "authorization_response_iss_parameter_supported": True,
        }

    def smart(self) -> dict[str, Any]:
        """Return the SMART configuration of the FHIR base."""
        capabilities = ["launch-standalone", "client-public", "permission-offline", "permission-user", "permission-v2",
                        "sso-openid-connect", "authorize-post"]  # fmt: skip
        return self.discovery() | {"capabilities": capabilities}

    @property
    def people(self) -> list[dict[str, str]]:
        """Who can be chosen."""
        return [{"id": person.id, "name": person.name, "role": person.role} for person in CLINICIANS]

    def _problem(self, query: Mapping[str, str]) -> tuple[str, str] | None:
        if query.get("response_type") != "code":
            return "unsupported_response_type", "response_type must be code."
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.match(
            query.get("code_challenge", "")
        ):
            return "invalid_request", "PKCE with S256 is required."
        if not query.get("state"):
            return "invalid_request", "state is required."
        if query.get("aud", "").rstrip("/") != self.base_url:
            return "invalid_request", "aud must be the FHIR base of this journal."
        if "openid" not in query.get("scope", "").split():
            return "invalid_scope", "The scope must hold openid."
        return None

    def _trade_code(self, form: Mapping[str, str]) -> dict[str, Any]:
        self._forget_old()
        code = form.get("code", "")
        asked = self._codes.pop(code, None)
        if asked is None:
            family = self._traded.pop(code, None)
            if family is not None:
                self.tokens.revoke_family(family)
            raise SignInRefused("invalid_grant", "The code is not good.")
        if form.get("redirect_uri") != asked.redirect_uri or not _proves(
            form.get("code_verifier", ""), asked.challenge
        ):
            raise SignInRefused("invalid_grant", "The code does not belong to this request.")
        family, pair = self.tokens.begin(asked.person, CLIENT_ID, asked.scope, asked.nonce)
        self._traded[code] = family
        return self._grant(family, pair)

    def _grant(self, family: Family, pair: Pair) -> dict[str, Any]:
        answer = {
            "access_token": pair.access,
            "token_type": "Bearer",
            "expires_in": self.tokens.lifetime,
            "scope": family.scope,
            "id_token": self._id_token(family),
        }
        return answer | {"refresh_token": pair.refresh} if pair.refresh else answer

    def _id_token(self, family: Family) -> str:
        person = clinician(family.person)
        if person is None:
            raise SignInRefused("invalid_grant", "The person can no longer sign in.")
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": person.id,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + self.tokens.lifetime,
            "name": person.name,
            "fhirUser": f"{self.base_url}/{person.reference}",
            "helsepersonellkategori": person.category,
            "kurs": list(person.courses),
        }
        return self.signer.sign(claims | ({"nonce": family.nonce} if family.nonce else {}))

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        self._waiting = {k: v for k, v in self._waiting.items() if now - v.made_at < _WAITING_SECONDS}
        self._codes = {k: v for k, v in self._codes.items() if now - v.made_at < _CODE_SECONDS}


def _is_loopback(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return address == f"http://127.0.0.1:{port}/callback" and parts.path == "/callback"


def _proves(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.match(verifier):
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
