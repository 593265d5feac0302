"""A course that is missing, as a nurse sees it: which one, and one key to the training journal, or whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.foreign_journal import ForeignJournal
from tests.pilot.test_screens_sign_in import at_the_door
from tests.working_day import PIN, sign_note
from tui.launch import PRACTISE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("foreign-screens"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


async def test_at_the_sign_in_one_key_leads_to_the_training_journal(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    async with at_the_door(journal, tmp_path, courses=("legemidler",), training="oving") as hands:
        await hands.press("f7")
        assert "F7 åpner øvingsjournalen når du mangler et kurs" in hands.text
        assert hands.app.return_code is None
        await hands.press("enter")
        said = " ".join(hands.text.split())
        assert "opplæringen mangler: legemidler." in said
        assert "F7 åpner øvingsjournalen så lenge (feltjournal --journal oving)." in said
        await hands.app.action_perform(
            "app.practise"
        )  # what the key does; no screen comes to rest after that
        assert hands.app.return_code == PRACTISE


async def test_where_none_is_named_it_says_whom_to_ask(journal: ForeignJournal, tmp_path: Path) -> None:
    for organisation, who in (("", "lederen din"), ("Prøvekommunen", "Prøvekommunen")):
        async with at_the_door(
            journal, tmp_path, courses=("legemidler",), organisation=organisation
        ) as hands:
            await hands.press("enter")
            said = " ".join(hands.text.split())
            assert f"Spør {who} om kurset, og om et sted å øve." in said
            await hands.press("f7")
            assert hands.app.return_code is None


async def test_a_course_demanded_since_leads_there_too_and_what_is_signed_stays(
    journal: ForeignJournal, tmp_path: Path
) -> None:
    day = journal.day(tmp_path)
    await day.sign_in_browser(lambda _: None)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    entry = await sign_note(day)
    await day.close()
    async with at_the_door(journal, tmp_path, courses=("legemidler",), training="oving") as hands:
        await hands.write(PIN)
        await hands.press("enter")
        assert "opplæringen mangler: legemidler." in " ".join(hands.text.split())
        await hands.app.action_perform(
            "app.practise"
        )  # what the key does; no screen comes to rest after that
        assert hands.app.return_code == PRACTISE
    again = journal.day(tmp_path)
    await again.unlock(PIN)
    assert [row.entry_id for row in await again.outbox()] == [entry]
    await again.close()
