"""From the token endpoint's answer to a grant: the tokens are read, and who signed in is verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from client.auth.assurance import Assurance
from client.auth.errors import SignInError, SignInReason
from client.auth.grant import Grant, SignedInUser
from client.auth.id_token import verify_id_token
from client.auth.revocation import give_back
from client.auth.token_answer import TokenAnswer, read_token_answer
from client.errors import JournalError
from client.failures import json_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.answer import Answer
    from client.auth.discovery import Endpoints
    from client.auth.party import Party


_WANTED = ("name", "fhirUser")
_OK = 200
_NOTHING = Assurance()
_NOBODY = SignedInUser("", "", "", "", (), "")


async def grant_of(
    party: Party,
    endpoints: Endpoints,
    answer: Answer,
    *,
    scopes: Sequence[str],
    nonce: str,
    assurance: Assurance = _NOTHING,
) -> Grant:
    """Return the grant of a person who signed in.

    Args:
        party: Who asked.
        endpoints: The issuer.
        answer: What its token endpoint said.
        scopes: What was asked for.
        nonce: What the id_token must repeat; empty where none was sent (a device code).
        assurance: What the sign-in must be worth. The id_token alone proves that: what userinfo adds is not signed.

    Raises:
        SignInError: when the tokens or the identity do not hold; LEVEL or AGE when the sign-in is worth too little.
        JournalError: when the network fails.
    """
    tokens = read_token_answer(answer, endpoints.token, is_bound=party.holder is not None)
    if not tokens.id_token:
        raise SignInError(SignInReason.IDENTITY, detail="no id_token")
    given = make_grant(party, endpoints, tokens, _NOBODY, scopes)
    now = answer.server_time or party.clock.now()
    keys = await party.http.get_json(endpoints.jwks)
    try:
        claims = verify_id_token(
            tokens.id_token, keys, endpoints, client_id=party.client.client_id, nonce=nonce, now=now
        )
        level = assurance.reached(claims, now)
    except SignInError:
        await give_back(party, given)
        raise
    if endpoints.userinfo and not all(claims.get(name) for name in _WANTED):
        claims = await _told_of(party, endpoints.userinfo, tokens.access_token, claims["sub"]) | claims
    return replace(given, user=_user(claims), level=level)


async def _told_of(party: Party, url: str, token: str, subject: str) -> dict[str, Any]:
    """Ask for what the id_token leaves out, as OpenID Connect's default is; nothing where the issuer does not say.

    What is said of somebody else than the id_token proves is not taken (OpenID Connect Core §5.3.2).
    """
    try:
        answer = await party.get(url, token)
        if answer.status != _OK:
            return {}
        told = msgspec.json.decode(json_body(answer, writes=False), type=dict[str, Any])
    except (JournalError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return told if told.get("sub") == subject else {}


def make_grant(
    party: Party, endpoints: Endpoints, tokens: TokenAnswer, user: SignedInUser, scopes: Sequence[str]
) -> Grant:
    """Put a grant together; without a `scope` in the answer all that was asked for was granted."""
    return Grant(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or "",
        expires_at=party.clock.now() + timedelta(seconds=tokens.lifetime),
        scopes=frozenset(scopes if tokens.scope is None else tokens.scope.split()),
        user=user,
        token_endpoint=endpoints.token,
        client_id=party.client.client_id,
        issuer=endpoints.issuer,
        revocation_endpoint=endpoints.revocation,
        holder_key=party.holder.to_text() if party.holder is not None else "",
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
        hpr_number=_text(claims, "helseid://claims/hpr/hpr_number"),
    )


def _text(claims: dict[str, Any], name: str) -> str:
    """Return a claim that is text."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""
