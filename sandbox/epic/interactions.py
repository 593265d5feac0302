"""The RESTful interactions of the profile `epic`: few, without versions, and with words of Epic's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from sandbox.epic import outcomes
from sandbox.epic.advertised import OFFERED
from sandbox.epic.answers import searchset
from sandbox.epic.capability import epic_statement
from sandbox.epic.filing import Filing
from sandbox.epic.new_ids import fresh_id
from sandbox.epic.searching import parse_epic_search
from sandbox.fhir import instants, json_text
from sandbox.fhir.access import Access, asked_patients
from sandbox.fhir.interactions import VERSION
from sandbox.fhir.pages import Pages
from sandbox.fhir.refusal import Refusal, out_of_scope
from sandbox.fhir.requests import FORM_TYPE, JSON_TYPES, Answer, Request, only

if TYPE_CHECKING:
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.epic.searching import EpicSearch
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.versions import Found, Version
    from sandbox.hooks import Hooks

_OTHER_TYPE = ("Content-Type", "application/json+fhir; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Session:
    """A search and the row after which its next page begins."""

    search: EpicSearch
    after: tuple[str, ...]


class EpicInteractions:
    """Carries out FHIR requests on one journal."""

    def __init__(self, base_url: str, journal: Journal, clock: Clock, ids: Ids, hooks: Hooks) -> None:
        self._base_url = base_url
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._hooks = hooks
        self._conduct = hooks.conduct
        self._access = Access(journal, hooks.conduct)
        self._filing = Filing(journal, hooks.conduct)
        self._pages: Pages[Session] = Pages(clock, ids, hooks.conduct)

    async def answer(self, request: Request) -> Answer:
        """Carry out one request.

        Raises:
            Refusal: it cannot be carried out.
        """
        request.check_accept()
        match request.path:
            case ("metadata",):
                only(request, "GET")
                return Answer(200, json_text.encode(self.metadata()))
            case (type_, *_) if type_ in OFFERED:
                return await self._at_type(request)
        raise Refusal(404, "not-found", "There is nothing at that address.")

    @staticmethod
    def refused(refusal: Refusal) -> Answer:
        """Return the answer to a request that cannot be carried out; one out of scope has no body."""
        headers = (*refusal.headers.items(), _OTHER_TYPE)
        if "insufficient_scope" in refusal.headers.get("WWW-Authenticate", ""):
            return Answer(refusal.status, b"", headers)
        issue = outcomes.issue(
            "error", refusal.code, refusal.number, refusal.text, expression=refusal.expression
        )
        return Answer(refusal.status, json_text.encode(outcomes.told(issue)), headers)

    def metadata(self) -> dict[str, object]:
        """Return the CapabilityStatement."""
        return epic_statement(
            self._base_url, self._journal.note("instance"), VERSION, self._journal.note("made-at")
        )

    async def _at_type(self, request: Request) -> Answer:
        match request.path:
            case (type_,):
                only(request, "GET", "POST")
                if request.method == "GET":
                    return self._search(type_, request)
                return await self._create(type_, request)
            case (type_, "_search"):
                only(request, "POST")
                return self._search(type_, request)
            case (type_, id_):
                only(request, "GET", "PUT")
                return (
                    self._read(type_, id_)
                    if request.method == "GET"
                    else await self._update(type_, id_, request)
                )
        raise Refusal(404, "not-found", "There is nothing at that address.")

    def _read(self, type_: str, id_: str) -> Answer:
        _check_offered(type_, "read")
        version = self._journal.read(type_, id_)
        if version is None:
            raise Refusal(404, "not-found", f"There is no {type_} with that id.")
        self._access.check_reading(type_, id_)
        return Answer(200, json_text.without_meta(version.body), (_OTHER_TYPE,))

    def _search(self, type_: str, request: Request) -> Answer:
        _check_offered(type_, "search-type")
        pairs = list(request.query)
        if request.method == "POST":
            request.check_body_type(frozenset({FORM_TYPE}))
            pairs += parse_qsl(request.body.decode("utf-8", "replace"))
        token = next((value for name, value in pairs if name == "sessionID"), "")
        if token:
            session = self._pages.find(token, type_, status=400, number=outcomes.INVALID)
            return self._page(session.search, session.after, f"{self._base_url}/{type_}?sessionID={token}")
        search = parse_epic_search(type_, pairs)
        applied = urlencode(search.applied) if request.method == "GET" else ""
        return self._page(search, None, f"{self._base_url}/{type_}" + (f"?{applied}" if applied else ""))

    def _page(self, search: EpicSearch, after: tuple[str, ...] | None, self_url: str) -> Answer:
        self._access.check_search(search.first)
        found = self._journal.search(self._access.narrowed(search.first), after)
        following = found.after
        found = self._filtered(found, search)
        links = [("self", self_url)]
        if following is not None:
            token = self._pages.keep(search.first.type_, Session(search, following))
            links.append(("next", f"{self._base_url}/{search.first.type_}?sessionID={token}"))
        beside = outcomes.beside_results(
            is_empty=not found.matches and following is None and after is None,
            is_partial=not self._conduct.partial.isdisjoint(asked_patients(search.first)),
            is_suppressed=self._access.leaves_out(search.first),
            ignored=search.ignored,
        )
        return Answer(200, searchset(self._base_url, found, links=links, beside=beside))

    def _filtered(self, found: Found, search: EpicSearch) -> Found:
        """Leave out what the filters do not let through: they come after the page has been cut."""
        seen = [one for one in found.included if self._access.sees(one.type, one.id)]
        if search.filters is None or not found.matches:
            return replace(found, included=seen)
        kept = self._journal.ids_among(search.filters, [match.id for match in found.matches])
        return replace(found, matches=[match for match in found.matches if match.id in kept], included=seen)

    async def _create(self, type_: str, request: Request) -> Answer:
        """Create; there are no conditions, and what is sent twice is filed twice unless it is a vital sign."""
        _check_offered(type_, "create")
        request.check_body_type(JSON_TYPES)
        self._access.check_writing({**json_text.parse(request.body), "resourceType": type_})
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            body = self._filing.created(type_, request.body, instants.sortable(stamp))
            written = writing.create(type_, body, id_=fresh_id(type_, self._ids))
        await self._hooks.after_commit(type_)
        location = ("Location", f"{type_}/{written.version.id}")
        return self._written(201, written.version, request, location)

    async def _update(self, type_: str, id_: str, request: Request) -> Answer:
        """Put a resource in the place of another, whatever has become of that meanwhile."""
        _check_offered(type_, "update")
        request.check_body_type(JSON_TYPES)
        self._access.check_reading(type_, id_)
        stamp = self._hooks.stamp_clock(self._clock)
        await self._hooks.before_commit(type_)
        with self._journal.writing(stamp) as writing:
            written = writing.replace(type_, id_, self._filing.updated(type_, request.body))
        if written is None:
            raise Refusal(404, "not-found", f"There is no {type_} with that id.")
        await self._hooks.after_commit(type_)
        return self._written(200, written.version, request)

    @staticmethod
    def _written(status: int, version: Version, request: Request, *headers: tuple[str, str]) -> Answer:
        whole = "return=representation" in request.prefers
        body = json_text.without_meta(version.body) if whole else b""
        return Answer(status, body, (*headers, _OTHER_TYPE))


def _check_offered(type_: str, interaction: str) -> None:
    """Refuse what the app has not been given.

    Raises:
        Refusal: 403.
    """
    if interaction not in OFFERED[type_].interactions:
        raise out_of_scope()
