"""The store of resources: read, history, search and, inside one database transaction, writes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.fhir import instants, json_text
from sandbox.fhir.references import check_targets
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.resource_types import check_shape
from sandbox.fhir.search_query import Search, SortKey, parse_search
from sandbox.fhir.search_values import index_rows
from sandbox.identity_guard import check_resource

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ports.ids import Ids


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one resource, as stored."""

    type: str
    id: str
    number: int
    last_updated: str
    method: str
    body: bytes

    @property
    def etag(self) -> str:
        """The weak entity tag of the version."""
        return f'W/"{self.number}"'

    @property
    def location(self) -> str:
        """The path of the version below the base."""
        return f"{self.type}/{self.id}/_history/{self.number}"


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one write: the version that now stands, and the status to answer with."""

    version: Version
    status: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; `after` is where the next page begins, None at the end."""

    matches: list[Version]
    included: list[Version]
    total: int
    after: tuple[str, ...] | None


class Journal:
    """All resources, over one SQLite connection that one thread uses."""

    def __init__(self, tables: sqlite3.Connection, ids: Ids) -> None:
        self.tables = tables
        self._ids = ids

    def read(self, type_: str, id_: str) -> Version | None:
        """Return the current version."""
        row = self.tables.execute(
            "SELECT v.* FROM current JOIN version v USING (type, id, version) WHERE type = ? AND id = ?",
            (type_, id_),
        ).fetchone()
        return _version(row) if row else None

    def history(self, type_: str, id_: str) -> list[Version]:
        """Return every version, the newest first."""
        sql = "SELECT * FROM version WHERE type = ? AND id = ? ORDER BY version DESC"
        return [_version(row) for row in self.tables.execute(sql, (type_, id_))]

    def search(self, search: Search, after: tuple[str, ...] | None = None) -> Found:
        """Return one page of what the search finds, with the resources it asks to include."""
        total = self._total(search)
        if search.count_only:
            return Found([], [], total, None)
        rows = self._page(search, after)
        more = len(rows) > search.count
        rows = rows[: search.count]
        matches = [_version(row[:6]) for row in rows]
        last = tuple(rows[-1][6:]) if more and rows else None
        return Found(matches, self._included(search, matches), total, last)

    def find_ids(self, type_: str, criteria: Sequence[tuple[str, str]]) -> list[str]:
        """Return the ids, two at most, of what conditional criteria match.

        Raises:
            Refusal: the criteria are empty or not understood.
        """
        search = parse_search(type_, criteria, strict=True)
        if not search.clauses:
            raise Refusal(412, "not-found", "The criteria of a conditional request are empty.")
        search.count = 2
        return [match.id for match in self.search(search).matches]

    @contextlib.contextmanager
    def writing(self, stamp: datetime) -> Iterator[Writing]:
        """Hold the one write transaction: everything inside is stored, or nothing."""
        self.tables.execute("BEGIN IMMEDIATE")
        try:
            yield Writing(self, instants.instant(stamp), instants.sortable(stamp), self._ids)
        except BaseException:
            self.tables.execute("ROLLBACK")
            raise
        self.tables.execute("COMMIT")

    def note(self, name: str) -> str:
        """Return a fact that the journal keeps about itself; empty when it has none by that name."""
        row = self.tables.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep_note(self, name: str, value: str) -> None:
        """Keep a fact about the journal itself."""
        self.tables.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def _total(self, search: Search) -> int:
        sql, arguments = _where(search)
        return int(self.tables.execute(f"SELECT COUNT(*) FROM current c {sql}", arguments).fetchone()[0])  # noqa: S608

    def _page(self, search: Search, after: tuple[str, ...] | None) -> list[tuple[Any, ...]]:
        sql, arguments = _where(search)
        if after is not None:
            beyond, more = _beyond(search.order, after)
            sql, arguments = f"{sql} AND ({beyond})", [*arguments, *more]
        keys = ", ".join(key.sql for key in search.order)
        order = ", ".join(f"{key.sql} {'DESC' if key.descending else 'ASC'}" for key in search.order)
        statement = (
            f"SELECT v.*, {keys} FROM current c JOIN version v USING (type, id, version) {sql} "  # noqa: S608
            f"ORDER BY {order} LIMIT {search.count + 1}"
        )
        return self.tables.execute(statement, arguments).fetchall()

    def _included(self, search: Search, matches: list[Version]) -> list[Version]:
        seen = {(match.type, match.id) for match in matches}
        included: list[Version] = []
        for type_, id_ in self._linked(search, matches):
            if (type_, id_) not in seen:
                seen.add((type_, id_))
                version = self.read(type_, id_)
                included += [version] if version else []
        return included

    def _linked(self, search: Search, matches: list[Version]) -> Iterator[tuple[str, str]]:
        for match in matches:
            for name in search.includes:
                sql = "SELECT value FROM term WHERE type = ? AND id = ? AND name = ?"
                for (value,) in self.tables.execute(sql, (match.type, match.id, name)).fetchall():
                    type_, _, id_ = str(value).partition("/")
                    yield type_, id_
            for type_, name in search.reverse_includes:
                sql = "SELECT id FROM term WHERE type = ? AND name = ? AND value = ?"
                for (id_,) in self.tables.execute(sql, (type_, name, f"{match.type}/{match.id}")).fetchall():
                    yield type_, str(id_)


class Writing:
    """Writes inside one database transaction, all with the same time."""

    def __init__(self, journal: Journal, stamp: str, sortable: str, ids: Ids) -> None:
        self._journal = journal
        self._tables = journal.tables
        self._stamp = stamp
        self._sortable = sortable
        self._ids = ids

    def create(
        self,
        type_: str,
        body: bytes,
        *,
        criteria: Sequence[tuple[str, str]] | None = None,
        id_: str = "",
        checked: bool = True,
    ) -> Written:
        """Store a new resource; with criteria only when nothing matches them yet.

        `checked` is off for loading alone, where a resource may point at one that has not come yet.
        """
        if criteria is not None:
            found = self.matching(type_, criteria)
            if found is not None:
                return self.standing(found)
        resource = self._accept(type_, body, checked=checked)
        return Written(self._put(resource, body, type_, id_ or self._ids.uuid(), 1, "POST"), 201)

    def matching(self, type_: str, criteria: Sequence[tuple[str, str]]) -> Version | None:
        """Return the one resource that matches; None when there is none.

        Raises:
            Refusal: there are several.
        """
        found = self._journal.find_ids(type_, criteria)
        if len(found) > 1:
            raise Refusal(412, "multiple-matches", f"More than one {type_} matches the criteria.")
        return self._journal.read(type_, found[0]) if found else None

    @staticmethod
    def standing(version: Version) -> Written:
        """Return what a conditional create answers when the resource is there already."""
        return Written(version, 200)

    def update(self, type_: str, id_: str, body: bytes, *, if_match: str) -> Written:
        """Store the next version of a resource that stands at the version named by `if_match`."""
        resource = self._accept(type_, body, checked=True)
        if resource.get("id") != id_:
            raise Refusal(
                400,
                "invalid",
                "The id of the resource is not the id of the address.",
                expression=f"{type_}.id",
            )
        standing = self._journal.read(type_, id_)
        if standing is None:
            raise Refusal(
                404, "not-found", f"There is no {type_} with that id; the journal gives ids itself."
            )
        if not if_match:
            raise Refusal(428, "required", "An update needs If-Match with the version that was read.")
        if _opaque(if_match) != str(standing.number):
            raise Refusal(412, "conflict", f"The {type_} has been changed since that version.")
        return Written(self._put(resource, body, type_, id_, standing.number + 1, "PUT"), 200)

    def _accept(self, type_: str, body: bytes, *, checked: bool) -> dict[str, Any]:
        resource = json_text.parse(body)
        check_shape(resource, type_)
        check_resource(resource)
        if checked:
            check_targets(resource, lambda kind, id_: self._journal.read(kind, id_) is not None)
        return resource

    def _put(
        self, resource: dict[str, Any], body: bytes, type_: str, id_: str, number: int, method: str
    ) -> Version:
        text = json_text.identified(body, type_=type_, id_=id_, version=number, last_updated=self._stamp)
        version = Version(type_, id_, number, self._stamp, method, text)
        self._tables.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)", (type_, id_, number, self._stamp, method, text)
        )
        self._tables.execute(
            "INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?)", (type_, id_, number, self._sortable)
        )
        if number > 1:
            self._tables.execute("DELETE FROM term WHERE type = ? AND id = ?", (type_, id_))
            self._tables.execute("DELETE FROM span WHERE type = ? AND id = ?", (type_, id_))
        terms, spans = index_rows(resource)
        self._tables.executemany(
            "INSERT INTO term VALUES (?, ?, ?, ?, ?)", [(type_, id_, *term) for term in terms]
        )
        self._tables.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?)", [(type_, id_, *span) for span in spans]
        )
        return version


def _version(row: Sequence[Any]) -> Version:
    return Version(*row)


def _opaque(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def _where(search: Search) -> tuple[str, list[str]]:
    clauses = ["c.type = ?", *(clause.sql for clause in search.clauses)]
    arguments = [search.type_, *(argument for clause in search.clauses for argument in clause.arguments)]
    return "WHERE " + " AND ".join(clauses), arguments


def _beyond(order: Sequence[SortKey], after: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the condition for standing after a given row in the order."""
    tests, arguments = [], []
    for position, key in enumerate(order):
        same = [f"{earlier.sql} = ?" for earlier in order[:position]]
        tests.append(" AND ".join([*same, f"{key.sql} {'<' if key.descending else '>'} ?"]))
        arguments += [*after[:position], after[position]]
    return " OR ".join(f"({test})" for test in tests), arguments
