"""What happens to the nurses and to the journal: power, network, pages, clocks, colleagues, copies put back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from offline_cache.patient_of import patient_of
from offline_cache.server_time import instant_of
from offline_cache.states import EntryState
from tests.simulation.torn_disk import TornDisk
from tests.simulation.watched_journal import op_id_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from tests.simulation.books import Book, Truth
    from tests.simulation.virtual_time import VirtualClock

_STORMS = ((0.0, 0.3, 0.6), (0.3, 0.5))
_EDITED = ("Task", "CarePlan", "Goal", "Flag", "AllergyIntolerance", "MedicationRequest", "Condition")
_DELETED = ("Task", "Flag", "AllergyIntolerance", "Goal", "Condition", "MedicationRequest")
EARLIEST = 120.0
"""Seconds: how much earlier than it is published a stamp may be given."""


class Nemesis:
    """Turns what can be turned."""

    def __init__(self, truth: Truth, clock: VirtualClock, *, is_fierce: bool) -> None:
        self._truth = truth
        self._clock = clock
        self._is_fierce = is_fierce

    def turn_journal(self, chance: random.Random, book: Book) -> None:
        """Take the journal down or up."""
        del chance, book
        self._truth.server.is_up = not self._truth.server.is_up

    def turn_line(self, chance: random.Random, book: Book) -> None:
        """Take one laptop out of the network, or into it."""
        del chance
        book.line.is_up = not book.line.is_up

    def turn_storm(self, chance: random.Random, book: Book) -> None:
        """Let the line be bad, or well."""
        book.line.storm = chance.choice(_STORMS[self._is_fierce])

    def turn_clock(self, chance: random.Random, book: Book) -> None:
        """Set the laptop's clock wrong, or right."""
        book.nurse.clock.skew = timedelta(seconds=chance.choice((0, 0, -3600, 3600, -259200, 259200)))
        book.clock_turned_at = self._clock.monotonic()

    def turn_pages(self, chance: random.Random, book: Book) -> None:
        """Let the journal give small pages only, and let links to the next one expire soon."""
        del book
        self._truth.server.page_limit = chance.choice((0, 0, 2, 3))
        self._truth.server.hooks.conduct.page_lifetime = chance.choice((3600.0, 0.1, 5.0))

    def turn_lag(self, chance: random.Random, book: Book) -> None:
        """Let the journal publish late what it has stamped early."""
        del book
        self._truth.server.hooks.lag = chance.choice((0.0, 20.0, 100.0))

    def fill_disk(self, chance: random.Random, book: Book) -> None:
        """Let the next writes find no room."""
        book.nurse.worker.full_for = chance.randint(1, 6)

    def kill_at_call(self, chance: random.Random, book: Book) -> None:
        """Let the client die at one of the next calls to its store."""
        book.nurse.worker.dies_in = chance.randint(1, 25)

    def power(self, chance: random.Random, book: Book) -> None:
        """Let the power go at one of the next writes to the disk."""
        if isinstance(book.nurse.disk, TornDisk):
            book.nurse.disk.left = chance.randint(0, 60)

    def withhold(self, chance: random.Random, book: Book) -> None:
        """Withhold a part of somebody's chart, warn that something is left out, or stop doing so."""
        del book
        conduct = self._truth.server.hooks.conduct
        patient = chance.choice(self._patients())
        kind = chance.choice(("part", "short", "access", "nothing"))
        conduct.suppressed = {(patient, chance.choice(_EDITED))} if kind == "part" else set()
        if not self._truth.server.is_epic:
            self._truth.hidden |= conduct.suppressed
        conduct.partial = {patient} if kind == "short" else set()
        self._truth.was_withheld |= kind in ("access", "part")
        conduct.withdrawn = {patient} if kind == "access" else set()

    def backup(self, chance: random.Random, book: Book) -> None:
        """Copy the journal."""
        del chance, book
        self._truth.server.behind.backup()

    def restore(self, chance: random.Random, book: Book) -> None:
        """Put the copy back."""
        del chance, book
        if self._truth.server.behind.has_backup:
            self._truth.server.behind.restore()

    def merge(self, chance: random.Random, book: Book) -> None:
        """Merge one patient into another, once."""
        del book
        if not self._truth.strange:
            old, into = chance.sample(self._patients(), 2)
            self._truth.strange |= {old, into}
            self._truth.server.behind.merge(old, into, moves=chance.random() < 0.5)

    def delete(self, chance: random.Random, book: Book) -> None:
        """Let somebody else delete something that is not ours."""
        del book
        found = self._standing(_DELETED)
        if found:
            type_, id_, tree = chance.choice(found)
            with self._truth.server.journal.writing(self._stamp(chance, tree)) as writing:
                writing.delete(type_, id_)

    def cross(self, chance: random.Random, book: Book, *, deletes: bool = False) -> None:
        """Let somebody else change or delete what an unsent change of this laptop is about."""
        store = book.nurse.store
        waiting = [
            e for e in store.entries.all() if e.state not in (EntryState.DELIVERED, EntryState.WITHDRAWN)
        ]
        about = {
            (p.type, p.target_id) for e in waiting for p in store.entries.parts(e.entry_id) if p.is_update
        }
        found = [one for one in self._standing(_EDITED) if one[:2] in about]
        if not found:
            return
        type_, id_, tree = chance.choice(found)
        with self._truth.server.journal.writing(self._clock.now()) as writing:
            if deletes:
                writing.delete(type_, id_)
            else:
                _EDITS[type_](tree, chance)
                writing.replace(type_, id_, msgspec.json.encode(tree))

    def colleague(self, chance: random.Random, book: Book, *, types: tuple[str, ...] = _EDITED) -> None:
        """Let somebody else change or add something; the stamp may be older than the moment it is seen."""
        del book
        found = self._standing(types)
        if not found:
            return
        type_, id_, tree = chance.choice(found)
        with self._truth.server.journal.writing(self._stamp(chance, tree)) as writing:
            if chance.random() < 0.25:
                new = f"kollega-{chance.getrandbits(60)}"
                added = {k: v for k, v in tree.items() if k not in ("id", "meta", "identifier")}
                writing.create(type_, msgspec.json.encode(added | {"id": new}), id_=new)
                return
            _EDITS.get(type_, _remark)(tree, chance)
            writing.replace(type_, id_, msgspec.json.encode(tree))

    def _stamp(self, chance: random.Random, tree: dict[str, Any]) -> datetime:
        """Return a stamp, maybe one that was given a while ago; it is never older than that of the version before."""
        now = self._clock.now()
        early = chance.uniform(0, EARLIEST) if chance.random() < 0.5 else 0.0
        before = instant_of(str((tree.get("meta") or {}).get("lastUpdated", ""))) or now
        return max(now - timedelta(seconds=early), min(before, now))

    def _patients(self) -> list[str]:
        rows = self._truth.server.journal.tables.execute(
            "SELECT id FROM current WHERE type = 'Patient' ORDER BY id"
        )
        return [str(row[0]) for row in rows]

    def _standing(self, types: tuple[str, ...]) -> list[tuple[str, str, dict[str, Any]]]:
        marks = ",".join("?" * len(types))
        sql = f"SELECT type, id FROM current WHERE type IN ({marks}) ORDER BY type, id"
        found = []
        for type_, id_ in self._truth.server.journal.tables.execute(sql, types).fetchall():
            version = self._truth.server.journal.read(str(type_), str(id_))
            assert version is not None
            tree = msgspec.json.decode(version.body)
            if not op_id_of(tree) and patient_of(str(type_), version.body) not in self._truth.strange:
                found.append((str(type_), str(id_), tree))
        return found


def _task(tree: dict[str, Any], chance: random.Random) -> None:
    if chance.random() < 0.5:
        tree["status"] = chance.choice(("requested", "in-progress", "completed", "cancelled"))
    else:
        tree["description"] = f"Deres {chance.getrandbits(20)}"


def _plan(tree: dict[str, Any], chance: random.Random) -> None:
    activities = tree.get("activity") or []
    if activities and "detail" in activities[0] and chance.random() < 0.6:
        activities[0]["detail"]["description"] = f"Deres {chance.getrandbits(20)}"
    else:
        tree["title"] = f"Deres {chance.getrandbits(20)}"


def _goal(tree: dict[str, Any], chance: random.Random) -> None:
    if chance.random() < 0.6:
        tree["description"] = {"text": f"Deres {chance.getrandbits(20)}"}
    else:
        tree["statusDate"] = f"2026-11-{chance.randint(10, 28)}"


def _prescription(tree: dict[str, Any], chance: random.Random) -> None:
    tree["status"] = chance.choice(("active", "stopped", "on-hold", "active"))


def _remark(tree: dict[str, Any], chance: random.Random) -> None:
    tree["code"] = {**tree.get("code", {}), "text": f"Deres {chance.getrandbits(20)}"}


_EDITS: dict[str, Callable[[dict[str, Any], random.Random], None]] = {
    "Task": _task,
    "CarePlan": _plan,
    "Goal": _goal,
    "MedicationRequest": _prescription,
}
