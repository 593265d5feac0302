"""The RESTful interactions of the profile `full`: which request does what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sandbox.fhir import bundles, instants, json_text
from sandbox.fhir.access import Access
from sandbox.fhir.batch import carry_out_batch
from sandbox.fhir.capability import capability_statement
from sandbox.fhir.pages import Pages
from sandbox.fhir.refusal import Refusal, outcome
from sandbox.fhir.requests import FORM_TYPE, JSON_TYPES, Answer, Request, only
from sandbox.fhir.resource_types import R4_TYPES
from sandbox.fhir.search_query import parse_search
from sandbox.fhir.search_tag import body_tag, is_named, search_tag
from sandbox.fhir.transaction import carry_out, criteria_pairs, read_parts
from sandbox.fhir.type_history import TypeHistory

if TYPE_CHECKING:
    from typing import Any

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.search_query import Search
    from sandbox.fhir.versions import Version, Written
    from sandbox.hooks import Hooks


VERSION = "1"


@dataclass(frozen=True, slots=True)
class Place:
    """A search and the row after which its next page begins."""

    search: Search
    after: tuple[str, ...]


class Interactions:
    """Carries out FHIR requests on one journal."""

    media_type = "application/fhir+json"

    def __init__(self, base_url: str, journal: Journal, clock: Clock, ids: Ids, hooks: Hooks) -> None:
        self._base_url = base_url
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._hooks = hooks
        self._access = Access(journal, hooks.conduct)
        self._pages: Pages[Place] = Pages(clock, ids, hooks.conduct)
        self._changes = TypeHistory(base_url, journal, self._access, clock, ids, hooks.conduct)

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
            only(request, "GET")
            return self._statement(request.headers.get("if-none-match", ""))
        if path[0] not in R4_TYPES:
            raise Refusal(404, "not-supported", "The address names no resource type of FHIR R4.")
        return await self._at_type(request)

    @staticmethod
    def refused(refusal: Refusal) -> Answer:
        """Return the answer to a request that cannot be carried out."""
        told = outcome(refusal.code, refusal.text, expression=refusal.expression)
        return Answer(refusal.status, json_text.encode(told), tuple(refusal.headers.items()))

    def metadata(self) -> dict[str, object]:
        """Return the CapabilityStatement."""
        return capability_statement(
            self._base_url, self._journal.note("instance"), VERSION, self._journal.note("made-at")
        )

    def _statement(self, held: str) -> Answer:
        """Return the CapabilityStatement, or that it is the one that the client holds."""
        body = json_text.encode(self.metadata())
        tag = body_tag(body)
        return (
            Answer(304, b"", (("ETag", tag),)) if is_named(tag, held) else Answer(200, body, (("ETag", tag),))
        )

    async def _at_base(self, request: Request) -> Answer:
        only(request, "POST")
        request.check_body_type(JSON_TYPES)
        bundle = json_text.parse(request.body)
        if bundle.get("resourceType") == "Bundle" and bundle.get("type") == "batch":
            entries = bundle.get("entry", [])
            return Answer(
                200, await carry_out_batch(entries, request, self._at_type, bundle_id=self._ids.uuid())
            )
        return await self._transaction(bundle, request)

    async def _transaction(self, bundle: dict[str, Any], request: Request) -> Answer:
        parts = read_parts(bundle, request.may)
        for part in parts:
            self._access.check_writing(part.resource)
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
                only(request, "GET", "POST")
                return (
                    self._search(type_, request)
                    if request.method == "GET"
                    else await self._create(type_, request)
                )
            case (type_, "_search"):
                only(request, "POST")
                return self._search(type_, request)
            case (type_, "_history"):
                only(request, "GET")
                return self._changes.answer(type_, request)
            case (type_, id_):
                return await self._at_instance(type_, id_, request)
            case (type_, id_, "_history"):
                only(request, "GET")
                return self._history(type_, id_)
            case (type_, id_, "_history", number):
                only(request, "GET")
                return self._version(type_, id_, number)
        raise Refusal(404, "not-found", "There is nothing at that address.")

    async def _at_instance(self, type_: str, id_: str, request: Request) -> Answer:
        only(request, "GET", "PUT", "DELETE")
        if request.method == "GET":
            return self._read(type_, id_, request)
        return await (self._update(request) if request.method == "PUT" else self._delete(request))

    def _read(self, type_: str, id_: str, request: Request) -> Answer:
        version = self._journal.read(type_, id_)
        if version is None:
            raise self._missing(type_, id_)
        self._access.check_reading(type_, id_)
        if is_named(version.etag, request.headers.get("if-none-match", "")):
            return Answer(304, b"", _version_headers(version))
        return Answer(200, version.body, _version_headers(version))

    def _missing(self, type_: str, id_: str) -> Refusal:
        gone = self._journal.tombstone(type_, id_)
        if gone is None:
            return Refusal(404, "not-found", f"There is no {type_} with that id.")
        return Refusal(410, "deleted", f"That {type_} has been deleted.", headers={"ETag": gone.etag})

    def _version(self, type_: str, id_: str, number: str) -> Answer:
        self._access.check_reading(type_, id_)
        for version in self._journal.history(type_, id_):
            if str(version.number) == number:
                if version.is_tombstone:
                    raise Refusal(410, "deleted", f"The {type_} was deleted with that version.")
                return Answer(200, version.body, _version_headers(version))
        raise Refusal(404, "not-found", f"There is no such version of that {type_}.")

    def _history(self, type_: str, id_: str) -> Answer:
        self._access.check_reading(type_, id_)
        versions = self._journal.history(type_, id_)
        if not versions:
            raise Refusal(404, "not-found", f"There is no {type_} with that id.")
        body = bundles.history(
            self._base_url,
            versions,
            total=len(versions),
            links=[("self", f"{self._base_url}/{type_}/{id_}/_history")],
            bundle_id=self._ids.uuid(),
            now=instants.instant(self._clock.now()),
        )
        return Answer(200, body)

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
        held = request.headers.get("if-none-match", "") if request.method == "GET" else ""
        return self._page(search, None, self_url, held)

    def _page(self, search: Search, after: tuple[str, ...] | None, self_url: str, held: str = "") -> Answer:
        self._access.check_search(search)
        found = self._journal.search(self._access.narrowed(search), after)
        found.included[:] = [one for one in found.included if self._access.sees(one.type, one.id)]
        tag = search_tag(found, search.ignored) if after is None else ""
        headers = (("ETag", tag),) if tag else ()
        if is_named(tag, held):
            return Answer(304, b"", headers)
        links = [("self", self_url)]
        if found.after is not None:
            token = self._pages.keep(search.type_, Place(search, found.after))
            links.append(("next", f"{self._base_url}/{search.type_}?_page={token}"))
        now = instants.instant(self._clock.now())
        body = bundles.searchset(
            self._base_url, found, links=links, ignored=search.ignored, bundle_id=self._ids.uuid(), now=now
        )
        return Answer(200, body, headers)

    async def _create(self, type_: str, request: Request) -> Answer:
        request.check_body_type(JSON_TYPES)
        asked = request.headers.get("if-none-exist")
        criteria = criteria_pairs(asked) if asked is not None else None
        self._access.check_writing({**json_text.parse(request.body), "resourceType": type_})
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            written = writing.create(type_, request.body, criteria=criteria)
        await self._hooks.after_commit(type_)
        return self._written(written, request.prefers)

    async def _update(self, request: Request) -> Answer:
        type_, id_ = request.path
        request.check_body_type(JSON_TYPES)
        self._access.check_reading(type_, id_)
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            written = writing.update(type_, id_, request.body, if_match=request.headers.get("if-match", ""))
        await self._hooks.after_commit(type_)
        return self._written(written, request.prefers)

    async def _delete(self, request: Request) -> Answer:
        """Delete; what is gone already, or never was, is gone all the same."""
        type_, id_ = request.path
        self._access.check_reading(type_, id_)
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            writing.delete(type_, id_, if_match=request.headers.get("if-match", ""))
        await self._hooks.after_commit(type_)
        gone = self._journal.tombstone(type_, id_)
        headers = (("ETag", gone.etag),) if gone else ()
        if "return=OperationOutcome" in request.prefers:
            told = outcome("informational", "Deleted.", severity="information")
            return Answer(200, json_text.encode(told), headers)
        return Answer(204, b"", headers)

    def _written(self, written: Written, prefers: frozenset[str]) -> Answer:
        version = written.version
        headers = (*_version_headers(version), ("Location", f"{self._base_url}/{version.location}"))
        if "return=minimal" in prefers:
            return Answer(written.status, b"", headers)
        if "return=OperationOutcome" in prefers:
            told = outcome("informational", "Stored.", severity="information")
            return Answer(written.status, json_text.encode(told), headers)
        return Answer(written.status, version.body, headers)


def _version_headers(version: Version) -> tuple[tuple[str, str], ...]:
    moment = datetime.fromisoformat(version.last_updated)
    return ("ETag", version.etag), ("Last-Modified", format_datetime(moment, usegmt=True))
