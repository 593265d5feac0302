"""The store of resources: read, history, search and, inside one database transaction, writes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sandbox.fhir import instants
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_query import Search, SortKey, parse_search
from sandbox.fhir.versions import Changes, Found, Version
from sandbox.fhir.writing import Writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ports.ids import Ids


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

    def tombstone(self, type_: str, id_: str) -> Version | None:
        """Return the deletion of a resource that has not come back since."""
        row = self.tables.execute(
            "SELECT v.* FROM gone JOIN version v USING (type, id, version) WHERE type = ? AND id = ?",
            (type_, id_),
        ).fetchone()
        return _version(row) if row else None

    def changes(self, type_: str, since: str, before: Sequence[str | int], count: int) -> Changes:
        """Return one page of every version of a type since a moment, the newest first.

        Args:
            type_: the resource type.
            since: a sortable time; empty for all.
            before: where the page begins, as an earlier page said; empty for the first.
            count: how many versions a page holds.
        """
        total = self.tables.execute(
            "SELECT COUNT(*) FROM version WHERE type = ? AND last_updated >= ?", (type_, since)
        ).fetchone()[0]
        rows = self.tables.execute(
            "SELECT *, rowid FROM version WHERE type = ? AND last_updated >= ? AND (last_updated, rowid) < (?, ?) "
            "ORDER BY last_updated DESC, rowid DESC LIMIT ?",
            (type_, since, *(before or (instants.LATEST, 0)), count + 1),
        ).fetchall()
        kept = rows[:count]
        following = (kept[-1][3], kept[-1][6]) if len(rows) > count and kept else ()
        return Changes([_version(row[:6]) for row in kept], int(total), following)

    def patients_of(self, type_: str, id_: str) -> frozenset[str]:
        """Return the ids of the patients that a resource is about."""
        sql = "SELECT value FROM term WHERE type = ? AND id = ? AND name = 'patient'"
        found = {str(value).partition("/")[2] for (value,) in self.tables.execute(sql, (type_, id_))}
        return frozenset(found | {id_} if type_ == "Patient" else found)

    def ids_among(self, search: Search, ids: Sequence[str]) -> frozenset[str]:
        """Return those of some ids that a search finds."""
        sql, arguments = _where(search)
        marks = ",".join("?" * len(ids))
        statement = f"SELECT c.id FROM {_table(search)} c {sql} AND c.id IN ({marks})"  # noqa: S608  no value in it
        return frozenset(str(id_) for (id_,) in self.tables.execute(statement, [*arguments, *ids]))

    def count(self, search: Search) -> int:
        """Return how many resources a search finds, over all pages."""
        sql, arguments = _where(search)
        statement = f"SELECT COUNT(*) FROM {_table(search)} c {sql}"  # noqa: S608  no value in it
        return int(self.tables.execute(statement, arguments).fetchone()[0])

    def search(self, search: Search, after: tuple[str, ...] | None = None) -> Found:
        """Return one page of what the search finds, with the resources it asks to include."""
        total = self.count(search)
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

    def _page(self, search: Search, after: tuple[str, ...] | None) -> list[tuple[Any, ...]]:
        sql, arguments = _where(search)
        if after is not None:
            beyond, more = _beyond(search.order, after)
            sql, arguments = f"{sql} AND ({beyond})", [*arguments, *more]
        keys = ", ".join(key.sql for key in search.order)
        order = ", ".join(f"{key.sql} {'DESC' if key.descending else 'ASC'}" for key in search.order)
        statement = (
            f"SELECT v.*, {keys} FROM {_table(search)} c JOIN version v USING (type, id, version) {sql} "  # noqa: S608
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


def _table(search: Search) -> str:
    return "gone" if search.of_deleted else "current"


def _version(row: Sequence[Any]) -> Version:
    return Version(*row)


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
