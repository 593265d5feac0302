"""Settling conflicts: mine and theirs beside each other, and a decision that is a signed act of its own.

What was signed stays as it was signed. A decision makes a new part against the journal's version, or gives mine up; either way
base, mine and theirs are kept (offline-cache.md §1.6). Synchronous: runs on the store's worker.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from offline_cache.conflicts import ConflictKind
from offline_cache.entries import REGRET
from offline_cache.entry_records import Base, DraftRecord, NewPart
from offline_cache.errors import WrongState
from offline_cache.merge import WHOLE, Choice, NotMergeable, three_way
from offline_cache.merge_choice import ChoiceRefused, apply_choices, note_of
from offline_cache.states import EntryKind, EntryState
from services.fhir_time import parse_time
from services.kept_note import kept_lines
from services.outbox_views import ConflictField, ConflictView
from services.part_check import check_parts
from services.recording import note_parts, note_title
from services.signing import check_digits, needs_digits
from services.trouble import Trouble, TroubleCode
from services.views import Draft

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from offline_cache.conflicts import ConflictRecord
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.merge import FieldMerge, Merged
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from services.reading import Reading
    from services.session import Clinician

_MOST_TEXT = 4000
NOTE = "note"
"""A choice for one field: theirs stands, and mine is kept in a note."""


class Settling:
    """Conflicts of one clinician's outbox."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, clinician: Clinician, reading: Reading, seals: Seals
    ) -> None:
        self._store = store
        self._seals = seals
        self._clock = clock
        self._ids = ids
        self._clinician = clinician
        self._reading = reading
        self._seen: set[int] = set()

    def waiting(self) -> tuple[ConflictView, ...]:
        """Return the conflicts that nobody has decided, the first found first."""
        return tuple(self._view(record) for record in self._store.conflicts.waiting())

    def of(self, entry_id: str) -> ConflictView:
        """Return the open conflict of an entry; that it was looked at is in the log first, once a session.

        Raises:
            Trouble: NOT_WAITING when there is none.
        """
        record = self._open(entry_id)
        entry = self._store.entries.get(entry_id)
        if record.conflict_id not in self._seen and not self._store.read_only:
            with self._store.transaction():
                self._store.audit.append(
                    "open-conflict",
                    patient=entry.patient if entry else "",
                    basis=f"conflict/{record.conflict_id}",
                    detail=entry_id,
                    actor=self._clinician.fhir_user,
                )
            self._seen.add(record.conflict_id)
        return self._view(record)

    def settle(self, entry_id: str, choices: Mapping[str, str], *, note: bool, retyped: str) -> None:
        """Decide a conflict; the decision is signed: by whom, when and what is in the audit log and with the conflict.

        Args:
            entry_id: whose conflict.
            choices: for each field that was asked: mine, theirs or both, or `note` for theirs with mine in a note. For what is
                gone in the journal there is nothing to choose: mine is given up.
            note: keep everything that mine says and the journal will not as a note of its own, signed with this.
            retyped: the last three digits: always where mine is to stand over somebody else's work (UX-06), else where
                somebody on today's list looks alike.

        Raises:
            Trouble: NOT_CHOSEN when a field that was asked has no choice, DIGITS_DIFFER, NOT_WAITING.
        """
        record = self._open(entry_id)
        entry = self._store.entries.get(entry_id)
        part = self._store.entries.part(record.met.op_id)
        if entry is None or part is None:
            raise Trouble(TroubleCode.NOT_WAITING)
        noted = frozenset(path for path, choice in choices.items() if choice == NOTE)
        decision = json.dumps({"choices": dict(choices), "note": note}, ensure_ascii=True)
        choices = {path: Choice.THEIRS.value if path in noted else one for path, one in choices.items()}
        self._check_digits(entry, choices, retyped)
        merged = _merged(record)
        body = b"" if merged is None or not record.met.theirs else _decided(merged, choices)
        with self._store.transaction():
            self._decide(record, decision)
            if body and body != record.met.theirs:
                self._send_against(entry, part, record, body)
            else:
                self._give_up(entry, part)
            if note or noted:
                self._keep_as_note(entry, _my_text(merged, record, choices, only=None if note else noted))
            self._seals.refresh(self._store, entry_id)

    def _check_digits(self, entry: EntryRecord, choices: Mapping[str, str], retyped: str) -> None:
        """Ask for the digits where mine is to stand over theirs, and where somebody looks alike.

        Raises:
            Trouble: DIGITS_DIFFER.
        """
        chart = self._reading.unshown(entry.patient, entry.visit)
        number = chart.banner.identity_number
        if number and overrides(choices) and retyped != number[-3:]:
            raise Trouble(TroubleCode.DIGITS_DIFFER)
        check_digits(chart, retyped)

    def _send_against(
        self, entry: EntryRecord, part: PartRecord, record: ConflictRecord, body: bytes
    ) -> None:
        """Put a new part in the queue, made from the journal's version; it may be regretted as every signed entry."""
        at = self._clock.now()
        met = record.met
        number = self._store.entries.next_number(entry.entry_id)
        base = Base(met.id, met.theirs_version, met.theirs)
        new = NewPart(self._ids.uuid(), number, met.type, body, base)
        check_parts([new], entry.patient)
        self._store.entries.replace_part(part, new)
        self._store.entries.queue_again(entry.entry_id, send_after=at + REGRET)

    def _give_up(self, entry: EntryRecord, part: PartRecord) -> None:
        """Let the journal's version stand. An entry of which nothing is left to send is closed."""
        self._store.entries.give_up_part(part)
        left = self._store.entries.parts(entry.entry_id)
        at = self._clock.now()
        if any(not p.server_id for p in left):
            self._store.entries.queue_again(entry.entry_id, send_after=at)
        elif left:
            self._store.entries.set_state(entry.entry_id, EntryState.DELIVERED, delivered_at=at)
        else:
            self._store.entries.withdraw(entry.entry_id, at)

    def _decide(self, record: ConflictRecord, decision: str) -> None:
        self._store.conflicts.decide(
            record.conflict_id, decision=decision, by=self._clinician.fhir_user, at=self._clock.now()
        )
        entry = self._store.entries.get(record.met.entry_id)
        self._store.audit.append(
            "conflict-settled",
            patient=entry.patient if entry else "",
            basis=f"conflict/{record.conflict_id}",
            detail=record.met.entry_id,
            actor=self._clinician.fhir_user,
        )

    def _keep_as_note(self, entry: EntryRecord, said: list[str]) -> None:
        """Sign a note that holds what mine says and the journal does not."""
        text = "\n".join(said)
        if not text:
            return
        now = self._clock.now()
        draft = Draft(
            self._ids.uuid(), EntryKind.NOTE, entry.patient, entry.visit, entry.event_at, {"text": text}
        )
        parts = note_parts(draft, self._clinician, self._ids, now)
        check_parts(parts, entry.patient)
        author = self._clinician.fhir_user
        self._store.entries.save_draft(
            DraftRecord(
                draft.entry_id,
                draft.kind,
                draft.patient_id,
                draft.visit_id,
                draft.event_at,
                draft.fields,
                author,
            )
        )
        self._store.entries.sign(
            draft.entry_id,
            parts,
            title=note_title(draft),
            signed_at=now,
            send_after=now + REGRET,
            author=author,
        )
        self._store.audit.append(
            "sign", patient=entry.patient, basis=entry.entry_id, detail=draft.entry_id, actor=author
        )
        self._seals.seal(self._store, draft.entry_id)

    def _open(self, entry_id: str) -> ConflictRecord:
        open_ = [one for one in self._store.conflicts.of(entry_id) if one.status == "open"]
        entry = self._store.entries.get(entry_id)
        if not open_ or entry is None or entry.state is not EntryState.CONFLICT:
            raise Trouble(TroubleCode.NOT_WAITING)
        return open_[-1]

    def _view(self, record: ConflictRecord) -> ConflictView:
        met = record.met
        entry = self._store.entries.get(met.entry_id)
        merged = _merged(record)
        patient = entry.patient if entry else ""
        return ConflictView(
            entry_id=met.entry_id,
            patient_id=patient,
            title=entry.title if entry else "",
            kind=met.kind.value,
            type=met.type,
            policy=merged.policy.value if merged else "ask",
            fields=tuple(_field(one) for one in merged.fields) if merged else (),
            parallel=bool(merged and merged.parallel),
            has_proposal=bool(merged and merged.proposal is not None and met.theirs),
            mine_author=met.mine_author,
            mine_at=parse_time(met.mine_at).at,
            theirs_author=met.theirs_author,
            theirs_at=parse_time(met.theirs_at).at,
            found_at=record.found_at,
            retype_digits=needs_digits(self._reading.unshown(patient, entry.visit)) if entry else False,
            is_readable=merged is not None,
            my_text=tuple(_my_text(merged, record, {})),
        )


def _merged(record: ConflictRecord) -> Merged | None:
    """Return the merge; None for what cannot be read, of which a person sees mine and theirs as a whole."""
    met = record.met
    if met.kind is ConflictKind.TARGET_GONE:
        return None
    try:
        return three_way(met.type, met.base, met.mine, met.theirs)
    except NotMergeable:
        return None


def _decided(merged: Merged, choices: Mapping[str, str]) -> bytes:
    try:
        return apply_choices(merged, {path: Choice(choice) for path, choice in choices.items()})
    except (ChoiceRefused, ValueError):
        raise Trouble(TroubleCode.NOT_CHOSEN) from None


def overrides(choices: Mapping[str, str]) -> bool:
    """Tell whether these choices let mine stand over what somebody else has written."""
    return any(choice in (Choice.MINE.value, Choice.BOTH.value) for choice in choices.values())


def _my_text(
    merged: Merged | None,
    record: ConflictRecord,
    choices: Mapping[str, str],
    only: Collection[str] | None = None,
) -> list[str]:
    """Return what mine says and what is chosen does not: all of mine where nothing is chosen yet, or nothing is left to merge.

    With `only`, of these paths alone.
    """
    if merged is None:
        try:
            merged = three_way(record.met.type, record.met.base, record.met.mine, record.met.base)
        except (NotMergeable, WrongState):
            return []
        choices = {}
    lost = [
        one.path for one in merged.fields if choices.get(one.path, Choice.THEIRS.value) == Choice.THEIRS.value
    ]
    lost = lost if only is None else [path for path in lost if path in only]
    paths = [path for path in lost if path != WHOLE] or lost
    return kept_lines(note_of(merged, paths))


def _field(one: FieldMerge) -> ConflictField:
    return ConflictField(
        path=one.path,
        base=_text(one.base),
        mine=_text(one.mine),
        theirs=_text(one.theirs),
        kind=one.kind.value,
        asked=one.asked,
        can_both=one.can_both,
        settled=one.settled.value if one.settled else "",
    )


def _text(value: bytes | None) -> str:
    """Return a value as it is to be read: a text without its marks, anything else as it stands in the resource."""
    if value is None:
        return ""
    try:
        said = json.loads(value) if value[:1] == b'"' else value.decode("utf-8", "replace")
    except ValueError:
        said = value.decode("utf-8", "replace")
    return str(said)[:_MOST_TEXT]
