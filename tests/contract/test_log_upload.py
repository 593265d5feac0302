"""The audit log told to the journal: every row once and in order, whatever is lost on the way; and held against its copy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from client.auth.grant import Grant
from offline_cache.states import EntryKind
from sandbox.fhir.search_query import parse_search
from services.log_check import JournalSays
from services.log_event import LOG_TAG, event_of, link_of
from services.log_upload import AT_ONCE, LogStanding
from tests.contract.day_room import DayRoom, sign

if TYPE_CHECKING:
    from pathlib import Path

    from services.workday import Workday


class Careless(httpx.AsyncBaseTransport):
    """Carries every request; the answers to some that tell the log are lost, or changed."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.loses = 0
        self.refuses = 0
        self.told = 0
        self.came_back = 0
        """Bytes of the answers that acknowledge rows."""
        self.is_deaf = False
        """Whether the journal overlooks what a search for the log asks for, as one may (FHIR R4, search.html#errors)."""
        self.is_plain = False
        """Whether the journal says that it takes no transactions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one."""
        if self.is_plain and request.url.path.endswith("/metadata"):
            return await self._without_transactions(request)
        if self.is_deaf and request.url.path.endswith("/AuditEvent") and "_tag" in request.url.params:
            request.url = request.url.copy_remove_param("_tag")
        if request.method != "POST" or b'"AuditEvent"' not in request.content:
            return await self._inner.handle_async_request(request)
        self.told += 1
        if self.refuses:
            self.refuses -= 1
            return httpx.Response(403, content=b"", request=request)
        answer = await self._inner.handle_async_request(request)
        self.came_back += len(await answer.aread())
        if self.loses:
            self.loses -= 1
            raise httpx.ReadError("lost", request=request)
        return answer

    async def _without_transactions(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        statement = json.loads(await answer.aread())
        del statement["rest"][0]["interaction"]
        return httpx.Response(200, json=statement, request=request)


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    return DayRoom(tmp_path)


@pytest.fixture
def line(room: DayRoom) -> Careless:
    """Put the careless line before the journal."""
    line = Careless(room.journal)
    room.line._inner = line
    return line


def copy_of(room: DayRoom) -> list[tuple[int, str]]:
    """Return number and action of every row of a log that the journal holds, in order, looked up beside its API."""
    found = []
    for version in room.records.search(parse_search("AuditEvent", [("_count", "1000")], strict=True)).matches:
        event = json.loads(version.body)
        tags = {one["system"]: one["code"] for one in event.get("meta", {}).get("tag", ())}
        link = link_of(version.body, tags.get(LOG_TAG, ""))
        if link is not None:
            found.append((link[0], details(event)["action"]))
    return sorted(found)


def details(event: dict[str, Any]) -> dict[str, str]:
    return {one["type"]: one["valueString"] for one in event["entity"][-1]["detail"]}


def own(day: Workday) -> list[tuple[int, str]]:
    """Return number and action of every row here."""
    assert day._session is not None
    return [(row.sequence, row.action) for row in day._session.store.audit.records()]


async def test_every_row_is_told_once_and_in_order(room: DayRoom, line: Careless) -> None:
    day = await room.first_day()
    await sign(day, EntryKind.NOTE)
    await day.sync()
    assert copy_of(room) == own(day)
    assert {"unlock", "open-patient", "sign", "send", "receipt"} <= {action for _, action in copy_of(room)}
    assert line.came_back < 400 * len(own(day))  # the journal was asked for no copies
    requests = line.told
    await day.sync()
    assert line.told == requests  # there is nothing new to tell
    await day.close()


@pytest.mark.parametrize("is_plain", [False, True], ids=["together", "one by one"])
async def test_lost_answers_and_a_restart_leave_no_row_out_and_none_twice(
    room: DayRoom, line: Careless, *, is_plain: bool
) -> None:
    line.is_plain = is_plain
    day = await room.first_day()
    line.loses = 2
    await sign(day, EntryKind.NOTE)
    await day.sync()
    assert copy_of(room)
    assert day._session is not None
    assert day._session.store.told.upto == 0  # the journal has them, and nobody here knows
    await day.close()
    again = await room.again()
    await again.sync()  # loses the second answer
    await again.sync()
    assert copy_of(room) == own(again)
    await again.close()


async def test_a_long_log_goes_up_in_small_requests(room: DayRoom, line: Careless) -> None:
    day = await room.first_day()
    assert day._session is not None
    for number in range(3 * AT_ONCE):
        day._session.store.audit.append(
            "open-patient", patient=f"p{number}", actor="Practitioner/kari-nordmann"
        )
    await day.sync()
    assert copy_of(room) == own(day)
    assert line.told == 4
    await day.close()


async def test_a_journal_that_refuses_is_left_in_peace_for_an_hour_and_work_goes_on(
    room: DayRoom, line: Careless
) -> None:
    day = await room.first_day()
    line.refuses = 2  # the transaction, and the first row alone
    entry, patient = await sign(day, EntryKind.NOTE)
    before = len(room.filed("DocumentReference", patient))
    await day.sync()
    assert day._log is not None
    assert day._log.standing is LogStanding.REFUSED
    assert copy_of(room) == []
    assert len(room.filed("DocumentReference", patient)) == before + 1
    refused = line.told
    await day.sync()
    assert line.told == refused
    room.clock.move(3601.0)
    await day.sync()
    assert copy_of(room) == own(day)
    assert [row.entry_id for row in await day.outbox()] == [entry]
    await day.close()


async def test_without_the_right_to_it_nothing_is_tried(room: DayRoom, line: Careless) -> None:
    day = await room.first_day()
    assert day._session is not None
    tokens = day._session.tokens
    held = tokens.grant
    tokens._grant = Grant(
        held.access_token,
        held.refresh_token,
        held.expires_at,
        frozenset({"openid", "user/Patient.rs"}),
        held.user,
        held.token_endpoint,
        held.client_id,
        held.issuer,
    )
    await day.sync()
    assert (line.told, copy_of(room)) == (0, [])
    assert day._log is not None
    assert day._log.standing is LogStanding.CANNOT
    await day.close()


async def test_a_journal_put_back_gets_again_what_it_lost(room: DayRoom, line: Careless) -> None:
    """Fault: S6."""
    day = await room.first_day()
    room.journal.acts.backup()
    await sign(day, EntryKind.NOTE)
    await day.sync()
    room.journal.acts.restore()
    assert len(copy_of(room)) < len(own(day))
    for _ in range(3):
        room.clock.move(2 * 3600.0)
        await day.sync()
    assert copy_of(room) == own(day)
    await day.close()


async def test_verifying_holds_the_log_against_the_journals_copy(room: DayRoom, line: Careless) -> None:
    """A tail that was cut and made anew, with the key and with every head that lies here, is found by the journal's copy.

    Fault: L2.
    """
    day = await room.first_day()
    await sign(day, EntryKind.NOTE)
    await day.sync()
    finding = await day.verify_log(asks_journal=True)
    assert (finding.is_whole, finding.journal, finding.seen) == (True, JournalSays.AGREES, finding.rows)
    assert (await day.verify_log(asks_journal=False)).journal is JournalSays.NOT_ASKED
    assert day._session is not None
    store = day._session.store
    store._engine._connection.authorizer = None
    cut = finding.rows
    last = store.audit.records(cut - 2, 1)[0]
    for trigger in ("audit_stays", "audit_is_fixed"):
        store._engine.run(f"DROP TRIGGER {trigger}")
    store._engine.run("DELETE FROM audit WHERE sequence = ?", (cut,))
    store.meta.put("audit.head", (cut - 1).to_bytes(8, "big") + last.hash)
    store.audit.append("open-patient", patient="p9", actor="Practitioner/kari-nordmann")
    assert store.audit.verify() == cut
    found = await day.verify_log(asks_journal=True)
    assert (found.is_whole, found.journal, found.broken_at) == (False, JournalSays.DISAGREES, cut)
    await day.close()


async def test_another_log_in_the_journal_is_not_held_against_this_one(room: DayRoom, line: Careless) -> None:
    """A journal that overlooks the tag answers with the rows of everybody's log: they say nothing of this one."""
    day = await room.first_day()
    await day.sync()
    assert day._session is not None
    store = day._session.store
    (row,) = store.audit.records(1, 1)
    other = event_of(replace(row, hash=bytes(32)), bytes(32), "the-log-of-another")
    await day._session.client.create("AuditEvent", other)
    line.is_deaf = True
    found = await day.verify_log(asks_journal=True)
    assert (found.is_whole, found.journal, found.broken_at) == (True, JournalSays.AGREES, None)
    await day.close()


async def test_a_row_that_the_journal_has_twice_keeps_none_after_it_back(room: DayRoom) -> None:
    """A conditional create that finds several is refused (412), and would be for ever."""
    day = await room.first_day()
    assert day._session is not None
    assert day._log is not None
    (record, event), *_ = day._log._next()
    for _ in range(2):
        await day._session.client.create("AuditEvent", event)
    await day.sync()
    await day.sync()
    assert day._log.standing is LogStanding.TAKEN
    assert day._session.store.told.count_waiting == 0
    assert sorted(set(copy_of(room))) == own(day)
    assert [number for number, _ in copy_of(room)].count(record.sequence) == 2
    await day.close()


async def test_verifying_says_when_the_journal_could_not_be_asked(room: DayRoom) -> None:
    day = await room.first_day()
    room.journal.fault("status", method="GET", path="/fhir/AuditEvent", status=403)
    assert (await day.verify_log(asks_journal=True)).journal is JournalSays.NO_COPY
    room.journal.fault("drop", path="/fhir", times=0)
    assert (await day.verify_log(asks_journal=True)).journal is JournalSays.UNREACHABLE
    await day.close()


async def test_the_end_of_the_log_is_kept_outside_the_database_while_the_day_goes_on(room: DayRoom) -> None:
    """A day that is never closed leaves no more behind its kept end than a few rows. Fault: L2."""
    day = await room.first_day()
    assert day._session is not None
    assert day._session.vault is not None
    assert day._retaining is not None
    store, vault = day._session.store, day._session.vault
    for number in range(30):
        store.audit.append("open-patient", patient=f"p{number}", actor="Practitioner/kari-nordmann")
        await day._retaining.look()
    kept = vault.kept_head()
    assert kept is not None
    assert store.audit.head.sequence - kept.sequence < 10
    await day.close()


def test_the_tag_of_the_log_is_a_search_of_the_sandbox() -> None:
    assert parse_search("AuditEvent", [("_tag", f"{LOG_TAG}|x")], strict=True).applied
