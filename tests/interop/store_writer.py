"""A process that signs entries until it is killed, and names each on its standard output once it is committed."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from tests.store_room import resource, room_in, sign


def main(folder: Path) -> None:
    """Sign, acknowledge, and put resources in between, as a session does."""
    room = room_in(folder)
    store = room.store(create=False)
    start = len(store.entries.all())
    for number in count(start):
        sign(store, f"e{number}", text="x" * (number * 37 % 3000))
        sys.stdout.write(f"e{number}\n")
        sys.stdout.flush()
        with store.transaction():
            for index in range(5):
                body = b'{"n":%d}' % number * 100
                store.resources.put(
                    resource("Observation", f"o{index}", body),
                    patient="p",
                    fetched_at=room.clock.at,
                    generation=number,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
