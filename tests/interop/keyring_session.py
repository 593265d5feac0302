"""Run inside a session with a real gnome-keyring: does one step with the vault and says what came of it."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from offline_cache.errors import CacheError
from ports.keyring import find_protector
from tests.store_room import PIN, WHO, room_in


def main(step: str, folder: Path, later: float) -> str:
    """Do the step, so many seconds after noon, and return its outcome in words."""
    protector = find_protector()
    if protector is None:
        return "no keyring"
    room = room_in(folder)
    room.clock.at += timedelta(seconds=later)
    vault = room.vault(protector)
    if step == "create":
        return f"{protector.name} {vault.create(PIN, WHO).database.hex()}"
    if step == "lose":
        account = vault._require_header().database_id
        protector.delete(account)
        return "gone"
    try:
        return vault.unlock(PIN if step == "right" else "wrong-1").database.hex()
    except CacheError as error:
        return f"{type(error).__name__} {getattr(error, 'left', '')}".strip()


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
