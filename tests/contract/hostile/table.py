"""All hostile answers, and the journal that serves each below a path of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.contract.hostile import (
    bodies,
    bundles,
    elsewhere,
    framing,
    ids,
    links,
    packed,
    signing_in,
    volume,
    writes,
)
from tests.contract.hostile.case import Moment, Places

if TYPE_CHECKING:
    from tests.contract.hostile.case import Case
    from tests.contract.scripted_server import Got, Reply

_PARTS = (bodies, ids, bundles, links, elsewhere, packed, framing, writes, signing_in, volume)
CASES: dict[str, Case] = {case.name: case for part in _PARTS for case in part.CASES}
COUNT = sum(len(part.CASES) for part in _PARTS)
_NUMBERS = {name: number for number, name in enumerate(CASES)}
_NAMES = list(CASES)


def path_of(name: str) -> str:
    """Return the path below which a case is served."""
    return f"/{_NUMBERS[name]}/fhir"


@dataclass
class HostileJournal:
    """Answers by the table; `evil` is the address of the other server."""

    address: str
    evil: str
    seen: Counter[str] = field(default_factory=Counter)

    def answer(self, got: Got) -> Reply:
        """Return the answer of the case whose path was asked for."""
        name = _NAMES[int(got.target.split("/")[1])]
        places = Places(self.address, path_of(name), self.evil)
        moment = Moment(places, self.seen[name], got)
        self.seen[name] += 1
        return CASES[name].serve(moment)
