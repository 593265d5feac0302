"""No room but ports/ reads a clock, draws chance, writes files, starts processes or opens connections."""

from __future__ import annotations

import ast

import pytest

from tests.hygiene.seam_lint import reaches
from tests.hygiene.sources import ROOMS, python_names, tree

# What reaches past the ports on purpose, each with its reason.
ALLOWED: dict[tuple[str, str], str] = {
    ("client/wire.py", "httpx"): "the one import of httpx, kept free of its command line",
    ("cli/supervisor.py", "os.fork"): "the parent that keeps the terminal safe is a process itself",
    ("cli/supervisor.py", "os.kill"): "it hands signals on to the client",
    ("sandbox/fhir/tables.py", "sqlite3"): "the embedded journal keeps its state in SQLite",
    ("sandbox/serving.py", "sqlite3"): "it opens that state",
    ("sandbox/serving.py", "socket"): "a server listens",
    ("sandbox/launching.py", "subprocess"): "the embedded journal is a process of its own",
    ("sandbox/launching.py", "os.kill"): "it is stopped by a signal",
    ("sandbox/launching.py", "http.client"): "it is asked whether it is the one that was handed the key",
    ("sandbox/launching.py", "open for writing"): "the log that the started process writes",
}


def test_only_the_ports_reach_the_machine() -> None:
    found = [
        f"{name}:{reach.line} {reach.what}"
        for name in python_names(*(set(ROOMS) - {"ports"}))
        for reach in reaches(tree(name))
        if not _is_allowed(name, reach.what)
    ]
    assert found == []


def test_no_exception_outlives_its_need() -> None:
    used = {
        (name, allowed)
        for name, allowed in ALLOWED
        if any(
            _is_allowed(name, reach.what) and reach.what.startswith(allowed) for reach in reaches(tree(name))
        )
    }
    assert used == set(ALLOWED)


def _is_allowed(name: str, what: str) -> bool:
    return any(
        name == file and (what == allowed or what.startswith(f"{allowed}.")) for file, allowed in ALLOWED
    )


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import time", "time"),
        ("from time import monotonic", "time.monotonic"),
        ("def f():\n    import time", "time"),
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as d\nd.datetime.utcnow()", "datetime.datetime.utcnow"),
        ("from datetime import date as day\nday.today()", "datetime.date.today"),
        ("import uuid\nuuid.uuid4()", "uuid.uuid4"),
        ("from uuid import uuid4 as new", "uuid.uuid4"),
        ("from random import Random\nRandom()", "random.Random without a seed"),
        ("import random\nrandom.random()", "random.random"),
        ("import secrets\nsecrets.token_bytes(8)", "secrets.token_bytes"),
        ("import os\nos.urandom(8)", "os.urandom"),
        ("import os\nos.environ['A'] = 'b'", "os.environ changed"),
        ("import os\ndel os.environ['A']", "os.environ changed"),
        ("from os import environ\nenviron.update(a='b')", "os.environ changed"),
        ("open('a', 'w')", "open for writing"),
        ("open('a', mode='r+b')", "open for writing"),
        ("open('a', mode)", "open for writing"),
        ("path.open('ab')", "open for writing"),
        ("path.write_text('a')", "Path.write_text"),
        ("path.mkdir()", "Path.mkdir"),
        ("import os\nos.replace('a', 'b')", "os.replace"),
        ("import socket", "socket"),
        ("import keyring.backends", "keyring.backends"),
        ("from keyring import get_password", "keyring.get_password"),
        ("import asyncio\nasyncio.sleep(1)", "asyncio.sleep"),
        ("from urllib import request", "urllib.request"),
        ("import subprocess", "subprocess"),
    ],
)
def test_a_planted_reach_is_found(source: str, what: str) -> None:
    assert what in {reach.what for reach in reaches(ast.parse(source))}


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, time, UTC\ndatetime.fromisoformat('2026-11-23')\ntime(7, 30)",
        "self._clock.now()",
        "import uuid\nuuid.UUID(text)\nuuid.uuid5(space, name)",
        "import secrets\nsecrets.compare_digest(a, b)",
        "import os\nterm = os.environ.get('TERM', '')\nos.environ['TERM']",
        "open('a')\npath.open('rb')\nStore.open(path, keys, create=True)",
        "text.replace('a', 'b')\nself._disk.replace(path, body)",
        "import random\nrandom.Random(7).random()",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import httpx",
        "import asyncio\nasyncio.sleep(0)",
        "from urllib.parse import urlsplit",
    ],
)
def test_what_is_pure_is_left_alone(source: str) -> None:
    assert reaches(ast.parse(source)) == []
