"""Everything the cache holds of one patient, read once and asked by type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.blocked import is_blocked
from offline_cache.states import EntryState
from services.coded import URN
from services.journal_tree import Tree, children, read_tree, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from offline_cache.entry_records import DraftRecord, EntryRecord, PartRecord
    from offline_cache.resources import StoredResource
    from offline_cache.scopes import SectionRecord


_TYPES = {
    "AllergyIntolerance": "allergi",
    "CarePlan": "tiltaksplan",
    "Condition": "problem",
    "DocumentReference": "dokument",
    "Flag": "varsel",
    "Goal": "mål",
    "MedicationRequest": "legemiddel",
    "Observation": "måling",
    "ServiceRequest": "vedtak",
    "Task": "oppgave",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One resource with its tree; `tree` is empty and `readable` false when the bytes are no JSON object."""

    type: str
    id: str
    tree: Tree
    readable: bool
    address_cut: bool = False
    blocked: bool = (
        False  # the patient has blocked it: that it is there is shown, and nothing of what it says
    )
    state: EntryState | None = None  # not None: as our own entry on its way has changed it


@dataclass(frozen=True, slots=True)
class Own:
    """One part of our own outbox that the chart does not hold yet, with the state of its entry."""

    op_id: str
    tree: Tree
    state: EntryState


class PatientFile:
    """One patient's resources, marks and own entries."""

    def __init__(
        self,
        patient_id: str,
        resources: Iterable[StoredResource],
        sections: Iterable[SectionRecord] = (),
        entries: Sequence[tuple[EntryRecord, Sequence[PartRecord]]] = (),
        drafts: Sequence[DraftRecord] = (),
    ) -> None:
        self.patient_id = patient_id
        self.sections = {section.name: section for section in sections}
        self.entries = entries
        self.drafts = drafts
        self._by_type: dict[str, list[Sheet]] = {}
        for resource in resources:
            changed = _changed(resource, entries)
            self._by_type.setdefault(resource.type, []).append(changed or sheet_of(resource))

    def of(self, type_: str) -> list[Sheet]:
        """Return the resources of a type, those that cannot be read among them."""
        return self._by_type.get(type_, [])

    def by_id(self, type_: str, id_: str) -> Tree:
        """Return one resource's tree, empty when it is not here."""
        return next((sheet.tree for sheet in self.of(type_) if sheet.id == id_), {})

    def own(self, type_: str) -> list[Own]:
        """Return the parts of signed entries that the chart does not hold; withdrawn ones were never sent."""
        here = {
            word(i, "value")
            for s in self.of(type_)
            for i in children(s.tree, "identifier")
            if word(i, "system") == URN
        }
        ids = {sheet.id for sheet in self.of(type_)}
        return [
            Own(part.op_id, read_tree(part.body) or {}, entry.state)
            for entry, parts in self.entries
            if entry.state is not EntryState.WITHDRAWN
            for part in parts
            if part.type == type_
            and not part.is_update
            and f"urn:uuid:{part.op_id}" not in here
            and (part.server_id or None) not in ids
        ]

    @property
    def patient(self) -> Sheet | None:
        """Return the Patient itself, or None when the cache does not hold it."""
        sheets = self.of("Patient")
        return next((sheet for sheet in sheets if sheet.id == self.patient_id), sheets[0] if sheets else None)


def _changed(
    resource: StoredResource, entries: Sequence[tuple[EntryRecord, Sequence[PartRecord]]]
) -> Sheet | None:
    """Return a resource as our own last update makes it, until the cache has it from the journal; None when we made none."""
    last: Sheet | None = None
    for entry, parts in entries:
        is_newer = entry.delivered_at is None or entry.delivered_at > resource.fetched_at
        if entry.state is EntryState.WITHDRAWN or not is_newer:
            continue
        for part in parts:
            if (part.type, part.target_id) == (resource.type, resource.id):
                tree = read_tree(part.body) or {}
                last = Sheet(
                    resource.type, resource.id, tree, bool(tree), resource.address_cut, state=entry.state
                )
    return last


def sheet_of(resource: StoredResource) -> Sheet:
    """Read one stored resource; one that is blocked is there, and cannot be read."""
    if is_blocked(resource.body):
        return Sheet(resource.type, resource.id, {}, readable=False, blocked=True)
    tree = read_tree(resource.body)
    return Sheet(resource.type, resource.id, tree or {}, tree is not None, resource.address_cut)


def unreadable(sheet: Sheet) -> str:
    """Return the words for a resource that is there and cannot be shown."""
    if sheet.blocked:
        return f"Sperret: {_TYPES.get(sheet.type, sheet.type)}"
    return f"Kan ikke vises: {sheet.type} {word(sheet.tree, 'id') or sheet.id}"
