"""Knowing our own work again on a journal that keeps no identifier: by what it says, of whom, when, and by whom.

Used only where there is no other way (norway.md §4.2). Two are the same when patient, code, instant, values with their units and
the performer agree; a note when its decoded text has the same SHA-256 and its patient and instant agree.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from client.capability import Capabilities

Tree: TypeAlias = dict[str, object]

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_DAY = timedelta(days=1)


def tree_of(body: bytes) -> Tree:
    """Return the body as a tree with exact decimals; empty when it is none."""
    try:
        tree = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, ArithmeticError):
        return {}
    return cast("Tree", tree) if isinstance(tree, dict) else {}


def question(type_: str, body: bytes, can: Capabilities) -> list[tuple[str, str]]:
    """Return the search that must find the resource if the journal has it, with what the journal lets one ask for."""
    tree = tree_of(body)
    asked: list[tuple[str, str]] = [("patient", _patient(tree).rpartition("/")[2])]
    codes = sorted(_codes(tree, "code"))
    if type_ == "Observation" and codes:
        asked.append(("code", ",".join(f"{system}|{code}" if system else code for system, code in codes)))
    at = _instant(tree)
    if at is not None and can.has_search(type_, "date"):
        asked += [("date", f"ge{(at - _DAY).date()}"), ("date", f"le{(at + _DAY).date()}")]
    return asked


def is_same(ours: bytes, theirs: bytes) -> bool:
    """Tell whether what the journal has is our work."""
    mine, there = tree_of(ours), tree_of(theirs)
    if not mine or mine.get("resourceType") != there.get("resourceType"):
        return False
    if _patient(mine) != _patient(there) or _differ(_instant(mine), _instant(there)):
        return False
    if _differ(_people(mine) or None, _people(there) or None):
        return False
    if mine["resourceType"] == "DocumentReference":
        digest = _note_digest(mine)
        return digest is not None and digest == _note_digest(there)
    return _shares(_codes(mine, "code"), _codes(there, "code")) and _values(mine) == _values(there)


def is_vital_sign(body: bytes) -> bool:
    """Tell whether a resource is a measurement of the category that a journal may de-duplicate by itself."""
    tree = tree_of(body)
    categories = (code for one in _items(tree.get("category")) for _, code in _codes({"c": one}, "c"))
    return tree.get("resourceType") == "Observation" and "vital-signs" in categories


def _patient(tree: Tree) -> str:
    reference = _object(tree.get("subject") or tree.get("patient")).get("reference")
    return "/".join(str(reference or "").rstrip("/").split("/")[-2:])


def _people(tree: Tree) -> set[str]:
    """Return who did it, as relative references; a person who is only named in words is left out."""
    people = [*_items(tree.get("performer")), *_items(tree.get("author"))]
    references = (str(_object(one).get("reference") or "") for one in people)
    return {"/".join(text.rstrip("/").split("/")[-2:]) for text in references if text}


def _instant(tree: Tree) -> datetime | None:
    raw = tree.get("effectiveDateTime") or tree.get("effectiveInstant") or tree.get("date")
    try:
        return datetime.fromisoformat(str(raw)).replace(microsecond=0) if raw else None
    except ValueError:
        return None


def _differ(one: object, other: object) -> bool:
    """Tell whether both are known and not the same; what the journal left out says nothing."""
    try:
        return one is not None and other is not None and one != other
    except TypeError:
        return True


def _codes(tree: Tree, name: str) -> set[tuple[str, str]]:
    codings = _items(_object(tree.get(name)).get("coding"))
    return {(str(_object(c).get("system") or ""), str(_object(c).get("code") or "")) for c in codings} - {
        ("", "")
    }


def _shares(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> bool:
    return bool(one & other)


def _values(tree: Tree) -> tuple[object, ...]:
    """Return what was measured: the value, and the components in the order of their codes."""
    components = [
        (sorted(_codes(_object(c), "code")), _value(_object(c))) for c in _items(tree.get("component"))
    ]
    return (_value(tree), tuple(sorted(components, key=repr)))


def _value(tree: Tree) -> tuple[object, ...]:
    name = next((key for key in sorted(tree) if key.startswith("value")), "")
    value = tree.get(name)
    if name == "valueQuantity":
        quantity = _object(value)
        number = quantity.get("value")
        exact = Decimal(number) if isinstance(number, int | Decimal) else number
        return (name, exact, str(quantity.get("code") or quantity.get("unit") or ""))
    if name == "valueCodeableConcept":
        return (name, tuple(sorted(_codes(tree, name))) or str(_object(value).get("text") or ""))
    return (name, repr(value))


def _note_digest(tree: Tree) -> bytes | None:
    """Return the SHA-256 of the text of the first attachment, decoded; None when there is none to decode."""
    first = next(iter(_items(tree.get("content"))), None)
    data = _object(_object(first).get("attachment")).get("data")
    if not isinstance(data, str):
        return None
    try:
        return hashlib.sha256(base64.b64decode(data)).digest()
    except (binascii.Error, ValueError):
        return None


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(value: object) -> Tree:
    return cast("Tree", value) if isinstance(value, dict) else {}
