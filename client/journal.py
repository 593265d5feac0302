"""The journal over the wire: the FHIR interactions that this program uses, each failure a JournalError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from client.bundle import is_there, read_bundle, read_deletions, read_page, read_tombstones
from client.capability import Capabilities, read_capabilities
from client.errors import ErrorKind, JournalError
from client.failures import json_body
from client.resource import Page, Resource, is_id, is_type, read_resource
from client.written import PartAnswer, Written, read_parts, read_written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from client.answer import Answer
    from client.bundle import Bundle
    from client.meter import Meter
    from client.resource import DeletionPage
    from client.transport import JournalTransport

_ACCEPT = {
    "Accept": "application/fhir+json; fhirVersion=4.0, application/json+fhir;q=0.9, application/json;q=0.8"
}
_READ = {**_ACCEPT, "Cache-Control": "no-cache"}  # HAPI keeps search results for a minute
_FORM = {**_READ, "Content-Type": "application/x-www-form-urlencoded"}
_WRITE = {
    **_ACCEPT,
    "Content-Type": "application/fhir+json; charset=utf-8",
    "Prefer": "return=representation",
}
_TERSE = {**_WRITE, "Prefer": "return=minimal"}
_MOST_PAGES = 2000
_MOST_COUNTED = 2**31 - 1  # FHIR's unsignedInt
_OK = 200
_NOT_MODIFIED = 304
_LONGEST_TAG = 256


@dataclass(frozen=True, slots=True)
class _Statement:
    """What the journal said of itself last, under which entity tag; a tag that is empty is none."""

    body: bytes
    tag: str
    can: Capabilities

    def is_still(self, answer: Answer) -> bool:
        """Tell whether an answer says that nothing has changed, by the tag that was sent or word by word."""
        is_same = answer.status == _OK and answer.body == self.body
        return is_same or (answer.status == _NOT_MODIFIED and bool(self.tag))


class JournalClient:
    """Speaks FHIR R4 through one pinned transport."""

    def __init__(self, transport: JournalTransport) -> None:
        self._transport = transport
        self._statement: _Statement | None = None

    async def capabilities(self) -> Capabilities:
        """Read what the journal can do: all of it once, and after that no more than whether it still says so (304)."""
        known = self._statement
        headers = {**_READ, "If-None-Match": known.tag} if known is not None and known.tag else _READ
        answer = await self._transport.send("GET", "metadata", headers=headers)
        if known is not None and known.is_still(answer):
            return known.can
        can = read_capabilities(self._body(answer))
        self._statement = _Statement(answer.body, _tag(answer.headers.get("etag", "")), can)
        return can

    @property
    def meter(self) -> Meter:
        """What has gone over the line so far."""
        return self._transport.meter

    async def read(self, type_: str, id_: str) -> Resource:
        """Read the current version of one resource; WRONG_RESOURCE if the journal answers with another."""
        return _same(read_resource(self._body(await self._get(_path(type_, id_)))), type_, id_)

    async def read_if_changed(self, type_: str, id_: str, version: str) -> Resource | None:
        """Read one resource unless it is still the version at hand: None then, at the price of a header (304)."""
        if not version:
            return await self.read(type_, id_)
        headers = {**_READ, "If-None-Match": f'W/"{_header(version)}"'}
        answer = await self._transport.send("GET", _path(type_, id_), headers=headers)
        if answer.status == _NOT_MODIFIED:
            return None
        return _same(read_resource(self._body(answer)), type_, id_)

    async def deletions(
        self, type_: str, since: str, *, by_history: bool, page_size: int = 100
    ) -> AsyncIterator[DeletionPage]:
        """Yield what was deleted of a type since an instant of the journal's own clock.

        Args:
            type_: The resource type.
            since: A FHIR instant; empty for all that the journal knows.
            by_history: Ask the type's history; else search for tombstones with `_deleted=true`.
            page_size: How many to ask for per page.
        """
        when = ("_since", since) if by_history else ("_lastUpdated", f"ge{since}")
        query = [*([] if by_history else [("_deleted", "true")]), *([when] if since else [])]
        path = f"{_type(type_)}/_history" if by_history else _type(type_)
        query.append(("_count", str(page_size)))
        first = await self._transport.send("GET", path, query=query, headers=_READ)
        read = read_deletions if by_history else read_tombstones
        async for bundle, answer in self._bundles(first):
            yield read(bundle, type_, answer.server_time)

    async def history(self, type_: str, id_: str) -> list[Resource]:
        """Read the versions of one resource in the journal's own order; deletions are left out."""
        versions: list[Resource] = []
        async for bundle, _ in self._bundles(await self._get(f"{_path(type_, id_)}/_history")):
            raws = (entry.resource for entry in bundle.entry or () if is_there(entry.resource))
            versions += [_same(read_resource(raw), type_, id_) for raw in raws]
        return versions

    async def search(
        self, type_: str, query: Sequence[tuple[str, str]], *, page_size: int = 100, in_body: bool = False
    ) -> AsyncIterator[Page]:
        """Yield the pages of a search and follow `next`, past empty pages too.

        A failure in mid-paging (an expired link gives 404 or 410) is raised; the caller begins again.

        Args:
            type_: The resource type searched for.
            query: Search parameters in order; `_count` is added.
            page_size: How many matches to ask for per page.
            in_body: Send the parameters as POST `_search`, so that no identity number comes into a URL.
        """
        first = await self._search(type_, [*query, ("_count", str(page_size))], in_body=in_body)
        async for bundle, answer in self._bundles(first):
            yield read_page(bundle, type_, answer.server_time)

    async def search_on(self, type_: str, link: str) -> AsyncIterator[Page]:
        """Yield the pages of a search that had come to a link, from the page behind it on.

        Raises:
            JournalError: as `search`; NOT_FOUND, GONE or REFUSED where the journal knows the link no more.
        """
        async for bundle, answer in self._bundles(await self._transport.follow(link, headers=_READ)):
            yield read_page(bundle, type_, answer.server_time)

    async def count(self, type_: str, query: Sequence[tuple[str, str]]) -> int:
        """Return the journal's own count of matches, asked for separately."""
        answer = await self._search(type_, [*query, ("_summary", "count")], in_body=False)
        total = read_bundle(self._body(answer)).total
        if total is None or not 0 <= total <= _MOST_COUNTED:
            raise JournalError(
                ErrorKind.BROKEN, status=answer.status, detail="no total", request_id=answer.request_id
            )
        return total

    async def create(
        self, type_: str, body: bytes, *, if_none_exist: str = "", is_terse: bool = False
    ) -> Written:
        """Create a resource; with `if_none_exist` (a search) only if the journal has none like it.

        With `is_terse` the journal is asked to send no copy back: there is nothing in it to look at.
        """
        condition = {"If-None-Exist": _header(if_none_exist)} if if_none_exist else {}
        headers = {**(_TERSE if is_terse else _WRITE), **condition}
        answer = await self._transport.send("POST", _type(type_), body=body, headers=headers)
        return read_written(self._good(answer, writes=True), type_)

    async def update(self, type_: str, id_: str, body: bytes, *, if_match: str) -> Written:
        """Replace a resource if its version is still `if_match` (empty for a journal without versions)."""
        condition = {"If-Match": f'W/"{_header(if_match)}"'} if if_match else {}
        answer = await self._transport.send(
            "PUT", _path(type_, id_), body=body, headers={**_WRITE, **condition}
        )
        return read_written(self._good(answer, writes=True), type_, id_)

    async def transaction(self, bundle: bytes, *, is_terse: bool = False) -> list[PartAnswer]:
        """Post a transaction; return one answer per entry. Read each status: not every journal rolls back.

        `is_terse` is as of `create`.
        """
        count = len(read_bundle(bundle).entry or ())
        answer = await self._transport.send("POST", "", body=bundle, headers=_TERSE if is_terse else _WRITE)
        return read_parts(self._good(answer, writes=True), count)

    async def _get(self, path: str) -> Answer:
        """Get a path."""
        return await self._transport.send("GET", path, headers=_READ)

    async def _search(self, type_: str, query: list[tuple[str, str]], *, in_body: bool) -> Answer:
        """Ask for the first page."""
        if not in_body:
            return await self._transport.send("GET", _type(type_), query=query, headers=_READ)
        form = urlencode(query, quote_via=quote).encode()
        return await self._transport.send("POST", f"{_type(type_)}/_search", body=form, headers=_FORM)

    async def _bundles(self, answer: Answer) -> AsyncIterator[tuple[Bundle, Answer]]:
        """Yield the Bundle of an answer and of every `next` behind it; a link that comes twice is a loop."""
        seen: set[str] = set()
        while True:
            bundle = read_bundle(self._body(answer))
            link = bundle.next
            target = self._transport.rebuilt(link) if link else ""
            if target in seen or len(seen) >= _MOST_PAGES:
                raise JournalError(ErrorKind.BROKEN, status=answer.status, detail="pages without end")
            seen.add(target)
            yield bundle, answer
            if not link:
                return
            answer = await self._transport.follow(link, headers=_READ)

    def _good(self, answer: Answer, *, writes: bool) -> Answer:
        """Return an answer of success; raise what any other means."""
        error = self._transport.failure(answer, writes=writes)
        if error is not None:
            raise error
        return answer

    def _body(self, answer: Answer) -> bytes:
        """Return the checked JSON of a successful read."""
        return json_body(self._good(answer, writes=False), writes=False)


def _same(resource: Resource, type_: str, id_: str) -> Resource:
    """Refuse a resource that is not the one asked for."""
    if (resource.type, resource.id) != (type_, id_):
        raise JournalError(ErrorKind.WRONG_RESOURCE, detail="another resource than was asked for")
    return resource


def _type(type_: str) -> str:
    """Return a type for a path, or refuse it before anything is sent."""
    if not is_type(type_):
        raise JournalError(ErrorKind.OFF_ORIGIN, detail="a type that is none")
    return type_


def _path(type_: str, id_: str) -> str:
    """Return type and id as a path, or refuse them before anything is sent."""
    if not is_id(id_):
        raise JournalError(ErrorKind.OFF_ORIGIN, detail="an id that is none")
    return f"{_type(type_)}/{id_}"


def _tag(text: str) -> str:
    """Return an entity tag as the journal gave it, where a header can carry it back; else nothing."""
    return text if text.isascii() and text.isprintable() and len(text) <= _LONGEST_TAG else ""


def _header(text: str) -> str:
    """Return a text that may stand in a header, or refuse it before anything is sent."""
    if not text.isascii() or not text.isprintable() or '"' in text:
        raise JournalError(ErrorKind.BROKEN, detail="a text that no header can carry")
    return text
