"""The fixed set of queries that make up a patient's chart in the cache, in the order of clinical priority.

Each part has a name that the screens put into words, and one or two ways to ask: the second is used only when the first gave
nothing, so that a patient who was not measured for a month still shows the last known values, with their dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

Query: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One query set of the chart: what it is called, which type it brings, how far back it looks.

    `if_demanded` is added to the question on a journal that refuses it without (Epic: a CarePlan search names a category).
    """

    name: str
    type: str
    fixed: Query = ()
    days_back: int | None = None
    latest_instead: int = 0
    date_parameter: str = "date"
    if_demanded: Query = ()

    def first(self, patient_id: str, now: datetime) -> Query:
        """Return the query to ask."""
        return self.of_many((patient_id,), now)

    def of_many(self, patients: Sequence[str], now: datetime) -> Query:
        """Return the query for several patients at once."""
        query: Query = (("patient", ",".join(patients)), *self.fixed)
        if self.days_back is None:
            return query
        since = (now - timedelta(days=self.days_back)).date().isoformat()
        return (*query, (self.date_parameter, f"ge{since}"))

    @property
    def shape(self) -> str:
        """Name the question, so that a cursor is known to hold for it and for no other."""
        return f"{self.type}?{self.fixed}&{self.days_back}&{self.latest_instead}"

    def shows(self, body: bytes) -> bool:
        """Tell whether the part's own filter lets a resource in: what a delta brings is asked for without it."""
        tree = _tree(body)
        return all(_codes(tree, name) & set(wanted.split(",")) for name, wanted in self.fixed)

    def is_recent(self, body: bytes, now: datetime) -> bool:
        """Tell whether a resource lies within the days that the part looks back; one without a date does."""
        moment = _clinical_date(_tree(body))
        if self.days_back is None or not moment:
            return True
        return moment[:10] >= (now - timedelta(days=self.days_back)).astimezone(UTC).date().isoformat()

    def instead(self, patient_id: str) -> Query:
        """Return what to ask when the first query gave nothing and `latest_instead` is set: the newest ones, of any age."""
        return (("patient", patient_id), *self.fixed, ("_sort", f"-{self.date_parameter}"))


def _tree(body: bytes) -> dict[str, Any]:
    tree = msgspec.json.decode(body)
    return tree if isinstance(tree, dict) else {}


def _codes(tree: dict[str, Any], name: str) -> set[str]:
    """Return the codes of a plain code or of a list of concepts."""
    node = tree.get(name)
    if isinstance(node, str):
        return {node}
    concepts = [one for one in node if isinstance(one, dict)] if isinstance(node, list) else []
    codings = [one for concept in concepts for one in concept.get("coding") or () if isinstance(one, dict)]
    return {str(one["code"]) for one in codings if "code" in one}


def _clinical_date(tree: dict[str, Any]) -> str:
    period = tree.get("effectivePeriod")
    ends = [period.get("end"), period.get("start")] if isinstance(period, dict) else []
    dates = [tree.get("effectiveDateTime"), tree.get("effectiveInstant"), *ends, tree.get("date")]
    return next((date for date in dates if isinstance(date, str)), "")


_PLANS = ",".join(
    (
        *(f"http://snomed.info/sct|{code}" for code in (38717003, 734163000, 736271009, 736353004)),
        "http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090|1",
    )
)
"""The kinds of care plan that are asked for where a kind must be named (norway.md §4.3), and the home-care plan of vkp."""

CHART_PARTS: tuple[ChartPart, ...] = (
    ChartPart("allergies", "AllergyIntolerance"),
    ChartPart("alerts", "Flag"),
    ChartPart("medicines", "MedicationRequest", (("status", "active,on-hold"),)),
    ChartPart("tasks", "Task"),
    ChartPart("plan", "CarePlan", if_demanded=(("category", _PLANS),)),
    ChartPart("goals", "Goal"),
    ChartPart("orders", "ServiceRequest", (("status", "active"),)),
    ChartPart(
        "vitals", "Observation", (("category", "vital-signs,survey"),), days_back=30, latest_instead=60
    ),
    ChartPart("notes", "DocumentReference", days_back=30, latest_instead=10),
    ChartPart("problems", "Condition"),
)
"""The parts beside the Patient itself, which comes with the visits."""
