"""The Bundles that the journal answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text
from sandbox.fhir.refusal import outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fhir.versions import Found, Version, Written

_STATUS_TEXT = {200: "200 OK", 201: "201 Created"}


def searchset(
    base_url: str,
    found: Found,
    *,
    links: Sequence[tuple[str, str]],
    ignored: Sequence[str],
    bundle_id: str,
    now: str,
) -> bytes:
    """Return one page of a search; parameters that were passed over are named in an outcome entry."""
    entries = [_search_entry(base_url, version, "match") for version in found.matches]
    entries += [_search_entry(base_url, version, "include") for version in found.included]
    if ignored:
        text = "These parameters are not known and were not applied: " + ", ".join(sorted(ignored))
        resource = outcome("not-supported", text, severity="warning")
        entries.append({"resource": resource, "search": {"mode": "outcome"}})
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": bundle_id,
        "meta": {"lastUpdated": now},
        "type": "searchset",
        "total": found.total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    if entries:
        bundle["entry"] = entries
    return json_text.encode(bundle)


def history(
    base_url: str,
    versions: Sequence[Version],
    *,
    total: int,
    links: Sequence[tuple[str, str]],
    bundle_id: str,
    now: str,
) -> bytes:
    """Return versions of one resource or of one type, the newest first; a deletion has no resource."""
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": bundle_id,
        "meta": {"lastUpdated": now},
        "type": "history",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links],
    }
    if versions:
        bundle["entry"] = [_history_entry(base_url, version) for version in versions]
    return json_text.encode(bundle)


def transaction_response(base_url: str, results: Sequence[Written], *, whole: bool, bundle_id: str) -> bytes:
    """Return what came of each entry, in their order; with the resources themselves when `whole`."""
    entries = []
    for result in results:
        version = result.version
        entry: dict[str, Any] = {
            "fullUrl": f"{base_url}/{version.type}/{version.id}",
            "response": {
                "status": _STATUS_TEXT[result.status],
                "location": version.location,
                "etag": version.etag,
                "lastModified": version.last_updated,
            },
        }
        if whole:
            entry["resource"] = json_text.raw(version.body)
        entries.append(entry)
    bundle: dict[str, Any] = {"resourceType": "Bundle", "id": bundle_id, "type": "transaction-response"}
    if entries:
        bundle["entry"] = entries
    return json_text.encode(bundle)


def _search_entry(base_url: str, version: Version, mode: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base_url}/{version.type}/{version.id}",
        "resource": json_text.raw(version.body),
        "search": {"mode": mode},
    }


def _history_entry(base_url: str, version: Version) -> dict[str, Any]:
    status = "204" if version.is_tombstone else "201" if version.method == "POST" else "200"
    response = {"status": status, "etag": version.etag, "lastModified": version.last_updated}
    entry: dict[str, Any] = {"fullUrl": f"{base_url}/{version.type}/{version.id}"}
    if not version.is_tombstone:
        entry["resource"] = json_text.raw(version.body)
    return entry | {"request": _history_request(version), "response": response}


def _history_request(version: Version) -> dict[str, Any]:
    url = version.type if version.method == "POST" else f"{version.type}/{version.id}"
    return {"method": version.method, "url": url}
