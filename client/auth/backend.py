"""Signing in without a person: SMART backend services, for testers. The client proves itself with a key (client credentials)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.arrival import make_grant
from client.auth.discovery import discover
from client.auth.grant import SignedInUser
from client.auth.token_answer import read_token_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.auth.grant import Grant
    from client.auth.party import Party


async def backend_grant(party: Party, base: str, *, scopes: Sequence[str], issuer: str = "") -> Grant:
    """Return the grant of a backend: it has no refresh token, and is asked for again when it ends.

    Raises:
        SignInError: METADATA when the journal's description cannot be used; REFUSED when the issuer says no.
        JournalError: when the network fails.
    """
    endpoints = await discover(party.http, base, issuer)
    form = [("grant_type", "client_credentials"), ("scope", " ".join(scopes))]
    answer = await party.post(endpoints.token, form, issuer=endpoints.issuer, token_endpoint=endpoints.token)
    tokens = read_token_answer(answer, endpoints.token, is_bound=party.holder is not None)
    client = party.client.client_id
    nobody = SignedInUser(client, client, "", "", (), endpoints.issuer)
    return make_grant(party, endpoints, tokens, nobody, scopes)
