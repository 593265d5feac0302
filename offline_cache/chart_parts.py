"""The fixed set of queries that make up a patient's chart in the cache, in the order of clinical priority.

Each part has a name that the screens put into words, and one or two ways to ask: the second is used only when the first gave
nothing, so that a patient who was not measured for a month still shows the last known values, with their dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

Query: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One query set of the chart: what it is called, which type it brings, how far back it looks."""

    name: str
    type: str
    fixed: Query = ()
    days_back: int | None = None
    latest_instead: int = 0
    date_parameter: str = "date"

    def first(self, patient_id: str, now: datetime) -> Query:
        """Return the query to ask."""
        query: Query = (("patient", patient_id), *self.fixed)
        if self.days_back is None:
            return query
        since = (now - timedelta(days=self.days_back)).date().isoformat()
        return (*query, (self.date_parameter, f"ge{since}"))

    def instead(self, patient_id: str) -> Query | None:
        """Return what to ask when the first query gave nothing: the newest ones, of any age."""
        if not self.latest_instead:
            return None
        return (("patient", patient_id), *self.fixed, ("_sort", f"-{self.date_parameter}"))


CHART_PARTS: tuple[ChartPart, ...] = (
    ChartPart("allergies", "AllergyIntolerance"),
    ChartPart("alerts", "Flag"),
    ChartPart("medicines", "MedicationRequest", (("status", "active,on-hold"),)),
    ChartPart("tasks", "Task"),
    ChartPart("plan", "CarePlan"),
    ChartPart("goals", "Goal"),
    ChartPart("orders", "ServiceRequest", (("status", "active"),)),
    ChartPart(
        "vitals", "Observation", (("category", "vital-signs,survey"),), days_back=30, latest_instead=60
    ),
    ChartPart("notes", "DocumentReference", days_back=30, latest_instead=10),
    ChartPart("problems", "Condition"),
)
"""The parts beside the Patient itself, which comes with the visits."""
