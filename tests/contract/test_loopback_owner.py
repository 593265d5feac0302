"""Who may bring a browser's callback: a program of this user, as the system's own table of connections says."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import httpx
import pytest

from client.auth.loopback import Loopback
from ports import own_connections
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAGE = "Ferdig."


class _Waiting(StillClock):
    """Patience has no end."""

    async def sleep(self, _seconds: float) -> None:
        """Wait until the test is over."""
        await asyncio.Event().wait()


@pytest.fixture
def stranger() -> Iterator[pytest.MonkeyPatch]:
    """Return what makes this user another one than the caller, by the same table."""
    another = os.getuid() + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ports.own_connections.os.getuid", lambda: another)
        yield patch


async def _call(loopback: Loopback) -> int:
    async with httpx.AsyncClient(trust_env=False) as browser:
        return (await browser.get(f"{loopback.redirect_uri}?state=mine&code=theirs")).status_code


async def test_the_right_callback_of_another_user_is_not_taken(stranger: pytest.MonkeyPatch) -> None:
    """Whoever reads the address off the browser's command line has the state, and could sign in as themselves with it."""
    async with Loopback(_Waiting(), taken=_PAGE, other="") as loopback:
        loopback.expect(lambda url: "state=mine" in url)
        waiting = asyncio.create_task(loopback.callback())
        assert await _call(loopback) == 404
        assert not waiting.done()
        stranger.undo()
        assert await _call(loopback) == 200
        assert (await waiting).endswith("state=mine&code=theirs")


def test_where_the_system_does_not_say_every_caller_is_taken(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_connections, "_TABLES", (tmp_path / "tcp",))
        assert own_connections.is_of_this_user(1, 2)
        (tmp_path / "tcp").write_text("  sl  local_address rem_address   st\n", "ascii")
        assert not own_connections.is_of_this_user(1, 2)


@pytest.mark.parametrize(
    ("state", "is_taken"),
    [("01", True), ("05", False), ("06", False)],
    ids=["open", "half closed", "closing"],
)
@pytest.mark.parametrize("before", ["", "0000000000000000FFFF0000"], ids=["IPv4", "IPv4 in IPv6"])
def test_a_connection_that_is_closing_is_nobodys(
    tmp_path: Path, before: str, state: str, *, is_taken: bool
) -> None:
    ends = f"{before}0100007F:A5BA {before}0100007F:CA75"
    row = f"  36: {ends} {state} 00000000:00000000 00:00000000 00000000 {os.getuid():5} 0 733576\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own_connections, "_TABLES", (tmp_path / "tcp",))
        (tmp_path / "tcp").write_text(f"  sl  local_address\n{row}", "ascii")
        assert own_connections.is_of_this_user(0xA5BA, 0xCA75) is is_taken
        assert not own_connections.is_of_this_user(0xCA75, 0xA5BA)
