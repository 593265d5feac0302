"""After the faults: all is well, nobody does anything new, and whatever was signed must come to the journal (I7, I8, I9)."""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS
from offline_cache.holding import HELD_BY_HAND, NOT_FOUND_TWICE, OTHER_VALUE, SEVERAL_FOUND
from offline_cache.patient_of import patient_of
from offline_cache.purges import PurgeReason
from offline_cache.receipt_check import BETWEEN_PROBES
from offline_cache.states import EntryState
from offline_cache.verdicts import PATIENCE
from services.trouble import Trouble, TroubleCode
from services.views import Connection
from tests.simulation.promises_pull import history_of, is_of_a_kind_named
from tests.simulation.torn_disk import TornDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from offline_cache.entries import EntryRecord
    from services.views import RoundView
    from tests.simulation.books import Book, Truth
    from tests.simulation.nurse_acts import NurseActs
    from tests.simulation.steps import Setting

HEALED_WITHIN = 1800.0
"""Seconds of virtual time: no signed entry waits longer when all is well (a journal may have asked for ten minutes)."""

MOST_DECISIONS = 12
"""Rounds of decisions after which every conflict must have come to an end."""

_DONE = (EntryState.DELIVERED, EntryState.WITHDRAWN)
_NEEDS_A_PERSON = (EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)
_ASKS_A_PERSON = (NOT_FOUND_TWICE, SEVERAL_FOUND, OTHER_VALUE)


class Healing:
    """First what must happen by itself, then what persons decide, then all laptops show the same as the journal."""

    def __init__(
        self, setting: Setting, truth: Truth, acts: Sequence[NurseActs], check: Callable[[], None]
    ) -> None:
        self._setting = setting
        self._truth = truth
        self._acts = acts
        self._check = check
        self._chance = random.Random(setting.seed + 7)

    async def run(self) -> None:
        """Heal, drain, decide, drain again, converge."""
        self._heal()
        for book in self._truth.books:
            await book.line.settle()
        await self._drain()
        for book in self._truth.books:
            self._check_reasons(book)
        await self._notice_what_is_lost()
        for _ in range(MOST_DECISIONS):  # one decision may stand in the way of another laptop's work
            for book in self._truth.books:
                if _lacks_what_a_decision_needs(book):
                    await _take_round(book)
            await self._decide()
            await self._drain()
            if not any([await book.nurse.day.conflicts() for book in self._truth.books]):
                break
        else:
            assert self._truth.strange, "a conflict that no decision ends"
        await self._converge()
        self._check()

    def _heal(self) -> None:
        server = self._truth.server
        server.is_up, server.page_limit, server.hooks.lag = True, 0, 0.0
        conduct = server.hooks.conduct
        conduct.page_lifetime = 3600.0
        conduct.suppressed, conduct.partial, conduct.withdrawn = set(), set(), set()
        for book in self._truth.books:
            book.line.is_up, book.line.storm = True, 0.0
            if book.nurse.clock.skew:
                book.clock_turned_at = book.nurse.clock.monotonic()
            book.nurse.clock.skew = timedelta(0)
            mend(book)

    async def _drain(self) -> None:
        """Wait for the outboxes; a person does no more than sign in again."""
        for _ in range(int(HEALED_WITHIN / 5)):
            if not any(_waiting(book) for book in self._truth.books):
                break
            await self._sign_in_again()
            await asyncio.sleep(5)
        self._check()
        stuck = [_told(one) for book in self._truth.books for one in _waiting(book)]
        assert not stuck, f"stuck: {stuck}"

    async def _sign_in_again(self) -> bool:
        """Let whoever is signed out sign in; tell whether anybody was."""
        out = [
            book for book in self._truth.books if book.nurse.day.status().connection is Connection.SIGNED_OUT
        ]
        for book in out:
            await book.nurse.sign_in_again()
        return bool(out)

    def _check_reasons(self, book: Book) -> None:
        """What waits for a person has a reason that lies in what happened."""
        for entry in book.nurse.store.entries.all():
            if entry.state is EntryState.HELD and entry.detail != HELD_BY_HAND:
                server = self._truth.server.is_epic or self._truth.was_withheld
                is_known = book.line.refusals or server or entry.failures >= PATIENCE
                assert is_known, f"held for no reason: {_told(entry)}"
            if entry.state is EntryState.REFUSED:
                may_be = book.line.refusals or self._truth.server.is_epic or self._truth.strange
                assert may_be, f"refused for no reason: {_told(entry)}"
            if entry.detail in _ASKS_A_PERSON:
                may_be = self._setting.is_plain or self._truth.server.is_epic
                assert may_be, f"unknown for no reason: {_told(entry)}"

    async def _notice_what_is_lost(self) -> None:
        """A journal that was put back from a copy is noticed within the hour, and a person queues again what it lost."""
        if self._truth.server.behind.restored_at is None:
            return
        await asyncio.sleep(BETWEEN_PROBES.total_seconds() + 120)
        if await self._sign_in_again():  # a token may end within that hour
            await asyncio.sleep(120)
        for book in self._truth.books:
            missing = {row.op_id for row in await book.nurse.day.missing_receipts()}
            lost = self._lost(book)
            assert lost <= missing, f"lost by the journal, and nobody is told: {len(lost - missing)}"
            if missing:
                await book.nurse.day.queue_missing()
        await self._drain()
        for book in self._truth.books:
            asked = {
                e.entry_id for e in book.nurse.store.entries.all() if e.state is not EntryState.DELIVERED
            }
            assert not self._lost(book) or asked, "queued again, and still not there"

    def _lost(self, book: Book) -> set[str]:
        """Return the parts that a laptop calls delivered and the journal has not."""
        store = book.nurse.store
        return {
            part.op_id
            for entry in store.entries.all()
            if entry.state is EntryState.DELIVERED
            for part in store.entries.parts(entry.entry_id)
            if not part.is_update and not self._truth.server.journal.there(part.op_id)
        }

    async def _decide(self) -> None:
        """Persons decide whatever waits for them, until nothing does."""
        for book, acts in zip(self._truth.books, self._acts, strict=True):
            for _ in await book.nurse.day.conflicts():
                with contextlib.suppress(Trouble):
                    await acts.settle(self._chance)
            for row in await book.nurse.day.strangers():
                del row
                with contextlib.suppress(Trouble):
                    await acts.match(self._chance)
            for promise in list(book.made.values()):
                if promise.held_at is not None:
                    promise.let_go(book.nurse.clock.monotonic())
                    with contextlib.suppress(Trouble):
                        await book.nurse.day.release(promise.entry_id)

    async def _converge(self) -> None:
        """Every laptop takes its round, and then has of each chart what the journal has (I9)."""
        for book in self._truth.books:
            if self._truth.server.behind.restored_at is not None:
                continue
            await _take_round(book)  # may go on with one that was broken off
            taken = await _take_round(book)
            if not self._truth.strange:
                lacking = _lacking(book)
                assert not lacking, f"not whole, and nothing is withheld: {lacking}"
                assert taken.complete, "the round is as whole as its charts"
            self._compare(book)

    def _compare(self, book: Book) -> None:
        store, now = book.nurse.store, book.nurse.clock.now()
        history = history_of(self._truth)
        for patient in store.scopes.patients():
            if patient in self._truth.strange:
                continue
            for part in CHART_PARTS:
                if (patient, part.type) in self._truth.hidden:
                    continue
                there = {
                    id_: versions[-1]
                    for id_, versions in history.get(part.type, {}).items()
                    if not versions[-1].is_deletion
                    and patient_of(part.type, versions[-1].body) == patient
                    and part.shows(versions[-1].body)
                    and (not self._truth.server.is_epic or is_of_a_kind_named(part, versions[-1].body))
                }
                spared = {id_ for type_, id_ in store.under_unsent_work() if type_ == part.type}
                held = {one.id: one for one in store.resources.of_patient(patient, part.type)}
                assert set(held) - spared <= set(there), f"{part.name} has what the journal has not"
                recent = {id_ for id_, version in there.items() if part.is_recent(version.body, now)}
                assert recent <= set(held), f"{part.name} lacks what the journal has"
                for id_ in set(held) & set(there):
                    number = held[id_].version_id
                    assert number in ("", str(there[id_].number)), f"{part.name} is another version"


async def _take_round(book: Book) -> RoundView:
    """Take the round along, and sign in for it where the sign-in has ended."""
    try:
        return await book.nurse.day.take_round(lambda _: None)
    except Trouble as trouble:
        if trouble.code is not TroubleCode.SIGNED_OUT:
            raise
    await book.nurse.sign_in_again()
    return await book.nurse.day.take_round(lambda _: None)


def _lacks_what_a_decision_needs(book: Book) -> bool:
    """Tell whether the charts went at their hard end, or may no longer be read though what is unsent holds them here."""
    store = book.nurse.store
    went = any(row.basis == PurgeReason.HARD_END for row in store.audit.records())
    return (went and not store.resources.of_type("Patient")) or not _may_read(book)


def _may_read(book: Book) -> bool:
    retaining = book.nurse.day._retaining
    assert retaining is not None
    try:
        retaining.require_reading()
    except Trouble:
        return False
    return True


def mend(book: Book) -> None:
    """Let the laptop's disk have room and power, and its client no appointment with death."""
    book.nurse.worker.dies_in, book.nurse.worker.full_for = None, 0
    if isinstance(book.nurse.disk, TornDisk):
        book.nurse.disk.left = None


def _lacking(book: Book) -> set[str]:
    scopes = book.nurse.store.scopes
    return {s.name for patient in scopes.patients() for s in scopes.sections(patient) if not s.complete}


def _waiting(book: Book) -> list[EntryRecord]:
    """Return what should go on by itself."""
    store = book.nurse.store
    behind = _behind(book)
    return [
        e
        for e in store.entries.all()
        if e.state not in (*_DONE, *_NEEDS_A_PERSON)
        and e.detail not in _ASKS_A_PERSON
        and e.entry_id not in behind
        and not e.patient.startswith("urn:")
    ]


def _behind(book: Book) -> set[str]:
    return set(book.nurse.store.depends.behind())


def _told(entry: EntryRecord) -> tuple[str, str, str]:
    return entry.kind.value, entry.state.value, entry.detail
