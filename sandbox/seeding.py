"""Puts the staff, the synthetic people and the rounds into a journal; what is there already stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clinical.shifts import next_shift, shift_at
from sandbox.epic.new_ids import renamed
from sandbox.epic.round_lists import open_encounter, put_if_changed, round_lists
from sandbox.fhir import json_text
from sandbox.fhir.search_query import parse_search
from sandbox.population.chart_resources import life_resources
from sandbox.population.generated import generated_lives
from sandbox.population.home_care import HOME_CARE
from sandbox.population.moments import Moments
from sandbox.population.person_resources import home_id, patient_id
from sandbox.population.practice import PRACTICE
from sandbox.population.round_plan import NURSE, Visited, evenly, round_resources
from sandbox.population.staff import staff_resources
from sandbox.profiles import EPIC, FULL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clinical.shifts import ShiftSpan
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.versions import Version
    from sandbox.fhir.writing import Writing
    from sandbox.population.life import Life

_MOST = 1000


class Seeding:
    """Fills one journal."""

    def __init__(self, journal: Journal, clock: Clock, ids: Ids, profile: str = FULL) -> None:
        self._journal = journal
        self._profile = profile
        self._clock = clock
        self._ids = ids

    def identify(self) -> None:
        """Give the journal an id of its own and its staff, at its first start."""
        if not self._journal.note("instance"):
            self._journal.keep_note("instance", self._ids.uuid())
            self._journal.keep_note("profile", self._profile)
            self._journal.keep_note("made-at", self._clock.now().isoformat(timespec="seconds"))
        self._add(staff_resources())

    def built_in(self) -> None:
        """Add the built-in people, once."""
        if self._journal.note("population") == "":
            self._lives([*HOME_CARE, *PRACTICE])
            self._journal.keep_note("population", "built-in")

    def generated(self, count: int, seed: int) -> None:
        """Add people made from a seed."""
        taken = frozenset(life.number for life in (*HOME_CARE, *PRACTICE))
        self._lives(generated_lives(count, seed, taken))
        self._journal.keep_note("generated", f"{count} {seed}")

    def plan_built_in(self) -> None:
        """Plan the built-in and the generated people for the shift that holds now and the next one."""
        lives: list[Life] = list(HOME_CARE) if self._journal.note("population") else []
        count, _, seed = self._journal.note("generated").partition(" ")
        if count:
            taken = frozenset(life.number for life in (*HOME_CARE, *PRACTICE))
            lives += generated_lives(int(count), int(seed), taken)
        for shift in self._shifts():
            self._plan(shift, [_visited(life) for life in lives])
        self._list_patients()

    def plan_all(self) -> None:
        """Plan a visit for every living patient that the built-in round leaves out."""
        built_in = {patient_id(life.key) for life in (*HOME_CARE, *PRACTICE)}
        patients = [pair for pair in self._living() if pair[0] not in built_in]
        for shift in self._shifts():
            self._plan(shift, evenly(patients, shift), is_patient_known=True)
        self._list_patients()

    def _list_patients(self) -> None:
        """Name the patients of the round in a Group and a List, where nothing else tells whose they are."""
        if self._profile != EPIC:
            return
        actor = ("actor", f"Practitioner/{NURSE[0]}")
        patients: dict[str, None] = {}
        for visit in self._found("Appointment", [actor, ("_sort", "date")]):
            patients |= dict.fromkeys(sorted(self._journal.patients_of("Appointment", visit.id)))
        with self._journal.writing(self._clock.now()) as writing:
            for resource in round_lists(list(patients)):
                put_if_changed(self._journal, writing, resource)
            encounters = [open_encounter(id_, self._clock.now()) for id_ in patients]
            self._add_all(writing, encounters, is_patient_known=True)

    def _shifts(self) -> tuple[ShiftSpan, ShiftSpan]:
        current = shift_at(self._clock.now())
        return current, next_shift(current)

    def _living(self) -> Iterable[tuple[str, str]]:
        for version in self._found("Patient", [("_sort", "_id")]):
            resource = json_text.parse(version.body)
            if not (resource.get("deceasedBoolean") or resource.get("deceasedDateTime")):
                yield version.id, _display(resource)

    def _found(self, type_: str, asked: list[tuple[str, str]]) -> Iterator[Version]:
        after: tuple[str, ...] | None = None
        search = parse_search(type_, [*asked, ("_count", str(_MOST))], strict=True)
        while True:
            found = self._journal.search(search, after)
            yield from found.matches
            after = found.after
            if after is None:
                return

    def _lives(self, lives: Iterable[Life]) -> None:
        now = self._clock.now()
        moments = Moments(now)
        with self._journal.writing(now) as writing:
            for life in lives:
                self._add_all(writing, life_resources(life, moments))

    def _plan(self, shift: ShiftSpan, visited: list[Visited], *, is_patient_known: bool = False) -> None:
        with self._journal.writing(self._clock.now()) as writing:
            for resources in round_resources(shift, visited):
                self._add_all(writing, resources, is_patient_known=is_patient_known)

    def _add(self, resources: Iterable[dict[str, Any]]) -> None:
        with self._journal.writing(self._clock.now()) as writing:
            self._add_all(writing, resources)

    def _add_all(
        self, writing: Writing, resources: Iterable[dict[str, Any]], *, is_patient_known: bool = False
    ) -> None:
        if self._profile == EPIC:
            resources = (renamed(resource, is_patient_known=is_patient_known) for resource in resources)
        for resource in resources:
            type_, id_ = str(resource["resourceType"]), str(resource["id"])
            if self._journal.read(type_, id_) is None and self._journal.tombstone(type_, id_) is None:
                writing.create(type_, json_text.encode(resource), id_=id_, checked=False)


def _visited(life: Life) -> Visited:
    place = "" if life.grade else home_id(life.key)
    return Visited(patient_id(life.key), f"{life.given} {life.family}", place, life.access, life.visits)


def _display(patient: dict[str, Any]) -> str:
    names = patient.get("name") or [{}]
    name = names[0] if isinstance(names[0], dict) else {}
    given = name.get("given") or [""]
    return str(name.get("text") or f"{given[0]} {name.get('family', '')}".strip() or "Uten navn")
