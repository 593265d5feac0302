"""What was taken along: the round of the shift, and how whole and how fresh each part of each chart is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003  msgspec reads the annotations
from typing import TYPE_CHECKING

import msgspec

from offline_cache.instants import from_optional, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.engine import Engine


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """The round of one shift; `day` is the one on which it begins.

    `journal_count` is the journal's own count of its visits; None when it could not be had.
    """

    name: str
    day: date
    start: datetime
    end: datetime
    zone: str
    visit_ids: tuple[str, ...]
    journal_count: int | None
    as_of: datetime | None
    complete: bool


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """One part of a chart: whole or not, as of when, and why not.

    Of a whole part `reason` tells what the question left out by itself (`NAMED_KINDS`); it is empty where it asked for all.
    """

    name: str
    complete: bool
    as_of: datetime | None
    reason: str


class ScopeTable:
    """The round and the sections."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_round(self, record: RoundRecord) -> None:
        """Replace the round."""
        self._engine.run(
            "INSERT OR REPLACE INTO round VALUES (1, ?)", (msgspec.json.encode(record).decode(),)
        )

    def round(self) -> RoundRecord | None:
        """Return the round, or None when none was taken."""
        rows = self._engine.run("SELECT record FROM round")
        return msgspec.json.decode(str(rows[0][0]), type=RoundRecord) if rows else None

    def put_ahead(self, records: Sequence[RoundRecord]) -> None:
        """Replace the rounds of the shifts to come."""
        self._engine.run("DELETE FROM round_ahead")
        for record in records:
            self._engine.run(
                "INSERT INTO round_ahead VALUES (?, ?)",
                (to_text(record.start), msgspec.json.encode(record).decode()),
            )

    def ahead(self) -> list[RoundRecord]:
        """Return the rounds of the shifts to come, the next one first."""
        rows = self._engine.run("SELECT record FROM round_ahead ORDER BY start")
        return [msgspec.json.decode(str(row[0]), type=RoundRecord) for row in rows]

    def forget_round(self) -> None:
        """Forget that a round was taken, and those of the shifts to come: their charts are no longer here."""
        self._engine.run("DELETE FROM round")
        self._engine.run("DELETE FROM round_ahead")

    def put_section(
        self,
        patient: str,
        name: str,
        complete: bool,  # noqa: FBT001  a column of the row
        as_of: datetime | None,
        reason: str,
    ) -> None:
        """Say how whole one part of a chart is; a failed part keeps the instant of the last whole one."""
        self._engine.run(
            """INSERT INTO section (patient, name, complete, as_of, reason) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (patient, name) DO UPDATE SET complete = excluded.complete,
                   reason = excluded.reason, as_of = coalesce(excluded.as_of, as_of)""",
            (patient, name, int(complete), to_text(as_of), reason),
        )

    def sections(self, patient: str) -> list[SectionRecord]:
        """Return the parts of a patient's chart, by name."""
        rows = self._engine.run(
            "SELECT name, complete, as_of, reason FROM section WHERE patient = ? ORDER BY name", (patient,)
        )
        return [SectionRecord(str(n), bool(c), from_optional(a), str(r)) for n, c, a, r in rows]

    def patients(self) -> list[str]:
        """Return the ids of the patients who were taken along."""
        return [
            str(row[0]) for row in self._engine.run("SELECT DISTINCT patient FROM section ORDER BY patient")
        ]

    def remove(self, patient: str) -> None:
        """Forget the sections of a patient who is no longer taken along."""
        self._engine.run("DELETE FROM section WHERE patient = ?", (patient,))
