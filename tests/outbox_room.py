"""An outbox on a store in memory, before a journal by hand that keeps versions or none, conditions or none."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from client.capability import Capabilities, TypeCapabilities
from client.errors import ErrorKind, JournalError
from client.resource import Page, Resource
from client.written import PartAnswer, Written
from offline_cache.entries import Base, NewPart
from offline_cache.outbox import Outbox
from offline_cache.store import Store
from ports.disk import SystemDisk
from ports.ids import SystemIds
from ports.worker import InlineWorker
from tests.store_room import KEYS, HandClock, draft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from offline_cache.states import EntryState

LOST = JournalError(ErrorKind.ANSWER_LOST, may_be_applied=True)


def able(
    *,
    conditional: bool = True,
    transaction: bool = True,
    versions: bool = True,
    identifier: bool = True,
    software: str = "",
) -> Capabilities:
    """Return what a journal says it can do."""
    one = TypeCapabilities(
        frozenset({"read", "create", "update", "search-type"}),
        frozenset({"patient", "code", "date", *(("identifier",) if identifier else ())}),
        frozenset(),
        conditional_create=conditional,
        update_create=False,
        versioning="versioned-update" if versions else "no-version",
    )
    types = dict.fromkeys(("Observation", "DocumentReference", "Task", "CarePlan", "Goal"), one)
    system = frozenset({"transaction"} if transaction else ())
    return Capabilities(types, system, "4.0.1", software, "", "journal-1")


EPIC = able(conditional=False, transaction=False, versions=False, identifier=False, software="Epic")
OLD = able(conditional=False, transaction=False)


@dataclass
class Kept:
    """One resource of the journal with its version and everything it ever was."""

    type: str
    id: str
    version: int
    body: bytes
    before: list[bytes]


class VersionedJournal:
    """Keeps resources with versions. `meets` is drawn from first: an error, or a call that may lose the answer after the work."""

    def __init__(self, *, versions: bool = True, honours: bool = True) -> None:
        self.kept: dict[str, Kept] = {}
        self.meets: list[JournalError | Callable[[], None] | None] = []
        self.asked: list[str] = []
        self.longest_page = 1000
        """How many matches a page this journal gives; it refuses who asks for more."""
        self.versions = versions
        self.honours = honours

    def put(self, type_: str, id_: str, body: bytes) -> None:
        """Let somebody else write."""
        old = self.kept.get(id_)
        before = [*old.before, old.body] if old else []
        self.kept[id_] = Kept(type_, id_, len(before) + 1, body, before)

    def _turn(self, word: str) -> JournalError | None:
        self.asked.append(word)
        met = self.meets.pop(0) if self.meets else None
        if callable(met):
            met()
            return None
        if met is not None and not met.may_be_applied:
            raise met
        return met

    def _resource(self, one: Kept) -> Resource:
        return Resource(one.type, one.id, str(one.version) if self.versions else "", "", one.body)

    async def read(self, type_: str, id_: str) -> Resource:
        self._turn("read")
        if id_ not in self.kept:
            raise JournalError(ErrorKind.NOT_FOUND, status=404)
        return self._resource(self.kept[id_])

    async def create(self, type_: str, body: bytes, *, if_none_exist: str = "") -> Written:
        lost = self._turn("create")
        mark = if_none_exist.rpartition(":")[2].encode()
        known = next((k for k in self.kept.values() if mark and mark in k.body), None)
        one = known or Kept(type_, f"s{len(self.kept) + 1}", 1, body, [])
        self.kept[one.id] = one
        if lost is not None:
            raise lost
        return Written(
            type_, one.id, "1", created=known is None, status=201 if known is None else 200, body=one.body
        )

    async def update(self, type_: str, id_: str, body: bytes, *, if_match: str) -> Written:
        lost = self._turn(f"update {if_match}".strip())
        if id_ not in self.kept:
            raise JournalError(ErrorKind.NOT_FOUND, status=404)
        if if_match and self.honours and if_match != str(self.kept[id_].version):
            raise JournalError(ErrorKind.CONFLICT, status=412)
        self.put(type_, id_, body)
        if lost is not None:
            raise lost
        version = str(self.kept[id_].version) if self.versions else ""
        return Written(type_, id_, version, created=False, status=200, body=None)

    async def transaction(self, bundle: bytes) -> list[PartAnswer]:
        lost = self._turn("transaction")
        answers = [await self._one(entry) for entry in json.loads(bundle)["entry"]]
        if lost is not None:
            raise lost
        return answers

    async def _one(self, entry: dict[str, Any]) -> PartAnswer:
        request, body = entry["request"], json.dumps(entry["resource"]).encode()
        type_, _, id_ = request["url"].partition("/")
        if request["method"] == "PUT":
            if request["ifMatch"] != f'W/"{self.kept[id_].version}"':
                return PartAnswer(412, "", "", "", ())
            self.put(type_, id_, body)
            return PartAnswer(200, type_, id_, str(self.kept[id_].version), ())
        new = f"s{len(self.kept) + 1}"
        self.kept[new] = Kept(type_, new, 1, body, [])
        return PartAnswer(201, type_, new, "1", ())

    async def search(
        self, type_: str, query: Any, *, page_size: int = 100, in_body: bool = True
    ) -> AsyncIterator[Page]:
        self._turn("search")
        if page_size > self.longest_page:
            raise JournalError(ErrorKind.REFUSED, status=413)
        wanted = dict(query).get("identifier", "").rpartition(":")[2].encode()
        found = [
            self._resource(k)
            for k in self.kept.values()
            if k.type == type_ and (not wanted or wanted in k.body)
        ]
        yield Page(tuple(found), (), None, (), None, is_last=True)


class OutboxRoom:
    """A store in memory, an outbox and a journal."""

    def __init__(
        self, journal: VersionedJournal | None = None, *, refuses_known_vitals: bool = False
    ) -> None:
        self.clock = HandClock()
        self.store = Store.open(None, KEYS, disk=SystemDisk(), clock=self.clock, create=True)
        self.journal = journal or VersionedJournal()
        self.outbox = Outbox(
            self.journal,  # type: ignore[arg-type]  # a hand-made client
            self.store,
            InlineWorker(),
            self.clock,
            SystemIds(),
            refuses_known_vitals=refuses_known_vitals,
        )

    def sign(
        self, entry_id: str, parts: list[NewPart], depends: tuple[str, ...] = (), patient: str = "p1"
    ) -> None:
        """Sign an entry whose half minute is over."""
        with self.store.transaction():
            self.store.entries.save_draft(replace(draft(entry_id), patient=patient))
            at = self.clock.at
            self.store.entries.sign(entry_id, parts, title="", signed_at=at, send_after=at, author="a")
            self.store.depends.add(entry_id, depends)

    def update(self, entry_id: str, body: bytes, base: Base, depends: tuple[str, ...] = ()) -> None:
        """Sign an update of a task."""
        self.sign(entry_id, [NewPart(f"{entry_id}-1", 1, "Task", body, base)], depends)

    def state(self, entry_id: str) -> EntryState:
        """Return how an entry stands."""
        entry = self.store.entries.get(entry_id)
        assert entry is not None
        return entry.state

    def detail(self, entry_id: str) -> str:
        """Return why it stands so."""
        entry = self.store.entries.get(entry_id)
        assert entry is not None
        return entry.detail

    async def turn(self, can: Capabilities | None = None, seconds: float = 900) -> None:
        """Let time pass, and one pass be made."""
        self.clock.at += timedelta(seconds=seconds)
        await self.outbox.deliver_due(can or able())


def task(status: str = "requested", **more: object) -> bytes:
    """Return a task of patient p1."""
    tree = {"resourceType": "Task", "id": "t1", "status": status, "for": {"reference": "Patient/p1"}, **more}
    return json.dumps(tree).encode()


def note(op_id: str, text: bytes = b"Sover godt.", refers: str = "") -> NewPart:
    """Return a note of patient p1, maybe about another part."""
    import base64

    tree: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{op_id}"}],
        "subject": {"reference": "Patient/p1"},
        "date": "2026-11-23T12:00:00Z",
        "content": [{"attachment": {"data": base64.b64encode(text).decode()}}],
    }
    if refers:
        tree["context"] = {"related": [{"reference": f"urn:uuid:{refers}"}]}
    return NewPart(op_id, 1, "DocumentReference", json.dumps(tree, separators=(",", ":")).encode())


def pulse(op_id: str, value: int = 72, number: int = 1, by: str = "Practitioner/a") -> NewPart:
    """Return a pulse of patient p1."""
    tree = {
        "resourceType": "Observation",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{op_id}"}],
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-23T12:00:00Z",
        "performer": [{"reference": by}],
        "valueQuantity": {"value": value, "code": "/min"},
    }
    return NewPart(op_id, number, "Observation", json.dumps(tree).encode())
