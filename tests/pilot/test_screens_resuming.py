"""After a lock one is back at the same place with what was typed or chosen there: forms that no draft keeps, and decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from sandbox.population.practice import MARTE
from services.idle_policy import IdlePolicy
from services.kept_place import PlaceName, Step
from services.outbox_views import ConflictField
from tests.pilot.test_screens_conflict import first_task, in_conflict
from tests.pilot.test_screens_emergency import WORDS, find
from tests.pilot.test_screens_idle import lock
from tests.pilot.test_screens_outbox import in_store, note, unknown
from tests.pilot.ward import Hands, Ward, at_work
from tui.resuming import steps_of
from tui.screens.conflict import ConflictScreen, _between, _chosen

if TYPE_CHECKING:
    from pathlib import Path

BACK = "Tilbake der du var."


async def test_a_reason_for_emergency_access_is_there_with_whom_it_is_about(tmp_path: Path) -> None:
    """Nothing was opened and nothing is: the key does that, with the reason as it was typed."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await find(hands, MARTE.number)
        await hands.press("enter")
        await hands.write(f"1\n{WORDS[:-3]}")
        await lock(hands)
    async with at_work(ward) as hands:
        assert MARTE.family.upper() not in hands.text.upper()
        await hands.unlock()
        assert BACK in hands.text
        assert WORDS[:-3] in hands.text
        assert MARTE.family.upper() in hands.text.upper()
        assert ward.workday is not None
        assert ward.workday.status().accesses == ()
        await hands.write(WORDS[-3:])
        await hands.press("f9")
        assert "NØDTILGANG til" in hands.text
        assert ward.workday._session is not None
        rows = ward.workday._session.store.audit.records()
        assert [row.detail for row in rows if row.action == "emergency-begin"] == [WORDS]


async def test_past_the_lease_the_form_names_nobody(tmp_path: Path) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await find(hands, MARTE.number)
        await hands.press("enter")
        await hands.write(f"1\n{WORDS}")
        await lock(hands)
    ward.network.is_down = True
    ward.clock.move(40 * 3600.0)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert MARTE.family.upper() not in hands.text.upper()
        assert WORDS not in hands.text


async def test_what_was_looked_for_is_there_and_is_not_asked_for_by_itself(tmp_path: Path) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("slash")
        await hands.write(f"{MARTE.number[:6]}\n{MARTE.family}")
        await lock(hands)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert BACK in hands.text
        assert MARTE.number[:6] in hands.text
        assert MARTE.family in hands.text
        assert ward.workday is not None
        assert ward.workday._session is not None
        assert "search" not in {row.action for row in ward.workday._session.store.audit.records()}


async def test_why_a_task_was_not_done_is_there_and_is_signed_once(tmp_path: Path) -> None:
    """At the task it was about, not the first one; the network is of no need."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await first_task(hands, ward, "HANSEN")
        await hands.press("down", "o")
        chosen = next(line for line in hands.lines() if line.startswith(">"))
        await hands.write("Sov tu")
        await lock(hands)
    ward.network.is_down = True
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "Sov tu" in hands.text
        assert next(line for line in hands.lines() if line.startswith(">")) == chosen
        await hands.write("ngt\n")
        assert "◆ signert" in hands.text
        assert ward.workday is not None
        (entry,) = await ward.workday.outbox()
        assert ward.workday._session is not None
        (part,) = ward.workday._session.store.entries.parts(entry.entry_id)
        assert "Sov tungt" in part.body.decode()


async def test_a_task_that_was_signed_meanwhile_is_not_asked_about_again(tmp_path: Path) -> None:
    """The way back may be older than the work: here the reason was typed, and then the task was ticked off elsewhere."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        task = await first_task(hands, ward, "HANSEN")
        await hands.press("o")
        await hands.write("Sov")
        day = ward.workday
        assert day is not None
        view = await day.round()
        assert view is not None
        visit = next(row for row in view.visits if row.family == "Hansen")
        await lock(hands)
        await day.complete_task(task, visit.visit_id, done=True)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "›5 Tiltak" in hands.text
        assert "Ville ikke" not in hands.text
        assert "Sov" not in hands.text


def choices(hands: Hands) -> dict[str, str]:
    """Return what is chosen in the conflict in sight, by field."""
    place = hands.app.screen
    assert isinstance(place, ConflictScreen)
    return {row.field.path: row.choice for row in place.rows if row.choice}


async def test_what_was_chosen_in_a_conflict_holds_over_a_lock(tmp_path: Path) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await in_conflict(hands, ward)
        await hands.press("f8", "j")
        before = choices(hands)
        assert before
        await lock(hands)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert BACK in hands.text
        assert choices(hands) == before
        await hands.press("escape")
        assert "Utboks" in hands.lines()[0]


def test_a_choice_whose_field_has_changed_since_is_asked_for_again() -> None:
    """Fault: M7."""
    field = ConflictField("status", "requested", "completed", "failed", "both", asked=True, can_both=False)
    kept = Step(PlaceName.CONFLICT, typed={"status": _between(field, "theirs")})
    assert _chosen(field, kept) == "theirs"
    assert _chosen(replace(field, theirs="cancelled"), kept) == ""
    assert _chosen(replace(field, path="priority"), kept) == ""
    assert _chosen(field, None) == ""
    both = Step(PlaceName.CONFLICT, typed={"status": _between(field, "both")})
    assert _chosen(field, both) == ""
    assert _chosen(replace(field, can_both=True), both) == "both"


async def test_a_reference_that_is_being_typed_is_there_for_the_same_entry(tmp_path: Path) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await in_store(ward, unknown("several-found"))
        await hands.press("u", "d")
        await hands.write("DocumentReference/ab")
        await lock(hands)
    ward.network.is_down = True  # else the journal is asked again who has it
    async with at_work(ward) as hands:
        await hands.unlock()
        await hands.write("c-1\n")
        assert ward.workday is not None
        (row,) = await ward.workday.outbox()
        assert row.journal_ids == ("DocumentReference/abc-1",)


async def test_what_is_typed_into_a_pin_field_is_not_kept(tmp_path: Path) -> None:
    """The way ends below such a place, whatever stands in it."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("ctrl+p")
        await hands.write("hemmelig-9")
        assert "Bytt PIN" in hands.lines()[0]
        kept = steps_of(hands.app.screen_stack)
        assert [step.place for step in kept] == [PlaceName.ROUND]
        assert b"hemmelig" not in msgspec.json.encode(kept)
