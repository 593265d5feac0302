"""The journal's order to wipe, and ending a cache, in a whole working day against the real embedded journal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from client.errors import JournalError
from offline_cache.wipe import ORDER
from ports.ids import SystemIds
from sandbox.sign_in.tokens import Tokens
from sandbox.wipe_policy import Machines, proof
from services.entrance import Entrance
from services.trouble import TroubleCode
from services.views import Connection, LeaseState
from tests.pilot.ward import PIN, Network, Ward
from tests.retention_day import (
    HOUR,
    KARI,
    a_note,
    cache_of,
    content,
    first_day,
    patients_kept,
    refused,
    signed_note,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def test_an_ordered_wipe_takes_all_and_tells_the_journal(tmp_path: Path) -> None:
    """Fault: R3, S4."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    machines = Machines(ward.journal)
    assert len(machines.of(KARI)) == 1  # made known at the first contact
    (device,) = machines.order(KARI)
    ward.clock.move(6 * 60)
    folder = cache_of(ward)
    held = day._open().tokens.grant.access_token
    tokens = Tokens(ward.journal.tables, ward.clock, SystemIds(), 900)
    assert tokens.check(held)
    await day.sync()
    assert set(content(folder)) == set()
    assert machines.of(KARI)[device].is_wiped
    assert not tokens.check(held)  # and what lay in the cache opens nothing
    assert await refused(day.round()) is TroubleCode.CACHE_WIPED
    assert await refused(day.outbox()) is TroubleCode.CACHE_WIPED
    assert day.must_lock
    await day.close()
    again = ward.day()
    assert not (await again.door()).locked
    await again.close()


async def test_a_clinician_who_is_let_in_no_more_is_asked_for_at_once(tmp_path: Path) -> None:
    """The access is taken away and the wipe ordered: the next question about the sign-in leads to it, with no wait.

    Fault: A3, A6, S4, H2.
    """
    ward = Ward(tmp_path)
    day = await first_day(ward)
    Machines(ward.journal).order(KARI)
    ward.journal.tables.execute("UPDATE family SET revoked = 1")
    ward.clock.move(HOUR + 1)  # the access token is spent
    folder = cache_of(ward)
    await day.sync()
    assert day.status().connection is Connection.SIGNED_OUT
    assert set(content(folder)) == set()
    await day.close()


async def test_without_an_order_a_lost_sign_in_removes_nothing(tmp_path: Path) -> None:
    """Fault: A3, H2."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    kept = patients_kept(day)
    ward.journal.tables.execute("UPDATE family SET revoked = 1")
    ward.clock.move(HOUR + 1)
    ends = day.status().lease_ends
    for _ in range(3):
        await day.sync()
        assert day.status().connection is Connection.SIGNED_OUT
    assert patients_kept(day) == kept
    assert day.status().lease_ends == ends  # it is not renewed either
    await day.close()


class Forger(Network):
    """Somebody in the journal's place for one address."""

    answer: Callable[[httpx.Request], httpx.Response] | None = None
    asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/wipe/check"):
            self.asked += 1
            if self.answer is not None:
                return self.answer(request)
        return await super().handle_async_request(request)


def forge(proof: object) -> Callable[[httpx.Request], httpx.Response]:
    """Return an order to wipe with this proof."""
    return lambda _: httpx.Response(200, json={"wipe": True, "proof": proof})


FORGED: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "no proof": lambda _: httpx.Response(200, json={"wipe": True}),
    "empty proof": forge(""),
    "zeros": forge("0" * 64),
    "not text": forge(7),
    "not ascii": forge("æ" * 64),
    "the question's own proof": lambda request: httpx.Response(
        200,
        json={"wipe": True, "proof": dict(httpx.QueryParams(request.content.decode()))["proof"]},
    ),
    "a page": lambda _: httpx.Response(200, html="<html>wipe: true</html>"),
    "401": lambda _: httpx.Response(401, json={"wipe": True}),
    "403": lambda _: httpx.Response(403, json={"wipe": True}),
    "500": lambda _: httpx.Response(500, json={"wipe": True}),
    "redirect": lambda _: httpx.Response(302, headers={"Location": "http://127.0.0.1:9/wipe"}),
}


@pytest.mark.parametrize("name", list(FORGED))
async def test_a_forged_order_does_nothing(tmp_path: Path, name: str) -> None:
    """Fault: R4, N2."""
    ward = Ward(tmp_path)
    forger = ward.network = Forger(ward.network.app)
    day = await first_day(ward)
    kept, asked = patients_kept(day), forger.asked
    forger.answer = FORGED[name]
    for _ in range(2):
        ward.clock.move(6 * 60)
        await day.sync()
    assert forger.asked > asked
    assert patients_kept(day) == kept
    assert day.status().lease is LeaseState.HELD
    assert not (cache_of(ward) / ORDER).exists()
    await day.close()


async def test_an_order_that_was_once_good_is_not_good_again(tmp_path: Path) -> None:
    """The journal's own order to another question of the same machine, played again.

    Fault: R4.
    """
    ward = Ward(tmp_path)
    forger = ward.network = Forger(ward.network.app)
    day = await first_day(ward)
    device, machine = next(iter(Machines(ward.journal).of(KARI).items()))
    old = proof(machine.token, device, "wipe", "ab" * 32)
    forger.answer = forge(old)
    ward.clock.move(6 * 60)
    await day.sync()
    assert patients_kept(day)
    await day.close()


async def test_the_question_is_asked_seldom_and_the_token_leaves_once(tmp_path: Path) -> None:
    """Twenty contacts within five minutes are one question."""
    ward = Ward(tmp_path)
    forger = ward.network = Forger(ward.network.app)
    bodies: list[bytes] = []
    whole = forger.handle_async_request

    async def noted(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content + str(request.url).encode() + str(request.headers).encode())
        return await whole(request)

    forger.handle_async_request = noted  # type: ignore[method-assign]  # to read every byte that leaves
    day = await first_day(ward)
    for _ in range(20):
        await day.sync()
    assert forger.asked == 1
    (machine,) = Machines(ward.journal).of(KARI).values()
    assert sum(machine.token.encode() in body for body in bodies) == 1
    await day.close()


async def test_telling_that_fails_is_told_at_the_next_start(tmp_path: Path) -> None:
    """Fault: K26, R5."""
    ward = Ward(tmp_path)

    class Deaf(Network):
        is_deaf = True

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if self.is_deaf and request.url.path.endswith("/wipe/success"):
                raise httpx.ReadError("reset", request=request)
            return await super().handle_async_request(request)

    deaf = ward.network = Deaf(ward.network.app)
    day = await first_day(ward)
    machines = Machines(ward.journal)
    (device,) = machines.order(KARI)
    ward.clock.move(6 * 60)
    folder = cache_of(ward)
    await day.sync()
    await day.close()
    assert set(content(folder)) == {ORDER}
    assert not machines.of(KARI)[device].is_wiped
    left = json.loads((folder / ORDER).read_bytes())
    assert left["items"] == []
    again = ward.day()
    assert not (await again.door()).locked
    deaf.is_deaf = False
    await again.people()
    assert machines.of(KARI)[device].is_wiped
    assert set(content(folder)) == set()
    await again.close()


@pytest.mark.usefixtures("without_seals")
async def test_what_is_signed_and_lies_nowhere_else_holds_a_wipe_until_it_is_sent(tmp_path: Path) -> None:
    """The charts go at once, nothing is read any more, and the database goes when the journal has the entry.

    Fault: R2, R3.
    """
    ward = Ward(tmp_path)
    day = await first_day(ward)
    machines = Machines(ward.journal)
    (device,) = machines.order(KARI)
    entry_id = await signed_note(day)  # its half minute of regret has begun
    (row,) = await day.outbox()
    day._retaining._word._asked_at = None  # type: ignore[union-attr]  # as after five minutes, within the half minute
    await day.sync()
    assert machines.of(KARI)[device].held == 1
    assert day.status().lease is LeaseState.WITHDRAWN
    assert day.must_lock
    assert patients_kept(day) == {row.patient_id}
    assert await refused(day.round()) is TroubleCode.WIPE_WAITS
    assert [r.entry_id for r in await day.outbox()] == [entry_id]
    await day.close()
    again = ward.day()
    await again.unlock(PIN)
    assert again.status().lease is LeaseState.WITHDRAWN  # also with no network, also at the next start
    ward.clock.move(31)
    folder = cache_of(ward)
    await again.sync()
    assert set(content(folder)) == set()
    assert machines.of(KARI)[device].is_wiped
    notes = ward.journal.tables.execute("SELECT count(*) FROM current WHERE type = 'DocumentReference'")
    assert notes.fetchone()[0] > 0
    await again.close()


@pytest.mark.usefixtures("without_seals")
async def test_an_order_that_is_taken_back_renews_no_lease_of_one_who_is_not_let_in(tmp_path: Path) -> None:
    """The charts that had to stay are not readable again because the journal says that it wipes nothing.

    Fault: A3, A6, R3.
    """
    ward = Ward(tmp_path)
    day = await first_day(ward)
    machines = Machines(ward.journal)
    machines.order(KARI)
    await signed_note(day)
    day._retaining._word._asked_at = None  # type: ignore[union-attr]  # as after five minutes
    await day.sync()
    assert day.status().lease is LeaseState.WITHDRAWN
    machines.order(KARI, is_ordered=False)
    ward.journal.tables.execute("UPDATE family SET revoked = 1")
    ward.clock.move(30 * HOUR)  # past the shift and its margin, and the access token is spent
    await day.sync()
    assert day.status().connection is Connection.SIGNED_OUT
    assert day.status().lease is LeaseState.ENDED
    assert await refused(day.round()) is TroubleCode.LEASE_ENDED
    await day.close()


@pytest.mark.usefixtures("without_seals")
async def test_an_order_that_is_taken_back_gives_the_lease_back(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    day = await first_day(ward)
    machines = Machines(ward.journal)
    machines.order(KARI)
    await signed_note(day)
    day._retaining._word._asked_at = None  # type: ignore[union-attr]  # as after five minutes
    await day.sync()
    machines.order(KARI, is_ordered=False)
    await day.sync()
    assert day.status().lease is LeaseState.HELD
    assert (await day.take_round(lambda _: None)).complete
    await day.close()


@pytest.mark.usefixtures("without_seals")
async def test_one_clinician_ends_a_cache_and_the_next_ones_is_not_touched(tmp_path: Path) -> None:
    """Fault: R9, A5."""
    ward = Ward(tmp_path)
    await (await first_day(ward, "olav-lie")).close()
    day = await first_day(ward)
    assert day._entrance is not None
    assert {c.clinician for c in await day._entrance.caches()} == {"Kari Nordmann", "Olav Lie"}
    entry_id = await signed_note(day)
    assert await refused(day.end_cache(even_drafts=True)) is TroubleCode.UNSENT_STAYS
    ward.clock.move(31)
    await day.sync()
    assert (await day.outbox())[0].entry_id == entry_id
    draft = await a_note(day)
    assert await refused(day.end_cache()) is TroubleCode.UNSENT_STAYS
    await day.discard_draft(draft.entry_id)
    await day.end_cache()
    assert [c.clinician for c in await day._entrance.caches()] == ["Olav Lie"]
    assert await refused(day.round()) is TroubleCode.CACHE_WIPED
    await day.close()
    olav = ward.day()
    await olav.people()
    await olav.sign_in("olav-lie")
    assert olav.needs_unlock
    await olav.unlock(PIN)
    assert await olav.round() is not None
    await olav.close()


async def test_a_policy_on_another_host_is_never_asked(tmp_path: Path) -> None:
    """The token of the sign-in goes to the journal's own origins only, whatever the configuration says."""
    ward = Ward(tmp_path)
    day = ward.day()
    elsewhere = replace(day._setup.journal, wipe_address="http://127.0.0.1:9/policy/wipe")
    day._setup = replace(day._setup, journal=elsewhere)
    day._entrance = Entrance(day._setup, None)
    await day.people()
    await day.sign_in(KARI)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    assert day._retaining is not None
    assert day._retaining._word._device is not None
    with pytest.raises(JournalError, match="off-origin"):
        await day._retaining._word._policy.register(day._retaining._word._device, "secret")
    assert day.status().lease is LeaseState.HELD
    await day.close()
