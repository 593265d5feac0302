"""The outbox by visit: hold, review, send, correct, what nobody can answer for, lost receipts and acts done twice."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, TypeVar

from offline_cache.outbox_notes import note_differing
from offline_cache.safety_notices import SafetyNotice
from offline_cache.states import EntryState
from tests.golden.grid import assert_grid
from tests.pilot.test_screens_entries import record
from tests.pilot.ward import Hands, Ward, at_both_sizes, at_work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from offline_cache.store import Store

R = TypeVar("R")


async def in_store(ward: Ward, job: Callable[[Store], R]) -> R:
    """Do something in the store that only the network or a year of work would do, and tell the screens."""
    assert ward.workday is not None
    store = ward.workday._open().store
    result: R = await ward.workday._setup.worker.run(job, store)
    await ward.workday._refresh_status()
    return result


async def note(hands: Hands, name: str, text: str) -> None:
    """Sign a note about somebody of the round."""
    await hands.choose(name)
    await hands.press("n")
    await hands.write(text)
    await hands.press("f9", "enter")


async def deliver(hands: Hands, ward: Ward) -> None:
    """Let the half minute pass and send."""
    assert ward.workday is not None
    ward.clock.move(60)
    await ward.workday.sync()
    await hands.rest()


async def states(ward: Ward) -> list[str]:
    """Return the state of every entry."""
    assert ward.workday is not None
    return [row.state.value for row in await ward.workday.outbox()]


def unknown(detail: str) -> Callable[[Store], None]:
    """Return what leaves the only entry unknown until a person looks."""

    def job(store: Store) -> None:
        (entry,) = store.entries.all()
        (part,) = store.entries.parts(entry.entry_id)
        with store.transaction():
            store.entries.set_state(entry.entry_id, EntryState.SENDING)
            store.entries.set_part(part.op_id, EntryState.UNKNOWN)
            store.entries.set_state(entry.entry_id, EntryState.UNKNOWN, detail=detail)

    return job


@at_both_sizes
async def test_entries_stand_under_their_visits(tmp_path: Path, size: tuple[int, int]) -> None:
    """Two visits by the clock, each entry with sign, time and why; one held, one in the journal."""
    ward = Ward(tmp_path)
    async with at_work(ward, size) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await deliver(hands, ward)
        await note(hands, "BAKKEN", "Puster lettere.")
        await note(hands, "HANSEN", "Vekt 81,4.")
        await hands.press("u", "h")
        assert "Holdt. Den sendes ikke" in hands.text
        assert_grid(f"outbox_visits_{size[0]}x{size[1]}", hands.text)
        order = [line for line in hands.lines() if "08:0" in line or "07:5" in line]
        assert "BAKKEN" in order[0]
        await deliver(hands, ward)
        assert (await states(ward)).count("holdt") == 1
        await hands.press("h")
        assert "Sluppet." in hands.text
        await deliver(hands, ward)
        assert await states(ward) == ["i journalen"] * 3
        await hands.press("h")
        assert "Den kan ikke holdes" in hands.text


async def test_a_visit_is_reviewed_before_it_is_sent(tmp_path: Path) -> None:
    """Where the policy asks: `r` lists what waits in the visit, Enter lets it go, and nobody else's."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        for name in ("HANSEN", "BAKKEN"):
            await note(hands, name, "Rolig natt.")

        def wait(store: Store) -> None:
            for entry in store.entries.all():
                store.holding.await_review(entry.entry_id)

        await in_store(ward, wait)
        await hands.press("u")
        assert "venter på gjennomsyn" in hands.text
        await hands.press("r")
        assert_grid("outbox_review_80x24", hands.text)
        await hands.press("escape")
        assert "Ingenting er gjort." in hands.text
        assert await states(ward) == ["holdt", "holdt"]
        await hands.press("r", "enter")
        assert "1 oppføring er sett over og sluppet." in hands.text
        assert sorted(await states(ward))[0] == "holdt"
        assert (await states(ward)).count("holdt") == 1


async def test_an_unknown_one_is_sent_again_only_after_a_warning(tmp_path: Path) -> None:
    """Docked: the warning, Esc leaves it, Enter sends it. Fault: Q1."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await in_store(ward, unknown("not-found-twice"))
        await hands.press("u", "a")
        assert "kan bli stående to ganger" in " ".join(hands.text.split())
        assert_grid("outbox_again_80x24", hands.text)
        await hands.press("escape")
        assert await states(ward) == ["ukjent"]
        await hands.press("a", "enter")
        assert "Sendes på nytt." in hands.text
        assert await states(ward) != ["ukjent"]


async def test_a_person_says_under_which_reference_the_journal_has_it(tmp_path: Path) -> None:
    """`d`: a reference that is none is refused, the right one settles it."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await in_store(ward, unknown("several-found"))
        await hands.press("u", "d")
        assert_grid("outbox_there_80x24", hands.text)
        await hands.write("a b\n")
        assert "Skriv referansen som DocumentReference/123." in hands.text
        await hands.write("DocumentReference/abc-1\n")
        assert "Skrevet ned: den er i journalen." in hands.text
        assert ward.workday is not None
        (row,) = await ward.workday.outbox()
        assert row.journal_ids == ("DocumentReference/abc-1",)


async def test_a_correction_is_a_new_dated_draft_that_refers_to_the_first(tmp_path: Path) -> None:
    """`e` on a delivered note: the form says that it is a correction, and the journal gets both."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Vekt 81,4.")
        await deliver(hands, ward)
        await hands.press("u", "e")
        assert "Notat · retting" in hands.lines()[0]
        assert "Vekt 81,4." in hands.text
        await hands.write(" Rettet: 84,1.")
        await hands.press("f9", "enter")
        await deliver(hands, ward)
        assert await states(ward) == ["i journalen", "i journalen"]
        assert ward.workday is not None
        _, second = await ward.workday.outbox()
        kept = ward.journal.read(*second.journal_ids[0].split("/"))
        assert kept is not None
        assert "relatesTo" in kept.body.decode()


async def test_what_a_restored_journal_lost_is_queued_again_when_it_was_seen(tmp_path: Path) -> None:
    """The line stays, `m` lists it, Enter queues it."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await deliver(hands, ward)

        def lose(store: Store) -> None:
            with store.transaction():
                for receipt in store.receipts.all():
                    store.receipts.lost(receipt.op_id, ward.clock.now())

        ward.network.is_down = True
        await in_store(ward, lose)
        await hands.press("u")
        assert "1 del bekreftet av journalen finnes ikke der lenger" in " ".join(hands.text.split())
        await hands.press("m")
        assert_grid("outbox_missing_80x24", hands.text)
        await hands.press("enter")
        assert "1 del er lagt i køen på nytt." in hands.text
        assert await states(ward) == ["ukjent"]
        await hands.press("m")
        assert "Ingen kvitteringer mangler." in hands.text


async def test_an_entry_of_several_parts_says_how_many_are_there(tmp_path: Path) -> None:
    """Three of eight are in the journal while the rest is on its way; what is left half done says so too."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await record(hands)
        await hands.press("f9", "enter")

        def three_are_there(store: Store) -> None:
            (entry,) = store.entries.all()
            store.entries.set_state(entry.entry_id, EntryState.SENDING)
            for number, part in enumerate(store.entries.parts(entry.entry_id)):
                state = EntryState.DELIVERED if number < 3 else EntryState.SENDING
                store.entries.set_part(part.op_id, state, f"s{number}" if number < 3 else "")

        await in_store(ward, three_are_there)
        await hands.press("u", "enter")
        assert "sender, 3 av 8" in hands.text
        assert "3 av 8 deler er i journalen." in hands.text

        def broken_off(store: Store) -> None:
            store.entries.recover()

        await in_store(ward, broken_off)
        await hands.press("escape", "u", "enter")
        assert "ukjent" in hands.text
        assert "3 av 8 deler er i journalen." in hands.text
        await hands.press("b")
        assert "Kan ikke trekkes tilbake" in hands.text


async def test_a_refused_entry_is_corrected_where_it_stands(tmp_path: Path) -> None:
    """The journal's own words at the entry; `e` is a copy to mend, and when that is signed the refused one is taken back."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Vekt 81,4.")
        ward.network.is_down = True

        def refuse(store: Store) -> None:
            (entry,) = store.entries.all()
            store.entries.set_state(
                entry.entry_id, EntryState.REFUSED, detail="refused", shown="Teksten må ha en [bold]enhet[/]"
            )

        await in_store(ward, refuse)
        await hands.press("u", "enter")
        assert "✖ avvist" in hands.text
        assert "«Teksten må ha en [bold]enhet[/]»" in hands.text
        assert_grid("outbox_refused_80x24", hands.text)
        await hands.press("e")
        assert "Vekt 81,4." in hands.text
        await hands.write(" kg")
        await hands.press("f9", "enter")
        assert sorted(await states(ward)) == ["signert", "trukket"]
        ward.network.is_down = False
        await deliver(hands, ward)
        assert sorted(await states(ward)) == ["i journalen", "trukket"]
        assert ward.workday is not None
        sent = next(row for row in await ward.workday.outbox() if row.journal_ids)
        kept = ward.journal.read(*sent.journal_ids[0].split("/"))
        assert kept is not None
        data = json.loads(kept.body)["content"][0]["attachment"]["data"]
        assert base64.b64decode(data).decode() == "Vekt 81,4. kg"


async def test_what_the_journal_changed_is_said_on_the_row_and_field_by_field(tmp_path: Path) -> None:
    """In words, no path of FHIR; on a journal that cut the note. Fault: Q8."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Vekt 81,4. Spiser lite.")
        await deliver(hands, ward)
        await hands.press("u")
        assert "endret av tjener" not in hands.text

        def cut(store: Store) -> None:
            (entry,) = store.entries.all()
            (part,) = store.entries.parts(entry.entry_id)
            tree = json.loads(part.body)
            tree["content"][0]["attachment"]["data"] = "VmVrdCA4MSw0Lg=="
            with store.transaction():
                note_differing(store, part, json.dumps(tree).encode())

        await in_store(ward, cut)
        await hands.rest()
        assert "Notat" in next(line for line in hands.lines() if "i journalen, endret av tjener" in line)
        await hands.press("enter")
        assert_grid("outbox_changed_80x24", re.sub(r"/[0-9a-f-]{36}", "/…", hands.text))
        assert "noe annet enn du signerte: tekst. Se i journalen" in " ".join(hands.text.split())


async def test_an_act_done_twice_keeps_its_line_until_it_is_handled(tmp_path: Path) -> None:
    """On the round and in the outbox, through other keys, until `l` and Enter (UX-19). Fault: M6."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        view = await ward.workday.round()
        assert view is not None
        patient = next(row for row in view.visits if row.family == "Hansen").patient_id
        at = ward.clock.now().isoformat()
        two = SafetyNotice(
            "task:1", "task", patient, "Task/1", "Olav Lie", at, "Kari Nordmann", at, ward.clock.now()
        )
        await in_store(ward, lambda store: store.safety.put(two))
        await note(hands, "HANSEN", "Rolig natt.")
        assert "▲▲ Samme tiltak kvittert av to: HANSEN" in hands.text
        await hands.press("u")
        for key in ("down", "l", "escape", "h"):
            await hands.press(key)
            assert "▲▲ Samme tiltak kvittert av to: HANSEN" in " ".join(hands.text.split())
        assert_grid("outbox_safety_80x24", hands.text)
        await hands.press("l", "enter")
        assert "merket som sett" in hands.text
        assert "Samme tiltak" not in hands.text


async def test_without_colour_every_state_has_its_sign_and_word(tmp_path: Path) -> None:
    """NO_COLOR: the same words, one mark."""
    ward = Ward(tmp_path)
    async with at_work(ward, NO_COLOR="1") as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await hands.press("u", "h")
        assert sum(line.startswith(">") for line in hands.lines()) == 1
        assert "‖" in hands.text
        assert "holdt: holdt av deg" in hands.text
