"""What is sent to an issuer, parameter by parameter, for every kind of client.

The list is that of the Inferno SMART App Launch client suite (STU 2.2): the authorization request, and the token request of
public, symmetric, asymmetric and backend clients; and RFC 9126 and RFC 9449 for what goes beyond it. A real provider took each.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest

from client.auth.backend import backend_grant
from client.auth.client_authentication import KeyClient
from client.auth.holder_key import HolderKey
from client.auth.party import Party
from client.auth.sign_in import SignIn
from client.auth.tokens import Tokens
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.sign_in_room import SECRET, Asked, Browser, SignInRoom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client.auth.client_authentication import ClientAuthentication
    from client.auth.grant import Grant

pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

_REDIRECT = "http://127.0.0.1:49152/callback"
_SCOPES = ("openid", "offline_access", "user/Patient.rs")
_ASKED = {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "aud",
    "code_challenge",
    "code_challenge_method",
    "prompt",
}
_CODE = {"grant_type", "code", "redirect_uri", "code_verifier"}
_REFRESH = {"grant_type", "refresh_token"}
_ASSERTION = {"client_assertion_type", "client_assertion"}
_PROVES = {"public": {"client_id"}, "symmetric": set[str](), "asymmetric": _ASSERTION}


@pytest.fixture(scope="module", params=[True, False], ids=["pushed", "by the browser"])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    room = SignInRoom(tmp_path_factory.mktemp("provider"), more={"pushed": request.param})
    yield room
    room.close()


async def _whole(room: SignInRoom, client: ClientAuthentication, holder: HolderKey | None) -> list[Asked]:
    """Sign in and renew once; return all that was asked."""
    room.asked()
    sign_in = await SignIn.begin(
        room.http(),
        room.base,
        client=client,
        redirect_uri=_REDIRECT,
        scopes=_SCOPES,
        ids=SystemIds(),
        clock=SystemClock(),
        holder=holder,
        prompt="consent",
    )
    grant = await sign_in.finish(Browser(room).sign_in(sign_in.url))

    async def keep(_: Grant) -> None:
        """Keep nothing."""

    tokens = Tokens(room.http(), grant, clock=SystemClock(), ids=SystemIds(), on_rotation=keep, client=client)
    assert await tokens.refused(grant.access_token)
    return room.asked()


def _of(asked: list[Asked], path: str) -> list[Asked]:
    """Return the requests to a path; those that had to learn the issuer's nonce first are left out."""
    return [
        one for one in asked if one.path == path and ("dpop" not in one.headers or "nonce" in _claims(one))
    ]


def _part(token: str, number: int) -> dict[str, Any]:
    text = token.split(".")[number]
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return told


def _check_assertion(room: SignInRoom, one: Asked, seen: set[str], *, aud: str, typ: str) -> None:
    assert one["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    header, claims = (_part(one["client_assertion"], number) for number in (0, 1))
    assert header == {"alg": "ES384", "typ": typ, "kid": "ours"}
    assert claims["iss"] == claims["sub"]
    assert claims["iss"] in {"asymmetric", "backend"}
    assert claims["aud"] == aud
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert claims["jti"] not in seen
    seen.add(claims["jti"])


@pytest.mark.parametrize("kind", ["public", "symmetric", "asymmetric"])
async def test_the_request_and_the_code_and_the_renewal(room: SignInRoom, kind: str) -> None:
    holder = HolderKey.new() if kind == "asymmetric" else None
    asked = await _whole(room, room.client(kind), holder)
    by_browser = next(one for one in asked if one.path == "/auth")
    pushed = _of(asked, "/request") if room.more["pushed"] else []
    if pushed:
        assert by_browser.names == {"client_id", "request_uri"}
        assert by_browser["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
        assert pushed[-1].names == _ASKED | _PROVES[kind]
    else:
        assert by_browser.names == _ASKED
    request = pushed[-1] if pushed else by_browser
    assert (request["response_type"], request["client_id"], request["aud"]) == ("code", kind, room.base)
    assert (request["code_challenge_method"], request["redirect_uri"]) == ("S256", _REDIRECT)
    assert request["scope"] == " ".join(_SCOPES)
    assert min(len(request["state"]), len(request["nonce"])) >= 22
    code, refresh = _of(asked, "/token")
    assert code.names == _CODE | _PROVES[kind]
    assert (code["grant_type"], code["redirect_uri"]) == ("authorization_code", _REDIRECT)
    assert 43 <= len(code["code_verifier"]) <= 128
    assert refresh.names == _REFRESH | _PROVES[kind]
    seen: set[str] = set()
    for one in (*pushed[-1:], code, refresh):
        assert one.headers["content-type"] == "application/x-www-form-urlencoded"
        assert ("authorization" in one.headers) is (kind == "symmetric")
        if kind == "symmetric":
            _check_secret(one)
        if kind == "asymmetric":
            _check_assertion(room, one, seen, aud=room.issuer, typ="client-authentication+jwt")
            _check_proof(room, one, seen)


def _claims(one: Asked) -> dict[str, Any]:
    return _part(one.headers["dpop"], 1)


def _check_secret(one: Asked) -> None:
    name, _, secret = (
        base64.b64decode(one.headers["authorization"].removeprefix("Basic ")).decode().partition(":")
    )
    assert (unquote_plus(name), unquote_plus(secret)) == ("symmetric", SECRET)


def _check_proof(room: SignInRoom, one: Asked, seen: set[str]) -> None:
    header, claims = _part(one.headers["dpop"], 0), _claims(one)
    assert (header["typ"], header["alg"], set(header["jwk"])) == (
        "dpop+jwt",
        "ES256",
        {"kty", "crv", "x", "y"},
    )
    assert set(claims) == {"jti", "htm", "htu", "iat", "nonce"}
    assert (claims["htm"], claims["htu"]) == ("POST", room.issuer + one.path)
    assert claims["jti"] not in seen
    seen.add(claims["jti"])


@pytest.mark.parametrize("reader", ["issuer", "token endpoint"])
async def test_a_backend_asks_for_its_own_scopes_with_an_assertion(room: SignInRoom, reader: str) -> None:
    is_for_issuer = reader == "issuer"
    room.asked()
    client = KeyClient("backend", json.dumps(room.key.as_dict(private=True)), is_for_issuer=is_for_issuer)
    who = Party(room.http(), client, SystemClock(), SystemIds())
    await backend_grant(who, room.base, scopes=["system/*.rs"])
    (asked,) = room.asked()
    assert asked.names == {"grant_type", "scope"} | _ASSERTION
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "system/*.rs")
    aud, typ = (
        (room.issuer, "client-authentication+jwt") if is_for_issuer else (f"{room.issuer}/token", "JWT")
    )
    _check_assertion(room, asked, set(), aud=aud, typ=typ)


async def test_another_journals_address_is_refused_by_the_issuer(room: SignInRoom) -> None:
    """That `aud` reaches the issuer is seen by its refusal of another one."""
    room.asked()
    sign_in = await SignIn.begin(
        room.http(),
        room.base,
        client=room.client("public"),
        redirect_uri=_REDIRECT,
        scopes=_SCOPES,
        ids=SystemIds(),
        clock=SystemClock(),
    )
    if not room.more["pushed"]:
        bent = sign_in.url.replace("%2Ffhir", "%2Felsewhere")
        assert "error=invalid_request" in Browser(room).sign_in(bent)
    assert "code=" in Browser(room).sign_in(sign_in.url)
