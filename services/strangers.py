"""A patient who is not in the cache: write now under a typed identity, find out with the network who it is, bind them once.

Nothing written of a typed identity is sent before a person has matched it with a patient of the journal. Synchronous parts run on
the store's worker; the questions to the journal are asked by the caller's session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.errors import WrongState
from offline_cache.resources import StoredResource
from offline_cache.strangers import URN, Stranger
from services.address import address_of
from services.journal_tree import read_tree
from services.names import NUMBER_SYSTEMS, birth_date_of, full_name, name_of, number_of
from services.outbox_views import Candidate, StrangerRow
from services.patient_file import Sheet
from services.raw_edit import raw
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from services.session import Clinician

_MOST = 20
_LAST_DIGITS = 3


class Strangers:
    """Typed identities of one clinician."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, clinician: Clinician, seals: Seals) -> None:
        self._store = store
        self._seals = seals
        self._clock = clock
        self._ids = ids
        self._clinician = clinician

    def add(self, *, name: str, number: str, birth_date: str, place: str, note: str) -> StrangerRow:
        """Keep a typed identity; its id stands for the patient until it is matched.

        Raises:
            Trouble: DRAFT_INCOMPLETE when nothing is typed by which anybody could be found again.
        """
        if not (name.strip() or number.strip()):
            raise Trouble(TroubleCode.DRAFT_INCOMPLETE, count="1", missing="name")
        stranger = Stranger(
            f"{URN}{self._ids.uuid()}",
            name.strip(),
            number.strip(),
            birth_date.strip(),
            place.strip(),
            note.strip(),
            self._clinician.fhir_user,
            self._clock.now(),
        )
        with self._store.transaction():
            self._store.strangers.add(stranger)
            self._store.audit.append(
                "stranger-typed", patient=stranger.local_id, basis="typed", actor=self._clinician.fhir_user
            )
        return self._row(stranger)

    def waiting(self) -> tuple[StrangerRow, ...]:
        """Return those whom nobody has matched."""
        return tuple(self._row(one) for one in self._store.strangers.waiting())

    def typed(self, local_id: str) -> Stranger:
        """Return a typed identity that waits.

        Raises:
            Trouble: NOT_WAITING for an unknown one, ALREADY_MATCHED for one that is bound.
        """
        found = self._store.strangers.get(local_id)
        if found is None:
            raise Trouble(TroubleCode.NOT_WAITING)
        if found.patient:
            raise Trouble(TroubleCode.ALREADY_MATCHED)
        return found

    def asked_for(self, local_id: str) -> Stranger:
        """Write down that the journal is asked for a typed identity, and by what; return it.

        Raises:
            Trouble: as `typed`.
        """
        found = self.typed(local_id)
        facts = (("number", found.number), ("birth_date", found.birth_date), ("name", found.name))
        asked = ",".join(name for name, value in facts if value)
        with self._store.transaction():
            self._store.audit.append(
                "search", patient=local_id, detail=asked, actor=self._clinician.fhir_user
            )
        return found

    def match(self, local_id: str, patient: Resource, retyped: str) -> None:
        """Bind what was written to a patient, for good: the last three digits of the patient's number are typed again.

        Raises:
            Trouble: DIGITS_DIFFER, ALREADY_MATCHED, NOT_WAITING.
        """
        self.typed(local_id)
        number = number_of(read_tree(patient.body) or {})
        if not number or retyped != number[-_LAST_DIGITS:]:
            raise Trouble(TroubleCode.DIGITS_DIFFER)
        at = self._clock.now()
        try:
            with self._store.transaction():
                generation = self._store.resources.new_generation()
                self._store.resources.put(patient, patient=patient.id, fetched_at=at, generation=generation)
                self._store.strangers.match(local_id, patient.id, by=self._clinician.fhir_user, at=at)
                self._store.audit.append(
                    "stranger-matched",
                    patient=patient.id,
                    basis=local_id,
                    detail=local_id,
                    actor=self._clinician.fhir_user,
                )
                for entry in self._store.entries.all():
                    if entry.patient == patient.id:
                        self._seals.refresh(self._store, entry.entry_id)
        except WrongState:
            raise Trouble(TroubleCode.ALREADY_MATCHED) from None

    def _row(self, stranger: Stranger) -> StrangerRow:
        entries = sum(1 for entry in self._store.entries.all() if entry.patient == stranger.local_id)
        return StrangerRow(
            stranger.local_id,
            stranger.name,
            stranger.number,
            stranger.birth_date,
            stranger.place,
            stranger.note,
            stranger.typed_at,
            entries,
        )


def as_patient(stranger: Stranger) -> StoredResource:
    """Return a typed identity in the form of a Patient, so that it is shown as everybody is; it is never stored or sent."""
    words = stranger.name.split()
    tree = {
        "resourceType": "Patient",
        "id": stranger.local_id,
        "identifier": [{"system": NUMBER_SYSTEMS[0], "value": stranger.number}],
        "name": [{"family": words[-1] if words else "", "given": words[:-1]}],
        "birthDate": stranger.birth_date,
    }
    return StoredResource(
        "Patient",
        stranger.local_id,
        stranger.local_id,
        "",
        "",
        raw(tree),
        stranger.typed_at,
        address_cut=False,
    )


async def find_candidates(client: JournalClient, typed: Stranger) -> tuple[Candidate, ...]:
    """Ask the journal who it may be: by number, and by birth date and name. What agrees is named; nothing is decided."""
    questions: list[list[tuple[str, str]]] = []
    if typed.number:
        questions.append([("identifier", f"{NUMBER_SYSTEMS[0]}|{typed.number}")])
    family = typed.name.split()[-1] if typed.name else ""
    if typed.birth_date:
        questions.append([("birthdate", typed.birth_date)])
    if family:
        questions.append([("name", family)])
    found: dict[str, Resource] = {}
    for question in questions:
        async for page in client.search("Patient", question, page_size=_MOST, in_body=True):
            found.update((one.id, one) for one in page.resources)
            break
    rows = [candidate_of(one, typed) for one in found.values()]
    return tuple(sorted((row for row in rows if row.agrees), key=lambda row: (-len(row.agrees), row.name)))[
        :_MOST
    ]


async def read_patient(client: JournalClient, patient_id: str) -> Resource:
    """Return the patient as the journal has it now.

    Raises:
        Trouble: NOT_CACHED when the journal has no such patient.
    """
    try:
        return await client.read("Patient", patient_id)
    except JournalError as error:
        if error.status in (404, 410):
            raise Trouble(TroubleCode.NOT_CACHED) from None
        raise


def candidate_of(patient: Resource, typed: Stranger, *, by_part: bool = False) -> Candidate:
    """Return a patient with what agrees with what was typed: the whole name or, by part, what each typed word begins."""
    tree = read_tree(patient.body) or {}
    family, given = name_of(tree)
    born, number = birth_date_of(tree), number_of(tree)
    agrees = (
        ("number", bool(number) and number == typed.number),
        ("birth_date", born is not None and born.isoformat() == typed.birth_date),
        ("name", _agrees(typed.name, family, given, by_part=by_part)),
    )
    return Candidate(
        patient.id,
        full_name(family, given),
        number,
        born,
        address_of(Sheet("Patient", patient.id, tree, bool(tree))),
        tuple(name for name, is_same in agrees if is_same),
    )


def _agrees(typed: str, family: str, given: str, *, by_part: bool) -> bool:
    if by_part:
        names = f"{family} {given}".casefold().split()
        wanted = words_of(typed)
        return bool(wanted) and all(any(one.startswith(word) for one in names) for word in wanted)
    return bool(family) and {family.casefold(), given.casefold()} <= _words(typed)


def words_of(name: str) -> list[str]:
    """Return the words of a typed name, by no case."""
    return name.casefold().replace(",", " ").split()


def _words(name: str) -> set[str]:
    words = words_of(name)
    return {*words, *(" ".join(words[:n]) for n in range(1, len(words)))}
