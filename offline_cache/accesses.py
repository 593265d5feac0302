"""Access to patients who are not on the list: on what ground each was opened, and when it ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.instants import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine


class AccessKind(StrEnum):
    """The grounds that end by themselves; being on the list ends with the list."""

    RELATION = "care-relation"  # the journal names the clinician in the patient's care team
    EMERGENCY = "emergency"  # the clinician said why, in a code and in words


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """One access. `basis` is what it stands on, as the log has it: `care-relation:CareTeam/1`, `emergency:acute`."""

    patient: str
    kind: AccessKind
    basis: str
    begun_at: datetime
    ends_at: datetime

    @property
    def is_emergency(self) -> bool:
        """Tell whether it broke through: framed in red wherever the patient is shown."""
        return self.kind is AccessKind.EMERGENCY


class AccessTable:
    """Accesses by patient; one that was given up, or whose chart was purged, is not here any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, record: AccessRecord) -> None:
        """Keep an access, in place of an earlier one to the same patient."""
        self._engine.run(
            "INSERT OR REPLACE INTO access (patient, kind, basis, begun_at, ends_at) VALUES (?, ?, ?, ?, ?)",
            (
                record.patient,
                record.kind.value,
                record.basis,
                to_text(record.begun_at),
                to_text(record.ends_at),
            ),
        )

    def all(self) -> list[AccessRecord]:
        """Return every access, those that are over and not purged yet included."""
        rows = self._engine.run("SELECT patient, kind, basis, begun_at, ends_at FROM access ORDER BY patient")
        return [
            AccessRecord(str(p), AccessKind(str(k)), str(b), from_text(begun), from_text(ends))
            for p, k, b, begun, ends in rows
        ]

    def of(self, patient: str) -> AccessRecord | None:
        """Return the access to one patient, or None."""
        return next((one for one in self.all() if one.patient == patient), None)

    def remove(self, patient: str) -> None:
        """Forget an access."""
        self._engine.run("DELETE FROM access WHERE patient = ?", (patient,))
