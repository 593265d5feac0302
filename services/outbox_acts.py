"""What the screens can do with the outbox: the half of the working day that changes, holds, settles and matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryKind
from services.at_work import AtWork
from services.changed_resource import DONE, NOT_DONE
from services.granted import require_granted
from services.strangers import find_candidates, read_patient
from services.trouble_from import told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import ParamSpec, TypeVar

    from services.outbox_views import Candidate, ConflictView, MissingReceipt, SafetyNoticeRow, StrangerRow
    from services.views import Draft, EntryRow

    P = ParamSpec("P")
    R = TypeVar("R")


class OutboxActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose; each is one commit."""

    async def complete_task(
        self,
        task_id: str,
        visit_id: str = "",
        *,
        done: bool = True,
        reason: str = "",
        happened_at: datetime | None = None,
        retyped: str = "",
    ) -> EntryRow:
        """Sign that a task is done, or was not and why. It may be taken back as every signed entry."""
        require_granted(EntryKind.TASK, self._open().tokens.grant.scopes)
        desk = self._at_desk()
        with told():
            draft = await self._setup.worker.run(
                lambda: desk.changing.task_draft(
                    task_id,
                    visit_id,
                    outcome=DONE if done else NOT_DONE,
                    reason=reason,
                    happened_at=happened_at,
                )
            )
        return await self._sign_draft(draft, retyped)

    async def change_plan(
        self, target: str, visit_id: str = "", *, fields: Mapping[str, str], retyped: str = ""
    ) -> EntryRow:
        """Sign a change of `CarePlan/…` (fields: activity, text, status) or `Goal/…` (fields: text, status)."""
        require_granted(EntryKind.PLAN, self._open().tokens.grant.scopes)
        with told():
            draft = await self._setup.worker.run(
                self._at_desk().changing.plan_draft, target, visit_id, dict(fields)
            )
        return await self._sign_draft(draft, retyped)

    async def hold(self, entry_id: str) -> None:
        """Keep a signed entry from being sent until it is released."""
        await self._do(self._at_desk().outbox.hold, entry_id)

    async def release(self, entry_id: str) -> None:
        """Let a held entry go."""
        await self._do(self._at_desk().outbox.release, entry_id)
        self._wake()

    async def review(self, visit_id: str) -> int:
        """Release what waits for the review of a visit; return how many entries."""
        released = await self._do(self._at_desk().outbox.review, visit_id)
        self._wake()
        return released

    async def resend(self, entry_id: str) -> None:
        """Send an unknown entry again, the clinician being warned that it may then be there twice."""
        await self._do(self._at_desk().outbox.resend, entry_id)
        self._wake()

    async def settle_as_there(self, entry_id: str, reference: str, part: int = 0) -> None:
        """Take `Type/id` of the journal for an unknown part: the clinician has looked."""
        await self._do(self._at_desk().outbox.settle_as_there, entry_id, reference, part)
        self._wake()

    async def correct(self, entry_id: str) -> Draft:
        """Begin a correction of an entry: a new, dated draft that refers to it."""
        return await self._do(self._at_desk().outbox.correct, entry_id)

    async def conflicts(self) -> tuple[ConflictView, ...]:
        """Return the conflicts that nobody has decided."""
        with told():
            return await self._setup.worker.run(self._at_desk().settling.waiting)

    async def conflict(self, entry_id: str) -> ConflictView:
        """Return the open conflict of an entry."""
        with told():
            return await self._setup.worker.run(self._at_desk().settling.of, entry_id)

    async def settle(
        self, entry_id: str, choices: Mapping[str, str], *, note: bool = False, retyped: str = ""
    ) -> None:
        """Decide a conflict, signed: per asked path mine, theirs, both or note; with `note` all of mine is kept in a note."""
        desk = self._at_desk()
        await self._do(lambda: desk.settling.settle(entry_id, choices, note=note, retyped=retyped))
        self._wake()

    async def missing_receipts(self) -> tuple[MissingReceipt, ...]:
        """Return what the journal had acknowledged and no longer has."""
        with told():
            return await self._setup.worker.run(self._at_desk().outbox.missing)

    async def queue_missing(self) -> int:
        """Queue again what a restored journal lost, the clinician having seen the list."""
        queued = await self._do(self._at_desk().outbox.queue_missing)
        self._wake()
        return queued

    async def safety_notices(self) -> tuple[SafetyNoticeRow, ...]:
        """Return the acts that may have been done twice."""
        with told():
            return await self._setup.worker.run(self._at_desk().outbox.notices)

    async def notice_seen(self, notice_id: str) -> None:
        """Write down that a notice was seen."""
        await self._do(self._at_desk().outbox.notice_seen, notice_id)

    async def new_stranger(
        self, *, name: str, number: str = "", birth_date: str = "", place: str = "", note: str = ""
    ) -> StrangerRow:
        """Keep a typed identity; drafts and charts take its `local_id` for a patient id."""
        desk = self._at_desk()
        return await self._do(
            lambda: desk.strangers.add(
                name=name, number=number, birth_date=birth_date, place=place, note=note
            )
        )

    async def strangers(self) -> tuple[StrangerRow, ...]:
        """Return the typed identities that nobody has matched."""
        with told():
            return await self._setup.worker.run(self._at_desk().strangers.waiting)

    async def candidates(self, local_id: str) -> tuple[Candidate, ...]:
        """Ask the journal who a typed identity may be; a person decides. That it was asked is in the log first."""
        with told():
            typed = await self._setup.worker.run(self._at_desk().strangers.asked_for, local_id)
            return await find_candidates(self._open().client, typed)

    async def match(self, local_id: str, patient_id: str, retyped: str) -> None:
        """Bind what was written of a typed identity to a patient, once; the last three digits are typed again."""
        with told():
            patient = await read_patient(self._open().client, patient_id)
        await self._do(self._at_desk().strangers.match, local_id, patient, retyped)
        self._wake()

    async def _sign_draft(self, draft: Draft, retyped: str) -> EntryRow:
        row = await self._do(self._signer().sign, draft.entry_id, retyped)
        self._wake()
        return row

    async def _do(self, act: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with told():
            result = await self._setup.worker.run(act, *args, **kwargs)
        await self._refresh_status()
        return result
