"""References between resources: found, replaced inside a Bundle, and checked against what is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.fhir.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RELATIVE = re.compile(r"^([A-Z][A-Za-z]+)/([A-Za-z0-9\-._]{1,130})(?:/_history/\d+)?$")
# Whom a resource is about and who did it must exist; other references may point outside the journal.
_MUST_EXIST = ("subject", "patient", "for", "focus", "owner", "encounter")


def reference_objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  any JSON value
    """Yield every object with a textual `reference` element, at any depth."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value
        for inner in value.values():
            yield from reference_objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from reference_objects(inner)


def replace_references(resource: dict[str, Any], known: dict[str, str]) -> bool:
    """Replace references by full URL with the local ones; tell whether anything was replaced."""
    changed = False
    for holder in reference_objects(resource):
        local = known.get(holder["reference"])
        if local is not None and local != holder["reference"]:
            holder["reference"] = local
            changed = True
    return changed


def conditional(reference: str) -> tuple[str, str] | None:
    """Return (type, query) of a reference such as `Practitioner?identifier=…`; None for any other."""
    type_, mark, query = reference.partition("?")
    if mark and query and type_.isalpha() and type_[0].isupper():
        return type_, query
    return None


def check_targets(resource: dict[str, Any], exists: Callable[[str, str], bool]) -> None:
    """Refuse a resource about somebody or something that the journal does not hold.

    Raises:
        Refusal: a reference leads nowhere, or is a urn:uuid that nothing has resolved.
    """
    for name in _MUST_EXIST:
        for holder in reference_objects(resource.get(name)):
            match = _RELATIVE.match(holder["reference"])
            where = f"{resource['resourceType']}.{name}"
            if match and not exists(match[1], match[2]):
                raise Refusal(
                    422, "not-found", f"{where} refers to a resource that does not exist.", expression=where
                )
            if holder["reference"].startswith("urn:uuid:"):
                raise Refusal(422, "not-found", f"{where} is not resolved in this request.", expression=where)
