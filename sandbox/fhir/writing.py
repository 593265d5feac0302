"""The writes inside one database transaction of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text
from sandbox.fhir.references import check_targets
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.resource_types import check_shape
from sandbox.fhir.search_values import index_rows
from sandbox.fhir.versions import Version, Written
from sandbox.identity_guard import check_resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ports.ids import Ids
    from sandbox.fhir.journal import Journal


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
        gone = self._journal.tombstone(type_, id_) if id_ else None
        number = gone.number + 1 if gone else 1
        return Written(self._put(resource, body, type_, id_ or self._ids.uuid(), number, "POST"), 201)

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
        standing = self._journal.read(type_, id_) or self._journal.tombstone(type_, id_)
        if standing is None:
            raise Refusal(
                404, "not-found", f"There is no {type_} with that id; the journal gives ids itself."
            )
        if not if_match:
            raise Refusal(428, "required", "An update needs If-Match with the version that was read.")
        if _opaque(if_match) != str(standing.number):
            raise Refusal(412, "conflict", f"The {type_} has been changed since that version.")
        return Written(self._put(resource, body, type_, id_, standing.number + 1, "PUT"), 200)

    def replace(self, type_: str, id_: str, body: bytes) -> Written | None:
        """Store the next version whatever stands there; None when nothing does."""
        resource = self._accept(type_, body, checked=True)
        standing = self._journal.read(type_, id_)
        if standing is None:
            return None
        return Written(self._put(resource, body, type_, id_, standing.number + 1, "PUT"), 200)

    def delete(self, type_: str, id_: str, *, if_match: str = "") -> Version | None:
        """Delete a resource and return its tombstone; None when there was nothing to delete.

        Raises:
            Refusal: it has been changed since the version named by `if_match`.
        """
        standing = self._journal.read(type_, id_)
        if standing is None:
            return None
        if if_match and _opaque(if_match) != str(standing.number):
            raise Refusal(412, "conflict", f"The {type_} has been changed since that version.")
        text = json_text.tombstone(type_=type_, id_=id_, last_updated=self._stamp)
        version = Version(type_, id_, standing.number + 1, self._stamp, "DELETE", text)
        self._keep(version, "gone")
        self._tables.execute("DELETE FROM current WHERE type = ? AND id = ?", (type_, id_))
        self._forget_index(type_, id_)
        return version

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
        self._keep(version, "current")
        if number > 1:
            self._tables.execute("DELETE FROM gone WHERE type = ? AND id = ?", (type_, id_))
            self._forget_index(type_, id_)
        terms, spans = index_rows(resource)
        self._tables.executemany(
            "INSERT INTO term VALUES (?, ?, ?, ?, ?)", [(type_, id_, *term) for term in terms]
        )
        self._tables.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?)", [(type_, id_, *span) for span in spans]
        )
        return version

    def _keep(self, version: Version, table: str) -> None:
        row = (version.type, version.id, version.number)
        self._tables.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)",
            (*row, version.last_updated, version.method, version.body),
        )
        self._tables.execute(
            f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)",  # noqa: S608  one of two names
            (*row, self._sortable),
        )

    def _forget_index(self, type_: str, id_: str) -> None:
        self._tables.execute("DELETE FROM term WHERE type = ? AND id = ?", (type_, id_))
        self._tables.execute("DELETE FROM span WHERE type = ? AND id = ?", (type_, id_))


def _opaque(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')
