"""The store beside plain SQLite with the same schema, signing beside a bare fsync, search, and memory.

`python -m benchmarks.store` runs it alone; `--large` takes five times the rows.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource as process
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from offline_cache import schema
from tests.store_room import NOON, resource, room_in, sign

if TYPE_CHECKING:
    from client.resource import Resource
    from offline_cache.store import Store

ROWS, PATIENTS, ROUNDS, SIGNATURES, SEARCHES = 12_000, 100_000, 3, 200, 1_000
"""A round of 30 patients with 400 resources each; and the patients of a whole municipality to search in."""

_IN_ONE_COMMIT = 100
_AT = "2026-11-23T12:00:00.000000+00:00"
_PLAIN_PUT = """
    INSERT INTO resource (type, id, patient, version_id, last_updated,
                          generation, fetched_at, address_cut, sha256, body)
    VALUES (?, ?, ?, ?, ?, 1, ?, 0, ?, ?)
    ON CONFLICT (type, id) DO UPDATE SET body = excluded.body, sha256 = excluded.sha256"""
_PLAIN_READ = """
    SELECT type, id, patient, version_id, last_updated, body, fetched_at, address_cut
    FROM resource WHERE patient = ? AND type = 'Observation' ORDER BY id"""
_SYLLABLES = [
    "an",
    "ber",
    "dal",
    "gun",
    "har",
    "ing",
    "jo",
    "kri",
    "lar",
    "mar",
    "nor",
    "ol",
    "per",
    "ran",
    "sol",
    "tor",
    "un",
    "vig",
    "ås",
    "øy",
    "stein",
    "hild",
    "bjø",
    "sæ",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ours, the floor, both in the same unit."""

    what: str
    ours: float
    floor: float | None
    unit: str
    aim: str


def observations(count: int) -> list[Resource]:
    """Return observations of about 1.5 kB, as a journal sends them."""
    filler = "x" * 1200
    return [
        resource(
            "Observation",
            f"o{number}",
            json.dumps(
                {"resourceType": "Observation", "id": f"o{number}", "value": number / 10, "note": filler}
            ).encode(),
        )
        for number in range(count)
    ]


def ours_inserted(store: Store, rows: list[Resource]) -> float:
    """Put all rows, a page to a commit; return CPU seconds."""
    begin = time.process_time()
    for at in range(0, len(rows), _IN_ONE_COMMIT):
        with store.transaction():
            for row in rows[at : at + _IN_ONE_COMMIT]:
                store.resources.put(row, patient=f"p{at // 400}", fetched_at=NOON, generation=1)
    return time.process_time() - begin


def plain(path: Path) -> sqlite3.Connection:
    """Return a plain database of the same schema and the same durability, of Python's own SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode = wal", "synchronous = full", "secure_delete = 1", "cache_size = -16384"):
        connection.execute(f"PRAGMA {setting}")
    for statement in (s for step in schema.STEPS for s in step):
        with contextlib.suppress(sqlite3.OperationalError):  # an older SQLite lacks an option of FTS5
            connection.execute(statement)
    return connection


def plain_inserted(connection: sqlite3.Connection, rows: list[Resource]) -> float:
    """Put the same rows, hashed as ours are; return CPU seconds."""
    begin = time.process_time()
    for at in range(0, len(rows), _IN_ONE_COMMIT):
        connection.execute("BEGIN IMMEDIATE")
        for row in rows[at : at + _IN_ONE_COMMIT]:
            head = (row.type, row.id, f"p{at // 400}", row.version_id, row.last_updated, _AT)
            connection.execute(_PLAIN_PUT, (*head, sha256(row.body).digest(), row.body))
        connection.execute("COMMIT")
    return time.process_time() - begin


def ours_read(store: Store, patients: list[str]) -> float:
    """Read the resources of each patient; return CPU seconds."""
    begin = time.process_time()
    for patient in patients:
        store.resources.of_patient(patient, "Observation")
    return time.process_time() - begin


def plain_read(connection: sqlite3.Connection, patients: list[str]) -> float:
    """Read the same columns of the same rows; return CPU seconds."""
    begin = time.process_time()
    for patient in patients:
        connection.execute(_PLAIN_READ, (patient,)).fetchall()
    return time.process_time() - begin


def rows_beside_plain(folder: Path, count: int) -> list[Figure]:
    """Measure inserting and reading by patient, ours and plain by turns, and keep the best of each."""
    rows, best = observations(count), [float("inf")] * 4
    patients = [f"p{n}" for n in range(count // 400)]
    for turn in range(ROUNDS):
        store = room_in(folder / f"ours-{turn}").store()
        peer = plain(folder / f"plain-{turn}.db")
        figures = (
            ours_inserted(store, rows),
            plain_inserted(peer, rows),
            ours_read(store, patients),
            plain_read(peer, patients),
        )
        best = [min(pair) for pair in zip(best, figures, strict=True)]
        store.close()
        peer.close()
    scale = 1e6 / count
    return [
        Figure("insert one resource, CPU", best[0] * scale, best[1] * scale, "µs", "at most 2 times plain"),
        Figure("read one of a patient's resources, CPU", best[2] * scale, best[3] * scale, "µs", ""),
    ]


def signing_beside_fsync(folder: Path) -> Figure:
    """Measure the median of signing an entry, by turns with writing as much to a file and calling fsync."""
    store = room_in(folder / "signing").store()
    ours, bare = [], []
    with (folder / "bare").open("wb") as file:
        for number in range(SIGNATURES):
            begin = time.perf_counter()
            sign(store, f"e{number}")
            ours.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            file.write(b"x" * 1500)
            file.flush()
            os.fsync(file.fileno())
            bare.append(time.perf_counter() - begin)
    store.close()
    middle = SIGNATURES // 2
    return Figure(
        "acknowledge a signed entry",
        sorted(ours)[middle] * 1e3,
        sorted(bare)[middle] * 1e3,
        "ms",
        "at most 3 times fsync",
    )


def people(count: int, chance: random.Random) -> list[tuple[str, str, str, str, bytes]]:
    """Return family name, given name, number, birth date and body of made-up people; 80 is added to the month."""
    names = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))).capitalize() for _ in range(6000)]
    made = []
    for number in range(count):
        family, given, middle = chance.choices(names, k=3)
        year, month, day = chance.randint(1920, 2015), chance.randint(1, 12), chance.randint(1, 28)
        digits = f"{day:02}{month + 80:02}{year % 100:02}{chance.randrange(100_000):05}"
        tree = {
            "resourceType": "Patient",
            "id": f"p{number}",
            "name": [{"family": family, "given": [given, middle]}],
            "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": digits}],
            "birthDate": f"{year}-{month:02}-{day:02}",
        }
        made.append((family, given, digits, f"{day:02}.{month:02}.{year}", json.dumps(tree).encode()))
    return made


def searching(folder: Path, count: int) -> list[Figure]:
    """Fill a store with patients, and search it in every way a nurse would; return the median and the 99th percentile."""
    chance = random.Random(1)
    room = room_in(folder / "search")
    store = room.store()
    made = people(count, chance)
    for at in range(0, count, 1000):
        with store.transaction():
            for number, person in enumerate(made[at : at + 1000], at):
                put = resource("Patient", f"p{number}", person[4])
                store.resources.put(put, patient=put.id, fetched_at=NOON, generation=1)
    taken, worked = [], []
    for family, given, digits, born, _body in chance.choices(made, k=SEARCHES):
        ways = (family, given[:3], f"{given} {family}", f"{family[:1]} {given[:1]}", family[:1], digits, born)
        for text in ways:
            begin, cpu = time.perf_counter(), time.thread_time()
            store.search.patients(text)
            worked.append(time.thread_time() - cpu)
            taken.append(time.perf_counter() - begin)
    store.close()
    taken.sort()
    worked.sort()
    return [
        Figure(f"search {count:,} patients, median", taken[len(taken) // 2] * 1e3, None, "ms", ""),
        Figure(
            f"search {count:,} patients, 99th percentile",
            taken[len(taken) * 99 // 100] * 1e3,
            None,
            "ms",
            "under 10",
        ),
        Figure("the same, CPU", worked[len(worked) * 99 // 100] * 1e3, None, "ms", ""),
    ]


def run(*, large: bool = False) -> list[Figure]:
    """Measure everything in a folder that is gone afterwards."""
    times = 5 if large else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [*rows_beside_plain(folder, ROWS * times), signing_beside_fsync(folder)]
        before = process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024
        figures.append(Figure(f"memory, {ROWS * times:,} resources put and read", before, None, "MB", ""))
        return [*figures, *searching(folder, PATIENTS)]


def table(figures: list[Figure]) -> list[str]:
    """Return the rows of a Markdown table."""
    lines = ["| what | ours | floor | ratio | aim |", "|---|---:|---:|---:|---|"]
    for figure in figures:
        floor = "" if figure.floor is None else f"{figure.floor:.2f} {figure.unit}"
        ratio = f"{figure.ours / figure.floor:.2f}" if figure.floor else ""
        lines.append(
            f"| {figure.what} | {figure.ours:.2f} {figure.unit} | {floor} | {ratio} | {figure.aim} |"
        )
    return lines


if __name__ == "__main__":
    print("\n".join(table(run(large="--large" in sys.argv))))
