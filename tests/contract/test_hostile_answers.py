"""Named hostile answers, each served by a real HTTP server to the real client: refused by its kind, or survived as said.

Besides its own end, each must leave alone what no answer may move: nothing comes to another server, the token goes to the journal
alone, and an error's own words hold nothing of what was served.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.contract.hostile.case import TOKEN
from tests.contract.hostile.player import play
from tests.contract.hostile.table import CASES, COUNT, HostileJournal, path_of
from tests.contract.scripted_server import ScriptedServer, reply, tokens_seen
from tests.omissions import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.contract.hostile.case import Case

MOST_GROWTH_MIB = 320
"""What one answer may add to the client's memory at its peak: ten times what the cap for a body lets in."""


@asynccontextmanager
async def servers() -> AsyncIterator[tuple[ScriptedServer, ScriptedServer, HostileJournal]]:
    """Start the journal, and somebody else's server, which would answer whatever it was asked."""
    async with ScriptedServer() as journal, ScriptedServer(answer=_welcome) as evil:
        table = HostileJournal(journal.address, evil.address)
        journal.answer = table.answer
        yield journal, evil, table


def _welcome(_got: object) -> bytes:
    return reply(200, b'{"resourceType":"Patient","id":"p1","access_token":"x","token_type":"Bearer"}')


def test_there_are_more_than_two_hundred_and_no_two_have_one_name() -> None:
    assert len(CASES) == COUNT > 200


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_hostile_answer_ends_as_it_must(case: Case) -> None:
    """Fault: H14, H15, H16, H18, H19, H20, N2, N4."""
    async with servers() as (journal, evil, table):
        assert await play(case.act, journal.address + path_of(case.name)) == case.ends
        assert (evil.connections, evil.got) == (0, [])
        assert 1 <= table.seen[case.name] <= case.requests
        assert set(tokens_seen([journal])) <= {f"Bearer {TOKEN}"}
        assert {one.target.partition("?")[0].split("/")[2] for one in journal.got} == {"fhir"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of a process is read from /proc")
async def test_no_hostile_answer_fills_the_memory() -> None:
    """A child with the real client alone meets every answer; what each added to its peak is read from the system."""
    async with servers() as (journal, evil, _):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.contract.hostile",
            journal.address,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await child.communicate()
        assert child.returncode == 0
        assert evil.connections == 0
    measured: dict[str, tuple[str, float]] = json.loads(told)
    assert {name: end for name, (end, _) in measured.items()} == {
        name: case.ends for name, case in CASES.items()
    }
    assert {name: grown for name, (_, grown) in measured.items() if grown > MOST_GROWTH_MIB} == {}
