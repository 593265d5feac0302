"""Answers on the way to a sign-in that lead the code, the secret or the tokens elsewhere, or bring others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.contract.hostile.case import SECRET, Case, Moment, headed
from tests.contract.hostile.packed import bomb
from tests.contract.scripted_server import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable

_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def _description(moment: Moment) -> dict[str, Any]:
    base = moment.places.base
    return {
        "issuer": f"{base}/auth",
        "authorization_endpoint": f"{base}/auth/authorize",
        "token_endpoint": f"{base}/auth/token",
        "jwks_uri": f"{base}/auth/jwks",
    }


def _bent(**bent: str) -> Callable[[Moment], Reply]:
    """Serve descriptions with some addresses bent; `{evil}` and `{base}` are filled in."""

    def serve(moment: Moment) -> Reply:
        places = moment.places
        filled = {
            name: value.replace("{evil}", places.evil).replace("{base}", places.base)
            for name, value in bent.items()
        }
        return reply(200, json.dumps(_description(moment) | filled).encode(), kind="application/json")

    return serve


def _raw_description(text: bytes) -> Callable[[Moment], Reply]:
    return lambda _moment: reply(200, text, kind="application/json")


def _tokens(**bent: object) -> bytes:
    return json.dumps({"access_token": "a-token", "token_type": "Bearer", "expires_in": 60} | bent).encode()


_TOKENS: dict[str, tuple[bytes, str]] = {
    "a token with a header in it": (_tokens(access_token="a\r\nX-Evil: 1"), "sign-in refused"),
    "a token with a blank": (_tokens(access_token="a b"), "sign-in refused"),
    "a token with a NUL": (_tokens(access_token="a\x00"), "sign-in refused"),
    "a token past ASCII": (_tokens(access_token="å"), "sign-in refused"),
    "an empty token": (_tokens(access_token=""), "sign-in refused"),
    "a token of another kind": (_tokens(token_type="mac"), "sign-in refused"),
    "a token twice": (_tokens()[:-1] + b',"access_token":"another"}', "broken"),
    "a life that is NaN": (_tokens(expires_in=float("nan")), "broken"),
    "a life that is a list": (_tokens(expires_in=[60]), "not-fhir"),
    "tokens in a page": (b"<html>" + SECRET.encode(), "broken"),
    "tokens 9,999 lists deep": (b"[" * 9999, "broken"),
}

CASES = [
    *(
        Case(
            f"sign-in: {name} on another host",
            "discover",
            _bent(**{name: "{evil}/x"}),
            "sign-in metadata",
            requests=2,
        )
        for name in (*_NEEDED, "device_authorization_endpoint", "pushed_authorization_request_endpoint")
    ),
    *(
        Case(
            f"sign-in: {name} with a user in it",
            "discover",
            _bent(**{name: "http://x@127.0.0.1/x"}),
            "sign-in metadata",
            requests=2,
        )
        for name in _NEEDED
    ),
    *(
        Case(
            f"sign-in: {name} that is a script",
            "discover",
            _bent(**{name: "javascript:alert(1)"}),
            "sign-in metadata",
            requests=2,
        )
        for name in _NEEDED
    ),
    Case(
        "sign-in: userinfo on another host",
        "discover",
        _bent(userinfo_endpoint="{evil}/me"),
        "gives ",
        requests=2,
    ),
    Case(
        "sign-in: an issuer over plain http elsewhere",
        "discover",
        _bent(issuer="http://evil.example/auth"),
        "sign-in metadata",
    ),
    Case(
        "sign-in: an issuer that is a file",
        "discover",
        _bent(issuer="file:///etc/passwd"),
        "sign-in metadata",
    ),
    Case(
        "sign-in: an issuer at a bracket left open",
        "discover",
        _bent(issuer="http://[::1/auth"),
        "sign-in metadata",
    ),
    Case(
        "sign-in: a description by redirect",
        "discover",
        headed(302, b"", "Location: {evil}/.well-known"),
        "off-origin",
    ),
    Case("sign-in: a description that is a list", "discover", _raw_description(b"[]"), "sign-in metadata"),
    Case(
        "sign-in: a description with a name twice",
        "discover",
        _raw_description(b'{"issuer":"a","issuer":"b"}'),
        "broken",
    ),
    Case(
        "sign-in: a description that is a bomb",
        "discover",
        lambda _m: reply(200, bomb(1024), "Content-Encoding: gzip"),
        "too-large",
    ),
    *(
        Case(f"tokens: {name}", "token", headed(200, content), ends)
        for name, (content, ends) in _TOKENS.items()
    ),
    *(
        Case(
            f"tokens redirected by {status}",
            "token",
            headed(status, b"", "Location: {evil}/token"),
            "off-origin",
        )
        for status in (302, 307, 308)
    ),
    Case(
        "tokens refused in a code of a page",
        "token",
        headed(400, b'{"error":"\\u001b]0;x\\u0007"}'),
        "sign-in refused",
    ),
]
