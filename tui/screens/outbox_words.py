"""The lines over the outbox that stay until they are handled, and what its decisions are summed up as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryKind
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from services.outbox_views import MissingReceipt, SafetyNoticeRow
    from services.views import EntryRow

_TYPE_OF = {EntryKind.NEWS2: "Observation", EntryKind.NOTE: "DocumentReference", EntryKind.TASK: "Task"}


def safety_words(notices: Sequence[SafetyNoticeRow], name_of: Callable[[str], str]) -> str:
    """Return the first act that may have been done twice: what, whom it is about, who and when, and how many more."""
    first = notices[0]
    said = nb.text(
        "notice.line",
        what=nb.text(f"notice.{first.kind}"),
        name=visible(name_of(first.patient_id)) or nb.text("sync.somebody"),
        first=_by(first.first_by, first.first_at),
        second=_by(first.second_by, first.second_at),
    )
    more = f" {nb.text('notice.line_more', n=len(notices) - 1)}" if len(notices) > 1 else ""
    return said + more


def _by(who: str, at: datetime | None) -> str:
    """Return who did it and when."""
    return f"{visible(who) or nb.text('conflict.nobody')} {fmt.clock(at)}"


def missing_words(missing: Sequence[MissingReceipt]) -> str:
    """Return that the journal has lost what it had acknowledged, or nothing."""
    return nb.text("outbox.missing", n=fmt.count(len(missing), "del", "deler")) if missing else ""


def example_of(entry: EntryRow) -> str:
    """Return how a reference to what an entry made looks."""
    return f"{_TYPE_OF.get(entry.kind, 'CarePlan')}/123"


def reference_of(entry: EntryRow, typed: str) -> str:
    """Return the reference that was typed, its type filled in where only the id was; nothing where it is none."""
    text = typed.strip()
    if "/" not in text:
        text = f"{_TYPE_OF[entry.kind]}/{text}" if entry.kind in _TYPE_OF and text else ""
    type_, _, id_ = text.partition("/")
    return text if type_.isalpha() and id_ and not set(id_) & set(" /?#") else ""
