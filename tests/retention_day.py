"""What the tests of lease and wipe share: a client of the ward, a note, and what lies in the cache."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from services.trouble import Trouble, TroubleCode
from services.views import EntryKind
from tests.pilot.ward import PIN, Ward

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from services.views import Draft
    from services.workday import Workday

KARI = "kari-nordmann"
HOUR = 3600.0
NEXT_DAY = 24 * HOUR


async def first_day(ward: Ward, person: str = KARI) -> Workday:
    """Return a client that has signed in, chosen a PIN and taken the round along."""
    day = ward.day()
    await day.people()
    await day.sign_in(person)
    await (day.set_pin(PIN) if day.needs_pin else day.unlock(PIN))
    await day.take_round(lambda _: None)
    return day


async def a_note(day: Workday, text: str = "Sårstell utført.") -> Draft:
    """Write a note in the first visit, and leave it unsigned."""
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    return await day.save_draft(replace(draft, fields={"text": text}))


async def signed_note(day: Workday) -> str:
    """Write and sign a note; return the entry's id."""
    draft = await a_note(day)
    chart = await day.chart(draft.patient_id, draft.visit_id)
    return (await day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id


async def refused(call: Awaitable[object]) -> TroubleCode:
    """Return how a call was refused."""
    with pytest.raises(Trouble) as caught:
        await call
    return caught.value.code


def cache_of(ward: Ward) -> Path:
    """Return the folder of the one cache."""
    (folder,) = [p for p in ward.disk.list(ward.folders.cache) if p.is_dir()]
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a cache, but for those that locks are held on."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix not in (".lock", ".pin")}


def patients_kept(day: Workday) -> set[str]:
    """Return whose charts are in the open store."""
    assert day._session is not None
    return {r.id for r in day._session.store.resources.of_type("Patient")}
