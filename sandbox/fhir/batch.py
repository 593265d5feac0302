"""A batch Bundle: every entry is a request of its own, with an answer of its own, whatever becomes of the others."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.fhir import json_text
from sandbox.fhir.refusal import Refusal, out_of_scope, outcome
from sandbox.fhir.requests import Answer, Request
from sandbox.fhir.resource_types import R4_TYPES
from sandbox.sign_in.scopes import letter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_CONDITIONS = {"ifMatch": "if-match", "ifNoneExist": "if-none-exist", "ifNoneMatch": "if-none-match"}
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})


async def carry_out_batch(
    entries: object, outer: Request, answer: Callable[[Request], Awaitable[Answer]], bundle_id: str
) -> bytes:
    """Return the batch-response, one entry for each that was sent and in their order.

    Raises:
        Refusal: the entries are no list.
    """
    if not isinstance(entries, list):
        raise Refusal(400, "structure", "Bundle.entry must be a list.", expression="Bundle.entry")
    told = [_told(await _answered(entry, outer, answer)) for entry in entries]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "id": bundle_id, "type": "batch-response"}
    if told:
        bundle["entry"] = told
    return json_text.encode(bundle)


async def _answered(entry: object, outer: Request, answer: Callable[[Request], Awaitable[Answer]]) -> Answer:
    try:
        return await answer(_request(entry, outer))
    except Refusal as refusal:
        told = outcome(refusal.code, refusal.text, expression=refusal.expression)
        return Answer(refusal.status, json_text.encode(told))


def _request(entry: object, outer: Request) -> Request:
    """Return the request that an entry asks for.

    Raises:
        Refusal: it asks for nothing the journal does, or for more than the sign-in reaches.
    """
    asked = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(asked, dict):
        raise Refusal(400, "required", "Every entry of a batch needs a request.")
    method, url = str(asked.get("method", "")), str(asked.get("url", ""))
    address, _, query = url.partition("?")
    path = tuple(part for part in address.split("/") if part)
    if method not in _METHODS or not path or path[0] not in R4_TYPES:
        raise Refusal(400, "not-supported", "The entry asks for nothing that this journal does.")
    if not outer.may(path[0], letter(method, path)):
        raise out_of_scope()
    resource = entry.get("resource")
    headers = {"content-type": "application/fhir+json", "prefer": outer.headers.get("prefer", "")}
    headers |= {header: str(asked[name]) for name, header in _CONDITIONS.items() if name in asked}
    body = json_text.encode(resource) if resource is not None else b""
    return Request(method, path, parse_qsl(query), headers, body, outer.may)


def _told(answer: Answer) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in answer.headers}
    response: dict[str, Any] = {"status": f"{answer.status} {HTTPStatus(answer.status).phrase}"}
    for name in ("location", "etag"):
        if name in headers:
            response[name] = headers[name]
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return {"response": response | {"outcome": json_text.raw(answer.body)}}
    return {"response": response} | ({"resource": json_text.raw(answer.body)} if answer.body else {})
