"""What happens to a journal behind its clients' backs: somebody else writes, deletes, merges, restores a backup."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text
from sandbox.fhir.references import replace_references

if TYPE_CHECKING:
    from sandbox.app import Parts
    from sandbox.conduct import Conduct

# Sign-ins are another system's: they outlive a restored journal.
_SIGN_IN = {"family": 6, "token": 5}


class Acts:
    """Acts on one journal; each is one transaction of its own, with the journal's own time."""

    def __init__(self, parts: Parts) -> None:
        self._journal = parts.journal
        self._clock = parts.clock
        self._backup: sqlite3.Connection | None = None

    def backup(self) -> None:
        """Take a copy of everything the journal holds."""
        self._backup = sqlite3.connect(":memory:", check_same_thread=False)
        self._journal.tables.backup(self._backup)

    def restore(self) -> None:
        """Put the copy back: what was written since is not there any more, and was never heard of."""
        assert self._backup is not None, "backup first"
        tables = self._journal.tables
        signed_in = {name: tables.execute(f"SELECT * FROM {name}").fetchall() for name in _SIGN_IN}
        self._backup.backup(tables)
        tables.execute("BEGIN IMMEDIATE")
        for name, rows in signed_in.items():
            tables.execute(f"DELETE FROM {name}")
            tables.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * _SIGN_IN[name])})", rows)
        tables.execute("COMMIT")

    def store(self, resource: dict[str, Any]) -> None:
        """Let somebody else write a resource: the next version of it, or a new one with the id it has."""
        type_, id_ = str(resource["resourceType"]), str(resource["id"])
        body = json_text.encode(resource)
        with self._journal.writing(self._clock.now()) as writing:
            if writing.replace(type_, id_, body) is None:
                writing.create(type_, body, id_=id_)

    def delete(self, type_: str, id_: str) -> None:
        """Delete a resource, also where the interface does not."""
        with self._journal.writing(self._clock.now()) as writing:
            assert writing.delete(type_, id_) is not None, "there is nothing to delete"

    def merge(self, old: str, into: str, *, moves: bool = True) -> None:
        """Merge one patient into another: the old one is inactive and points at the one that stands.

        Args:
            old: the id of the patient that was.
            into: the id of the patient that stays.
            moves: whether the chart of the old one is moved over.
        """
        self._link(old, into, "replaced-by", active=False)
        self._link(into, old, "replaces", active=True)
        if not moves:
            return
        sql = "SELECT DISTINCT type, id FROM term WHERE name = 'patient' AND value = ? AND type <> 'Patient'"
        for type_, id_ in self._journal.tables.execute(sql, (f"Patient/{old}",)).fetchall():
            resource = self._read(str(type_), str(id_))
            replace_references(resource, {f"Patient/{old}": f"Patient/{into}"})
            self.store(resource)

    def _link(self, id_: str, other: str, kind: str, *, active: bool) -> None:
        patient = self._read("Patient", id_)
        link = {"other": {"reference": f"Patient/{other}"}, "type": kind}
        self.store(patient | {"active": active, "link": [*patient.get("link", []), link]})

    def _read(self, type_: str, id_: str) -> dict[str, Any]:
        version = self._journal.read(type_, id_)
        assert version is not None, "there is no such resource"
        return json_text.parse(version.body)


def turn(conduct: Conduct, changes: dict[str, Any]) -> None:
    """Turn switches of the journal's conduct, as JSON tells them."""
    for name, value in changes.items():
        is_set = isinstance(getattr(conduct, name), set)
        setattr(conduct, name, {_hashable(item) for item in value} if is_set else value)


def _hashable(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item
