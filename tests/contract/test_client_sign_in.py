"""Signing in against a real HTTP issuer: the right way, and every way in which an issuer or an attacker bends it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from client.auth.errors import SignInError, SignInReason
from client.auth.grant import Grant
from client.auth.sign_in import SignIn
from client.auth.transport import AuthTransport
from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.ids import SystemIds
from tests.contract.scripted_issuer import ScriptedIssuer
from tests.contract.scripted_server import Reply, Reset, ScriptedServer, reply, tokens_seen
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_REDIRECT = "http://127.0.0.1:49152/callback"


@pytest.fixture
async def issuer() -> AsyncIterator[ScriptedIssuer]:
    async with ScriptedServer() as server:
        yield ScriptedIssuer(server, StillClock())


async def _begin(issuer: ScriptedIssuer, clock: StillClock | None = None) -> SignIn:
    http = AuthTransport(clock=clock or issuer.clock, ids=SystemIds(), plain_http=True)
    return await SignIn.begin(
        http,
        issuer.server.base,
        client_id="feltjournal",
        redirect_uri=_REDIRECT,
        scopes=["openid", "fhirUser", "user/Observation.cruds"],
        ids=SystemIds(),
        clock=clock or issuer.clock,
    )


async def _sign_in(issuer: ScriptedIssuer, **callback: str) -> Grant:
    sign_in = await _begin(issuer)
    return await sign_in.finish(issuer.callback(sign_in.url, **callback))


async def _reason(issuer: ScriptedIssuer, **callback: str) -> tuple[SignInReason, str]:
    with pytest.raises(SignInError) as failed:
        await _sign_in(issuer, **callback)
    return failed.value.reason, failed.value.code


async def test_the_whole_way(issuer: ScriptedIssuer) -> None:
    sign_in = await _begin(issuer)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sign_in.url).query).items()}
    grant = await sign_in.finish(issuer.callback(sign_in.url))
    assert sign_in.url.startswith(f"{issuer.issuer}/authorize?")
    assert (asked["response_type"], asked["aud"], asked["client_id"]) == (
        "code",
        issuer.server.base,
        "feltjournal",
    )
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", _REDIRECT)
    form = issuer.forms[0]
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (form["grant_type"], form["code"], form["redirect_uri"]) == (
        "authorization_code",
        "the-code",
        _REDIRECT,
    )
    assert (grant.access_token, grant.refresh_token) == ("access-1", "refresh-1")
    assert grant.scopes == {"openid", "user/Observation.rs"}
    assert (grant.user.subject, grant.user.name, grant.user.role) == ("kari-nordmann", "Kari Nordmann", "SP")
    assert (grant.user.fhir_user, grant.user.courses) == ("Practitioner/kari-nordmann", ("hjemmetjeneste",))
    assert tokens_seen([issuer.server]) == []
    assert Grant.from_bytes(grant.to_bytes()) == grant
    assert "access-1" not in repr(grant)
    assert "refresh-1" not in repr(grant)


async def test_every_sign_in_is_its_own(issuer: ScriptedIssuer) -> None:
    queries = [parse_qs(urlsplit((await _begin(issuer)).url).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]


async def test_a_sign_in_can_be_finished_once(issuer: ScriptedIssuer) -> None:
    sign_in = await _begin(issuer)
    callback = issuer.callback(sign_in.url)
    await sign_in.finish(callback)
    with pytest.raises(SignInError):
        await sign_in.finish(callback)
    assert len(issuer.forms) == 1


@pytest.mark.parametrize(
    ("bent", "reason"),
    [
        ({"state": "another"}, (SignInReason.STATE, "")),
        ({"state": ""}, (SignInReason.STATE, "")),
        ({"iss": "https://evil.example"}, (SignInReason.ISSUER, "")),
        ({"code": "", "error": "access_denied"}, (SignInReason.DENIED, "access_denied")),
        ({"code": "", "error": "<b>not a code</b>"}, (SignInReason.DENIED, "")),
        ({"code": ""}, (SignInReason.DENIED, "")),
    ],
)
async def test_a_bent_callback_is_refused(
    issuer: ScriptedIssuer, bent: dict[str, str], reason: tuple[SignInReason, str]
) -> None:
    assert await _reason(issuer, **bent) == reason
    assert issuer.forms == []


async def test_a_callback_elsewhere_or_with_two_states_is_refused(issuer: ScriptedIssuer) -> None:
    sign_in = await _begin(issuer)
    right = issuer.callback(sign_in.url)
    for url in (right.replace("49152", "49153"), right.replace("/callback", "/other"), f"{right}&state=x"):
        with pytest.raises(SignInError):
            await sign_in.finish(url)
    assert (await sign_in.finish(right)).access_token == "access-1"


async def test_an_issuer_that_names_itself_must_do_so(issuer: ScriptedIssuer) -> None:
    assert (await _sign_in(issuer, iss="")).access_token
    issuer.openid = {"authorization_response_iss_parameter_supported": True}
    assert (await _reason(issuer, iss=""))[0] is SignInReason.ISSUER


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (b'{"sub":"kari-nordmann","name":"Kari fra kilden"}', "Kari fra kilden"),
        (b'{"sub":"somebody-else","name":"En annen"}', ""),
        (b'{"name":"Uten navn paa hvem"}', ""),
        (b"[]", ""),
        (b"<html>", ""),
    ],
)
async def test_what_the_id_token_leaves_out_is_asked_for_and_only_of_the_same_person(
    issuer: ScriptedIssuer, answer: bytes, name: str
) -> None:
    issuer.claims = {"name": None}
    issuer.openid = {"userinfo_endpoint": f"{issuer.issuer}/userinfo"}
    issuer.userinfo_reply = reply(200, answer, kind="application/json")
    grant = await _sign_in(issuer)
    assert (grant.user.name, grant.user.fhir_user) == (name, "Practitioner/kari-nordmann")
    assert tokens_seen([issuer.server]) == ["Bearer access-1"]


async def test_the_token_goes_to_no_userinfo_elsewhere(issuer: ScriptedIssuer) -> None:
    async with ScriptedServer(answer=lambda _: reply(200, b"{}")) as evil:
        issuer.claims = {"name": None}
        issuer.openid = {"userinfo_endpoint": f"{evil.address}/userinfo"}
        assert (await _sign_in(issuer)).user.name == ""
    assert evil.connections == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["feltjournal", "other"], "azp": "other"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 99_999_999_999},
        {"nbf": 99_999_999_999},
        {"sub": None},
        {"sub": 7},
    ],
)
async def test_a_bent_identity_is_refused(issuer: ScriptedIssuer, claims: dict[str, Any]) -> None:
    issuer.claims = claims
    assert (await _reason(issuer))[0] is SignInReason.IDENTITY


async def test_the_signature_must_be_of_the_issuers_key(issuer: ScriptedIssuer) -> None:
    issuer.signing_key = ECKey.generate_key("P-256", {"kid": "one"})
    assert (await _reason(issuer))[0] is SignInReason.IDENTITY


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "oct", "k": "AAAA"},
        {},
        "x",
        7,
    ],
)
async def test_a_key_that_is_not_understood_is_passed_over(issuer: ScriptedIssuer, odd: object) -> None:
    """An issuer may add keys of a kind that is newer than this program; nobody is kept out by that."""
    issuer.more_keys = [odd]
    assert (await _sign_in(issuer)).user.subject == "kari-nordmann"


@pytest.mark.parametrize("id_token", [None, "", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
async def test_an_id_token_that_is_none_is_refused(issuer: ScriptedIssuer, id_token: str | None) -> None:
    issuer.tokens = {"id_token": id_token}
    assert (await _reason(issuer))[0] is SignInReason.IDENTITY


def _forged(claims: dict[str, Any], public_key: bytes) -> str:
    """Return the old trick: a token signed with HMAC, the issuer's public key as its secret."""
    parts = [json.dumps(one).encode() for one in ({"alg": "HS256", "kid": "one"}, claims)]
    text = ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts)
    digest = hmac.digest(public_key, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


async def test_a_symmetric_signature_is_refused_whatever_the_issuer_offers(issuer: ScriptedIssuer) -> None:
    issuer.openid = {"id_token_signing_alg_values_supported": ["HS256", "ES256", "none"]}
    sign_in = await _begin(issuer)
    assert sign_in.endpoints.signatures == ("ES256",)
    callback = issuer.callback(sign_in.url)
    claims = issuer.claims_now() | {"nonce": issuer.nonce}
    issuer.tokens = {"id_token": _forged(claims, issuer.key.as_pem(private=False))}
    with pytest.raises(SignInError):
        await sign_in.finish(callback)


async def test_a_laptop_with_a_wrong_clock_can_sign_in(issuer: ScriptedIssuer) -> None:
    """Fault: A8, C5."""
    slow = StillClock()
    slow.move(-86_400)
    sign_in = await _begin(issuer, slow)
    callback = issuer.callback(sign_in.url)
    assert (await sign_in.finish(callback)).user.subject == "kari-nordmann"


@pytest.mark.parametrize(
    ("smart", "openid"),
    [
        ({"issuer": None}, {}),
        ({"issuer": "http://journal.example/auth"}, {}),
        ({"issuer": 7}, {}),
        ({}, {"issuer": "https://evil.example"}),
        ({"token_endpoint": "https://evil.example/token"}, {}),
        ({}, {"jwks_uri": "https://evil.example/jwks"}),
        ({"token_endpoint": "https://[evil"}, {}),
        ({"token_endpoint": "{issuer}/token?\x1b[2J"}, {}),
        ({"token_endpoint": "{issuer}/to\nken"}, {}),
        ({"authorization_endpoint": "{issuer}/authorize?\x1b]0;x\x07"}, {}),
        ({"authorization_endpoint": None}, {"authorization_endpoint": None}),
        ({"code_challenge_methods_supported": ["plain"]}, {}),
        ({}, {"code_challenge_methods_supported": []}),
        ({}, {"id_token_signing_alg_values_supported": ["none", "HS256"]}),
    ],
)
async def test_a_description_that_cannot_be_trusted_is_refused(
    issuer: ScriptedIssuer, smart: dict[str, Any], openid: dict[str, Any]
) -> None:
    issuer.smart = {
        name: one.replace("{issuer}", issuer.issuer) if isinstance(one, str) else one
        for name, one in smart.items()
    }
    issuer.openid = openid
    assert (await _reason(issuer))[0] is SignInReason.METADATA


async def test_an_endpoint_with_a_query_is_one(issuer: ScriptedIssuer) -> None:
    """Some name a tenant or a policy there."""
    issuer.smart = issuer.openid = {"token_endpoint": f"{issuer.issuer}/token?p=policy"}
    assert (await _sign_in(issuer)).token_endpoint.endswith("/token?p=policy")
    assert len(issuer.forms) == 1


async def test_silence_about_challenge_methods_is_accepted(issuer: ScriptedIssuer) -> None:
    issuer.smart = issuer.openid = {"code_challenge_methods_supported": None}
    assert (await _sign_in(issuer)).access_token


@pytest.mark.parametrize(
    ("tokens", "reason"),
    [
        ({"token_type": "DPoP"}, SignInReason.REFUSED),
        ({"access_token": None}, SignInReason.REFUSED),
        ({"access_token": "a b"}, SignInReason.REFUSED),
        ({"access_token": "a\r\nX-Evil: 1"}, SignInReason.REFUSED),
    ],
)
async def test_bent_tokens_are_refused(
    issuer: ScriptedIssuer, tokens: dict[str, Any], reason: SignInReason
) -> None:
    issuer.tokens = tokens
    assert (await _reason(issuer))[0] is reason


async def test_a_refused_code_says_why(issuer: ScriptedIssuer) -> None:
    issuer.token_reply = reply(400, b'{"error":"invalid_grant"}', kind="application/json")
    assert await _reason(issuer) == (SignInReason.REFUSED, "invalid_grant")


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        (reply(500, b"{}"), ErrorKind.SERVER_FAULT),
        (reply(403, b"<html>", kind="text/html"), ErrorKind.FORBIDDEN),
        (reply(200, b"<html>", kind="text/html"), ErrorKind.NOT_FHIR),
        (reply(302, b"", "Location: https://evil.example/"), ErrorKind.OFF_ORIGIN),
        (Reset(), ErrorKind.UNREACHABLE),
    ],
)
async def test_a_network_in_between_is_no_refusal(
    issuer: ScriptedIssuer, what: Reply, kind: ErrorKind
) -> None:
    issuer.token_reply = what
    with pytest.raises(JournalError) as failed:
        await _sign_in(issuer)
    assert failed.value.kind is kind


async def test_the_code_and_the_token_go_to_no_other_host(issuer: ScriptedIssuer) -> None:
    async with ScriptedServer(answer=lambda _: reply(200, b"{}")) as evil:
        issuer.openid = issuer.smart = {"token_endpoint": f"{evil.address}/token"}
        assert (await _reason(issuer))[0] is SignInReason.METADATA
        http = AuthTransport(clock=issuer.clock, ids=SystemIds(), plain_http=True)
        http.allow(issuer.server.base)
        with pytest.raises(JournalError):
            await http.post_form(f"{evil.address}/token", [("code", "x")])
    assert evil.connections == 0


async def test_the_journals_token_never_comes_to_the_issuer(issuer: ScriptedIssuer) -> None:
    grant = await _sign_in(issuer)

    class Source:
        """The token of the grant."""

        async def token(self) -> str | None:
            """Return it."""
            return grant.access_token

        async def refused(self, token: str) -> str | None:
            """Have no other."""
            return None

    transport = JournalTransport(
        issuer.server.base, clock=issuer.clock, ids=SystemIds(), token=Source(), plain_http=True
    )
    with pytest.raises(JournalError):
        await JournalClient(transport).read("Patient", "p1")
    with pytest.raises(JournalError):
        await transport.follow(f"{issuer.issuer}/token")
    await _sign_in(issuer)
    assert tokens_seen([issuer.server]) == ["Bearer access-1"]
