"""Ids as Epic gives them: long, of letters, digits, `.`, `-` and `_`."""

from __future__ import annotations

import base64
import copy
import hashlib
from typing import TYPE_CHECKING, Any

from sandbox.fhir.references import reference_objects

if TYPE_CHECKING:
    from ports.ids import Ids

# Who signs in is named in tokens, and where people work in settings: these keep their names.
_KEPT = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location", "Group", "List"})
_SHORT, _LONG = 24, 130
_LENGTHS = {"Patient": _SHORT, "Encounter": _SHORT, "Appointment": 57, "DocumentReference": 45}


def fresh_id(type_: str, ids: Ids) -> str:
    """Return an id for a resource that has just been created."""
    return _spelled(ids.secret(100), _LENGTHS.get(type_, _LONG))


def renamed(resource: dict[str, Any], *, is_patient_known: bool) -> dict[str, Any]:
    """Return a built-in resource with the ids that it, and all it refers to, have here; the same every time.

    Args:
        resource: stays as it is, for its parts may be shared with others.
        is_patient_known: whether references to patients hold the ids of here already.
    """
    resource = copy.deepcopy(resource)
    resource["id"] = _renamed(str(resource["resourceType"]), str(resource["id"]))
    for holder in reference_objects(resource):
        type_, slash, id_ = holder["reference"].partition("/")
        if slash and type_.isalpha() and not (is_patient_known and type_ == "Patient"):
            holder["reference"] = f"{type_}/{_renamed(type_, id_)}"
    return resource


def _renamed(type_: str, id_: str) -> str:
    if type_ in _KEPT:
        return id_
    digest = hashlib.shake_256(f"{type_}/{id_}".encode()).digest(100)
    return _spelled(digest, _LENGTHS.get(type_, _LONG))


def _spelled(random: bytes, length: int) -> str:
    """Return the bytes as an id; a long one has the parts that Epic joins by full stops."""
    text = "e" + base64.urlsafe_b64encode(random).decode()[: length - 1]
    return text if length == _SHORT else f"{text[:22]}.{text[23:]}"
