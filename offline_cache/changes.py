"""What changed in a chart since it was last looked at: written in the commit of the change itself, gone once it was seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from offline_cache.entry_records import PART_SELECT, part_from
from offline_cache.instants import from_text, to_text
from offline_cache.own_version import is_version_of
from offline_cache.pull_codes import ChangeKind
from offline_cache.server_time import instant_of

if TYPE_CHECKING:
    from datetime import datetime

    from client.resource import Resource
    from offline_cache.engine import Engine, Row


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that is not as it was. `title` and `author` are the journal's words, empty where it has none."""

    sequence: int
    patient: str
    type: str
    id: str
    kind: ChangeKind
    at: datetime
    author: str
    title: str


_PUT = """
    INSERT INTO change (sequence, patient, type, id, kind, at, author, title)
    VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM change), ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (patient, type, id) DO UPDATE SET
        sequence = (SELECT max(sequence) + 1 FROM change), at = excluded.at,
        kind = CASE WHEN change.kind = 'new' AND excluded.kind = 'changed' THEN 'new' ELSE excluded.kind END,
        author = CASE excluded.author WHEN '' THEN change.author ELSE excluded.author END,
        title = CASE excluded.title WHEN '' THEN change.title ELSE excluded.title END"""
_OWN = re.compile(rb"urn:uuid:([0-9A-Za-z.-]{1,64})")


class ChangeTable:
    """The latest unseen change of each resource, by patient."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, patient: str, type_: str, id_: str, kind: ChangeKind, body: bytes, now: datetime) -> None:
        """Write a change down; several changes of one resource before anybody looked are one."""
        author, title, stamp = _said(body)
        at = stamp if kind is not ChangeKind.GONE and stamp is not None else now
        self._engine.run(_PUT, (patient, type_, id_, kind.value, to_text(at), author, title))

    def of(self, patient: str) -> list[Change]:
        """Return what was not seen yet, the latest first."""
        rows = self._engine.run(
            """SELECT sequence, patient, type, id, kind, at, author, title FROM change
               WHERE patient = ? ORDER BY sequence DESC""",
            (patient,),
        )
        return [_change(row) for row in rows]

    def seen(self, patient: str, upto: int | None = None) -> None:
        """Mark as seen: everything, or what was written up to a sequence number that the screen has shown."""
        self._engine.run(
            "DELETE FROM change WHERE patient = ? AND (? IS NULL OR sequence <= ?)", (patient, upto, upto)
        )

    def patients(self) -> dict[str, int]:
        """Return how many unseen changes each patient has; those without any are left out."""
        rows = self._engine.run("SELECT patient, count(*) FROM change GROUP BY patient")
        return {str(patient): count for patient, count in rows if isinstance(count, int)}

    def is_own(self, resource: Resource, before: bytes = b"") -> bool:
        """Tell whether a version is an entry of this cache come back from the journal: no news to who wrote it.

        Args:
            resource: The version.
            before: The body that was here; empty for none.
        """
        for op_id in set(_OWN.findall(resource.body)):
            rows = self._engine.run(
                f"{PART_SELECT} WHERE type = ? AND op_id = ?", (resource.type, op_id.decode())
            )
            if any(is_version_of(part_from(row), resource, before) for row in rows):
                return True
        query = (
            f"{PART_SELECT} WHERE type = ? AND server_id = ? AND server_id <> ''"  # the last names the index
        )
        rows = self._engine.run(query, (resource.type, resource.id))
        return any(is_version_of(part_from(row), resource, before) for row in rows)


def _change(row: Row) -> Change:
    sequence, patient, type_, id_, kind, at, author, title = row
    number = sequence if isinstance(sequence, int) else 0
    return Change(
        number,
        str(patient),
        str(type_),
        str(id_),
        ChangeKind(str(kind)),
        from_text(at),
        str(author),
        str(title),
    )


_AUTHORS = ("performer", "author", "recorder", "asserter", "requester")
"""Who a resource is by. Who is to do a task, or wished for a goal, is not among them: they may know nothing of the change."""

_TITLES = ("code", "medicationCodeableConcept", "description", "title", "type", "category", "reasonCode")
_MOST = 200


def _said(body: bytes) -> tuple[str, str, datetime | None]:
    """Return author, title and stamp, each as far as it can be read."""
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", "", None
    if not isinstance(tree, dict):
        return "", "", None
    author = next((found for name in _AUTHORS if (found := _text(tree.get(name)))), "")
    title = next((found for name in _TITLES if (found := _text(tree.get(name)))), "")
    meta = tree.get("meta")
    stamp = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return author[:_MOST], title[:_MOST], instant_of(stamp) if isinstance(stamp, str) else None


def _text(node: Any) -> str:  # noqa: ANN401  whatever the journal put there
    """Return the first readable words of a text, a concept, a reference or a list of them."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return next((found for one in node if (found := _text(one))), "")
    if isinstance(node, dict):
        for name in ("text", "display", "coding", "reference", "code"):
            found = _text(node.get(name))
            if found:
                return found
    return ""
