"""What somebody else does in the journal while a pilot sits at the screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pilot.ward import Ward

OLAV = {"reference": "Practitioner/olav-lie", "display": "Olav Lie"}


def change(ward: Ward, type_: str, id_: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """Let another person write the next version of a resource."""
    standing = ward.journal.read(type_, id_)
    assert standing is not None
    resource = json.loads(standing.body)
    edit(resource)
    with ward.journal.writing(ward.clock.now()) as writing:
        writing.update(type_, id_, json.dumps(resource).encode(), if_match=f'W/"{standing.number}"')
