"""The ASGI end of the FHIR interface: tokens, errors as OperationOutcome, request ids and the log line."""

from __future__ import annotations

import logging
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl

from starlette.responses import Response

from sandbox.fhir import json_text
from sandbox.fhir.refusal import Refusal, out_of_scope, outcome
from sandbox.fhir.requests import Answer, Request
from sandbox.fhir.resource_types import R4_TYPES
from sandbox.sign_in.scopes import allows, letter

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from starlette.requests import Request as HttpRequest
    from starlette.types import Receive, Scope, Send

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.sign_in.tokens import Tokens

LARGEST_BODY = 32 * 1024 * 1024
_log = logging.getLogger("feltjournal.sandbox")


class Interactions(Protocol):
    """What carries out requests: one for each profile."""

    async def answer(self, request: Request) -> Answer:
        """Carry out one request, or raise a Refusal."""
        ...

    def refused(self, refusal: Refusal) -> Answer:
        """Return the answer to a request that cannot be carried out."""
        ...


class FhirEndpoint:
    """Everything below the FHIR base."""

    def __init__(self, interactions: Interactions, tokens: Tokens, clock: Clock, ids: Ids) -> None:
        self._interactions = interactions
        self._tokens = tokens
        self._clock = clock
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong becomes an OperationOutcome."""
        from starlette.requests import Request as HttpRequest

        http = HttpRequest(scope, receive)
        path = tuple(part for part in str(http.path_params.get("path", "")).split("/") if part)
        answer = await self._safely(http, path)
        _log.info("%s %s %d", http.method, path[0] if path and path[0] in R4_TYPES else "-", answer.status)
        response = Response(answer.body, answer.status, media_type="application/fhir+json; charset=utf-8")
        for name, value in (*answer.headers, *self._common(http)):
            response.headers[name] = value
        await response(scope, receive, send)

    async def _safely(self, http: HttpRequest, path: tuple[str, ...]) -> Answer:
        try:
            # the body first: a client that is refused while it still sends would see a broken connection
            body = await _read(http.stream(), http.headers.get("content-length", "0"))
            may = self._reach(http, path)
            query = parse_qsl(http.scope["query_string"].decode("ascii", "replace"))
            return await self._interactions.answer(Request(http.method, path, query, http.headers, body, may))
        except Refusal as refusal:
            return self._interactions.refused(refusal)
        except Exception as error:  # noqa: BLE001  the last resort; only the kind is told, never its message
            _log.error("fault %s", type(error).__name__)
            return Answer(500, json_text.encode(outcome("exception", "The journal failed to answer.")))

    def _reach(self, http: HttpRequest, path: tuple[str, ...]) -> Callable[[str, str], bool]:
        """Return what the token of the request reaches; the metadata alone need none."""
        if path == ("metadata",):
            return lambda _type, _letter: False
        kind, _, token = http.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refusal(
                401, "login", "Sign in first.", headers={"WWW-Authenticate": 'Bearer realm="feltjournal"'}
            )
        family = self._tokens.check(token.strip())
        if family is None:
            text = 'Bearer realm="feltjournal", error="invalid_token"'
            raise Refusal(
                401, "expired", "The token is not good any more.", headers={"WWW-Authenticate": text}
            )
        if path and path[0] in R4_TYPES and not allows(family.scope, path[0], letter(http.method, path)):
            raise out_of_scope()
        return partial(allows, family.scope)

    def _common(self, http: HttpRequest) -> tuple[tuple[str, str], ...]:
        asked = http.headers.get("x-request-id", "")
        request_id = (
            asked if asked.isascii() and asked.isprintable() and 0 < len(asked) <= 200 else self._ids.uuid()
        )
        return (
            ("X-Request-Id", request_id),
            ("Date", format_datetime(self._clock.now(), usegmt=True)),
            ("Cache-Control", "no-store"),
        )


async def _read(stream: AsyncIterable[bytes], announced: str) -> bytes:
    """Return the body, as long as it is not larger than the journal takes."""
    too_long = Refusal(413, "too-long", "The body is larger than the journal takes.")
    if announced.isdecimal() and int(announced) > LARGEST_BODY:
        raise too_long
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > LARGEST_BODY:
            raise too_long
        chunks.append(chunk)
    return b"".join(chunks)
