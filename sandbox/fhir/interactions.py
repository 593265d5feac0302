"""The RESTful interactions: which request does what."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sandbox.fhir import bundles, instants, json_text
from sandbox.fhir.capability import capability_statement
from sandbox.fhir.pages import Pages
from sandbox.fhir.refusal import Refusal, outcome
from sandbox.fhir.requests import FORM_TYPE, JSON_TYPES, Answer, Request
from sandbox.fhir.resource_types import R4_TYPES
from sandbox.fhir.search_query import parse_search
from sandbox.fhir.transaction import carry_out, criteria_pairs, read_parts

if TYPE_CHECKING:
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.fhir.journal import Journal, Version, Written
    from sandbox.fhir.search_query import Search
    from sandbox.hooks import Hooks


VERSION = "1"


class Interactions:
    """Carries out FHIR requests on one journal."""

    def __init__(self, base_url: str, journal: Journal, clock: Clock, ids: Ids, hooks: Hooks) -> None:
        self._base_url = base_url
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._hooks = hooks
        self._pages = Pages(clock, ids)

    async def answer(self, request: Request) -> Answer:
        """Carry out one request.

        Raises:
            Refusal: it cannot be carried out.
        """
        request.check_accept()
        path = request.path
        if path == ():
            return await self._at_base(request)
        if path == ("metadata",):
            _only(request, "GET")
            return Answer(200, json_text.encode(self.metadata()))
        if path[0] not in R4_TYPES:
            raise Refusal(404, "not-supported", "The address names no resource type of FHIR R4.")
        return await self._at_type(request)

    def metadata(self) -> dict[str, object]:
        """Return the CapabilityStatement."""
        return capability_statement(
            self._base_url, self._journal.note("instance"), VERSION, self._journal.note("made-at")
        )

    async def _at_base(self, request: Request) -> Answer:
        _only(request, "POST")
        request.check_body_type(JSON_TYPES)
        parts = read_parts(json_text.parse(request.body), request.may)
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit("transaction")
        with self._journal.writing(stamp) as writing:
            results = carry_out(parts, writing, self._ids)
        await self._hooks.after_commit("transaction")
        whole = "return=representation" in request.prefers
        return Answer(
            200,
            bundles.transaction_response(self._base_url, results, whole=whole, bundle_id=self._ids.uuid()),
        )

    async def _at_type(self, request: Request) -> Answer:
        match request.path:
            case (type_,):
                _only(request, "GET", "POST")
                return (
                    self._search(type_, request)
                    if request.method == "GET"
                    else await self._create(type_, request)
                )
            case (type_, "_search"):
                _only(request, "POST")
                return self._search(type_, request)
            case (type_, id_):
                _only(request, "GET", "PUT")
                return (
                    self._read(type_, id_, request)
                    if request.method == "GET"
                    else await self._update(request)
                )
            case (type_, id_, "_history"):
                _only(request, "GET")
                return self._history(type_, id_)
            case (type_, id_, "_history", number):
                _only(request, "GET")
                return self._version(type_, id_, number)
        raise Refusal(404, "not-found", "There is nothing at that address.")

    def _read(self, type_: str, id_: str, request: Request) -> Answer:
        version = self._journal.read(type_, id_)
        if version is None:
            raise Refusal(404, "not-found", f"There is no {type_} with that id.")
        if version.etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
            return Answer(304, b"", _version_headers(version))
        return Answer(200, version.body, _version_headers(version))

    def _version(self, type_: str, id_: str, number: str) -> Answer:
        for version in self._journal.history(type_, id_):
            if str(version.number) == number:
                return Answer(200, version.body, _version_headers(version))
        raise Refusal(404, "not-found", f"There is no such version of that {type_}.")

    def _history(self, type_: str, id_: str) -> Answer:
        versions = self._journal.history(type_, id_)
        if not versions:
            raise Refusal(404, "not-found", f"There is no {type_} with that id.")
        self_url = f"{self._base_url}/{type_}/{id_}/_history"
        now = instants.instant(self._clock.now())
        return Answer(
            200,
            bundles.history(self._base_url, versions, self_url=self_url, bundle_id=self._ids.uuid(), now=now),
        )

    def _search(self, type_: str, request: Request) -> Answer:
        pairs = list(request.query)
        if request.method == "POST":
            request.check_body_type(frozenset({FORM_TYPE}))
            pairs += parse_qsl(request.body.decode("utf-8", "replace"))
        token = next((value for name, value in pairs if name == "_page"), "")
        if token:
            place = self._pages.find(token, type_)
            return self._page(place.search, place.after, f"{self._base_url}/{type_}?_page={token}")
        search = parse_search(type_, pairs, strict=request.is_strict)
        applied = urlencode(search.applied) if request.method == "GET" else ""
        self_url = f"{self._base_url}/{type_}" + (f"?{applied}" if applied else "")
        return self._page(search, None, self_url)

    def _page(self, search: Search, after: tuple[str, ...] | None, self_url: str) -> Answer:
        found = self._journal.search(search, after)
        links = [("self", self_url)]
        if found.after is not None:
            token = self._pages.keep(search, found.after)
            links.append(("next", f"{self._base_url}/{search.type_}?_page={token}"))
        now = instants.instant(self._clock.now())
        body = bundles.searchset(
            self._base_url, found, links=links, ignored=search.ignored, bundle_id=self._ids.uuid(), now=now
        )
        return Answer(200, body)

    async def _create(self, type_: str, request: Request) -> Answer:
        request.check_body_type(JSON_TYPES)
        asked = request.headers.get("if-none-exist")
        criteria = criteria_pairs(asked) if asked is not None else None
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            written = writing.create(type_, request.body, criteria=criteria)
        await self._hooks.after_commit(type_)
        return self._written(written, request.prefers)

    async def _update(self, request: Request) -> Answer:
        type_, id_ = request.path
        request.check_body_type(JSON_TYPES)
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            written = writing.update(type_, id_, request.body, if_match=request.headers.get("if-match", ""))
        await self._hooks.after_commit(type_)
        return self._written(written, request.prefers)

    def _written(self, written: Written, prefers: frozenset[str]) -> Answer:
        version = written.version
        headers = (*_version_headers(version), ("Location", f"{self._base_url}/{version.location}"))
        if "return=minimal" in prefers:
            return Answer(written.status, b"", headers)
        if "return=OperationOutcome" in prefers:
            told = outcome("informational", "Stored.", severity="information")
            return Answer(written.status, json_text.encode(told), headers)
        return Answer(written.status, version.body, headers)


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        allow = ", ".join(methods)
        raise Refusal(405, "not-supported", f"Only {allow} is possible there.", headers={"Allow": allow})


def _version_headers(version: Version) -> tuple[tuple[str, str], ...]:
    moment = datetime.fromisoformat(version.last_updated)
    return ("ETag", version.etag), ("Last-Modified", format_datetime(moment, usegmt=True))
