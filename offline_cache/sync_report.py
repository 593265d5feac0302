"""How each sync went: what came, what went, what is missing, and what it cost. The last twenty are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003  msgspec reads the annotations
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.meter import Meter
    from offline_cache.engine import Engine
    from ports.clock import Clock

KEPT = 20


@dataclass(frozen=True, slots=True)
class PatientReport:
    """One patient in one sync. `missing` holds part and reason, both codes of ours."""

    patient: str
    came: int
    changed: int
    gone: int
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """One sync. `error` is the kind of failure that ended it; empty when it came to its end.

    `delta` tells whether the journal could be asked for what is new; `visits` and `journal_count` are those of the shift.
    """

    started: datetime
    ended: datetime
    profile: str
    delta: bool
    visits: int
    journal_count: int | None
    whole: bool
    requests: int
    received: int
    seconds: float
    patients: tuple[PatientReport, ...]
    error: str = ""


class Tally:
    """Counts while a sync runs."""

    def __init__(self, clock: Clock, meter: Meter) -> None:
        self._clock = clock
        self._meter = meter.of_what_follows()
        self._since = clock.monotonic()
        self.started = clock.now()
        self._counts: dict[str, list[int]] = {}

    def add(self, patient: str, *, came: int = 0, changed: int = 0, gone: int = 0) -> None:
        """Count what was committed for a patient."""
        row = self._counts.setdefault(patient, [0, 0, 0])
        for place, more in enumerate((came, changed, gone)):
            row[place] += more

    def report(
        self,
        missing: Mapping[str, Sequence[tuple[str, str]]],
        *,
        profile: str,
        delta: bool,
        visits: int = 0,
        journal_count: int | None = None,
        whole: bool = False,
        error: str = "",
    ) -> SyncReport:
        """Return the report as it stands now."""
        rows = [
            _row(patient, self._counts.get(patient, [0, 0, 0]), missing.get(patient, ()))
            for patient in sorted({*missing, *self._counts} - {""})
        ]
        return SyncReport(
            started=self.started,
            ended=self._clock.now(),
            profile=profile,
            delta=delta,
            visits=visits,
            journal_count=journal_count,
            whole=whole,
            requests=self._meter.requests,
            received=self._meter.received,
            seconds=self._clock.monotonic() - self._since,
            patients=tuple(rows),
            error=error,
        )


def _row(patient: str, counts: Sequence[int], missing: Sequence[tuple[str, str]]) -> PatientReport:
    came, changed, gone = counts
    return PatientReport(patient, came, changed, gone, tuple(missing))


class ReportTable:
    """The last reports."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, report: SyncReport) -> None:
        """Keep a report and let the oldest go."""
        self._engine.run(
            "INSERT INTO sync_report (record) VALUES (?)", (msgspec.json.encode(report).decode(),)
        )
        self._engine.run(
            """DELETE FROM sync_report WHERE sequence NOT IN
               (SELECT sequence FROM sync_report ORDER BY sequence DESC LIMIT ?)""",
            (KEPT,),
        )

    def all(self) -> list[SyncReport]:
        """Return the reports that are kept, the latest first."""
        rows = self._engine.run("SELECT record FROM sync_report ORDER BY sequence DESC")
        return [msgspec.json.decode(str(row[0]), type=SyncReport) for row in rows]

    def last(self) -> SyncReport | None:
        """Return the latest report, or None before the first sync."""
        found = self.all()
        return found[0] if found else None
