"""What was promised of charts: no reading is ahead of its data, and what is not whole never counts as whole (I4, I5)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS
from offline_cache.patient_of import patient_of
from offline_cache.server_time import OVERLAP, instant_of
from tests.simulation.virtual_time import MORNING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from offline_cache.chart_parts import ChartPart
    from tests.simulation.books import Book, Truth

LONGEST_READING = 900.0
"""Seconds: no part takes longer to be read; where no cursor tells more, what was older then must be there."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a resource in the journal."""

    number: int
    stamp: datetime
    is_deletion: bool
    body: bytes
    patient: str


History = dict[str, dict[str, list[Version]]]
"""Of each type and id."""


def history_of(truth: Truth) -> History:
    """Return every version of everything that the journal holds or held, in order."""
    found: History = {}
    known = truth.versions
    sql = "SELECT type, id, version, last_updated, method, body FROM version ORDER BY type, id, version"
    for type_, id_, number, stamp, method, body in truth.server.journal.tables.execute(sql):
        key = (type_, id_, number, stamp)
        version = known.get(key)
        if version is None or version.body != body:
            at = instant_of(str(stamp))
            assert at is not None
            version = known[key] = Version(number, at, method == "DELETE", body, patient_of(type_, body))
        found.setdefault(type_, {}).setdefault(id_, []).append(version)
    return found


def check_charts(book: Book, truth: Truth, history: History, now: float) -> None:
    """Hold each part that counts as whole against the journal, as far as it was read."""
    store = book.nurse.store
    _forget_what_went(book)
    unsent: dict[str, set[str]] = {}
    for type_, id_ in store.under_unsent_work():
        unsent.setdefault(type_, set()).add(id_)
    for patient in store.scopes.patients():
        if patient in truth.strange:
            continue
        marks = {s.name: s for s in store.scopes.sections(patient)}
        for part in CHART_PARTS:
            _check_kept(book, truth, history, patient, part)
            mark = marks.get(part.name)
            if mark is None or not mark.complete:
                continue
            if (patient, part.type) in truth.hidden:
                continue
            floor = _floor(book, patient, part, mark.as_of, now)
            if floor is not None:
                _check_part(book, truth, history, unsent, patient, part, floor)
    record = store.scopes.round()
    if record is not None and record.complete:
        for visit in record.visit_ids:
            owner = store.resources.owner("Appointment", visit) or ""
            marks = {s.name: s for s in store.scopes.sections(owner)}
            lacking = [p.name for p in CHART_PARTS if p.name not in marks or not marks[p.name].complete]
            assert not lacking or owner in truth.strange, f"the round is whole, and lacks {lacking}"


def _forget_what_went(book: Book) -> None:
    """A chart that was purged comes again part by part, and without what is hidden by now."""
    went = Counter(row.patient for row in book.nurse.store.audit.records() if row.action == "purge")
    for patient in [one for one, times in went.items() if times != book.purges.get(one)]:
        for part in CHART_PARTS:
            book.shown.pop((patient, part.name), None)
    book.purges = went


def _check_kept(book: Book, truth: Truth, history: History, patient: str, part: ChartPart) -> None:
    """What the cache held and the journal still has is not swept out, whatever broke off."""
    store, now = book.nurse.store, book.nurse.clock.now()
    held = {one.id for one in store.resources.of_patient(patient, part.type)}
    before = book.shown.get((patient, part.name), set())
    book.shown[patient, part.name] = held
    if (patient, part.type) in truth.hidden:
        return
    for id_ in before - held:
        versions = history.get(part.type, {}).get(id_, [])
        stays = versions and all(not v.is_deletion and _is_of(truth, part, v.body, now) for v in versions)
        assert not stays or truth.server.behind.restored_at is not None, (
            f"swept from {part.name}, and the journal has it"
        )


def _floor(book: Book, patient: str, part: ChartPart, mark: datetime | None, now: float) -> datetime | None:
    """Return a moment: what was stamped before it must be in the cache."""
    cursor = book.nurse.store.cursors.get(patient, part.name)
    if cursor is not None:
        return cursor.since - OVERLAP
    if mark is None:
        return None
    return MORNING + timedelta(seconds=min(now, book.nurse.clock.first_showed(mark)) - LONGEST_READING)


def _check_part(
    book: Book,
    truth: Truth,
    history: History,
    unsent: Mapping[str, set[str]],
    patient: str,
    part: ChartPart,
    floor: datetime,
) -> None:
    store = book.nurse.store
    held = {one.id: one for one in store.resources.of_patient(patient, part.type)}
    spared = unsent.get(part.type, set()) | set(store.notices.ghosts(patient, part.type))
    now = book.nurse.clock.now()
    for id_, versions in history.get(part.type, {}).items():
        last = next((v for v in reversed(versions) if v.stamp <= floor), None)
        if last is None or (last.patient != patient and not last.is_deletion):
            continue
        later = [v for v in versions if v.number > last.number]
        if last.is_deletion:
            gone = id_ not in held or id_ in spared or later
            assert gone or truth.server.behind.restored_at is not None, "what was deleted is shown as whole"
            continue
        if not all(not v.is_deletion and _is_of(truth, part, v.body, now) for v in (last, *later)):
            continue
        if truth.server.behind.restored_at is not None:
            continue  # what came back is stamped before the cursor: read whole where a receipt tells, else within a week
        assert id_ in held, f"the cursor of {part.name} is ahead of its data"
        if held[id_].version_id:
            number = int(held[id_].version_id)
            assert number >= last.number, f"an old version of {part.name} counts as read"


def _is_of(truth: Truth, part: ChartPart, body: bytes, now: datetime) -> bool:
    """Tell whether the part's question finds a resource; what is about to grow too old counts as not."""
    if truth.server.is_epic and not is_of_a_kind_named(part, body):
        return False
    return part.shows(body) and part.is_recent(body, now) and part.is_recent(body, now + timedelta(days=4))


def is_of_a_kind_named(part: ChartPart, body: bytes) -> bool:
    """Tell whether a journal that wants a kind named would give the resource for the kinds that we name."""
    named = dict(part.if_demanded).get("category")
    if named is None:
        return True
    kinds = json.loads(body).get("category", [])
    codes = {f"{c.get('system', '')}|{c.get('code', '')}" for kind in kinds for c in kind.get("coding", [])}
    return bool(codes & set(named.split(",")))
