"""What was refused is in the log and with the journal: PINs, charts, orders to wipe, answers from elsewhere, ended sign-ins."""

from __future__ import annotations

import json
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from client.errors import Distrust, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from offline_cache.audit import AuditLog
from offline_cache.errors import StoreFull
from offline_cache.instants import to_text
from ports.clock import SystemClock
from ports.ids import SystemIds
from sandbox.population.home_care import HOME_CARE
from sandbox.population.person_resources import patient_id
from services.access_views import Approach
from services.entrance import Entrance
from services.sign_in_terms import SignInTerms
from services.trouble import TroubleCode
from services.workday import Workday
from tests.contract.certificates import throw_away_certificate
from tests.contract.day_room import DayRoom
from tests.contract.scripted_server import ScriptedServer, reply
from tests.contract.test_log_upload import copy_of
from tests.contract.test_protected_day import graded
from tests.contract.test_wipe_order import Forger, forge
from tests.pilot.ward import Ward
from tests.retention_day import HOUR, refused
from tests.retention_day import first_day as ward_day
from tests.working_day import PIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE = patient_id(HOME_CARE[0].key)
OUTSIDE = patient_id(HOME_CARE[2].key)
_OF_REFUSALS = (
    "pin-refused",
    "pin-locked",
    "open-refused",
    "wipe-refused",
    "answer-refused",
    "session-revoked",
)

Row = tuple[str, str, str]


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    return DayRoom(tmp_path, everybody=True)


def refusals(day: Workday) -> list[Row]:
    """Return action, patient and basis of every row of what was refused; the chain holds."""
    assert day._session is not None
    log = day._session.store.audit
    log.verify()
    return [(row.action, row.patient, row.basis) for row in log.records() if row.action in _OF_REFUSALS]


def details(day: Workday) -> list[str]:
    """Return what the log says of PINs that opened nothing."""
    assert day._session is not None
    return [row.detail for row in day._session.store.audit.records() if row.action.startswith("pin-")]


async def miss(room: DayRoom, day: Workday, times: int) -> None:
    """Enter wrong PINs, each when the wait before it is over."""
    for number in range(times):
        room.clock.move((await day.door()).wait)
        assert await refused(day.unlock(f"feil-pin-{number}")) in (
            TroubleCode.WRONG_PIN,
            TroubleCode.PIN_LOCKED,
        )


async def test_wrong_pins_are_one_row_before_the_unlocking_that_follows_and_told_to_the_journal(
    room: DayRoom,
) -> None:
    await (await room.first_day()).close()
    day = room.client()
    await miss(room, day, 3)
    last = room.clock.now()
    room.clock.move(60)
    await day.unlock(PIN)
    assert refusals(day) == [("pin-refused", "", "")]
    assert details(day) == [f"3 {to_text(last)}"]
    assert day._session is not None
    written = [row.action for row in day._session.store.audit.records()]
    assert written[-2:] == ["pin-refused", "unlock"]
    await day.people()
    await day.sync()
    assert "pin-refused" in {action for _, action in copy_of(room)}
    await day.close()
    again = await room.again()
    assert len(details(again)) == 1  # and once only
    await again.close()


async def test_after_the_fifth_a_sign_in_enters_them(room: DayRoom) -> None:
    """Fault: Y1."""
    await (await room.first_day()).close()
    day = room.client()
    await miss(room, day, 5)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.unlock(PIN)
    assert refusals(day) == [("pin-locked", "", "")]
    assert details(day)[0].startswith("5 ")
    await day.close()


async def test_of_a_cache_that_is_set_aside_the_next_log_has_them(room: DayRoom) -> None:
    """Fault: Y7."""
    await (await room.first_day()).close()
    day = room.client()
    await miss(room, day, 2)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_aside()
    await day.set_pin("gråor-99-eik")
    assert [action for action, _, _ in refusals(day)] == ["pin-refused"]
    assert details(day)[0].startswith("2 ")
    await day.close()


async def test_a_log_that_takes_no_row_opens_all_the_same_and_has_it_at_the_next_unlocking(
    room: DayRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one row does not fit; the unlocking's own does. What was counted is not forgotten."""
    await (await room.first_day()).close()
    day = room.client()
    await miss(room, day, 1)
    room.clock.move(60)
    whole = AuditLog.append

    def full(self: AuditLog, action: str, **row: str) -> None:
        if action == "pin-refused":
            raise StoreFull("no room")
        whole(self, action, **row)

    with monkeypatch.context() as patched:
        patched.setattr(AuditLog, "append", full)
        await day.unlock(PIN)
    assert refusals(day) == []
    await day.close()
    again = await room.again()
    assert details(again)[0].startswith("1 ")
    await again.close()


async def test_a_wrong_old_pin_in_the_round_is_entered_with_the_change(room: DayRoom) -> None:
    day = await room.first_day()
    assert await refused(day.change_pin("feil-pin-0", "gråor-99-eik")) is TroubleCode.WRONG_PIN
    room.clock.move(60)
    await day.change_pin(PIN, "gråor-99-eik")
    assert day._session is not None
    assert [row.action for row in day._session.store.audit.records()][-2:] == ["pin-refused", "pin-changed"]
    await day.close()


async def test_who_is_not_opened_for_want_of_a_ground_is_in_the_log(room: DayRoom) -> None:
    """Found and not opened; then by the key for the address."""
    small = DayRoom(room._folder / "small")
    day = await small.first_day()
    assert await day.approach(OUTSIDE) is Approach.NEEDS_REASON
    assert await refused(day.show_address(OUTSIDE)) is TroubleCode.NO_REASON
    assert refusals(day) == [("open-refused", OUTSIDE, "no-reason")] * 2
    await day.sync()
    assert [action for _, action in copy_of(small)].count("open-refused") == 2
    await day.close()


async def test_a_chart_that_is_asked_for_after_its_time_is_in_the_log_and_a_screen_that_is_drawn_anew_is_not(
    room: DayRoom,
) -> None:
    day = await room.first_day()
    await day.open_emergency(ONE, "acute", "Alarm fra naboen, funnet på gulvet", 1)
    assert day._session is not None
    day._session.store.scopes.forget_round()
    await day.chart(ONE)
    room.clock.move(HOUR + 1)
    for _ in range(3):
        assert await refused(day.chart(ONE, again=True)) is TroubleCode.ACCESS_ENDED
    assert refusals(day) == []
    assert await refused(day.chart(ONE)) is TroubleCode.ACCESS_ENDED
    assert refusals(day) == [("open-refused", ONE, "access-ended")]
    await day.close()


async def test_past_the_lease_and_without_the_course_a_chart_is_refused_with_its_code(room: DayRoom) -> None:
    day = await room.first_day()
    room.clock.move(30 * HOUR)
    assert await refused(day.chart(ONE)) is TroubleCode.LEASE_ENDED
    terms = SignInTerms(courses=("legemiddel-2026",))
    day._setup = replace(day._setup, journal=replace(day._setup.journal, terms=terms))
    assert await refused(day.chart(ONE)) is TroubleCode.COURSE_MISSING
    assert refusals(day) == [("open-refused", ONE, "lease-ended"), ("open-refused", ONE, "course-missing")]
    await day.close()


@pytest.mark.parametrize(("grade", "is_refused"), [("strengt-fortrolig", True), ("fortrolig", False)])
async def test_an_address_of_grade_6_that_is_asked_for_is_a_refusal(
    room: DayRoom, grade: str, *, is_refused: bool
) -> None:
    graded(room, grade)
    day = await room.first_day()
    await day.show_address(ONE)
    assert refusals(day) == ([("open-refused", ONE, "address-blocked")] if is_refused else [])
    await day.close()


async def test_without_a_cache_the_journal_is_told_that_somebody_was_not_opened(room: DayRoom) -> None:
    small = DayRoom(room._folder / "small")
    setup = replace(small.setup(), no_cache=True)
    day = Workday(setup)
    day._entrance = Entrance(setup, None)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.take_round(lambda _: None)
    assert await day.approach(OUTSIDE) is Approach.NEEDS_REASON
    told = [json.loads(one.content) for one in small.line.sent if one.url.path.endswith("/AuditEvent")]
    assert [(one["outcome"], one["outcomeDesc"]) for one in told] == [("4", "no-reason")]
    small.journal.fault("drop", path="/fhir/AuditEvent", times=0)
    assert await day.approach(OUTSIDE) is Approach.NEEDS_REASON  # not told, and refused all the same
    await day.close()


async def test_a_full_log_refuses_as_before(room: DayRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    day = await room.first_day()
    room.clock.move(30 * HOUR)
    assert day._session is not None

    def full(*_: object, **__: object) -> None:
        raise StoreFull("no room")

    with monkeypatch.context() as patched:
        patched.setattr(day._session.store.audit, "append", full)
        assert await refused(day.chart(ONE)) is TroubleCode.LEASE_ENDED
        day._session.transport.distrusted.add(Distrust.TLS)
        await day.close()


class Bent(httpx.AsyncBaseTransport):
    """Stands before the journal, and answers some requests itself."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.answer: Callable[[httpx.Request], httpx.Response | None] = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one, or answer it."""
        return self.answer(request) or await self._inner.handle_async_request(request)


def elsewhere(request: httpx.Request) -> httpx.Response | None:
    """Send whoever asks what the journal can do to another host."""
    if not request.url.path.endswith("/metadata"):
        return None
    return httpx.Response(302, headers={"Location": "https://portal.example/login"}, request=request)


async def test_an_answer_that_leads_elsewhere_is_one_row_however_often_it_comes(room: DayRoom) -> None:
    bent = Bent(room.journal)
    room.line._inner = bent
    day = await room.first_day()
    bent.answer = elsewhere
    for _ in range(3):
        room.clock.move(60)
        await day.sync()
    assert refusals(day) == [("answer-refused", "", "off-origin")]
    bent.answer = lambda _: None
    await day.sync()
    assert "answer-refused" in {action for _, action in copy_of(room)}
    await day.close()


async def test_a_certificate_of_nobody_we_trust_is_remembered_as_that_and_a_closed_door_is_not(
    tmp_path: Path,
) -> None:
    """A connection that TLS kept from being made is told from one that nobody answered."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(throw_away_certificate(tmp_path, "127.0.0.1"))
    async with ScriptedServer(tls=context, answer=lambda _: reply(200, b"{}")) as it:
        transport = JournalTransport(it.base, clock=SystemClock(), ids=SystemIds())
        with pytest.raises(JournalError):
            await JournalClient(transport).read("Patient", "p1")
        assert transport.distrusted == {Distrust.TLS}
        await transport.aclose()
        closed = it.base
    transport = JournalTransport(closed, clock=SystemClock(), ids=SystemIds())
    with pytest.raises(JournalError):
        await JournalClient(transport).read("Patient", "p1")
    assert transport.distrusted == set()
    await transport.aclose()


async def test_what_the_connection_met_last_is_in_the_log_before_it_is_closed(room: DayRoom) -> None:
    """Each cause by itself, and nothing where nothing was met."""
    day = await room.first_day()
    assert day._session is not None
    day._session.transport.distrusted |= {Distrust.TLS, Distrust.ORIGIN}
    await day.close()
    again = await room.again()
    assert [basis for _, _, basis in refusals(again)] == ["off-origin", "tls"]
    await again.close()
    last = await room.again()
    assert len(refusals(last)) == 2
    await last.close()


async def test_an_order_to_wipe_that_proves_nothing_is_one_row(tmp_path: Path) -> None:
    """Fault: R4."""
    ward = Ward(tmp_path)
    forger = ward.network = Forger(ward.network.app)
    day = await ward_day(ward)
    forger.answer = forge("0" * 64)
    asked = forger.asked
    for _ in range(3):
        ward.clock.move(6 * 60)
        await day.sync()
    assert forger.asked == asked + 3
    assert refusals(day) == [("wipe-refused", "", "unproven")]
    await day.close()


async def test_a_sign_in_that_the_issuer_ended_is_one_row_of_the_log(tmp_path: Path) -> None:
    """Fault: A3."""
    ward = Ward(tmp_path)
    day = await ward_day(ward)
    ward.journal.tables.execute("UPDATE family SET revoked = 1")
    ward.clock.move(HOUR + 1)
    for _ in range(3):
        await day.sync()
    assert [(action, basis) for action, _, basis in refusals(day)] == [("session-revoked", "invalid_grant")]
    await day.close()
