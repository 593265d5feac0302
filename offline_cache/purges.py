"""The journal of purges: which charts must go, why, and how far each has come. A kill at any point leaves it readable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.chart_tables import OF_A_PATIENT
from offline_cache.instants import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine


class PurgeReason(StrEnum):
    """Why a chart must go; the later one in this list wins when two meet."""

    OFF_LIST = "off-list"  # the patient is no longer on my list
    ACCESS_ENDED = "access-ended"  # the patient was opened for a time that is up
    HARD_END = "hard-end"  # the journal has not been reached for too long
    JOURNAL = "journal"  # the journal's word


class PurgeStep(StrEnum):
    """How far a purge has come."""

    ORDERED = "ordered"
    HELD = "held"  # something stands in the way; tried again each time
    DELETED = "deleted"  # the rows are gone; the file has still to be written anew


class HeldBy(StrEnum):
    """What stands in the way."""

    NOTHING = ""
    UNSEALED = "unsealed"  # something signed is neither sent nor sealed
    DRAFT = "draft"  # something is being written (only where the patient merely left the list)
    UNSENT = "unsent"  # something signed is not in the journal, and a decision about it needs the chart (there as well)


@dataclass(frozen=True, slots=True)
class PurgeRecord:
    """One chart that must go. An empty patient stands for what belongs to no patient."""

    patient: str
    reason: PurgeReason
    ordered_at: datetime
    step: PurgeStep
    held_by: HeldBy


_GRAVITY = tuple(PurgeReason)


class PurgeTable:
    """Orders by patient."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.removals = 0
        """How often a chart was removed since the store was opened: who reads it twice sees whether one was in between."""

    def order(self, patient: str, reason: PurgeReason, at: datetime) -> None:
        """Write down that a chart must go; a graver reason takes the place of a lighter one."""
        known = {record.patient: record for record in self.all()}.get(patient)
        if known is not None and _GRAVITY.index(known.reason) >= _GRAVITY.index(reason):
            if known.step is PurgeStep.DELETED:  # the chart came again, and must go again
                self.move(patient, PurgeStep.ORDERED)
            return
        self._engine.run(
            "INSERT OR REPLACE INTO purge (patient, reason, ordered_at, step) VALUES (?, ?, ?, ?)",
            (patient, reason.value, to_text(at), PurgeStep.ORDERED.value),
        )

    def all(self) -> list[PurgeRecord]:
        """Return every purge that is not over, by patient."""
        rows = self._engine.run(
            "SELECT patient, reason, ordered_at, step, held_by FROM purge ORDER BY patient"
        )
        return [
            PurgeRecord(str(p), PurgeReason(str(r)), from_text(at), PurgeStep(str(s)), HeldBy(str(h)))
            for p, r, at, s, h in rows
        ]

    def move(self, patient: str, step: PurgeStep, held_by: HeldBy = HeldBy.NOTHING) -> None:
        """Say how far one has come."""
        self._engine.run(
            "UPDATE purge SET step = ?, held_by = ? WHERE patient = ?", (step.value, held_by.value, patient)
        )

    def call_off(self, patient: str) -> None:
        """Forget an order that was not carried out: the patient is on the list again."""
        self._engine.run("DELETE FROM purge WHERE patient = ? AND step <> 'deleted'", (patient,))

    def close(self) -> None:
        """Forget those whose rows are gone, now that the file holds nothing of them either."""
        self._engine.run("DELETE FROM purge WHERE step = 'deleted'")

    def remove_chart(self, patient: str) -> None:
        """Delete every row of a patient's chart; what follows a resource goes with it."""
        self.removals += 1
        there = {
            str(row[0]) for row in self._engine.run("SELECT name FROM sqlite_schema WHERE type = 'table'")
        }
        for table, statement in OF_A_PATIENT.items():
            if table in there:
                self._engine.run(statement, (patient,))

    def charted(self) -> list[str]:
        """Return whoever has something of a chart here, the empty id for what belongs to nobody included."""
        rows = self._engine.run(
            "SELECT DISTINCT patient FROM resource UNION SELECT DISTINCT patient FROM section ORDER BY 1"
        )
        return [str(row[0]) for row in rows]
