"""Which receipts are asked for again: enough to notice a journal that was put back from a copy, whatever came since."""

from __future__ import annotations

from offline_cache.receipt_check import BETWEEN_PROBES, ReceiptCheck, Standing
from ports.worker import InlineWorker
from tests.outbox_room import OutboxRoom, able, note, pulse


async def test_what_came_after_the_copy_hides_nothing_that_it_lost() -> None:
    """The newest receipt is of after the restore, and there; an earlier one is not.

    Fault: S6.
    """
    room = OutboxRoom()
    check = ReceiptCheck(room.journal, room.store, InlineWorker(), room.clock)  # type: ignore[arg-type]  # a hand-made client
    assert await check.check(able()) is Standing.SAME
    room.journal.put("Patient", "p1", b"{}")
    room.sign("e1", [note("n-1")])
    await room.turn()
    room.journal.kept.pop("s2")
    room.journal.put("Patient", "p2", b"{}")
    room.sign("e2", [pulse("p-2")])
    await room.turn()
    room.clock.at += BETWEEN_PROBES
    assert await check.check(able()) is Standing.RESTORED
    assert [one.op_id for one in room.store.receipts.missing()] == ["n-1"]


async def test_a_receipt_that_was_seen_is_not_asked_for_every_hour() -> None:
    room = OutboxRoom()
    check = ReceiptCheck(room.journal, room.store, InlineWorker(), room.clock)  # type: ignore[arg-type]  # a hand-made client
    for number in range(3):
        room.sign(f"e{number}", [pulse(f"p-{number}", 60 + number)])
        await room.turn()
    reads = []
    for _ in range(3):
        room.clock.at += BETWEEN_PROBES
        before = room.journal.asked.count("read")
        assert await check.check(able()) is Standing.SAME
        reads.append(room.journal.asked.count("read") - before)
    assert reads == [3, 1, 1]
