"""A working day before a journal that is not the embedded one: a provider that nobody here wrote, TLS with a named authority."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from ports.clock import SystemClock
from sandbox.sign_in.people import CLINICIANS
from services.trouble import Trouble, TroubleCode
from services.views import BrowserView, CodeView, Connection, EntryKind, EntryState, Way
from services.workday import Workday
from tests.contract.foreign_journal import Desktop, ForeignJournal
from tests.contract.sign_in_room import Browser
from tests.sandbox_room import SandboxRoom
from tests.working_day import PIN, a_day, first_day, sign_note
from tui.screens.place import status_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

_HPR = next(one.hpr for one in CLINICIANS if one.id == "kari-nordmann")
pytestmark = [pytest.mark.xdist_group("foreign-day"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


async def _arrive(day: Workday) -> BrowserView:
    seen: list[BrowserView] = []
    assert await day.sign_in_browser(seen.append) == "Kari Nordmann"
    (view,) = seen
    return view


async def _sent(day: Workday, entry: str) -> EntryState:
    await day.send_now(entry)
    await day.sync()
    (row,) = [row for row in await day.outbox() if row.entry_id == entry]
    return row.state


def _notes(journal: ForeignJournal) -> int:
    return journal.inner.fhir().count("DocumentReference?date=ge2000-01-01")


async def test_a_day_by_a_browser_with_tokens_that_expire_in_the_middle_of_a_sync(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path)
    assert (await day.ways())[0] is Way.BROWSER
    view = await _arrive(day)
    assert view.is_open
    assert view.url == journal.desktop.opened[-1]
    assert "state=" not in view.url  # pushed: what others on the machine see of it is a reference
    assert day.needs_pin
    await day.set_pin(PIN)
    first = day._open().tokens.grant.access_token
    await day.take_round(lambda _: journal.room.hand("expire"))
    taken = await day.round()
    assert taken is not None
    assert taken.complete
    assert taken.visits
    assert day._open().tokens.grant.access_token != first
    before = _notes(journal)
    assert await _sent(day, await sign_note(day)) is EntryState.DELIVERED
    assert _notes(journal) == before + 1
    assert day.status().connection is Connection.ONLINE
    await day.close()


async def test_a_revoked_session_pauses_the_outbox_and_keeps_it(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    """Fault: A3."""
    day = journal.day(tmp_path)
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    before = _notes(journal)
    entry = await sign_note(day)
    journal.room.hand("revoke")
    assert await _sent(day, entry) is EntryState.SIGNED
    assert day.status().connection is Connection.SIGNED_OUT
    assert _notes(journal) == before
    await day.close()
    again = journal.day(tmp_path)
    assert (await again.door()).locked
    await _arrive(again)
    assert again.needs_unlock
    await again.unlock(PIN)
    assert await _sent(again, entry) is EntryState.DELIVERED
    assert _notes(journal) == before + 1
    await again.close()


async def test_the_next_start_needs_no_sign_in(journal: ForeignJournal, tmp_path: Path) -> None:
    """The tokens and the key that they are bound to are kept in the store."""
    day = journal.day(tmp_path)
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    await day.close()
    journal.room.hand("expire")
    again = journal.day(tmp_path)
    await again.unlock(PIN)
    assert await _sent(again, entry) is EntryState.DELIVERED
    await again.close()


async def test_a_day_in_another_journal_leaves_the_door_of_this_one(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    """Somebody practises in the embedded journal, and then stands without network before what is signed and unsent here."""
    day = journal.day(tmp_path)
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    await day.close()
    practice = SandboxRoom(tmp_path / "state" / "sandbox")
    practice.start()
    await (await first_day(tmp_path)).close()
    practice.close()
    again = journal.day(tmp_path)
    door = await again.door()
    assert (door.locked, door.journal_name, door.unsent_visits) == (True, "Prøvejournalen", 1)
    await again.unlock(PIN)
    assert [row.entry_id for row in await again.outbox()] == [entry]
    await again.close()
    practising = a_day(tmp_path)
    assert (await practising.door()).journal_name == "Øvingsjournalen"
    await practising.close()


async def test_tokens_bound_to_no_key_are_used_no_more_once_the_file_demands_one(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path, client_id="public")
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    await day.close()
    again = journal.day(tmp_path, client_id="bound")
    await again.unlock(PIN)
    assert await _sent(again, entry) is EntryState.SIGNED
    assert again.status().connection is Connection.SIGNED_OUT
    await again.close()


async def test_a_second_window_spends_no_token_of_the_first(journal: ForeignJournal, tmp_path: Path) -> None:
    """What it were given it could not keep, and the first would come with a token that is dead.

    Fault: A2.
    """
    day = journal.day(tmp_path)
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    stranger = await day.new_stranger(name="Ola Nordmann")
    second = journal.day(tmp_path)
    await second.unlock(PIN)
    assert second._open().store.read_only
    with pytest.raises(Trouble) as unlogged:  # a question that could not be logged is not asked
        await second.candidates(stranger.local_id)
    assert unlogged.value.code is TroubleCode.CACHE_BUSY
    journal.room.hand("expire")
    with pytest.raises(JournalError) as signed_out:
        await second._open().client.count("Patient", [])
    assert await _sent(day, entry) is EntryState.DELIVERED
    assert signed_out.value.kind is ErrorKind.UNAUTHORIZED
    await second.close()
    await day.close()


async def test_a_provider_that_is_down_leaves_work_and_sign_in_as_they_are(tmp_path: Path) -> None:
    """Fault: A3."""
    journal = ForeignJournal(tmp_path / "passing")
    day = journal.day(tmp_path)
    await _arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    journal.close()
    assert await _sent(day, entry) is EntryState.SIGNED
    assert day.status().connection is Connection.OFFLINE
    assert not day._open().tokens.ended
    await day.close()


async def test_an_issuer_that_knows_this_machine_as_localhost(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path, redirect_host="localhost")
    await _arrive(day)
    assert day.needs_pin
    await day.close()


async def test_consent_denied_opens_nothing_and_says_so(journal: ForeignJournal, tmp_path: Path) -> None:
    setup = journal.setup(tmp_path)
    day = Workday(replace(setup, browser=Desktop(journal.room, agrees=False)))
    with pytest.raises(Trouble) as denied:
        await day.sign_in_browser(lambda _: None)
    assert (denied.value.code, denied.value.details) == (TroubleCode.SIGN_IN_FAILED, {"reason": "denied"})
    assert not day.needs_pin
    await day.close()


async def test_a_code_on_another_device_with_a_picture_of_it(journal: ForeignJournal, tmp_path: Path) -> None:
    day = journal.day(tmp_path, no_cache=True, client_id="public", ways=(Way.DEVICE,))
    assert await day.ways() == (Way.DEVICE,)
    seen: list[CodeView] = []
    entered: list[asyncio.Future[None]] = []

    def shown(view: CodeView) -> None:
        seen.append(view)
        url = f"{view.address}?user_code={view.user_code}"
        entered.append(asyncio.ensure_future(asyncio.to_thread(Browser(journal.room).enter_code, url)))

    assert await day.sign_in_device(shown) == "Kari Nordmann"
    assert entered[0].done()
    await day.take_round(lambda _: None)
    taken = await day.round()
    assert taken is not None
    assert taken.visits
    await day.close()


class SlowClock(SystemClock):
    """A laptop that is seven minutes late."""

    def now(self) -> datetime:
        """Return the wrong time."""
        return super().now() - timedelta(minutes=7)


async def test_a_wrong_clock_is_said_in_words_and_keeps_nobody_out(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    """Fault: A8, C5."""
    day = Workday(replace(journal.setup(tmp_path, no_cache=True), clock=SlowClock()))
    await _arrive(day)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    assert await _sent(day, entry) is EntryState.DELIVERED
    assert 415 <= day.status().clock_ahead <= 425
    said = [text for text, _ in status_words(day.status(), SlowClock().now())]
    assert "klokka går 7 min etter" in said
    await day.close()


async def test_giving_up_closes_the_listener(journal: ForeignJournal, tmp_path: Path) -> None:
    class NoBrowser(Desktop):
        """Nobody does anything."""

        def open(self, url: str) -> bool:
            """Open nothing."""
            return False

    day = Workday(replace(journal.setup(tmp_path), browser=NoBrowser(journal.room)))
    told = asyncio.Event()
    seen: list[BrowserView] = []

    def shown(view: BrowserView) -> None:
        seen.append(view)
        told.set()

    waiting = asyncio.create_task(day.sign_in_browser(shown))
    await told.wait()
    assert not seen[0].is_open
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await day.close()


@pytest.fixture(params=["v2", "v1"])
def narrow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ForeignJournal]:
    granted = {"v2": "user/*.rs user/Observation.c", "v1": "user/*.read user/Observation.write"}[
        request.param
    ]
    journal = ForeignJournal(tmp_path / "narrow", {"scopes": granted})
    yield journal
    journal.close()


async def test_what_was_granted_decides_what_may_be_begun(narrow: ForeignJournal, tmp_path: Path) -> None:
    asked = ("openid", "offline_access", *str(narrow.more["scopes"]).split(), "user/DocumentReference.cruds")
    setup = narrow.setup(tmp_path, no_cache=True)
    terms = replace(setup.journal.terms, scopes=asked)
    day = Workday(replace(setup, journal=replace(setup.journal, terms=terms)))
    await _arrive(day)
    assert day.status().not_granted == {EntryKind.NOTE, EntryKind.TASK, EntryKind.PLAN}
    await day.take_round(lambda _: None)
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    with pytest.raises(Trouble) as refused:
        await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    assert refused.value.code is TroubleCode.NOT_GRANTED
    assert (await day.new_draft(EntryKind.NEWS2, visit.patient_id, visit.visit_id)).fields == {}
    await day.close()


@pytest.mark.parametrize(
    "claims",
    [
        {"name": None},
        {"fhirUser": "{base}/Practitioner/kari-nordmann"},
        {"fhirUser": None, "helseid://claims/hpr/hpr_number": _HPR},
    ],
    ids=["no name (Epic)", "a whole address (SMART)", "the register's number (HelseID)"],
)
async def test_the_clinician_is_the_journals_own_practitioner(tmp_path: Path, claims: dict[str, Any]) -> None:
    journal = ForeignJournal(tmp_path / "named", {"claims": claims})
    day = journal.day(tmp_path, no_cache=True)
    try:
        assert await day.sign_in_browser(lambda _: None)
        who = day._open().clinician
        assert who.fhir_user == "Practitioner/kari-nordmann"
        assert "Nordmann" in who.name
    finally:
        await day.close()
        journal.close()


async def test_somebody_whom_the_journal_does_not_know_is_let_in_nowhere(tmp_path: Path) -> None:
    journal = ForeignJournal(
        tmp_path / "unknown", {"claims": {"fhirUser": "https://elsewhere.example/fhir/Practitioner/1"}}
    )
    day = journal.day(tmp_path, no_cache=True)
    try:
        with pytest.raises(Trouble) as refused:
            await day.sign_in_browser(lambda _: None)
        assert refused.value.details == {"reason": "identity"}
    finally:
        await day.close()
        journal.close()


async def test_a_course_that_is_not_attested_keeps_the_journal_closed(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path, courses=("hjemmetjeneste",))
    with pytest.raises(Trouble) as refused:
        await day.sign_in_browser(lambda _: None)
    assert (refused.value.code, refused.value.details) == (
        TroubleCode.COURSE_MISSING,
        {"courses": "hjemmetjeneste"},
    )
    assert not day.needs_pin
    await day.close()
