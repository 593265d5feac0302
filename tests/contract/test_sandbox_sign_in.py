"""The embedded journal's OpenID provider, driven over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox_room import REDIRECT, VERIFIER, SandboxRoom, challenge

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path_factory.mktemp("journal") / "state")
    room.start()
    yield room
    room.close()


def test_discovery_of_both_kinds(room: SandboxRoom) -> None:
    openid = room.http.get(f"{room.origin}/auth/.well-known/openid-configuration").json()
    smart = room.http.get(f"{room.base}/.well-known/smart-configuration").json()
    assert openid["issuer"] == smart["issuer"] == f"{room.origin}/auth"
    assert openid["code_challenge_methods_supported"] == smart["code_challenge_methods_supported"] == ["S256"]
    assert "permission-v2" in smart["capabilities"]


def test_sign_in_names_the_person(room: SandboxRoom) -> None:
    grant = room.sign_in("olav-lie")
    keys = KeySet.import_key_set(room.http.get(f"{room.origin}/auth/jwks").json())
    claims = jwt.decode(grant["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (f"{room.origin}/auth", "feltjournal", "olav-lie")
    assert claims["nonce"] == "engangs"
    assert claims["fhirUser"] == f"{room.base}/Practitioner/olav-lie"
    assert (claims["name"], claims["helsepersonellkategori"]) == ("Olav Lie", "SP")
    assert "hjemmesykepleie" in claims["kurs"]
    assert grant["scope"] == "openid fhirUser offline_access launch user/*.cruds"


def test_answer_carries_state_and_issuer(room: SandboxRoom) -> None:
    asked = room.authorize().json()
    assert [person["name"] for person in asked["people"]] == ["Kari Nordmann", "Olav Lie", "Ingrid Berg"]
    answer = room.http.post(asked["choose"], data={"request": asked["request"], "person": "ingrid-berg"})
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (told["state"], told["iss"]) == ("tilstand", f"{room.origin}/auth")


def test_browser_is_given_a_form(room: SandboxRoom) -> None:
    query = {
        "response_type": "code", "client_id": "feltjournal", "redirect_uri": REDIRECT, "state": "s", "aud": room.base,
        "scope": "openid", "code_challenge": challenge(), "code_challenge_method": "S256",
    }  # fmt: skip
    page = room.http.get(f"{room.origin}/auth/authorize", params=query, headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Kari Nordmann, sykepleier" in page.text


def test_no_page_of_the_sign_in_runs_fetches_is_framed_or_goes_on(room: SandboxRoom) -> None:
    """Nor does the redirect with the code in it: the page before it is told to nobody, and nothing is kept."""
    asked = room.authorize().json()
    html = {"Accept": "text/html"}
    for answer in (
        room.http.get(
            f"{room.origin}/auth/authorize", params=dict(room.authorize().request.url.params), headers=html
        ),
        room.http.get(f"{room.origin}/auth/authorize", params={"client_id": "other"}, headers=html),
        room.http.post(asked["choose"], data={"request": asked["request"], "person": "olav-lie"}),
        room.http.post(asked["choose"], data={"request": "<b>", "person": "olav-lie"}, headers=html),
        room.authorize(state=""),
    ):
        policy = answer.headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'", answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"aud": "http://127.0.0.1:1/fhir"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "user/*.rs"}, "invalid_scope"),
    ],
)
def test_bad_request_is_told_to_the_client(room: SandboxRoom, changes: dict[str, str], error: str) -> None:
    answer = room.authorize(**changes)
    assert answer.status_code == 302
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["error"] == error


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example/callback",
        "http://localhost:5/callback",
        "http://127.0.0.1:5/annet",
        "http://127.0.0.1:x/callback",
    ],
)
def test_stranger_is_never_redirected_to(room: SandboxRoom, redirect: str) -> None:
    answer = room.authorize(redirect_uri=redirect)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def trade(room: SandboxRoom, code: str, verifier: str = VERIFIER, redirect: str = REDIRECT) -> int:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    return room.token(**form).status_code


def test_code_needs_its_own_proof(room: SandboxRoom) -> None:
    assert trade(room, room.code(), verifier="w" * 64) == 400
    assert trade(room, room.code(), verifier="") == 400
    assert trade(room, room.code(), redirect="http://127.0.0.1:9/callback") == 400
    assert trade(room, room.code()) == 200


def test_code_traded_twice_takes_the_tokens_back(room: SandboxRoom) -> None:
    code = room.code()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    access = room.token(**form).json()["access_token"]
    assert room.token(**form).status_code == 400
    assert (
        room.http.get(f"{room.base}/Patient", headers={"Authorization": f"Bearer {access}"}).status_code
        == 401
    )


def test_replayed_refresh_token_revokes_the_family(room: SandboxRoom) -> None:
    grant = room.sign_in()
    first = grant["refresh_token"]
    second = room.token(grant_type="refresh_token", refresh_token=first)
    assert second.status_code == 200
    fresh = second.json()
    assert fresh["refresh_token"] != first
    replay = room.token(grant_type="refresh_token", refresh_token=first)
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert room.token(grant_type="refresh_token", refresh_token=fresh["refresh_token"]).status_code == 400
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert room.http.get(f"{room.base}/Patient", headers=headers).status_code == 401


def test_no_refresh_token_without_offline_access(room: SandboxRoom) -> None:
    assert "refresh_token" not in room.sign_in(scope="openid user/*.rs")


def test_token_that_expires_at_once_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    room = SandboxRoom(tmp_path_factory.mktemp("journal") / "state", ["--token-lifetime", "0"])
    try:
        room.start()
        answer = room.fhir().get("Patient")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    finally:
        room.close()


def test_unknown_client_person_and_grant(room: SandboxRoom) -> None:
    assert room.authorize(client_id="en-annen").status_code == 400
    asked = room.authorize().json()
    stranger = room.http.post(asked["choose"], data={"request": asked["request"], "person": "ukjent"})
    assert stranger.status_code == 400
    assert room.token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert room.http.post(f"{room.origin}/auth/token", data={"client_id": "x"}).status_code == 401
