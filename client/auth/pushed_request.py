"""Pushed authorization requests (PAR, RFC 9126): the request goes straight to the issuer; the browser carries a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from client.auth.errors import SignInError, SignInReason
from client.auth.token_answer import raise_for_refusal
from client.errors import ErrorKind, JournalError
from client.failures import json_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.auth.discovery import Endpoints
    from client.auth.party import Party


class _Pushed(msgspec.Struct):
    request_uri: str = ""


async def push(party: Party, endpoints: Endpoints, request: Sequence[tuple[str, str]]) -> str:
    """Push a request and return the reference that stands for it.

    Raises:
        SignInError: REFUSED when the issuer does not take it.
        JournalError: when the network fails.
    """
    answer = await party.post(
        endpoints.pushed, request, issuer=endpoints.issuer, token_endpoint=endpoints.token
    )
    raise_for_refusal(answer, endpoints.pushed)
    try:
        pushed = msgspec.json.decode(json_body(answer, writes=False), type=_Pushed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, status=answer.status, detail="no pushed request") from None
    if not pushed.request_uri.startswith("urn:"):
        raise SignInError(SignInReason.REFUSED, detail="no reference to the request")
    return pushed.request_uri
