"""The floor in a process of its own: the same addresses read by httpx into plain SQLite with the same columns, no more.

`python -m benchmarks.take_plain ADDRESS FOLDER FILE {slices|tree|sealed}` reads a list of addresses from FILE and prints one
line of JSON. `slices` cuts the resources out of a page as they came, with msgspec; `tree` is what one writes with the
standard library alone, `json.loads` and `json.dumps`; `sealed` is `slices` into a database encrypted as ours is, to tell what
that costs. Nothing is checked, nothing is indexed for searching, and a page is a commit.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import httpx
import msgspec

from benchmarks.cost import Stopwatch, peak
from offline_cache import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT = "2026-11-23T12:00:00.000000+00:00"
_PUT = """
    INSERT INTO resource (type, id, patient, version_id, last_updated,
                          generation, fetched_at, address_cut, sha256, body)
    VALUES (?, ?, ?, ?, ?, 1, ?, 0, ?, ?)
    ON CONFLICT (type, id) DO UPDATE SET version_id = excluded.version_id, last_updated = excluded.last_updated,
        body = excluded.body, sha256 = excluded.sha256"""
_LINKS = ("subject", "patient", "for")


class _Entry(msgspec.Struct):
    resource: msgspec.Raw


class _Page(msgspec.Struct):
    entry: list[_Entry] = []


class _Meta(msgspec.Struct):
    versionId: str = ""  # noqa: N815  FHIR's own name
    lastUpdated: str = ""  # noqa: N815  FHIR's own name


class _Reference(msgspec.Struct):
    reference: str = ""


class _Head(msgspec.Struct):
    resourceType: str  # noqa: N815  FHIR's own name
    id: str
    meta: _Meta
    subject: _Reference | None = None
    patient: _Reference | None = None
    for_: _Reference | None = msgspec.field(name="for", default=None)


_read_page = msgspec.json.Decoder(_Page).decode
_read_head = msgspec.json.Decoder(_Head).decode


def by_slices(body: bytes) -> Iterator[tuple[object, ...]]:
    """Yield the columns of each resource of a page, cut out as it came."""
    for entry in _read_page(body).entry:
        raw = bytes(entry.resource)
        head = _read_head(raw)
        link = head.subject or head.patient or head.for_ or _Reference()
        patient = link.reference.rpartition("/")[2]
        yield _columns(head.resourceType, head.id, patient, head.meta.versionId, head.meta.lastUpdated, raw)


def by_tree(body: bytes) -> Iterator[tuple[object, ...]]:
    """Yield the columns of each resource of a page, by way of a tree."""
    for entry in json.loads(body).get("entry", ()):
        tree: dict[str, Any] = entry["resource"]
        link: dict[str, Any] = next((tree[name] for name in _LINKS if name in tree), {})
        patient = link.get("reference", "").rpartition("/")[2]
        meta = tree["meta"]
        raw = json.dumps(tree, ensure_ascii=False).encode()
        yield _columns(tree["resourceType"], tree["id"], patient, meta["versionId"], meta["lastUpdated"], raw)


def _columns(
    type_: str, id_: str, patient: str, version: str, updated: str, raw: bytes
) -> tuple[object, ...]:
    return (type_, id_, patient, version, updated, _AT, hashlib.sha256(raw).digest(), raw)


def plain_database(path: Path) -> sqlite3.Connection:
    """Open Python's own SQLite with the table of resources and the durability that ours has."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    for statement in schema.STEPS[0]:
        connection.execute(statement)
    return connection


def sealed_database(path: Path) -> apsw.Connection:
    """Open the same in our own engine's format."""
    connection = apsw.Connection(str(path))
    for name, value in (("cipher", "sqlcipher"), ("legacy", 4), ("key", f"raw:{bytes(range(32)).hex()}")):
        connection.pragma(name, value)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    for statement in schema.STEPS[0]:
        connection.execute(statement)
    return connection


def main(address: str, folder: Path, asked: Path, how: str) -> dict[str, Any]:
    """Ask for all of it and keep it."""
    before = peak()
    rows_of = by_tree if how == "tree" else by_slices
    addresses = json.loads(asked.read_text())
    path = folder / f"plain-{how}.db"
    connection = sealed_database(path) if how == "sealed" else plain_database(path)
    received = 0
    watch = Stopwatch()
    with httpx.Client(trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:
        for path in addresses:
            answer = client.get(address + path)
            received += answer.num_bytes_downloaded
            rows = list(rows_of(answer.content))
            if rows:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_PUT, rows)
                connection.execute("COMMIT")
    cost = watch.stop()
    ((count,),) = connection.execute("SELECT count(*) FROM resource").fetchall()
    connection.close()
    return {**asdict(cost), "requests": len(addresses), "bytes": received, "rows": count, "before": before}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])))
