"""Looking a patient up in the journal by what was typed: one number, or names of which every word agrees, and the birth date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.names import NUMBER_SYSTEMS
from services.outbox_views import Lookup
from services.strangers import candidate_of, words_of

if TYPE_CHECKING:
    from client.journal import JournalClient
    from offline_cache.strangers import Stranger

MOST = 20
"""How many are shown: among more nobody finds the right one, and a birth date is asked for."""


async def look_up(client: JournalClient, typed: Stranger) -> Lookup:
    """Ask once, and keep what agrees with all that was typed; a number stands for itself, whatever name was typed with it.

    Raises:
        JournalError: The journal did not answer, or refused.
    """
    if typed.number:
        question = [("identifier", f"{NUMBER_SYSTEMS[0]}|{typed.number}")]
        wanted = {"number"}
    else:
        question = [("name", word) for word in words_of(typed.name)]
        wanted = {"name"}
        if typed.birth_date:
            question.append(("birthdate", typed.birth_date))
            wanted.add("birth_date")
    async for page in client.search("Patient", question, page_size=MOST, in_body=True):
        rows = (candidate_of(one, typed, by_part=True) for one in page.resources)
        found = sorted((row for row in rows if wanted <= set(row.agrees)), key=lambda row: row.name)
        return Lookup(tuple(found[:MOST]), is_more=not page.is_last or len(found) > MOST)
    return Lookup((), is_more=False)
