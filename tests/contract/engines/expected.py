"""The answer expected of each engine to each behaviour: the table that the suite holds them to, and `docs/engines.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.engines.houses import ENGINES
from tests.omissions import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = ROOT / "docs" / "engines.md"


def row(full: str, router: str = "", *, whole: str = "") -> dict[str, str]:
    """Return a line of the table. What is not given is as in the column to the left."""
    router = router or full
    return dict(zip(ENGINES, (full, router, whole or router), strict=True))


EXPECTED: dict[str, dict[str, str]] = {
    "says of itself": row(
        "transaction, conditional create, versions, _lastUpdated",
        "transaction, conditional create, versions, update as create, delete, _lastUpdated",
    ),
    "create": row("201, version 1, versioned", "201, uuid, versioned"),
    "what a resource and an answer carry": row("versionId, lastUpdated, Date"),
    "conditional create, 0, 1, 2 matches": row("201, 200, 412"),
    "update with If-Match": row("200, a new version"),
    "stale update": row("412, theirs stands"),
    "update without If-Match": row("428", "200"),
    "update with the same content": row("a new version"),
    "update as create": row("404", "200"),
    "answer lost, sent again with its condition": row("200, 1 copy"),
    "answer lost, sent again without": row("201, 2 copies"),
    "transaction of two linked parts": row("201, 201, linked, identifiers kept"),
    "transaction, answer lost, sent again": row("200, 200; 1 copy of each"),
    "transaction whose fullUrl is the identifier, twice": row(
        "1 copy, 1 with the identifier", "2 COPIES, 0 with the identifier"
    ),
    "transaction with one stale part": row(
        "412; nothing is kept",
        "200 with 201, 412; the other part is kept",
        whole="412; the other part is kept",
    ),
    "body of another type": row("400"),
    "about a patient who is not there": row("422", "201"),
    "36.50 comes back as": row("36.50", "36.5"),
    "Prefer: return=minimal": row("an empty body", "the resource all the same"),
    "published late, cursor `gt`": row("1 of 1 missed"),
    "published late, cursor `ge` with overlap": row("0 of 1 missed"),
    "delete, read, delete again": row("405, 200, 405", "200, 404, 404"),
    "a delete is seen": row("nothing can be deleted", "by an id sweep only"),
    "five in pages of two": row("5 of 5 in 3 pages, total 5", "2 of 5 in 1 page, total 5"),
    "_summary=count of three": row("3"),
    "unknown search parameter": row("200 said in an outcome; strict 400", "200 not said; strict 200"),
    "POST _search": row("the same as GET"),
    "_include": row("the patient comes with it", "the patient comes with it"),
    "If-None-Match": row("304", "200"),
    "history of three versions": row("newest first", "newest first, then oldest first"),
    "read of what never was": row("404"),
}

_HEAD = """\
# What each engine answers

Made by `python -m tests.contract.engines --write` from what the engines answered; do not edit by hand. The same answers
are demanded of them by `tests/contract/engines/`, so this page goes stale with a red test.

- `sandbox full`: the embedded journal of this project.
- `fhir-router`: npm `@medplum/fhir-router` 5.2.13 with its MemoryRepository, an engine that nobody here wrote, behind the
  wrapper in `tests/peers/fhir_router/` (TLS with a throw-away authority). In a transaction each entry stands for itself, as with
  Medplum without its feature `transaction-bundles`; in the column `whole` the first refusal is the answer to all.

Everything is asked through `client/`: our transport, our paging, our reading of answers. Words in capitals are what would
lose or double somebody's work; the client must not stand on such an engine's word there.
"""


def page(answers: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page with these answers."""
    lines = ["| behaviour | " + " | ".join(ENGINES) + " |", "|---" * (len(ENGINES) + 1) + "|"]
    for name, told in answers.items():
        cells = [name, *(told[engine] for engine in ENGINES)]
        lines.append("| " + " | ".join(cells) + " |")
    return _HEAD + "\n" + "\n".join(lines) + "\n"
