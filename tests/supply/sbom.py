"""The software bill of materials (CycloneDX 1.6) of what the program stands on: the lock, and the native code within it.

Made here and not by a tool: those that read an environment see neither the cipher in apsw-sqlite3mc nor what else is linked in.
The same lock and the same installation give the same bytes; the time is SOURCE_DATE_EPOCH's, or left out.
"""

from __future__ import annotations

import json
import tomllib
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.version import __version__
from tests.omissions import ROOT
from tests.supply.locked import Locked, read_lock

if TYPE_CHECKING:
    from importlib.metadata import Distribution
    from pathlib import Path

LOCK = ROOT / "requirements.lock"
NATIVE = ROOT / "tests" / "supply" / "native.toml"
_PROJECT = "feltjournal"
_OWN_REF = f"pkg:pypi/{_PROJECT}@{__version__}"
_BUILDS = frozenset({"hatchling", "editables", "pathspec", "pluggy", "tomlkit", "trove-classifiers"})
"""What builds the program and is not needed when it runs."""

_SAME_NAMES = uuid.UUID("6f3f0a52-6d2e-5c37-9a53-0d3f6d1f9b11")


def make_sbom(epoch: str = "") -> bytes:
    """Return the SBOM as JSON.

    Args:
        epoch: Seconds since 1970 that the build is said to be of; empty leaves the time out.
    """
    locked = read_lock(LOCK)
    components = [_component(one) for one in locked]
    whole = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": _metadata(epoch),
        "components": components,
        "dependencies": _dependencies(locked),
    }
    serial = uuid.uuid5(_SAME_NAMES, json.dumps(whole, sort_keys=True))
    return (json.dumps({**whole, "serialNumber": f"urn:uuid:{serial}"}, indent=1) + "\n").encode()


def write(target: Path, epoch: str) -> None:
    """Write the SBOM to a file, whose folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(make_sbom(epoch))


def installed(name: str) -> Distribution | None:
    """Return a package of this environment; None where it is for another system."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _metadata(epoch: str) -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = {
        "type": "application",
        "bom-ref": _OWN_REF,
        "name": _PROJECT,
        "version": __version__,
        "description": project["description"],
        "licenses": [{"expression": project["license"]}],
        "purl": _OWN_REF,
    }
    told = {"timestamp": datetime.fromtimestamp(int(epoch), UTC).isoformat()} if epoch else {}
    return {**told, "component": own}


def _component(one: Locked) -> dict[str, Any]:
    found = installed(one.name)
    within = [*_by_hand(one.name), *(_by_wheel(found) if found else ())]
    about = found.metadata["License-Expression"] if found and "License-Expression" in found.metadata else None
    return {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "scope": "excluded" if one.name in _BUILDS else "required",
        "purl": one.purl,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
        **({"licenses": [{"expression": about}]} if about else {}),
        **({"properties": [{"name": "feltjournal:only-on", "value": one.marker}]} if one.marker else {}),
        **({"components": within} if within else {}),
    }


def _by_hand(package: str) -> list[dict[str, Any]]:
    """Return the native code that the list beside this file names within a package."""
    rows = tomllib.loads(NATIVE.read_text(encoding="utf-8"))["native"]
    return [
        {
            "type": "library",
            "bom-ref": f"native:{package}/{row['name']}",
            "name": row["name"],
            **({"version": row["version"]} if row["version"] else {}),
            "licenses": [{"expression": row["license"]}],
            "purl": row["purl"],
            "properties": [
                {"name": "feltjournal:linked-into", "value": package},
                {"name": "feltjournal:version-told-by", "value": row["told_by"] or "nothing in the wheel"},
            ],
        }
        for row in rows
        if row["in"] == package
    ]


def _by_wheel(found: Distribution) -> list[dict[str, Any]]:
    """Return what a wheel lists of its own native code (PEP 770), without the paths of the machine that built it."""
    made: dict[str, dict[str, Any]] = {}
    for file in sorted(str(one) for one in found.files or () if ".dist-info/sboms/" in str(one)):
        told = json.loads(found.read_text(file.partition(".dist-info/")[2]) or "{}")
        for one in told.get("components", ()):
            ref = f"native:{found.metadata['Name']}/{one['name']}@{one.get('version', '')}"
            made[ref] = {
                "type": "library",
                "bom-ref": ref,
                "name": one["name"],
                **({"version": one["version"]} if one.get("version") else {}),
                **({"hashes": one["hashes"]} if one.get("hashes") else {}),
                **({"purl": one["purl"].partition("?")[0]} if one.get("purl") else {}),
                "properties": [{"name": "feltjournal:linked-into", "value": found.metadata["Name"]}],
            }
    return list(made.values())


def _dependencies(locked: list[Locked]) -> list[dict[str, Any]]:
    """Return who needs whom, as this environment's packages say; one for another system is known by name alone."""
    refs = {str(canonicalize_name(one.name)): one.purl for one in locked}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = [{"ref": _OWN_REF, "dependsOn": _refs(project["dependencies"], refs)}]
    for one in locked:
        found = installed(one.name)
        rows.append({"ref": one.purl, "dependsOn": _refs((found.requires or []) if found else [], refs)})
    return rows


def _refs(requirements: list[str], refs: dict[str, str]) -> list[str]:
    parsed = [Requirement(one) for one in requirements]
    needed = [one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return sorted({refs[name] for one in needed if (name := str(canonicalize_name(one.name))) in refs})
