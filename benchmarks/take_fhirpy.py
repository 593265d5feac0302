"""The straightforward pipeline, in an environment of its own: fhirpy asks, fhir.resources checks, SQLite keeps.

`python benchmarks/take_fhirpy.py ADDRESS FOLDER` is run by `benchmarks.rounds` with the interpreter of `.venv/peers`; it
imports nothing of ours but `cost.py` beside it. It is written as the documentation of the three shows: a search per patient
and type, all pages, each resource made a model of its type, and a row for each.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from cost import Stopwatch, peak  # type: ignore[import-not-found]  # run as a script: this folder is the path

TYPES = (
    "AllergyIntolerance",
    "Flag",
    "MedicationRequest",
    "Task",
    "CarePlan",
    "Goal",
    "ServiceRequest",
    "Observation",
    "DocumentReference",
    "Condition",
)
_TABLE = """
    CREATE TABLE resource (
        type TEXT NOT NULL, id TEXT NOT NULL, patient TEXT NOT NULL, version_id TEXT NOT NULL,
        last_updated TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (type, id))"""
_PUT = "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?)"


def keep(connection: sqlite3.Connection, patient: str, found: list[Any]) -> None:
    """Check each resource by its model, and put its row."""
    for resource in found:
        type_ = resource["resourceType"]
        model = getattr(import_module(f"fhir.resources.R4B.{type_.lower()}"), type_)
        whole = model.model_validate(resource.serialize())
        row = (
            type_,
            whole.id,
            patient,
            whole.meta.versionId,
            str(whole.meta.lastUpdated),
            whole.model_dump_json(),
        )
        connection.execute(_PUT, row)
    connection.commit()


async def main(address: str, folder: Path) -> dict[str, Any]:
    """Bring the round: the visits with their patients, then each chart."""
    from fhirpy import AsyncFHIRClient  # type: ignore[import-not-found]  # only in the environment of the peers

    before = peak()
    connection = sqlite3.connect(folder / "fhirpy.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute(_TABLE)
    watch = Stopwatch()
    client = AsyncFHIRClient(address)
    visits = await client.resources("Appointment").limit(100).fetch_all()
    patients = await client.resources("Patient").limit(100).fetch_all()
    keep(connection, "", visits)
    keep(connection, "", patients)
    for patient in patients:
        for type_ in TYPES:
            search = client.resources(type_).search(patient=patient["id"]).limit(100)
            keep(connection, patient["id"], await search.fetch_all())
    cost = watch.stop()
    rows = connection.execute("SELECT count(*) FROM resource").fetchone()[0]
    connection.close()
    return {**asdict(cost), "requests": 0, "bytes": 0, "rows": rows, "before": before}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], Path(sys.argv[2])))))
