"""The last look before signing: what is not this patient's, or not whole, is not signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.entries import NewPart
from ports.ids import SystemIds
from services.part_check import check_parts
from services.recording import news2_parts, note_parts
from services.session import Clinician
from services.trouble import Trouble, TroubleCode
from services.views import Draft, EntryKind
from tests.working_day import NEWS2

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHO = Clinician(
    "kari-nordmann", "Kari Nordmann", "Practitioner/kari-nordmann", "sykepleier", "http://127.0.0.1:1/auth"
)

WRITTEN = [EntryKind.NEWS2, EntryKind.NOTE]
"""The kinds that make something new; what changes something is in test_outbox_changes.py."""


def parts_of(kind: EntryKind) -> list[NewPart]:
    """Return what signing makes of a good draft."""
    fields = NEWS2 if kind is EntryKind.NEWS2 else {"text": "Sover godt."}
    draft = Draft("entry", kind, "pasient-1", "besok-1", AT, dict(fields))
    make = news2_parts if kind is EntryKind.NEWS2 else note_parts
    return make(draft, WHO, SystemIds(), AT)


def changed(part: NewPart, change: Callable[[dict[str, Any]], object]) -> NewPart:
    """Return the part with its resource changed."""
    tree = json.loads(part.body)
    change(tree)
    return NewPart(part.op_id, part.number, part.type, json.dumps(tree).encode())


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_signing_makes_goes_through(kind: EntryKind) -> None:
    check_parts(parts_of(kind), "pasient-1")


@pytest.mark.parametrize("kind", WRITTEN)
def test_part_of_another_patient_is_never_signed(kind: EntryKind) -> None:
    parts = parts_of(kind)
    with pytest.raises(Trouble) as refused:
        check_parts(parts, "pasient-2")
    assert refused.value.code is TroubleCode.DRAFT_OTHER_PATIENT
    one = changed(parts[-1], lambda tree: tree["subject"].update(reference="Patient/pasient-2"))
    with pytest.raises(Trouble):
        check_parts([*parts[:-1], one], "pasient-1")


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize(
    "lost", ["status", "docStatus", "performer", "author", "identifier", "subject", "content"]
)
def test_part_that_lacks_something_is_never_signed(kind: EntryKind, lost: str) -> None:
    (*_, part) = parts_of(kind)
    if lost not in json.loads(part.body) or (kind is EntryKind.NOTE and lost == "status"):
        check_parts([part], "pasient-1")
        return
    with pytest.raises(Trouble):
        check_parts([changed(part, lambda tree: tree.pop(lost))], "pasient-1")


def test_part_with_the_id_of_another_is_never_signed() -> None:
    first, second, *_ = parts_of(EntryKind.NEWS2)
    with pytest.raises(Trouble):
        check_parts([NewPart(first.op_id, 1, first.type, second.body)], "pasient-1")
