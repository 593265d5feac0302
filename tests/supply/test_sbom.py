"""The SBOM holds what is locked and what is linked into it, and nothing native comes in unlisted."""

from __future__ import annotations

import json
import re
from typing import Any

import apsw
import pytest
from cryptography.hazmat.backends.openssl import backend

from tests.hygiene.test_tracked_text import registry_hosts
from tests.omissions import ROOT
from tests.supply.locked import read_lock
from tests.supply.sbom import LOCK, installed, make_sbom

NATIVE_FILE = re.compile(r"\.(so|pyd|dylib|dll)(\.|$)")
LOCKED = read_lock(LOCK)


@pytest.fixture(scope="module")
def bom() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(make_sbom())
    return whole


def _within(bom: dict[str, Any], package: str) -> dict[str, str]:
    (one,) = [one for one in bom["components"] if one["name"] == package]
    return {part["name"]: part.get("version", "") for part in one.get("components", ())}


def test_every_locked_package_is_there_with_every_hash_and_no_other(bom: dict[str, Any]) -> None:
    told = {one["name"]: (one["version"], [h["content"] for h in one["hashes"]]) for one in bom["components"]}
    assert told == {one.name: (one.version, list(one.hashes)) for one in LOCKED}
    assert sum(
        LOCK.read_text().count(f"sha256:{h}") for one in LOCKED for h in one.hashes
    ) == LOCK.read_text().count("sha256:")


def test_what_scanners_miss_is_there_in_the_version_that_runs(bom: dict[str, Any]) -> None:
    store = _within(bom, "apsw-sqlite3mc")
    assert store["sqlite"] == apsw.sqlite_lib_version()
    assert f"SQLite3 Multiple Ciphers {store['sqlite3mc']}" == getattr(apsw, "mc_version", "")
    assert backend.openssl_version_text().split()[1] == _within(bom, "cryptography")["openssl"]
    assert "jiter" in _within(bom, "pydantic-core")


def test_no_package_with_native_code_is_without_a_list_of_it(bom: dict[str, Any]) -> None:
    native = [
        one.name
        for one in LOCKED
        if (found := installed(one.name)) and any(NATIVE_FILE.search(str(file)) for file in found.files or ())
    ]
    assert len(native) >= 5
    assert [name for name in native if not _within(bom, name)] == []


def test_what_is_installed_is_what_is_locked() -> None:
    here = {one.name: found.version for one in LOCKED if (found := installed(one.name))}
    assert len(here) > 35
    assert {name: version for name, version in here.items() if version != _locked(name)} == {}


def _locked(name: str) -> str:
    return next(one.version for one in LOCKED if one.name == name)


def test_the_form_is_that_of_cyclonedx(bom: dict[str, Any]) -> None:
    """References are unique and lead somewhere; the serial number is of the content, so that two runs are one file."""
    nested = [part for one in bom["components"] for part in one.get("components", ())]
    refs = [
        bom["metadata"]["component"]["bom-ref"],
        *(one["bom-ref"] for one in (*bom["components"], *nested)),
    ]
    assert len(refs) == len(set(refs))
    rows = bom["dependencies"]
    assert {ref for row in rows for ref in (row["ref"], *row["dependsOn"])} <= set(refs)
    assert len(rows[0]["dependsOn"]) > 10
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bom["serialNumber"])
    assert make_sbom("1700000000") == make_sbom("1700000000") != make_sbom()
    assert json.loads(make_sbom("1700000000"))["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


def test_it_names_no_registry_and_no_path_of_a_machine(bom: dict[str, Any]) -> None:
    text = json.dumps(bom)
    assert [host for host in registry_hosts() if host in text] == []
    assert "file://" not in text
    assert str(ROOT) not in text


def test_a_keyring_that_keeps_plain_text_is_in_no_lock() -> None:
    names = {
        one.name for lock in ("requirements.lock", "requirements-dev.lock") for one in read_lock(ROOT / lock)
    }
    assert "keyring" in names
    assert "keyrings-alt" not in names
    assert installed("keyrings.alt") is None
