"""The journal's resources as they came: raw JSON, byte for byte, beside a small header to search by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from offline_cache.address_grade import SAME_HOME, is_graded, without_address
from offline_cache.blocked import is_blocked, without_content
from offline_cache.instants import from_text, to_text
from offline_cache.search_index import INDEXED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from client.resource import Resource
    from offline_cache.engine import Engine, Row
    from offline_cache.search_index import SearchIndex

_COLUMNS = "type, id, patient, version_id, last_updated, body, fetched_at, address_cut"
_SELECT = f"SELECT {_COLUMNS} FROM resource"  # noqa: S608  a constant
_OF_PATIENT = f"{_SELECT} WHERE patient = ? AND type = ? ORDER BY id"
_PUT = """
    INSERT INTO resource (type, id, patient, version_id, last_updated,
                          generation, fetched_at, address_cut, sha256, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (type, id) DO UPDATE SET patient = excluded.patient, version_id = excluded.version_id,
        last_updated = excluded.last_updated, generation = excluded.generation,
        fetched_at = excluded.fetched_at, address_cut = excluded.address_cut,
        sha256 = excluded.sha256, body = excluded.body
    WHERE sha256 <> excluded.sha256 OR patient <> excluded.patient OR version_id <> excluded.version_id
        OR address_cut <> excluded.address_cut
    RETURNING rid, id"""
_Kept: TypeAlias = tuple[str, str, str, str, str, int, str, int, bytes, bytes]
_ANOTHERS = """
    SELECT 1 FROM json_each(?) AS came CROSS JOIN resource
    WHERE resource.type = ? AND resource.id = came.key AND resource.patient <> came.value LIMIT 1"""
_SEEN_AGAIN = "UPDATE resource SET generation = ?, fetched_at = ? WHERE type = ? AND id = ?"


@dataclass(frozen=True, slots=True)
class StoredResource:
    """One resource of the cache. With `address_cut` it is never the base of a write."""

    type: str
    id: str
    patient: str
    version_id: str
    last_updated: str
    body: bytes = field(repr=False)
    fetched_at: datetime
    address_cut: bool

    @property
    def resource(self) -> Resource:
        """The resource as the client gave it."""
        from client.resource import Resource

        return Resource(self.type, self.id, self.version_id, self.last_updated, self.body)


class ResourceTable:
    """Resources by type and id, and by the patient they belong to."""

    def __init__(
        self, engine: Engine, index: SearchIndex, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._engine = engine
        self._index = index
        self._transaction = transaction

    def new_generation(self) -> int:
        """Return the number of a new pull, higher than every one before."""
        rows = self._engine.run("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation'")
        last = rows[0][0] if rows else 0
        number = (last if isinstance(last, int) else 0) + 1
        self._engine.run(
            "INSERT OR REPLACE INTO meta (key, value) VALUES ('generation', ?)", (str(number).encode(),)
        )
        return number

    def put(self, resource: Resource, *, patient: str, fetched_at: datetime, generation: int) -> bool:
        """Keep a resource as it came and tell whether it differs from what was kept.

        Args:
            resource: The resource; a Patient with an address grade is kept without where he or she is.
            patient: The id of the patient it belongs to; empty for none.
            fetched_at: When the journal gave it.
            generation: The number of the pull; `sweep` removes what only older ones saw.
        """
        at = to_text(fetched_at)
        row, cut = self._row(resource, patient, generation, at)
        if resource.type not in INDEXED:  # one statement is whole by itself
            return bool(self._engine.run(_PUT, row)) or self._saw_again(resource, generation, at)
        with self._transaction():
            put = self._engine.run(_PUT, row)
            if not put:
                return self._saw_again(resource, generation, at)
            self._index.put(put[0][0], resource.type, patient, row[-1])
            if cut and resource.type == "Patient":
                self._cut_home_of(resource.id)
        return True

    def put_all(
        self, resources: Sequence[Resource], *, patient: str, fetched_at: datetime, generation: int
    ) -> int:
        """Keep resources of one type and patient as `put` does each, at one go; return how many differ."""
        if any(resource.type == "Patient" for resource in resources):
            puts = [
                self.put(resource, patient=patient, fetched_at=fetched_at, generation=generation)
                for resource in resources
            ]
            return sum(puts)
        at = to_text(fetched_at)
        rows = [self._row(resource, patient, generation, at)[0] for resource in resources]
        with self._transaction():
            put = self._engine.run_many(_PUT, rows)
            differing = {id_: rid for rid, id_ in put}
            if differing and resources[0].type in INDEXED:
                bodies = {row[1]: row[-1] for row in rows}  # of one that comes twice the last is kept
                self._index.put_notes(patient, {rid: bodies[str(id_)] for id_, rid in differing.items()})
            same = [(generation, at, r.type, r.id) for r in resources if r.id not in differing]
            self._engine.run_many(_SEEN_AGAIN, same)
        return len(put)

    def get(self, type_: str, id_: str) -> StoredResource | None:
        """Return one resource, or None."""
        rows = self._engine.run(f"{_SELECT} WHERE type = ? AND id = ?", (type_, id_))
        return _stored(rows[0]) if rows else None

    def of_patient(self, patient: str, type_: str) -> list[StoredResource]:
        """Return the patient's resources of a type, by id."""
        return [_stored(row) for row in self._engine.run(_OF_PATIENT, (patient, type_))]

    def ids_of_patient(self, patient: str, type_: str) -> list[str]:
        """Return the ids of the patient's resources of a type; the index has them, and no body is read."""
        values = (patient, type_)
        rows = self._engine.run("SELECT id FROM resource WHERE patient = ? AND type = ? ORDER BY id", values)
        return [str(row[0]) for row in rows]

    def owner(self, type_: str, id_: str) -> str | None:
        """Return the patient under whom a resource is kept, or None when it is not here."""
        rows = self._engine.run("SELECT patient FROM resource WHERE type = ? AND id = ?", (type_, id_))
        return str(rows[0][0]) if rows else None

    def are_anothers(self, type_: str, rows: Mapping[str, Sequence[Resource]]) -> bool:
        """Tell whether one of these resources, by the patient they came for, is here under another patient."""
        owners = {resource.id: patient for patient, resources in rows.items() for resource in resources}
        return bool(self._engine.run(_ANOTHERS, (msgspec.json.encode(owners).decode(), type_)))

    def ids_before(self, patient: str, type_: str, generation: int) -> list[str]:
        """Return the ids of a patient's resources of a type that only pulls before this one saw."""
        values = (patient, type_, generation)
        return [
            str(row[0])
            for row in self._engine.run(
                "SELECT id FROM resource WHERE patient = ? AND type = ? AND generation < ? ORDER BY id",
                values,
            )
        ]

    def ids_since(self, patient: str, type_: str, generation: int) -> list[str]:
        """Return the ids of a patient's resources of a type that this pull saw, or a later one."""
        return [
            str(row[0])
            for row in self._engine.run(
                "SELECT id FROM resource WHERE patient = ? AND type = ? AND generation >= ? ORDER BY id",
                (patient, type_, generation),
            )
        ]

    def of_type(self, type_: str) -> list[StoredResource]:
        """Return all resources of a type, by id."""
        return [_stored(row) for row in self._engine.run(f"{_SELECT} WHERE type = ? ORDER BY id", (type_,))]

    def remove(self, type_: str, id_: str) -> None:
        """Remove one resource; nothing happens when there is none."""
        self._engine.run("DELETE FROM resource WHERE type = ? AND id = ?", (type_, id_))

    def sweep(self, patient: str, type_: str, generation: int) -> int:
        """Remove the patient's resources of a type that only earlier pulls saw, and return how many."""
        values = (patient, type_, generation)
        self._engine.run("DELETE FROM resource WHERE patient = ? AND type = ? AND generation < ?", values)
        return self._engine.changes

    def _row(self, resource: Resource, patient: str, generation: int, at: str) -> tuple[_Kept, bool]:
        """Return the values of a row, its body last, and whether something was cut out of that."""
        body, cut = self._kept_form(resource, patient)
        digest = hashlib.sha256(body).digest()
        header = (resource.type, resource.id, patient, resource.version_id, resource.last_updated)
        return (*header, generation, at, int(cut), digest, body), cut

    def _saw_again(self, resource: Resource, generation: int, at: str) -> bool:
        """Note that the journal still has what is kept: it does not differ."""
        self._engine.run(_SEEN_AGAIN, (generation, at, resource.type, resource.id))
        return False

    def _kept_form(self, resource: Resource, patient: str) -> tuple[bytes, bool]:
        """Return the bytes to keep, and whether something was cut out of them."""
        if is_blocked(resource.body):
            return without_content(resource.body), True
        if resource.type == "Patient":
            cut = is_graded(resource.body)
        else:
            cut = resource.type in SAME_HOME and bool(patient) and self._is_cut(patient)
        return (without_address(resource.body), True) if cut else (resource.body, False)

    def _is_cut(self, patient: str) -> bool:
        rows = self._engine.run(
            "SELECT address_cut FROM resource WHERE type = 'Patient' AND id = ?", (patient,)
        )
        return bool(rows and rows[0][0])

    def _cut_home_of(self, patient: str) -> None:
        """Cut what came before its Patient did, or before the Patient was graded."""
        for stored in (
            s for type_ in SAME_HOME for s in self.of_patient(patient, type_) if not s.address_cut
        ):
            body = without_address(stored.body)
            self._engine.run(
                "UPDATE resource SET body = ?, sha256 = ?, address_cut = 1 WHERE type = ? AND id = ?",
                (body, hashlib.sha256(body).digest(), stored.type, stored.id),
            )


def _stored(row: Row) -> StoredResource:
    type_, id_, patient, version_id, last_updated, body, fetched_at, cut = row
    return StoredResource(
        str(type_),
        str(id_),
        str(patient),
        str(version_id),
        str(last_updated),
        body if isinstance(body, bytes) else b"",
        from_text(fetched_at),
        bool(cut),
    )
