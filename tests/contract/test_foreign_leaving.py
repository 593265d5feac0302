"""Leaving a journal that is not the embedded one: what nothing here keeps is given back to the issuer, what is kept is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.trouble import Trouble, TroubleCode
from services.views import Connection
from tests.contract.foreign_journal import ForeignJournal
from tests.working_day import PIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.workday import Workday

pytestmark = [pytest.mark.xdist_group("foreign-leaving"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


@pytest.fixture(autouse=True)
def nothing_asked(journal: ForeignJournal) -> None:
    """Forget what earlier tests asked of the issuer."""
    journal.room.asked()


def given_back(journal: ForeignJournal) -> list[str]:
    """Return the tokens that were given back since the last time."""
    asked = journal.room.asked()
    # A client that is bound to a key sends twice where it had no nonce of the issuer yet.
    return list(dict.fromkeys(one["token"] for one in asked if one.path == "/token/revocation"))


async def arrive(day: Workday) -> None:
    await day.sign_in_browser(lambda _: None)


async def test_without_a_cache_leaving_ends_the_sign_in(journal: ForeignJournal, tmp_path: Path) -> None:
    day = journal.day(tmp_path, no_cache=True)
    await arrive(day)
    await day.take_round(lambda _: None)
    held = day._open().tokens.grant.refresh_token
    await day.close()
    assert given_back(journal) == [held]
    assert not day.left_signed_in


async def test_neither_a_lock_nor_the_end_of_a_kept_session_ends_it(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    """Both close the day; the next start goes on without a sign-in, also where the network was away in between."""
    day = journal.day(tmp_path)
    await arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    await day.close()
    assert given_back(journal) == []
    journal.room.hand("expire")
    again = journal.day(tmp_path)
    await again.unlock(PIN)
    await again.sync()
    assert again.status().connection is Connection.ONLINE
    await again.close()
    assert given_back(journal) == []


async def test_ending_the_cache_ends_the_sign_in_that_lay_in_it(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path)
    await arrive(day)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    held = day._open().tokens.grant.refresh_token
    await day.end_cache()
    assert given_back(journal) == [held]
    await day.close()
    assert given_back(journal) == []


async def test_a_sign_in_that_came_to_nothing_is_given_back(journal: ForeignJournal, tmp_path: Path) -> None:
    """She leaves before a PIN is chosen, or goes to another's door."""
    day = journal.day(tmp_path)
    await arrive(day)
    assert day.needs_pin
    await day.choose_door("u-other")
    assert len(given_back(journal)) == 1
    await arrive(day)
    await arrive(day)  # the same clinician once more: the issuer may have given the same grant again
    assert given_back(journal) == []
    await day.close()
    assert len(given_back(journal)) == 1


async def test_a_sign_in_beside_a_kept_one_of_the_same_clinician_takes_nothing_with_it(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path)
    await arrive(day)
    await day.set_pin(PIN)
    await day.close()
    again = journal.day(tmp_path)
    await arrive(again)
    assert again.needs_unlock
    await again.close()
    assert given_back(journal) == []


async def test_who_lacks_a_course_leaves_no_sign_in_behind(journal: ForeignJournal, tmp_path: Path) -> None:
    day = journal.day(tmp_path, courses=("hjemmetjeneste",))
    with pytest.raises(Trouble) as refused:
        await arrive(day)
    assert refused.value.code is TroubleCode.COURSE_MISSING
    assert len(given_back(journal)) == 1
    await day.close()


async def test_an_issuer_that_is_down_holds_nobody_up_and_it_is_said(tmp_path: Path) -> None:
    journal = ForeignJournal(tmp_path / "passing")
    day = journal.day(tmp_path, no_cache=True)
    await arrive(day)
    journal.close()
    await day.close()
    assert day.left_signed_in
