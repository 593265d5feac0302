"""The answer expected of each engine to each behaviour: the table that the suite holds them to, and `docs/engines.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.engines.houses import ENGINES
from tests.omissions import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = ROOT / "docs" / "engines.md"


def row(full: str, *, epic: str = "", router: str = "", whole: str = "") -> dict[str, str]:
    """Return a line of the table. An engine that is not named answers as `full` does, `whole` as `router`."""
    router = router or full
    return dict(zip(ENGINES, (full, epic or full, router, whole or router), strict=True))


EXPECTED: dict[str, dict[str, str]] = {
    "says of itself": row(
        "transaction, conditional create, versions, delete, type history, _lastUpdated, _deleted",
        epic="none of it",
        router="transaction, conditional create, versions, update as create, delete, _lastUpdated",
    ),
    "create": row(
        "201, version 1, versioned", epic="201, no version, unversioned", router="201, uuid, versioned"
    ),
    "what a resource and an answer carry": row("versionId, lastUpdated, Date", epic="Date"),
    "conditional create, 0, 1, 2 matches": row("201, 200, 412", epic="201, 400, 400"),
    "update with If-Match": row("200, a new version", epic="200, no version"),
    "stale update": row("412, theirs stands", epic="200, LOST UPDATE"),
    "update without If-Match": row("428", epic="200", router="200"),
    "update with the same content": row("a new version", epic="no version"),
    "update as create": row("404", router="200"),
    "answer lost, sent again with its condition": row("200, 1 copy", epic="400, 1 copy"),
    "answer lost, sent again without": row("201, 2 COPIES", epic="400, 1 copy"),
    "note, answer lost, sent again with its condition": row("200, 1 copy", epic="201, 2 COPIES"),
    "transaction of two linked parts": row("201, 201, linked, identifiers kept", epic="refused with 404"),
    "transaction, answer lost, sent again": row("200, 200; each once", epic="refused with 404"),
    "transaction whose fullUrl is the identifier, twice": row(
        "1 copy, 1 with the identifier",
        epic="refused with 404",
        router="2 COPIES, 0 with the identifier",
    ),
    "transaction with one stale part": row(
        "412; nothing is kept",
        epic="404; nothing is kept",
        router="200 with 201, 412; the other part is kept",
        whole="412; the other part is kept",
    ),
    "body of another type": row("400"),
    "about a patient who is not there": row("422", router="201"),
    "36.50 comes back as": row("36.50", router="36.5"),
    "Prefer: return=minimal": row("an empty body", router="the resource all the same"),
    "published late, cursor `gt`": row("1 of 1 missed", epic="no lastUpdated to go by"),
    "published late, cursor `ge` with overlap": row("0 of 1 missed", epic="no lastUpdated to go by"),
    "delete, read, delete again": row("204, 410, 204", epic="405, 200, 405", router="200, 404, 404"),
    "a delete is seen": row(
        "type history, _deleted", epic="nothing can be deleted", router="by an id sweep only"
    ),
    "five in pages of two": row(
        "5 of 5 in 3 pages, total 5",
        epic="5 of 5 in 3 pages, total 2",
        router="2 of 5 in 1 page, total 5",
    ),
    "_summary=count of three": row("3"),
    "unknown search parameter": row(
        "200 said in an outcome; strict 400",
        epic="200 said in an outcome; strict 200",
        router="200 not said; strict 200",
    ),
    "POST _search": row("the same as GET"),
    "_include": row("the patient comes with it"),
    "If-None-Match": row("304", epic="200", router="200"),
    "history of three versions": row(
        "newest first", epic="refused with 404", router="newest first, then oldest first"
    ),
    "read of what never was": row("404"),
}

_HEAD = """\
# What each engine answers

Made by `python -m tests.contract.engines --write` from what the engines answered; do not edit by hand. The same answers
are demanded of them by `tests/contract/engines/`, so this page goes stale with a red test.

- `sandbox full`: the embedded journal of this project.
- `sandbox epic`: the same under `--profile epic`, as a Nordic Epic answers. A vital sign of the same patient, kind and minute is
  refused with 400 (59189 "already exists"); what else is sent twice is filed twice.
- `fhir-router`: npm `@medplum/fhir-router` 5.2.13 with its MemoryRepository, an engine that nobody here wrote, behind the
  wrapper in `tests/peers/fhir_router/` (TLS with a throw-away authority). In a transaction each entry stands for itself, as with
  Medplum without its feature `transaction-bundles`; in the column `whole` the first refusal is the answer to all.

Everything is asked through `client/`: our transport, our paging, our reading of answers. Words in capitals are what would
lose or double somebody's work; the client must not stand on such an engine's word there.

What follows for the client:

- A cursor after the newest `lastUpdated` loses what is published late, on every engine that has `lastUpdated`; `ge` with an
  overlap loses nothing.
- `fullUrl` and identifier are never the same text: `fhir-router` writes the new id over both, `ifNoneExist` included, and a
  repeated transaction then doubles its parts (`offline_cache/delivery_bundle.py`).
- 412 or any other refusal of a whole transaction is no proof that nothing was kept (`whole`), nor is 200 a proof that all was:
  each entry's status is read.
- A page without `next` is not the last one on `fhir-router`; there `total` above what came is the only sign.
- On `epic` a stale update is not refused and a note sent again is filed twice: read before writing, and never send a note again.
- The order of a history is not to be trusted: the router turns it round at every call.
"""


def page(answers: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page with these answers."""
    lines = ["| behaviour | " + " | ".join(ENGINES) + " |", "|---" * (len(ENGINES) + 1) + "|"]
    for name, told in answers.items():
        cells = [name, *(told[engine] for engine in ENGINES)]
        lines.append("| " + " | ".join(cells) + " |")
    return _HEAD + "\n" + "\n".join(lines) + "\n"
