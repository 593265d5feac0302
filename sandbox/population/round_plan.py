"""The round: a shift of visits with their tasks and a visit plan, laid over the patients that are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.population import terms
from sandbox.population.life import Visit
from sandbox.population.stable_ids import stable_id
from sandbox.population.terms import coding, concept, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clinical.shifts import ShiftSpan

NURSE = ("kari-nordmann", "Kari Nordmann, sykepleier")
# What a visit holds for a patient of whom nothing more is known.
_ORDINARY_TASKS = ("Måle NEWS2", "Gi faste medisiner", "Samtale om hvordan det går hjemme")
_EDGE_MINUTES = 20


@dataclass(frozen=True, slots=True)
class Visited:
    """A patient of the round: ids and texts that the visit needs."""

    patient: str
    display: str
    home: str
    access: str
    visits: tuple[Visit, ...]


def evenly(patients: Sequence[tuple[str, str]], shift: ShiftSpan) -> list[Visited]:
    """Return ordinary visits, one for each (patient id, name), spread over the shift."""
    span = (shift.end - shift.start).total_seconds() / 60 - 2 * _EDGE_MINUTES
    step = span / max(len(patients), 1)
    return [
        Visited(
            patient,
            display,
            "",
            "",
            (
                Visit(
                    int(_EDGE_MINUTES + position * step),
                    min(30, max(5, int(step))),
                    "Tilsyn",
                    _ORDINARY_TASKS,
                ),
            ),
        )
        for position, (patient, display) in enumerate(patients)
    ]


def round_resources(shift: ShiftSpan, visited: Sequence[Visited]) -> Iterator[list[dict[str, Any]]]:
    """Yield the resources of one visit after the other; their ids stay the same for the same shift and patient."""
    for person in visited:
        for number, visit in enumerate(person.visits):
            if shift.name.value in visit.shifts:
                yield _Planned(shift, person, visit, number).resources()


class _Planned:
    """One visit in one shift."""

    def __init__(self, shift: ShiftSpan, person: Visited, visit: Visit, number: int) -> None:
        self._person = person
        self._visit = visit
        self._words = (shift.name.value, shift.day.isoformat(), person.patient, str(number))
        room = (shift.end - shift.start) - timedelta(minutes=visit.length)
        self._start = shift.start + min(timedelta(minutes=visit.minutes_in), room)
        self._end = self._start + timedelta(minutes=visit.length)
        self._subject = reference("Patient", person.patient, person.display)
        self._nurse = reference("Practitioner", *NURSE)

    def resources(self) -> list[dict[str, Any]]:
        """Return the Appointment, its Tasks and the plan of the visit."""
        return [
            self._appointment(),
            *(self._task(n, text) for n, text in enumerate(self._visit.tasks)),
            self._plan(),
        ]

    @property
    def _id(self) -> str:
        return stable_id("visit", *self._words)

    def _appointment(self) -> dict[str, Any]:
        cancelled = self._visit.cancelled
        places = [reference("Location", self._person.home, "Hjemmeadresse")] if self._person.home else []
        actors = [self._subject, self._nurse, *places]
        resource: dict[str, Any] = {
            "resourceType": "Appointment",
            "id": self._id,
            "status": "cancelled" if cancelled else "booked",
            "serviceType": [concept(terms.HOME_SERVICE, "15", "Helsetjenester i hjemmet")],
            "description": self._visit.reason,
            "start": self._start.isoformat(),
            "end": self._end.isoformat(),
            "minutesDuration": self._visit.length,
            "comment": self._person.access,
            "participant": [{"actor": actor, "status": "accepted"} for actor in actors],
        }
        if cancelled:
            resource["cancelationReason"] = {"text": cancelled}
        return {name: value for name, value in resource.items() if value != ""}

    def _task(self, number: int, text: str) -> dict[str, Any]:
        return {
            "resourceType": "Task",
            "id": stable_id("task", *self._words, str(number)),
            "status": "cancelled" if self._visit.cancelled else "requested",
            "intent": "order",
            "description": text,
            "focus": reference("Appointment", self._id),
            "for": self._subject,
            "owner": self._nurse,
            "authoredOn": self._start.isoformat(),
            "executionPeriod": {"start": self._start.isoformat(), "end": self._end.isoformat()},
        }

    def _plan(self) -> dict[str, Any]:
        status = "cancelled" if self._visit.cancelled else "not-started"
        return {
            "resourceType": "CarePlan",
            "id": stable_id("visit-plan", *self._words),
            "status": "revoked" if self._visit.cancelled else "active",
            "intent": "plan",
            "category": [{"coding": [coding(terms.PLAN_CATEGORY, "3", "Besøksplan")], "text": "Besøksplan"}],
            "title": self._visit.reason,
            "subject": self._subject,
            "period": {"start": self._start.isoformat(), "end": self._end.isoformat()},
            "activity": [{"detail": {"status": status, "description": text}} for text in self._visit.tasks],
        }
