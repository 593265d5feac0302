"""A transaction Bundle: all of its entries are stored, or none, with references between them resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.fhir import json_text
from sandbox.fhir.references import conditional, reference_objects, replace_references
from sandbox.fhir.refusal import Refusal, out_of_scope
from sandbox.fhir.resource_types import R4_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ports.ids import Ids
    from sandbox.fhir.versions import Version, Written
    from sandbox.fhir.writing import Writing


@dataclass(slots=True)
class Part:
    """One entry of the Bundle on its way: what it asks for, and the id it will have."""

    position: int
    method: str
    type_: str
    id_: str
    full_url: str
    request: dict[str, Any]
    resource: dict[str, Any]
    standing: Version | None = None


def read_parts(bundle: dict[str, Any], may: Callable[[str, str], bool]) -> list[Part]:
    """Return the entries of a transaction Bundle; `may` tells whether the sign-in reaches each of them.

    Raises:
        Refusal: it is not a transaction, or an entry asks for something the journal does not do.
    """
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        raise Refusal(400, "not-supported", "Only a Bundle of type transaction can be posted to the base.")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Refusal(400, "structure", "Bundle.entry must be a list.", expression="Bundle.entry")
    parts = []
    for position, entry in enumerate(entries):
        with _placed(position):
            part = _read_part(position, entry)
            if not may(part.type_, "u" if part.method == "PUT" else "c"):
                raise out_of_scope()
            parts.append(part)
    urls = [part.full_url for part in parts if part.full_url]
    if len(urls) != len(set(urls)):
        raise Refusal(400, "duplicate", "Two entries have the same fullUrl.", expression="Bundle.entry")
    return parts


def carry_out(parts: list[Part], writing: Writing, ids: Ids) -> list[Written]:
    """Write all parts, the creates before the updates, and return the results in the order of the entries.

    Raises:
        Refusal: any part cannot be written; the caller rolls everything back.
    """
    known: dict[str, str] = {}
    _check_twins(parts)
    for part in parts:
        with _placed(part.position):
            _settle(part, writing, ids)
        if part.full_url:
            known[part.full_url] = f"{part.type_}/{part.id_}"
    results: dict[int, Written] = {}
    for part in sorted(parts, key=lambda part: part.method != "POST"):
        with _placed(part.position):
            results[part.position] = _write(part, writing, known)
    return [results[part.position] for part in parts]


class _placed:  # noqa: N801  reads as the statement it is
    """Says in a refusal which entry it came from."""

    def __init__(self, position: int) -> None:
        self._position = position

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Refusal):
            raise error.at(f"Bundle.entry[{self._position}]") from None


def _read_part(position: int, entry: object) -> Part:
    if not isinstance(entry, dict) or not isinstance(entry.get("request"), dict):
        raise Refusal(400, "required", "Every entry of a transaction needs a request.")
    request, resource = entry["request"], entry.get("resource")
    method, url = request.get("method"), str(request.get("url", ""))
    if method not in {"POST", "PUT"}:
        raise Refusal(400, "not-supported", "A transaction may hold POST and PUT only.")
    if not isinstance(resource, dict):
        raise Refusal(400, "required", "The entry has no resource.")
    type_, _, id_ = url.partition("/")
    if type_ not in R4_TYPES or (method == "PUT") != bool(id_) or "?" in url:
        raise Refusal(400, "not-supported", "The url of the entry is not one this journal can write to.")
    return Part(position, method, type_, id_, str(entry.get("fullUrl", "")), request, resource)


def _check_twins(parts: list[Part]) -> None:
    """Refuse two creates on the same criteria: neither could see the other."""
    asked = [(part.type_, part.request["ifNoneExist"]) for part in parts if part.request.get("ifNoneExist")]
    if len(asked) != len(set(asked)):
        raise Refusal(400, "duplicate", "Two entries have the same ifNoneExist.", expression="Bundle.entry")


def _settle(part: Part, writing: Writing, ids: Ids) -> None:
    """Decide the id of the part before anything is written, so that every reference to it can be resolved."""
    if part.method == "PUT":
        return
    criteria = part.request.get("ifNoneExist")
    if criteria:
        part.standing = writing.matching(part.type_, criteria_pairs(str(criteria)))
    part.id_ = part.standing.id if part.standing else ids.uuid()


def _write(part: Part, writing: Writing, known: dict[str, str]) -> Written:
    if part.standing is not None:
        return writing.standing(part.standing)
    replace_references(part.resource, known)
    _resolve_conditional(part.resource, writing)
    body = json_text.encode(part.resource)
    if part.method == "PUT":
        return writing.update(part.type_, part.id_, body, if_match=str(part.request.get("ifMatch", "")))
    return writing.create(part.type_, body, id_=part.id_)


def _resolve_conditional(resource: dict[str, Any], writing: Writing) -> None:
    for holder in reference_objects(resource):
        asked = conditional(holder["reference"])
        if asked is not None:
            found = writing.matching(asked[0], criteria_pairs(asked[1]))
            if found is None:
                raise Refusal(412, "not-found", "A conditional reference matches nothing.")
            holder["reference"] = f"{found.type}/{found.id}"


def criteria_pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of conditional criteria, with or without the type and question mark before them."""
    return parse_qsl(text.rpartition("?")[2], keep_blank_values=True)
