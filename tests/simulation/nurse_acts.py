"""What a nurse does at a laptop: each act is drawn, done over the real working day, and its promise written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.states import EntryKind, EntryState
from tests.simulation.books import Promise
from tests.working_day import NEWS2

if TYPE_CHECKING:
    import random
    from collections.abc import Coroutine
    from typing import Any

    from services.views import Draft, EntryRow, VisitRow
    from services.workday import Workday
    from tests.simulation.books import Book, Truth

_WAITS = (0.01, 0.2, 1, 5, 35, 35, 120, 200)


class NurseActs:
    """The acts at one laptop. `Trouble` is the caller's to pass over."""

    def __init__(self, book: Book, truth: Truth) -> None:
        self._book = book
        self._truth = truth

    @property
    def _day(self) -> Workday:
        return self._book.nurse.day

    async def draft(self, chance: random.Random) -> None:
        """Begin or go on with a note or a NEWS2, and save it once."""
        await self._write(chance)

    async def sign(self, chance: random.Random) -> None:
        """Sign a draft that is there, or write one first."""
        drafts = await self._day.drafts()
        ready = [
            d for d in drafts if d.entry_id in self._book.made and d.kind in (EntryKind.NOTE, EntryKind.NEWS2)
        ]
        draft = chance.choice(ready) if ready and chance.random() < 0.7 else await self._write(chance)
        if draft is not None:
            await self._sign(draft)

    async def refer(self, chance: random.Random) -> None:
        """Sign a note about measurements that were signed before."""
        about = [e for e in await self._day.outbox() if e.kind is EntryKind.NEWS2]
        if about:
            row = chance.choice(about)
            if not row.patient_id.startswith("urn:"):
                draft = await self._day.new_draft(EntryKind.NOTE, row.patient_id, row.visit_id)
                await self._save_and_sign(
                    draft, {"text": f"Notat {chance.getrandbits(30)}", "about": row.entry_id}
                )

    async def task(self, chance: random.Random) -> None:
        """Say that a task is done, or why it was not."""
        visit = await self._visit(chance)
        tasks = self._book.nurse.store.resources.of_patient(visit.patient_id, "Task") if visit else []
        if visit is None or not tasks:
            return
        task, done = chance.choice(tasks), chance.random() < 0.7
        digits = await self._digits(visit.patient_id, visit.visit_id)
        reason = "" if done else f"Ville ikke {chance.getrandbits(20)}"
        await self._change(
            self._day.complete_task(task.id, visit.visit_id, done=done, reason=reason, retyped=digits)
        )

    async def plan(self, chance: random.Random) -> None:
        """Change a line of the care plan, or a goal."""
        visit = await self._visit(chance)
        type_ = chance.choice(("CarePlan", "Goal"))
        found = self._book.nurse.store.resources.of_patient(visit.patient_id, type_) if visit else []
        if visit is None or not found:
            return
        fields = {"text": f"Mitt {chance.getrandbits(20)}"} | (
            {"activity": "0"} if type_ == "CarePlan" else {}
        )
        digits = await self._digits(visit.patient_id, visit.visit_id)
        target = f"{type_}/{chance.choice(found).id}"
        await self._change(self._day.change_plan(target, visit.visit_id, fields=fields, retyped=digits))

    async def withdraw(self, chance: random.Random) -> None:
        """Take an entry back."""
        promise = self._one(chance)
        if promise is not None:
            promise.may_be_withdrawn = True
            await self._day.withdraw(promise.entry_id)
            promise.is_withdrawn = True

    async def hold(self, chance: random.Random) -> None:
        """Hold an entry."""
        promise = self._one(chance)
        if promise is not None:
            await self.hold_one(promise.entry_id)

    async def release(self, chance: random.Random) -> None:
        """Let a held entry go."""
        held = [p for p in self._book.made.values() if p.held_at is not None]
        if held:
            promise = chance.choice(held)
            promise.let_go(self._book.nurse.clock.monotonic())
            await self._day.release(promise.entry_id)

    async def send_now(self, chance: random.Random) -> None:
        """Give up the time of regret."""
        promise = self._one(chance)
        if promise is not None:
            await self.send(promise.entry_id)

    async def correct(self, chance: random.Random) -> None:
        """Correct an entry, and sign the correction."""
        promise = self._one(chance)
        if promise is None:
            return
        draft = await self._day.correct(promise.entry_id)
        fields = dict(draft.fields)
        fields |= (
            {"text": f"Rettet {chance.getrandbits(30)}"} if draft.kind is EntryKind.NOTE else {"pulse": "77"}
        )
        if "instead" in fields:
            promise.may_be_withdrawn = True
        await self._save_and_sign(draft, fields)

    async def settle(self, chance: random.Random) -> None:
        """Decide a conflict, as the dice fall."""
        waiting = await self._day.conflicts()
        if not waiting:
            return
        view = chance.choice(waiting)
        promise = self._book.made[view.entry_id]
        promise.may_be_withdrawn = True
        choices = {field.path: chance.choice(("mine", "theirs")) for field in view.fields if field.asked}
        digits = await self._digits(view.patient_id, "")
        known = set(self._book.made)
        await self._day.settle(view.entry_id, choices, note=chance.random() < 0.3, retyped=digits)
        self._adopt(known)

    async def resend(self, chance: random.Random) -> None:
        """Send again what the journal may have: a person was warned, and chose."""
        unknown = [e for e in await self._day.outbox() if e.state is EntryState.UNKNOWN]
        if unknown:
            entry = chance.choice(unknown)
            self._book.made[entry.entry_id].resends += 1
            await self._day.resend(entry.entry_id)

    async def stranger(self, chance: random.Random) -> None:
        """Write of somebody who is not in the cache, under the name that was said."""
        name = f"Ukjent Person{chance.getrandbits(16)}"
        row = await self._day.new_stranger(name=name)
        draft = await self._day.new_draft(EntryKind.NOTE, row.local_id, "")
        await self._save_and_sign(draft, {"text": f"Notat {chance.getrandbits(30)}"})

    async def match(self, chance: random.Random) -> None:
        """Say who a typed identity is."""
        found = [row.local_id for row in await self._day.strangers()]
        if not found or chance.random() < 0.3:
            found += list(self._book.matched)  # whoever is matched stays so, whatever is tried
        patients = [p for p in self._patients() if p not in self._truth.strange]
        if found and patients:
            local, patient = chance.choice(found), chance.choice(patients)
            digits = await self._digits(patient, "")
            try:
                await self._day.match(local, patient, digits)
            finally:
                typed = self._book.nurse.store.strangers.get(local)
                if typed is not None and typed.patient:
                    bound = self._book.matched.setdefault(local, patient)
                    assert typed.patient == bound, "matched with somebody else"

    async def queue_missing(self, chance: random.Random) -> None:
        """Queue again what a restored journal lost."""
        del chance
        if await self._day.missing_receipts():
            await self._day.queue_missing()

    async def chart(self, chance: random.Random) -> None:
        """Look at a chart."""
        visit = await self._visit(chance)
        if visit is not None:
            await self._digits(visit.patient_id, visit.visit_id)

    async def sync(self, chance: random.Random) -> None:
        """Ask and deliver once."""
        del chance
        await self._day.sync()

    async def take_round(self, chance: random.Random) -> None:
        """Take the round again."""
        del chance
        await self._day.take_round(lambda _: None)

    async def sign_one(
        self, chance: random.Random, kind: EntryKind, *, about: str = "", visit: VisitRow | None = None
    ) -> str:
        """Write and sign one entry; return its id, empty when there is no visit."""
        if about:
            row = next(e for e in await self._day.outbox() if e.entry_id == about)
            draft = await self._day.new_draft(kind, row.patient_id, row.visit_id)
        else:
            visit = visit or await self.a_visit(chance)
            if visit is None:
                return ""
            draft = await self._day.new_draft(kind, visit.patient_id, visit.visit_id)
        fields = {"text": f"Notat {chance.getrandbits(30)}"} if kind is EntryKind.NOTE else dict(NEWS2)
        await self._save_and_sign(draft, fields | ({"about": about} if about else {}))
        return str(draft.entry_id)

    async def send(self, entry_id: str) -> None:
        """Hurry one entry."""
        self._book.made[entry_id].let_go(self._book.nurse.clock.monotonic())
        await self._day.send_now(entry_id)

    async def hold_one(self, entry_id: str) -> None:
        """Hold one entry."""
        await self._day.hold(entry_id)
        self._book.made[entry_id].held_at = self._book.nurse.clock.monotonic()

    async def a_visit(self, chance: random.Random) -> VisitRow | None:
        """Return a visit of the round."""
        return await self._visit(chance)

    def wait_for(self, chance: random.Random) -> float:
        """Return how long the nurse does nothing."""
        return chance.choice(_WAITS)

    async def _write(self, chance: random.Random) -> Draft | None:
        visit = await self._visit(chance)
        if visit is None:
            return None
        kind = chance.choice((EntryKind.NEWS2, EntryKind.NOTE))
        draft = await self._day.new_draft(kind, visit.patient_id, visit.visit_id)
        number = chance.randint(60, 120)
        news2, note = NEWS2 | {"pulse": str(number)}, {"text": f"Notat {chance.getrandbits(30)}"}
        return await self._save(draft, news2 if kind is EntryKind.NEWS2 else note)

    async def _save(self, draft: Draft, fields: dict[str, str]) -> Draft:
        kept = {k: v for k, v in draft.fields.items() if k in ("corrects", "instead")}
        draft = replace(draft, fields={**kept, **fields})
        known = self._book.made.get(draft.entry_id)
        if known is not None:
            known.may_hold = [*known.may_hold, dict(draft.fields)]
        else:
            kept_row = self._book.nurse.store.entries.draft(draft.entry_id)
            if kept_row is not None:  # begun by the client itself: a correction
                self._book.made[draft.entry_id] = Promise(
                    draft.entry_id, draft.patient_id, [dict(kept_row.fields), dict(draft.fields)]
                )
        saved = await self._day.save_draft(draft)
        promise = self._book.made.setdefault(draft.entry_id, Promise(draft.entry_id, draft.patient_id, []))
        promise.may_hold = [dict(draft.fields)]
        return saved

    async def _save_and_sign(self, draft: Draft, fields: dict[str, str]) -> None:
        await self._sign(await self._save(draft, fields))

    async def _sign(self, draft: Draft) -> None:
        promise = self._book.made[draft.entry_id]
        instead = self._book.made.get(draft.fields.get("instead", ""))
        if instead is not None:
            instead.may_be_withdrawn = True
        digits = await self._digits(draft.patient_id, draft.visit_id)
        promise.may_be_signed = True
        await self._day.sign(draft.entry_id, digits)
        promise.is_signed = True

    async def _change(self, act: Coroutine[Any, Any, EntryRow]) -> None:
        """Let the client draft and sign a change in one; what it came to is looked up in its store."""
        known = set(self._book.made)
        try:
            row = await act
        finally:
            self._adopt(known)
        promise = self._book.made[row.entry_id]
        promise.is_signed = True

    def _adopt(self, known: set[str]) -> None:
        """Take in entries that the client began by itself: each may be signed or not."""
        adopt(self._book, known)

    async def _digits(self, patient: str, visit: str) -> str:
        chart = await self._day.chart(patient, visit)
        self._book.opened[patient] = self._book.opened.get(patient, 0) + 1
        return str(chart.banner.identity_number[-3:])

    async def _visit(self, chance: random.Random) -> VisitRow | None:
        taken = await self._day.round()
        return chance.choice(taken.visits) if taken is not None and taken.visits else None

    def _patients(self) -> list[str]:
        return [one.id for one in self._book.nurse.store.resources.of_type("Patient")]

    def _one(self, chance: random.Random) -> Promise | None:
        signed = [p for p in self._book.made.values() if p.is_signed]
        return chance.choice(signed) if signed else None


def adopt(book: Book, known: set[str]) -> None:
    """Take in entries that the client began by itself and nobody has a promise of yet."""
    store = book.nurse.store
    for record in store.entries.all():
        if record.entry_id not in known:
            promise = Promise(record.entry_id, record.patient, [], may_be_signed=True)
            book.made.setdefault(record.entry_id, promise)
    for draft in store.entries.drafts():
        if draft.entry_id not in known:
            promise = Promise(draft.entry_id, draft.patient, [dict(draft.fields)], may_be_signed=True)
            book.made.setdefault(draft.entry_id, promise)
