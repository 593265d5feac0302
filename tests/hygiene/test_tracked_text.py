"""What no tracked file may hold: a real person's number, a path of one machine, the host of a registry."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clinical.identity_number import Series, classify
from tests.hygiene.sources import ROOT, texts
from tests.unit.test_clinical_identity_number import PUBLISHED

VECTORS = "tests/unit/test_clinical_identity_number.py"
NUMBER = re.compile(r"(?<![0-9A-Za-z.])[0-9]{6} ?[0-9]{5}(?![0-9A-Za-z])")
# Written in two halves, so that this file does not hold them.
REGISTRIES = [
    f"{name}.{domain}" for name, domain in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")]
]
REGISTRIES += [
    f"{name}.{domain}" for name, domain in [("npmjs", "com"), ("debian", "org"), ("yarnpkg", "com")]
]
LOCKS = ("requirements.lock", "requirements-dev.lock", "benchmarks/peers.lock")


def real_numbers(text: str) -> list[str]:
    """Return the identity numbers in a text that a living person may have."""
    return [found for found in NUMBER.findall(text) if classify(found).is_real_range]


def machine_paths() -> re.Pattern[str]:
    """Return what a path of this machine, or of anybody's home, looks like."""
    own = {ROOT, ROOT.parent / "shared", Path.home(), Path(sys.prefix).parent}
    folders = [re.escape(str(path)) for path in own if len(path.parts) > 1]
    homes = [r"/" + r"home/[a-z_][\w-]*", r"/" + r"Users/\w+", r"[A-Z]:\\+Users\\+\w+"]
    return re.compile(rf"(?<![\w./:-])(?:{'|'.join(folders + homes)})(?=[/\\])")


def registry_hosts() -> set[str]:
    """Return well-known registries, and those that this machine is set up to use."""
    names = (
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "NPM_CONFIG_REGISTRY",
    )
    settings = [os.environ.get(name) or os.environ.get(name.lower()) or "" for name in names]
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    addresses = re.findall(r"https?://[^\s'\"]+", " ".join([*settings, pip.stdout]))
    return {*REGISTRIES, *(urlsplit(address).hostname or "" for address in addresses)} - {""}


def test_no_real_persons_number() -> None:
    found = {name: real_numbers(text) for name, text in texts().items() if name != VECTORS}
    assert {name: len(numbers) for name, numbers in found.items() if numbers} == {}


def test_published_vectors_live_in_one_file_only() -> None:
    outside = [number for number, *_ in PUBLISHED if classify(number).series is not Series.PLUS_80]
    assert len(outside) > 6
    held = {name for name, text in texts().items() if any(number in text for number in outside)}
    assert held <= {VECTORS}


def test_no_path_of_a_machine() -> None:
    pattern = machine_paths()
    found = {name: pattern.findall(text) for name, text in texts().items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_registry_host() -> None:
    hosts = registry_hosts()
    found = {name: [host for host in hosts if host in text] for name, text in texts().items()}
    assert {name: held for name, held in found.items() if held} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_names_versions_and_hashes_only(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    pinned = re.compile(
        r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^\s;]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert len(lines) > 100
    assert [line for line in lines if not pinned.fullmatch(line)] == []


@pytest.mark.parametrize("peer", ["fhir_router", "oidc_provider"])
def test_the_lock_of_a_peer_pins_by_content_and_names_no_address(peer: str) -> None:
    lock = json.loads((ROOT / "tests" / "peers" / peer / "package-lock.json").read_text())
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert len(packages) > 5
    assert [name for name, told in packages.items() if not told["integrity"].startswith("sha512-")] == []
    assert [name for name, told in packages.items() if "resolved" in told] == []


def test_planted_text_would_be_found() -> None:
    real = PUBLISHED[0][0]
    assert real_numbers(f"fnr {real[:6]} {real[6:]}, id={real}") == [f"{real[:6]} {real[6:]}", real]
    assert real_numbers(f"29874849837 0.{real} a{real}") == []
    pattern = machine_paths()
    assert pattern.findall(f'open("{ROOT}/a") {Path.home()}/.cache')
    assert pattern.findall("/" + "home/kari/feltjournal")
    assert not pattern.findall("https://example.org/home/kari ~/.local/share ../shared/data")
    assert "pypi" + ".org" in registry_hosts()
