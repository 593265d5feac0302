"""A journal and an issuer on origins of their own: what each may say of where one signs in."""

from __future__ import annotations

import json
from functools import partial

import pytest

from client.auth.client_authentication import SecretClient
from client.auth.errors import SignInError, SignInReason
from client.auth.sign_in import SignIn
from client.auth.transport import AuthTransport
from ports.ids import SystemIds
from tests.contract.scripted_issuer import ScriptedIssuer
from tests.contract.scripted_server import ScriptedServer, reply
from tests.contract.still_clock import StillClock

_REDIRECT = "http://127.0.0.1:49152/callback"


@pytest.mark.parametrize(
    "name",
    [
        "token_endpoint",
        "authorization_endpoint",
        "jwks_uri",
        "device_authorization_endpoint",
        "pushed_authorization_request_endpoint",
    ],
)
async def test_a_journal_apart_from_its_issuer_leads_no_code_and_no_secret_to_itself(
    name: str,
) -> None:
    """It would be handed the code with its verifier, or the client's secret, and could use them at the issuer."""
    async with ScriptedServer() as server, ScriptedServer() as journal:
        issuer = ScriptedIssuer(server, StillClock())
        smart = {"issuer": issuer.issuer}
        journal.answer = lambda _: reply(200, json.dumps(smart).encode())
        http = AuthTransport(clock=issuer.clock, ids=SystemIds(), plain_http=True)
        begin = partial(
            SignIn.begin,
            http,
            journal.base,
            client=SecretClient("feltjournal", "hemmelig"),
            redirect_uri=_REDIRECT,
            scopes=["openid"],
            ids=SystemIds(),
            clock=issuer.clock,
            issuer=issuer.issuer,
        )
        sign_in = await begin()
        assert (await sign_in.finish(issuer.callback(sign_in.url))).access_token == "access-1"
        issuer.openid = {name: None}
        smart[name] = f"{journal.address}/own"
        with pytest.raises(SignInError) as refused:
            await begin()
        assert refused.value.reason is SignInReason.METADATA
        assert {one.target for one in journal.got} == {"/fhir/.well-known/smart-configuration"}
