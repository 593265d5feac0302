"""An OpenID issuer and SMART description over the scripted server, whose every answer a test can bend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.contract.scripted_server import Got, Reply, reply

if TYPE_CHECKING:
    from tests.contract.scripted_server import ScriptedServer
    from tests.contract.still_clock import StillClock


DEVICE = {
    "device_code": "the-device",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://issuer.example/device",
    "verification_uri_complete": "https://issuer.example/device?user_code=WDJB-MJHT",
    "expires_in": 600,
    "interval": 7,
}


class ScriptedIssuer:
    """Answers discovery, keys and tokens. `smart`, `openid`, `claims` and `tokens` are laid over what is right."""

    def __init__(self, server: ScriptedServer, clock: StillClock) -> None:
        self.server = server
        self.clock = clock
        self.issuer = f"{server.address}/auth"
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.signing_key = self.key
        self.more_keys: list[object] = []
        self.smart: dict[str, Any] = {}
        self.openid: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.token_reply: Reply | None = None
        self.token_replies: list[Reply] = []
        self.device: dict[str, Any] = {}
        self.pushed_reply: Reply | None = None
        self.userinfo_reply: Reply | None = None
        self.nonce = ""
        self.forms: list[dict[str, str]] = []
        server.answer = self._answer

    def callback(self, url: str, **more: str) -> str:
        """Return where the browser would be sent after the sign-in at `url`; `more` bends it, empty takes away."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonce = asked["nonce"]
        answer = {"code": "the-code", "state": asked["state"], "iss": self.issuer} | more
        kept = {name: value for name, value in answer.items() if value}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def _answer(self, got: Got) -> Reply:
        path = got.target.partition("?")[0]
        if path == "/auth/token":
            self.forms.append({name: values[0] for name, values in parse_qs(got.body.decode()).items()})
            if self.token_replies:
                return self.token_replies.pop(0)
            return self.token_reply or _json(self._tokens(), self.clock)
        if path == "/auth/device":
            return _json(
                {name: one for name, one in (DEVICE | self.device).items() if one is not None}, self.clock
            )
        if path == "/auth/userinfo":
            return self.userinfo_reply or reply(403)
        if path == "/auth/par" and self.pushed_reply is not None:
            return self.pushed_reply
        documents: dict[str, dict[str, Any]] = {
            "/fhir/.well-known/smart-configuration": self._endpoints() | self.smart,
            "/auth/.well-known/openid-configuration": self._endpoints() | self.openid,
            "/auth/jwks": {"keys": [*self.more_keys, dict(self.key.as_dict(private=False))]},
        }
        return _json(documents[path], self.clock) if path in documents else reply(404)

    def _endpoints(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"],
        }

    def _tokens(self) -> dict[str, Any]:
        count = len(self.forms)
        right = {
            "access_token": f"access-{count}",
            "refresh_token": f"refresh-{count}",
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "openid user/Observation.rs",
            "id_token": self._id_token(),
        }
        return {name: value for name, value in (right | self.tokens).items() if value is not None}

    def _id_token(self) -> str:
        return jwt.encode({"alg": "ES256", "kid": "one"}, self.claims_now(), self.signing_key)

    def claims_now(self) -> dict[str, Any]:
        """Return what an id_token would say now."""
        now = int(self.clock.now().timestamp())
        right = {
            "iss": self.issuer,
            "sub": "kari-nordmann",
            "aud": "feltjournal",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
            "name": "Kari Nordmann",
            "fhirUser": "Practitioner/kari-nordmann",
            "helsepersonellkategori": "SP",
            "kurs": ["hjemmetjeneste"],
        }
        return {name: value for name, value in (right | self.claims).items() if value is not None}


def _json(document: dict[str, Any], clock: StillClock) -> bytes:
    date = clock.now().strftime("Date: %a, %d %b %Y %H:%M:%S GMT")
    return reply(200, json.dumps(document).encode(), date, kind="application/json")
