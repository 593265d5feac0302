"""Where what the journal gave is put down: data, cursor, marks, news and notices of one step in one commit.

Nothing is removed that unsent work stands on: it stays as a ghost, with a notice (offline-cache.md §1.4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.blocked import is_blocked, without_content
from offline_cache.cursors import Cursor
from offline_cache.left_out import UNPROVEN, notice_for
from offline_cache.notices import Notice
from offline_cache.patient_of import patient_of
from offline_cache.pull_codes import ChangeKind, NoticeCode
from offline_cache.same_content import is_same_content
from offline_cache.server_time import instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from client.resource import Deletion, Resource
    from offline_cache.chart_parts import ChartPart
    from offline_cache.places import Place
    from offline_cache.store import Store
    from offline_cache.sync_report import Tally
    from ports.clock import Clock

_OF_PART = (NoticeCode.PART_BLOCKED, NoticeCode.PART_SHORT, NoticeCode.PART_CUT_OFF)


@dataclass(frozen=True, slots=True)
class Window:
    """What one delta brought: all pages of it, for these patients, read whole up to `since`; `limit` as of LastPage."""

    part: ChartPart
    patients: Sequence[str]
    resources: Sequence[Resource]
    since: datetime | None
    limit: str = ""


@dataclass(frozen=True, slots=True)
class LastPage:
    """The end of an answer that is whole: what came last of whom, under which generation, how far it was read.

    `rows` names everybody whom the answer makes whole, also those who have nothing on the last page or nothing at all; `limit`
    is the code of what the question left out by itself, `after` as of `Landing.page`. `begun_at` is when its first page was asked
    for, by our clock: what came then may be half an hour older than the last page.
    """

    rows: Mapping[str, Sequence[Resource]]
    generation: int
    since: datetime | None
    begun_at: datetime
    limit: str = ""
    after: Place | None = None


class Landing:
    """Writes; runs on the store's worker. Each method is one transaction."""

    def __init__(self, store: Store, clock: Clock, tally: Tally) -> None:
        self._store = store
        self._clock = clock
        self._tally = tally
        self._whole_before: dict[str, frozenset[str]] = {}

    def is_fresh(self, patient: str, part: ChartPart) -> bool:
        """Tell whether the part was never whole before this sync: its first filling is no news."""
        if patient not in self._whole_before:
            marks = self._store.scopes.sections(patient)
            self._whole_before[patient] = frozenset(s.name for s in marks if s.as_of is not None)
        return part.name not in self._whole_before[patient]

    def page(
        self,
        part: ChartPart,
        rows: Mapping[str, Sequence[Resource]],
        generation: int,
        *,
        common: bool = False,
        place: Place | None = None,
        after: Place | None = None,
    ) -> int:
        """Keep one page of a part that is read from its beginning; return the generation, which is begun where it is 0.

        Args:
            part: The part.
            rows: What came, by patient.
            generation: That of the answer; 0 for its first page.
            common: The question named several patients: what is here under another one is not taken.
            place: Where the answer is gone on with if it breaks off after this page.
            after: What was put down as that with the page before.

        Raises:
            JournalError: WRONG_RESOURCE when a resource of a common answer changed hands; nothing is kept (fault H20).
                BROKEN when what came before was removed meanwhile: the rest is not the whole.
        """
        with self._store.transaction():
            if after is not None and not self._store.places.holds(part.name, after.patients, generation):
                raise JournalError(ErrorKind.BROKEN, detail="the pages before are here no more")
            if common and self._store.resources.are_anothers(part.type, rows):
                raise JournalError(ErrorKind.WRONG_RESOURCE, detail="a resource that changed hands")
            generation = generation or self._store.resources.new_generation()
            for patient, resources in rows.items():
                self._page_of(patient, part, resources, generation)
            if place is not None:
                self._store.places.put(part.name, place, generation)
        return generation

    def last_page(self, part: ChartPart, last: LastPage, *, common: bool = False) -> None:
        """Keep the last page, sweep what the whole answer no longer held, and mark the part whole for each, in one commit."""
        with self._store.transaction():
            generation = self.page(part, last.rows, last.generation, common=common, after=last.after)
            self._store.places.drop(part.name, tuple(last.rows))
            for patient in last.rows:
                self._sweep(patient, part, generation)
                self._store.scopes.put_section(patient, part.name, True, last.begun_at, last.limit)
                self._store.notices.clear(patient, (*_OF_PART, NoticeCode.ACCESS_WITHDRAWN), type_=part.type)
                if last.since is None:
                    self._store.cursors.drop(patient, part.name)
                else:
                    self._store.cursors.put(patient, part.name, Cursor(last.since, part.shape, last.begun_at))

    def window(self, window: Window) -> None:
        """Keep a whole delta and move its cursors, in one commit.

        Raises:
            JournalError: WRONG_RESOURCE when a resource changed hands; nothing is kept (fault H20).
        """
        now, part = self._clock.now(), window.part
        with self._store.transaction():
            for resource in window.resources:
                owner = self._store.resources.owner(resource.type, resource.id)
                if owner is not None and owner != patient_of(resource.type, resource.body):
                    raise JournalError(ErrorKind.WRONG_RESOURCE, detail="a resource that changed hands")
            generation = self._store.resources.new_generation()
            for resource in window.resources:
                self._take_news(resource, part, generation, now)
            for patient in window.patients:
                self._store.scopes.put_section(patient, part.name, True, now, window.limit)
                before = self._store.cursors.get(patient, part.name)
                if before is not None and window.since is not None and window.since > before.since:
                    after = Cursor(window.since, part.shape, before.whole_at)
                    self._store.cursors.put(patient, part.name, after)

    def missing(self, patient: str, part: ChartPart, reason: str) -> None:
        """Mark a part as not whole, with the reason; what it had stays, with the instant of its last whole reading."""
        with self._store.transaction():
            self._store.scopes.put_section(patient, part.name, False, None, reason)
            code = notice_for(reason)
            if code is not None:
                notice = Notice(code, patient, part.type, detail=part.name)
                self._store.notices.put(notice, self._clock.now())
                self._store.cursors.drop(patient, part.name)  # asked for whole until it is whole
            if reason == ErrorKind.WRONG_RESOURCE:
                self._store.audit.append(
                    "pull-refused", patient=patient, detail=f"{part.name}: {reason}", actor=""
                )

    def doubted(self, patient: str, part: ChartPart) -> None:
        """Take back that a part is whole, so that all of it is asked for until it is."""
        with self._store.transaction():
            self._store.scopes.put_section(patient, part.name, False, None, UNPROVEN)
            self._store.cursors.drop(patient, part.name)

    def deletions(self, type_: str, found: Sequence[Deletion]) -> None:
        """Remove what the journal says was deleted, unless the cache holds something written after that."""
        with self._store.transaction():
            for deletion in found:
                held = self._store.resources.get(type_, deletion.id)
                if held is not None and _is_after(deletion, held.last_updated):
                    self._remove(held.patient, type_, deletion.id, ChangeKind.GONE)

    def gone(self, patient: str, type_: str, id_: str, kind: ChangeKind = ChangeKind.GONE) -> None:
        """Remove one resource that was asked for by name and is not there."""
        with self._store.transaction():
            self._remove(patient, type_, id_, kind)

    def lay_ghosts(self) -> None:
        """Remove what was kept for unsent work alone and is needed no more."""
        with self._store.transaction():
            for notice in self._store.notices.all():
                if notice.code is NoticeCode.GHOST:
                    self._remove(notice.patient, notice.type, notice.id, ChangeKind.GONE)

    def drop_silently(self, type_: str, id_: str) -> None:
        """Remove what only grew too old for its part: no news to anybody."""
        with self._store.transaction():
            if (type_, id_) not in self._store.under_unsent_work():
                self._store.resources.remove(type_, id_)

    def patient(self, resource: Resource) -> None:
        """Keep a Patient."""
        self.plain([resource], {resource.id: resource.id})

    def plain(self, resources: Iterable[Resource], owners: Mapping[str, str]) -> None:
        """Keep resources that belong to no part: Patients and visits, with whose they are."""
        with self._store.transaction():
            generation = self._store.resources.new_generation()
            for resource in resources:
                known = self._store.resources.owner(resource.type, resource.id) is not None
                self._take(resource, owners[resource.id], generation, fresh=not known)

    def _page_of(self, patient: str, part: ChartPart, resources: Sequence[Resource], generation: int) -> None:
        if self.is_fresh(patient, part):
            now = self._clock.now()
            came = self._store.resources.put_all(
                resources, patient=patient, fetched_at=now, generation=generation
            )
            if came:
                self._tally.add(patient, came=came)
        else:
            for resource in resources:
                self._take(resource, patient, generation, fresh=False)

    def _take_news(self, resource: Resource, part: ChartPart, generation: int, now: datetime) -> None:
        patient = patient_of(resource.type, resource.body)
        owner = self._store.resources.owner(resource.type, resource.id)
        if not part.shows(resource.body):
            if owner is not None:
                self._remove(patient, resource.type, resource.id, ChangeKind.ENDED, resource.body)
        elif owner is not None or part.is_recent(resource.body, now):
            self._take(resource, patient, generation, fresh=False)
            self._store.notices.clear(patient, (NoticeCode.GHOST,), type_=resource.type, id_=resource.id)

    def _take(self, resource: Resource, patient: str, generation: int, *, fresh: bool) -> None:
        """Keep one resource, count it, and write down what is news about it; of a blocked one that it is there."""
        if is_blocked(resource.body):
            resource = replace(resource, body=without_content(resource.body))
        store, now = self._store, self._clock.now()
        held = None if fresh else store.resources.get(resource.type, resource.id)
        differs = store.resources.put(resource, patient=patient, fetched_at=now, generation=generation)
        if not differs or (held is not None and is_same_content(held.body, resource.body)):
            return
        is_new = held is None
        self._tally.add(patient, came=int(is_new), changed=int(not is_new))
        if not fresh and not store.changes.is_own(resource, held.body if held is not None else b""):
            kind = ChangeKind.NEW if is_new else ChangeKind.CHANGED
            store.changes.note(patient, resource.type, resource.id, kind, resource.body, now)

    def _sweep(self, patient: str, part: ChartPart, generation: int) -> None:
        unseen = self._store.resources.ids_before(patient, part.type, generation)
        kind = ChangeKind.ENDED if part.fixed else ChangeKind.GONE
        for id_ in unseen:
            held = self._store.resources.get(part.type, id_)
            if held is not None and not part.is_recent(held.body, self._clock.now()):
                self.drop_silently(part.type, id_)
            else:
                self._remove(patient, part.type, id_, kind)
        for id_ in self._store.notices.ghosts(patient, part.type) - set(unseen):
            self._store.notices.clear(patient, (NoticeCode.GHOST,), type_=part.type, id_=id_)

    def _remove(self, patient: str, type_: str, id_: str, kind: ChangeKind, body: bytes = b"") -> None:
        store, now = self._store, self._clock.now()
        held = store.resources.get(type_, id_)
        if held is None:
            return
        if (type_, id_) in store.under_unsent_work():
            store.notices.put(Notice(NoticeCode.GHOST, patient, type_, id_), now)
            return
        store.resources.remove(type_, id_)
        store.notices.clear(patient, (NoticeCode.GHOST,), type_=type_, id_=id_)
        store.changes.note(patient, type_, id_, kind, body or held.body, now)
        self._tally.add(patient, gone=1)


def _is_after(deletion: Deletion, last_updated: str) -> bool:
    """Tell whether the deletion is the later of the two; where either has no stamp the journal's word stands."""
    deleted, held = instant_of(deletion.at), instant_of(last_updated)
    return deleted is None or held is None or deleted >= held
