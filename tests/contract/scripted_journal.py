"""What the tests of JournalClient share: a client on a scripted server, a token that moves on, and small Bundles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from client.transport import TokenSource
    from tests.contract.scripted_server import ScriptedServer

PATIENT = (
    b'{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":"2026-11-23T08:00:00Z"}}'
)
NEW = b'{"resourceType":"Observation","status":"final"}'
OUTCOME = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","details":{"text":"Ikke slik."}}]}'
)


class FixedToken:
    """A token source with a list of tokens; each refusal moves on to the next."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.refusals: list[str] = []

    async def token(self) -> str | None:
        """Return the first token."""
        return self._tokens[0] if self._tokens else None

    async def refused(self, token: str) -> str | None:
        """Move on."""
        self.refusals.append(token)
        self._tokens.pop(0)
        return await self.token()


def open_client(
    server: ScriptedServer, token: TokenSource | None = None, timeout: float = 20.0
) -> JournalClient:
    """Return a client on the base of the server."""
    token = token or FixedToken("secret-token")
    clock, ids = SystemClock(), SystemIds()
    transport = JournalTransport(
        server.base, clock=clock, ids=ids, token=token, plain_http=True, timeout=timeout
    )
    return JournalClient(transport)


def bundle(*entries: dict[str, Any], link: str = "", **more: object) -> bytes:
    """Return a searchset."""
    links = [{"relation": "next", "url": link}] if link else []
    return json.dumps(
        {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links, **more}
    ).encode()


def match(id_: str, type_: str = "Observation") -> dict[str, Any]:
    """Return a matching entry."""
    return {"resource": {"resourceType": type_, "id": id_}, "search": {"mode": "match"}}


async def found_ids(client: JournalClient) -> list[str]:
    """Search and return the ids of what was found."""
    return [
        one.id async for page in client.search("Observation", [("patient", "p1")]) for one in page.resources
    ]


async def failure_of(call: Awaitable[object]) -> JournalError:
    """Return the error that a call must end with."""
    with pytest.raises(JournalError) as failed:
        await call
    return failed.value
