"""One contract over every engine: what `expected.py` says of each is what it answers, through our own client.

Fault: N4, P4, P7, Q1, Q2, M12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.engines.behaviours import BEHAVIOURS
from tests.contract.engines.expected import EXPECTED, PAGE, page
from tests.contract.engines.houses import ENGINES, ROUTER_MODES, Router

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from tests.contract.engines.houses import Houses

pytestmark = pytest.mark.xdist_group("engines")
_ROUTER = pytest.mark.needs("fhir-router")
_EACH = [pytest.param(engine, marks=_ROUTER if engine in ROUTER_MODES else ()) for engine in ENGINES]


@pytest.mark.parametrize("engine", _EACH)
@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_the_engine_answers_as_the_table_says(houses: Houses, name: str, engine: str) -> None:
    async with houses.bench(engine) as bench:
        assert await BEHAVIOURS[name](bench) == EXPECTED[name][engine]


def test_the_page_says_what_the_table_says() -> None:
    assert list(EXPECTED) == list(BEHAVIOURS)
    assert PAGE.read_text(encoding="utf-8") == page(EXPECTED), "python -m tests.contract.engines --write"


@_ROUTER
async def test_the_peer_is_reached_by_its_named_authority_only(houses: Houses) -> None:
    """Our own pool, not the test's line: with the authority it reads, without it not a byte goes out."""
    base = houses.router.bench("each").base

    async def software(tls: ssl.SSLContext | None) -> str:
        transport = JournalTransport(base, clock=SystemClock(), ids=SystemIds(), tls=tls)
        try:
            return (await JournalClient(transport).capabilities()).software
        finally:
            await transport.aclose()

    assert await software(houses.router.tls) == "@medplum/fhir-router"
    with pytest.raises(JournalError) as refused:
        await software(None)
    assert refused.value.kind is ErrorKind.UNREACHABLE


@_ROUTER
def test_the_peer_ends_with_its_standard_input(tmp_path: Path) -> None:
    """`close` asserts that the process ended by itself: nothing is killed, nothing is left."""
    router = Router(tmp_path)
    assert router.process.poll() is None
    router.close()
    assert router.process.returncode == 0
