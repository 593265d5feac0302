"""What is kept from those who are signed in: charts that are withdrawn, and parts that are suppressed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_query import Clause
from sandbox.fhir.search_values import index_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.conduct import Conduct
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.search_query import Search

WITHDRAWN, SUPPRESSED = "4118", "59203"
_OF_PATIENT = "c.id IN (SELECT id FROM term WHERE type = c.type AND name = 'patient' AND value IN ({}))"


class Access:
    """Asks the conduct of the journal before anything of a patient is told or written."""

    def __init__(self, journal: Journal, conduct: Conduct) -> None:
        self._journal = journal
        self._conduct = conduct

    def check_reading(self, type_: str, id_: str) -> None:
        """Refuse a resource that is kept from the reader.

        Raises:
            Refusal: 403.
        """
        if not self._is_open:
            self._check(type_, self._journal.patients_of(type_, id_))

    def check_writing(self, resource: dict[str, Any]) -> None:
        """Refuse to write about a patient whose chart is withdrawn.

        Raises:
            Refusal: 403.
        """
        if not self._is_open:
            terms, _ = index_rows(resource)
            about = {term.value.partition("/")[2] for term in terms if term.name == "patient"}
            self._check(str(resource["resourceType"]), about)

    def check_search(self, search: Search) -> None:
        """Refuse a search of one patient whose chart is withdrawn.

        Raises:
            Refusal: 403.
        """
        if not self._conduct.withdrawn.isdisjoint(asked_patients(search)):
            raise _withdrawn()

    def sees(self, type_: str, id_: str) -> bool:
        """Tell whether a resource may be told."""
        try:
            self.check_reading(type_, id_)
        except Refusal:
            return False
        return True

    def narrowed(self, search: Search) -> Search:
        """Return the search without what is kept from the reader."""
        hidden = sorted(self._conduct.withdrawn | self._suppressed(search.type_))
        if not hidden or search.of_deleted:
            return search
        marks = ",".join("?" * len(hidden))
        about = Clause(f"NOT {_OF_PATIENT.format(marks)}", tuple(f"Patient/{id_}" for id_ in hidden))
        more = (
            [about, Clause(f"c.id NOT IN ({marks})", tuple(hidden))] if search.type_ == "Patient" else [about]
        )
        return replace(search, clauses=[*search.clauses, *more])

    def leaves_out(self, search: Search) -> bool:
        """Tell whether the search would find something that is suppressed."""
        hidden = sorted(self._suppressed(search.type_))
        if not hidden or search.of_deleted:
            return False
        only = Clause(
            _OF_PATIENT.format(",".join("?" * len(hidden))), tuple(f"Patient/{id_}" for id_ in hidden)
        )
        return self._journal.count(replace(search, clauses=[*search.clauses, only])) > 0

    @property
    def _is_open(self) -> bool:
        return not (self._conduct.withdrawn or self._conduct.suppressed)

    def _suppressed(self, type_: str) -> set[str]:
        return {patient for patient, part in self._conduct.suppressed if part == type_}

    def _check(self, type_: str, patients: Iterable[str]) -> None:
        if not self._conduct.withdrawn.isdisjoint(patients):
            raise _withdrawn()
        if not self._suppressed(type_).isdisjoint(patients):
            text = "The client may not read that part of the chart."
            raise Refusal(403, "suppressed", text, number=SUPPRESSED)


def asked_patients(search: Search) -> frozenset[str]:
    """Return the ids of the patients that a search names."""
    names = {"patient", "subject"} | ({"_id"} if search.type_ == "Patient" else set())
    values = [part for name, value in search.applied if name in names for part in value.split(",")]
    return frozenset(value.removeprefix("Patient/") for value in values)


def _withdrawn() -> Refusal:
    return Refusal(403, "forbidden", "The user may not open this chart.", number=WITHDRAWN)
