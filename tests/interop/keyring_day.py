"""Run inside a session with a real gnome-keyring: does one step of a nurse's day and says what came of it, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ports.keyring import find_protector
from services.entrance import Entrance
from services.keyrings import Keyrings
from services.trouble import Trouble
from tests.working_day import PIN, a_day, sign_note, sit_out

if TYPE_CHECKING:
    from services.workday import Workday

NEW = "gråor-99-eik"


class Wallet:
    """The keyring of another desktop, in a file of the test's own: what it holds outlives the session."""

    name = "kwallet"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wallet.json"

    def get(self, account: str) -> bytes | None:
        """Return the secret, or None."""
        found = self._all().get(account)
        return None if found is None else bytes.fromhex(found)

    def put(self, account: str, secret: bytes) -> None:
        """Keep the secret."""
        self._file.write_text(json.dumps({**self._all(), account: secret.hex()}))

    def delete(self, account: str) -> None:
        """Remove the secret."""
        left = {name: value for name, value in self._all().items() if name != account}
        self._file.write_text(json.dumps(left))

    def _all(self) -> dict[str, str]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}


async def begin(day: Workday, pin: str) -> None:
    """Sign in, make the cache and sign something in it."""
    await day.people()
    await day.sign_in("kari-nordmann")
    await (day.set_pin(pin) if day.needs_pin else day.unlock(pin))
    await day.take_round(lambda _: None)
    await sign_note(day)


async def tried(day: Workday, pin: str) -> str:
    """Try a PIN when one is taken, and return how it ended."""
    await sit_out(day)
    try:
        await day.unlock(pin)
    except Trouble as trouble:
        return trouble.code.value
    return "open"


async def main(step: str, folder: Path) -> dict[str, Any]:
    """Do the step and return what can be seen afterwards."""
    day = a_day(folder)
    real = find_protector()
    if real is None:
        return {"ended": ["no keyring"]}
    found = {"wallet": Keyrings(Wallet(folder)), "both": Keyrings(Wallet(folder), {real.name: real})}
    day._entrance = (
        Entrance(day._setup, found[step]) if step in found else None
    )  # else as the program finds it
    ended: list[str] = []
    if step in ("begin", "wallet"):
        await begin(day, PIN)
    elif step == "miss":
        ended = [await tried(day, f"feil-pin-{number}") for number in range(5)]
    elif step == "forgotten":
        await day.people()
        await day.sign_in("kari-nordmann")
        ended = [str((await day.door()).attempts_left)]
        await day.set_aside()
        await day.set_pin(NEW)
    else:
        ended = [await tried(day, NEW if step == "new" else PIN)]
    seen = said(day, ended)
    if seen["backend"] == "":
        seen["left"] = (await day.door()).attempts_left
    await day.close()
    return seen


def said(day: Workday, ended: list[str]) -> dict[str, Any]:
    """Return how it ended, which keyring holds the open cache, and what its log says of attempts."""
    session = day._session
    info = session.vault.describe() if session is not None and session.vault is not None else None
    rows = session.store.audit.records() if session is not None else []
    return {
        "ended": ended,
        "backend": info.backend if info is not None else "",
        "unsent": day.status().unsent_entries,
        "pins": [row.detail.split()[0] for row in rows if row.action.startswith("pin-")],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], Path(sys.argv[2])))))
