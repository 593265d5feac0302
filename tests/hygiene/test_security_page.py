"""The threat page says what the code does: its figures, its list of cryptography, and tests that are there."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from client import body, json_rules, sender
from client.auth import loopback
from offline_cache import attachment, header, key_item, pin
from offline_cache.keys import KEY_BYTES, KdfParams
from offline_cache.retention_policy import LONGEST, RetentionPolicy
from ports import keyring
from services import access_views, log_upload, retaining
from services.idle_policy import IdlePolicy
from services.journal_form import PolicyTable
from tests.hygiene.sources import ROOMS, python_names, tree
from tests.omissions import ROOT
from tui import clipboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
CRYPTOGRAPHY = {"hashlib", "hmac", "cryptography", "argon2", "joserfc", "ssl", "secrets", "apsw"}
WEAK = {"md5", "sha1", "new"}
FOR_FHIR = {
    "offline_cache/attachment.py",
    "services/recorded_note.py",
    "sandbox/population/chart_resources.py",
}
"""Where FHIR prescribes SHA-1: the checksum of a document (Attachment.hash), which finds damage and guards nothing."""


def section(title: str) -> str:
    """Return the part of the page under a heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(title: str) -> list[list[str]]:
    """Return the rows of the first table of a part, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g} h"


def minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} min"


def figures() -> dict[str, str]:
    """Return the figures of the page, each out of the code that holds it."""
    kdf, policy, mib = KdfParams(), RetentionPolicy(), 2**20
    idle, limits = IdlePolicy(), PolicyTable.model_fields["lock_minutes"].metadata
    longest_lock = next(one.le for one in limits if hasattr(one, "le"))
    *most_waits, last_wait = (f"{wait:g}" for wait in key_item._WAITS[1:])
    return {
        "cost of a guess": f"Argon2id, {kdf.memory_kib // 1024} MiB, {kdf.passes} passes, {kdf.lanes} lane",
        "the most that a header may ask for": f"{header._MOST_MEMORY_KIB // 1024} MiB, {header._MOST_PASSES} passes",
        "keys and the keyring's secret": f"{KEY_BYTES * 8} bits",
        "shortest PIN": f"{pin.SHORTEST} characters",
        "wrong PINs in a row": f"{key_item.ATTEMPTS}",
        "none is tried for, after each": f"{', '.join(most_waits)} and {last_wait} s",
        "hidden without a key after": minutes(idle.hide),
        "locked without a key after": f"{minutes(idle.lock)}, by policy up to {longest_lock} min",
        "a call to the keyring is left after": f"{keyring.CALL_LIMIT:g} s",
        "lease past the end of the shift": f"{hours(policy.margin)}, by policy up to {hours(LONGEST)}",
        "hard end": f"{hours(policy.hard_end)}; no policy passes {hours(LONGEST)}",
        "told before the lease ends": hours(policy.warned),
        "a clock put back is said from": minutes(policy.tolerance),
        "asked whether to wipe every": minutes(policy.ask_every),
        "emergency access": f"1 to {access_views.LONGEST} h, {len(access_views.REASONS)} reasons, "
        f"{access_views.FEWEST_LETTERS} letters of text at least",
        "rows of the log not yet in the keyring": f"fewer than {retaining._MIRROR_EVERY}",
        "rows told to the journal at once": f"{log_upload.AT_ONCE}",
        "a browser's callback is waited for": f"{loopback.PATIENCE:g} s",
        "connections to one origin": f"{sender._MOST_CONNECTIONS}",
        "largest body, unpacked": f"{body.MOST_BYTES // mib} MiB, {body.MOST_RATIO} times what came",
        "objects and lists in one body": f"{json_rules.MOST_PARTS:,}",
        "what is copied, where it may be, is taken away after": f"{clipboard.LASTS.total_seconds():g} s",
        "longest document that is shown": f"{attachment.MOST_BYTES // 1024} KiB",
    }


def uses_of_cryptography(source: ast.Module) -> set[str]:
    """Return the modules of cryptography that a source loads, but for those it names in annotations alone."""
    found: set[str] = set()
    for node in _loaded(source):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found & CRYPTOGRAPHY


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that is not under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from _loaded(child)


def weak_hashes(source: ast.Module) -> list[str]:
    """Return the calls of a hash that is too weak for safety, and of one whose name is not written out."""
    calls = [node.func for node in ast.walk(source) if isinstance(node, ast.Call)]
    return [
        ast.unparse(one)
        for one in calls
        if ast.unparse(one).removeprefix("hashlib.") in WEAK and "." in ast.unparse(one)
    ]


def test_the_figures_are_those_of_the_code() -> None:
    told = {label: value for label, value, *_ in rows("Key figures")}
    assert {label: told.get(label) for label in figures()} == figures()


def test_guesses_follow_from_what_was_measured() -> None:
    told = {label: value for label, value, *_ in rows("Key figures")}
    seconds = float(told["a guess, measured"].split()[0])
    guesses = round(24 * 60 * 60 / seconds, -3)
    assert told["guesses a day and core, both secrets but the PIN known"] == f"{guesses:,.0f}"
    assert told["six random digits then last"] == f"{1_000_000 / guesses:.1f} core days"


def test_every_file_that_uses_cryptography_is_in_the_inventory() -> None:
    listed = [
        file for row in rows("Where cryptography is used") for file in re.findall(r"`([\w/]+\.py)`", row[1])
    ]
    used = {name for name in python_names(*ROOMS) if uses_of_cryptography(tree(name))}
    assert sorted(listed) == sorted(used), "«Where cryptography is used» in docs/security.md"


def test_no_weak_hash_is_used_for_safety() -> None:
    found = {name for name in python_names(*ROOMS) if weak_hashes(tree(name))}
    assert found == FOR_FHIR
    texts = [ast.unparse(tree(name)) for name in FOR_FHIR]
    assert [text for text in texts if "usedforsecurity=False" not in text] == []


@pytest.mark.parametrize(
    "source", ["import hashlib", "def f():\n    from argon2 import low_level", "import ssl as tls"]
)
def test_a_planted_use_of_cryptography_is_found(source: str) -> None:
    assert uses_of_cryptography(ast.parse(source))
    assert not uses_of_cryptography(ast.parse("if TYPE_CHECKING:\n    import ssl"))


@pytest.mark.parametrize("source", ["hashlib.md5(b)", "hashlib.sha1(b)", "hashlib.new(name)"])
def test_a_planted_weak_hash_is_found(source: str) -> None:
    assert weak_hashes(ast.parse(source))
    assert not weak_hashes(ast.parse("hashlib.sha256(b)\nhmac.new(k, m, hashlib.sha256)\nKey.new()"))


def test_every_test_and_command_that_the_page_names_is_there() -> None:
    named = re.findall(
        r"`((?:contract|hygiene|interop|pilot|pty|simulation|supply|unit)/[\w./]+\.py)(?:::(\w+))?`", PAGE
    )
    assert len(named) > 30
    missing = [
        (path, name)
        for path, name in named
        if not (ROOT / "tests" / path).is_file()
        or f"def {name}" not in (ROOT / "tests" / path).read_text("utf-8")
    ]
    assert missing == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"`make (\w+)", PAGE) if f"\n{name}:" not in makefile] == []
