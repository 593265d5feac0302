"""A working day before a journal that demands a level of the sign-in: who came lower is told so, and nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.auth.assurance import Assurance
from services.trouble import Trouble, TroubleCode
from services.views import Connection, EntryState
from tests.contract.foreign_journal import ForeignJournal
from tests.working_day import PIN, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.workday import Workday

pytestmark = [pytest.mark.xdist_group("foreign-levels"), pytest.mark.needs("oidc-provider")]

HIGH, LOW = "idporten-loa-high", "idporten-loa-substantial"


async def sent(day: Workday, entry: str) -> EntryState:
    await day.send_now(entry)
    await day.sync()
    (row,) = [row for row in await day.outbox() if row.entry_id == entry]
    return row.state


@pytest.fixture
def levelled(tmp_path: Path) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path / "levelled", {"levels": [HIGH, LOW]})
    yield journal
    journal.close()


async def test_a_sign_in_of_a_lower_level_opens_nothing_and_leaves_nothing(
    levelled: ForeignJournal, tmp_path: Path
) -> None:
    """What would do is named; on the same machine one that is worth enough is let in."""
    day = levelled.day(tmp_path, assurance=Assurance((HIGH,), max_age=600))
    for proves, code, wanted in (
        (f"?acr={LOW}", TroubleCode.LEVEL_TOO_LOW, HIGH),
        (f"?acr={HIGH}&ago=3600", TroubleCode.SIGN_IN_TOO_OLD, "10"),
    ):
        levelled.room.hand(f"proves{proves}")
        with pytest.raises(Trouble) as refused:
            await day.sign_in_browser(lambda _: None)
        assert (refused.value.code, refused.value.details) == (code, {"wanted": wanted})
        assert not day.is_begun
    assert not list((tmp_path / "data").rglob("*"))
    levelled.room.hand(f"proves?acr={HIGH}")
    await day.sign_in_browser(lambda _: None)
    await day.set_pin(PIN)
    assert list((tmp_path / "data").rglob("*"))
    await day.take_round(lambda _: None)
    assert await day.round() is not None
    await day.close()


async def test_a_kept_sign_in_is_used_no_more_once_the_file_demands_a_higher_level(
    levelled: ForeignJournal, tmp_path: Path
) -> None:
    levelled.room.hand(f"proves?acr={LOW}")
    day = levelled.day(tmp_path, assurance=Assurance((LOW,)))
    await day.sign_in_browser(lambda _: None)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    await day.close()
    again = levelled.day(tmp_path, assurance=Assurance((HIGH,)))
    await again.unlock(PIN)
    assert await sent(again, entry) is EntryState.SIGNED
    assert again.status().connection is Connection.SIGNED_OUT
    await again.close()
    as_before = levelled.day(tmp_path, assurance=Assurance((HIGH, LOW)))
    await as_before.unlock(PIN)
    assert await sent(as_before, entry) is EntryState.DELIVERED
    await as_before.close()
