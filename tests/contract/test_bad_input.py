"""What the journal, the network and the machine may throw at the client: each its own answer, and nothing signed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.trouble import Trouble, TroubleCode
from services.views import Connection, EntryState
from tests.sandbox_room import SandboxRoom
from tests.working_day import NEWS2_TOTALS, PIN, a_day, first_day, sign_news2
from tui.text.nb_trouble import trouble_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.workday import Workday

ON_THE_LIST: list[tuple[dict[str, Any], TroubleCode]] = [
    ({"kind": "status", "status": 403}, TroubleCode.FORBIDDEN),
    ({"kind": "status", "status": 404}, TroubleCode.NOT_FOUND),
    ({"kind": "status", "status": 410}, TroubleCode.GONE),
    ({"kind": "status", "status": 412}, TroubleCode.CONFLICT),
    ({"kind": "status", "status": 422}, TroubleCode.REFUSED),
    ({"kind": "status", "status": 429, "retry_after": "7"}, TroubleCode.TOO_MANY),
    ({"kind": "status", "status": 500}, TroubleCode.SERVER_FAULT),
    ({"kind": "status", "status": 503, "retry_after": "7"}, TroubleCode.SERVER_FAULT),
    ({"kind": "html"}, TroubleCode.NOT_A_JOURNAL),
    ({"kind": "truncated-json"}, TroubleCode.BROKEN_ANSWER),
    ({"kind": "cut-body"}, TroubleCode.BROKEN_ANSWER),
    ({"kind": "drop"}, TroubleCode.JOURNAL_UNREACHABLE),
]

IN_THE_OUTBOX: list[tuple[dict[str, Any], EntryState]] = [
    ({"kind": "status", "status": 403}, EntryState.HELD),
    ({"kind": "status", "status": 404}, EntryState.REFUSED),
    ({"kind": "status", "status": 410}, EntryState.REFUSED),
    ({"kind": "status", "status": 412}, EntryState.REFUSED),
    ({"kind": "status", "status": 422}, EntryState.REFUSED),
    ({"kind": "status", "status": 429, "retry_after": "0"}, EntryState.SIGNED),
    ({"kind": "status", "status": 503, "retry_after": "0"}, EntryState.SIGNED),
    ({"kind": "status", "status": 500}, EntryState.UNKNOWN),
    ({"kind": "html"}, EntryState.UNKNOWN),
    ({"kind": "truncated-json"}, EntryState.UNKNOWN),
    ({"kind": "cut-body"}, EntryState.UNKNOWN),
    ({"kind": "drop"}, EntryState.UNKNOWN),
    ({"kind": "drop-before-commit"}, EntryState.UNKNOWN),
    ({"kind": "drop-after-commit"}, EntryState.UNKNOWN),
    ({"kind": "kill-before-commit"}, EntryState.UNKNOWN),
    ({"kind": "kill-after-commit"}, EntryState.UNKNOWN),
]


def name_of(fault: dict[str, Any]) -> str:
    """Return a short name of a fault for the list of tests."""
    return f"{fault['kind']}-{fault['status']}" if "status" in fault else str(fault["kind"])


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SandboxRoom]:
    """Run the embedded journal with faults wired in."""
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    room.start()
    yield room
    room.close()


@pytest.mark.parametrize(
    ("fault", "code"), ON_THE_LIST, ids=lambda v: name_of(v) if isinstance(v, dict) else ""
)
async def test_list_that_does_not_come_says_why_and_keeps_the_old_one(
    fault: dict[str, Any], code: TroubleCode, journal: SandboxRoom, tmp_path: Path
) -> None:
    """The round that was taken before stands, and the trouble has its own three sentences.

    Fault: N2, N4, H3, H4, H10, H13, H19.
    """
    day = await first_day(tmp_path)
    before = await day.round()
    journal.fault(**{"path": "/fhir/Appointment", **fault})
    with pytest.raises(Trouble) as met:
        await day.take_round(lambda _: None)
    assert met.value.code is code
    words = trouble_words(met.value)
    assert all((words.what, words.safe, words.next))
    assert await day.round() == before
    await day.close()


def test_every_trouble_has_words_of_its_own() -> None:
    """No two kinds of trouble are told in the same words, and each says what is safe and what to do."""
    told = [trouble_words(Trouble(code)) for code in TroubleCode]
    assert all(w.what and w.safe and w.next for w in told)
    assert len({(w.what, w.next) for w in told}) == len(told)


async def test_part_of_a_chart_that_does_not_come_is_named(journal: SandboxRoom, tmp_path: Path) -> None:
    """One refused part: that patient is not komplett and says which part; the others are whole; the list is not "complete".

    Fault: P14.
    """
    day = a_day(tmp_path)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_pin(PIN)
    journal.fault("status", path="/fhir/MedicationRequest", status=500)
    taken = await day.take_round(lambda _: None)
    lacking = {v.patient_id: v.missing for v in taken.visits if not v.complete}
    assert list(lacking.values()) == [("medisiner",)] * len(lacking)
    assert len(lacking) == 1
    assert not taken.complete
    await day.close()


async def test_line_lost_in_the_middle_stops_asking_and_names_what_is_missing(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """After the list the journal dies: every chart says what it lacks, what was there before stands, nothing hangs."""
    day = await first_day(tmp_path)
    before = await day.round()
    assert before is not None
    journal.fault("drop", path="/fhir/Observation", times=0)
    after = await day.take_round(lambda _: None)
    assert not after.complete
    assert all("målinger" in v.missing for v in after.visits)
    assert [v.news2 for v in after.visits] == [v.news2 for v in before.visits]
    await day.close()


async def test_patient_the_journal_keeps_back_stays_on_the_list(journal: SandboxRoom, tmp_path: Path) -> None:
    """403 on one Patient: the others come, nobody vanishes from the list, and the list is not called complete. Fault: H3."""
    day = a_day(tmp_path)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_pin(PIN)
    journal.fault("status", path="/fhir/Patient", status=403, times=0)
    taken = await day.take_round(lambda _: None)
    assert taken.journal_count == len(taken.visits) > 0
    await day.close()


async def test_answer_about_another_patient_is_refused_whole(journal: SandboxRoom, tmp_path: Path) -> None:
    """Nothing of a page that brings another patient's data is stored, and the part is marked as missing.

    Fault: H20.
    """
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    mine, other = taken.visits[0].patient_id, taken.visits[1].patient_id
    chart = await day.chart(other)
    journal.fault("wrong-patient", path="/fhir/AllergyIntolerance", patient=mine, other=other, times=0)
    again = await day.take_round(lambda _: None)
    assert next(v for v in again.visits if v.patient_id == mine).missing == ("allergier",)
    assert (await day.chart(other)).banner.allergy == chart.banner.allergy
    assert (await day.chart(other)).banner.allergy_count == chart.banner.allergy_count
    await day.close()


@pytest.mark.parametrize(
    ("fault", "state"), IN_THE_OUTBOX, ids=lambda v: name_of(v) if isinstance(v, dict) else ""
)
async def test_signed_entry_outlives_every_answer(
    fault: dict[str, Any], state: EntryState, journal: SandboxRoom, tmp_path: Path
) -> None:
    """The entry stands in the state that the answer calls for; when all is well again it is in the journal exactly once.

    Fault: H1, H3, H4, H7, H10, H12, H13, H19, D13.
    """
    day = await first_day(tmp_path)
    before = journal.fhir("olav-lie").count(NEWS2_TOTALS)
    entry = await sign_news2(day)
    await day.send_now(entry)
    journal.fault(**{"method": "POST", "path": "/fhir", **fault})
    await day.sync()
    (row,) = await day.outbox()
    assert row.state is state
    assert row.state is not EntryState.DELIVERED
    assert day.status().unsent_entries == 1
    await _heal(journal, fault)
    if state in (EntryState.REFUSED, EntryState.HELD):  # it waits for a person, who sends it again
        await day.sync()
        assert journal.fhir("olav-lie").count(NEWS2_TOTALS) == before
    await _until_delivered(day, entry)
    assert journal.fhir("olav-lie").count(NEWS2_TOTALS) == before + 1
    await day.close()


async def test_lost_sign_in_pauses_the_outbox_and_keeps_it(journal: SandboxRoom, tmp_path: Path) -> None:
    """401 also after a refresh: the entry waits, the status says that a new sign-in is wanted.

    Fault: H2, A3.
    """
    day = await first_day(tmp_path)
    entry = await sign_news2(day)
    await day.send_now(entry)
    journal.fault("status", path="/fhir", method="POST", status=401, times=2)
    await day.sync()
    (row,) = await day.outbox()
    assert row.state is EntryState.SIGNED
    assert day.status().connection is Connection.SIGNED_OUT
    await _heal(journal, {"kind": "status"})
    await _until_delivered(day, entry)
    await day.close()


async def _heal(journal: SandboxRoom, fault: dict[str, Any]) -> None:
    """Take the faults away; a journal that was killed is started again on its state."""
    if fault["kind"].startswith("kill"):
        journal.kill()
        journal.start()
    else:
        journal.forget_faults()


async def _until_delivered(day: Workday, entry: str) -> None:
    """Ask for delivery until the journal has it; each turn is a whole pass, so no waiting for time is needed."""
    for _ in range(8):
        await day.send_now(entry)
        await day.sync()
        if (await day.outbox())[0].state is EntryState.DELIVERED:
            return
    raise AssertionError([(r.state, r.detail) for r in await day.outbox()])
