"""The searchset of Epic: the count of the page stands as total, an outcome is always beside, and nothing has `meta`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fhir.versions import Found, Version


def searchset(
    base_url: str, found: Found, *, links: Sequence[tuple[str, str]], beside: dict[str, Any]
) -> bytes:
    """Return one page of a search."""
    entries = [_entry(base_url, version, "match") for version in found.matches]
    entries += [_entry(base_url, version, "include") for version in found.included]
    entries.append({"resource": beside, "search": {"mode": "outcome"}})
    return json_text.encode(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found.matches),
            "link": [{"relation": relation, "url": url} for relation, url in links],
            "entry": entries,
        }
    )


def _entry(base_url: str, version: Version, mode: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base_url}/{version.type}/{version.id}",
        "resource": json_text.raw(json_text.without_meta(version.body)),
        "search": {"mode": mode},
    }
