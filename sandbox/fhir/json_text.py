"""JSON as it came: decimals stay exact and every value but id and meta keeps its own text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from sandbox.fhir.refusal import Refusal

_tree = msgspec.json.Decoder(float_hook=Decimal)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder(decimal_format="number")


def parse(text: bytes) -> dict[str, Any]:
    """Return the JSON object in `text`, decimals as Decimal.

    Raises:
        Refusal: the text is not JSON, or not an object.
    """
    try:
        value = _tree.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError):
        raise Refusal(400, "structure", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Refusal(400, "structure", "The body is not a JSON object.")
    return value


def encode(value: object) -> bytes:
    """Return compact JSON; a Decimal is written as the number it was read as."""
    return _encoder.encode(value)


def raw(text: bytes) -> msgspec.Raw:
    """Return text that is already JSON, to be put into a larger value as it is."""
    return msgspec.Raw(text)


def identified(text: bytes, *, type_: str, id_: str, version: int, last_updated: str) -> bytes:
    """Return the resource with its id, version and time put in; all else is the sender's own text."""
    fields = _fields.decode(text)
    meta = _fields.decode(fields.pop("meta")) if "meta" in fields else {}
    meta |= {"versionId": _text(str(version)), "lastUpdated": _text(last_updated)}
    fields.pop("resourceType", None)
    fields.pop("id", None)
    head = {"resourceType": type_, "id": id_, "meta": meta}
    return _encoder.encode(head | fields)


def without_meta(text: bytes) -> bytes:
    """Return a stored resource without its `meta`; all else keeps its text."""
    fields = _fields.decode(text)
    fields.pop("meta", None)
    return _encoder.encode(fields)


def tombstone(*, type_: str, id_: str, last_updated: str) -> bytes:
    """Return what is left of a deleted resource."""
    return _encoder.encode({"resourceType": type_, "id": id_, "meta": {"lastUpdated": last_updated}})


def _text(value: str) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(value))
