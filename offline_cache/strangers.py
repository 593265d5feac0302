"""Patients who are not in the cache: what was written of somebody waits under a typed identity until a person finds who it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.errors import WrongState
from offline_cache.instants import from_optional, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from offline_cache.engine import Engine, Row

URN = "urn:uuid:"
"""What the id of a typed identity begins with: never an id of a journal."""

_SELECT = """SELECT local_id, name, number, birth_date, place, note, typed_by, typed_at,
    patient, matched_by, matched_at FROM local_patient"""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody as typed; `patient` is the journal's id once a person has matched them."""

    local_id: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    birth_date: str = field(repr=False)
    place: str = field(repr=False)
    note: str = field(repr=False)
    typed_by: str
    typed_at: datetime
    patient: str = ""
    matched_by: str = ""
    matched_at: datetime | None = None


class StrangerTable:
    """Typed identities by their local id. A match is made once; the schema refuses a second."""

    def __init__(self, engine: Engine, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine = engine
        self._transaction = transaction

    def add(self, stranger: Stranger) -> None:
        """Keep a typed identity."""
        self._engine.run(
            """INSERT INTO local_patient (local_id, name, number, birth_date, place, note, typed_by, typed_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                stranger.local_id,
                stranger.name,
                stranger.number,
                stranger.birth_date,
                stranger.place,
                stranger.note,
                stranger.typed_by,
                to_text(stranger.typed_at),
            ),
        )

    def get(self, local_id: str) -> Stranger | None:
        """Return one, or None."""
        rows = self._engine.run(f"{_SELECT} WHERE local_id = ?", (local_id,))
        return _stranger(rows[0]) if rows else None

    def waiting(self) -> list[Stranger]:
        """Return those whom nobody has matched, the first typed first."""
        return [
            _stranger(row)
            for row in self._engine.run(f"{_SELECT} WHERE patient = '' ORDER BY typed_at, local_id")
        ]

    def known(self) -> dict[str, str]:
        """Return the bare uuid of each matched identity with the reference that stands for it now."""
        rows = self._engine.run("SELECT local_id, patient FROM local_patient WHERE patient <> ''")
        return {str(local).removeprefix(URN): "Patient/" + str(patient) for local, patient in rows}

    def match(self, local_id: str, patient: str, *, by: str, at: datetime) -> None:
        """Bind what was written under a typed identity to a patient of the journal, for good.

        Raises:
            WrongState: there is no such identity, or it is matched already.
        """
        with self._transaction():
            self._engine.run(
                """UPDATE local_patient SET patient = ?, matched_by = ?, matched_at = ?
                   WHERE local_id = ? AND patient = ''""",
                (patient, by, to_text(at), local_id),
            )
            if not self._engine.changes or patient.startswith(URN):
                raise WrongState("not an identity that waits")
            self._engine.run("UPDATE entry SET patient = ? WHERE patient = ?", (patient, local_id))


def _stranger(row: Row) -> Stranger:
    local_id, name, number, birth_date, place, note, typed_by, typed_at, patient, matched_by, matched_at = row
    return Stranger(
        str(local_id),
        str(name),
        str(number),
        str(birth_date),
        str(place),
        str(note),
        str(typed_by),
        from_text(typed_at),
        str(patient),
        str(matched_by),
        from_optional(matched_at),
    )
