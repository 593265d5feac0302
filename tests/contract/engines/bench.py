"""One empty journal on one engine, seen through our own client, over a line that can lose answers."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from client.answer import Answer
    from client.resource import Resource
    from client.transport import TokenSource

IDENTIFIERS = "urn:ietf:rfc:3986"
_FIRST_MINUTE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_BODY = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}


class LossyLine(httpx.AsyncBaseTransport):
    """Carries every request to the journal; of the next `losing` writes the answer never comes back."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.losing = 0
        self.lost = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let the journal do its whole work before the line breaks."""
        response = await self._inner.handle_async_request(request)
        is_write = request.method != "GET" and not request.url.path.endswith("_search")
        if not is_write or self.lost >= self.losing:
            return response
        await response.aread()
        await response.aclose()
        self.lost += 1
        raise httpx.ReadError("the line broke", request=request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class Slow(Protocol):
    """How an engine is made to stamp a resource early and publish it late."""

    def __call__(self, bench: Bench, body: bytes) -> Any:
        """Return an async context manager: stamped on entry, published when it ends."""
        ...


@dataclass
class Bench:
    """An open journal. `subject` is a patient in it whom nobody else writes about."""

    base: str
    token: TokenSource | None = None
    tls: ssl.SSLContext | None = None
    slow: Slow | None = None
    subject: str = ""
    minutes: int = 0

    def __post_init__(self) -> None:
        """Open the line."""
        self.line = LossyLine(httpx.AsyncHTTPTransport(verify=self.tls or False, trust_env=False))
        self.transport = JournalTransport(
            self.base,
            clock=SystemClock(),
            ids=SystemIds(),
            token=self.token,
            plain_http=self.tls is None,
            inner=self.line,
        )
        self.client = JournalClient(self.transport)

    async def aclose(self) -> None:
        """Close the line."""
        await self.transport.aclose()

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The search for all Observations of the patient; Epic wants the category named."""
        return [("patient", self.subject), ("category", "vital-signs")]

    def reading(self, mark: str = "", **more: Any) -> dict[str, Any]:
        """Return an Observation of the patient at a minute of its own, with an identifier if a mark is given."""
        self.minutes += 1
        at = _FIRST_MINUTE + timedelta(minutes=self.minutes)
        made: dict[str, Any] = {
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": VITALS, "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Puls"},
            "subject": {"reference": f"Patient/{self.subject}"},
            "effectiveDateTime": at.isoformat(),
            "valueQuantity": {"value": 72, "unit": "/min", "system": UCUM, "code": "/min"},
        }
        if mark:
            made["identifier"] = [{"system": IDENTIFIERS, "value": mark}]
        return {**made, **more}

    def note(self, mark: str) -> dict[str, Any]:
        """Return a note about the patient."""
        return {
            "resourceType": "DocumentReference",
            "status": "current",
            "identifier": [{"system": IDENTIFIERS, "value": mark}],
            "subject": {"reference": f"Patient/{self.subject}"},
            "content": [{"attachment": {"contentType": "text/plain", "data": "SGVp"}}],
        }

    async def raw(
        self, method: str, path: str, body: object = None, *query: tuple[str, str], **headers: str
    ) -> Answer:
        """Send through our transport and return the whole answer, also of a refusal."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        return await self.transport.send(method, path, query=query, body=data, headers={**_BODY, **named})

    async def all(self, *query: tuple[str, str], in_body: bool = False) -> list[Resource]:
        """Return the patient's Observations, over all pages."""
        pages = self.client.search("Observation", [*self.asked, *query], in_body=in_body)
        return [one async for page in pages for one in page.resources]

    async def count_of(self, reading: dict[str, Any]) -> int:
        """Return how many of the patient's Observations were made in the minute of this one."""
        return sum(reading["effectiveDateTime"].encode() in one.body for one in await self.all())

    async def count_by(self, mark: str) -> int:
        """Return how many Observations are found by the identifier."""
        pages = self.client.search("Observation", [("identifier", f"{IDENTIFIERS}|{mark}")], in_body=True)
        return sum([len(page.resources) async for page in pages])


def new_mark() -> str:
    """Return a new value for an identifier of ours."""
    return f"urn:uuid:{SystemIds().uuid()}"


VITALS = "http://terminology.hl7.org/CodeSystem/observation-category"
UCUM = "http://unitsofmeasure.org"


def condition(mark: str) -> str:
    """Return the search of a conditional create."""
    return f"identifier={IDENTIFIERS}|{mark}"


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Bench]:
    """Lay the bench's patient in, unless it has one, and close the line at the end."""
    try:
        if not bench.subject:
            person = {"resourceType": "Patient", "name": [{"family": "Prøve", "given": ["Person"]}]}
            bench.subject = (await bench.client.create("Patient", json.dumps(person).encode())).id
        yield bench
    finally:
        await bench.aclose()
