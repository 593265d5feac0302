"""Keeps the numbers of real people out: only synthetic ones may come into the embedded journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from clinical.identity_number import classify
from sandbox.fhir.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_CANDIDATE = re.compile(r"(?<![0-9A-Za-z.\-])[0-9]{6}[ \u00a0]?[0-9]{5}(?![0-9A-Za-z])")


def holds_real_number(text: str) -> bool:
    """Tell whether a text holds a number that may belong to a living person."""
    return any(classify(match[0].replace("\u00a0", "")).is_real_range for match in _CANDIDATE.finditer(text))


def check_resource(resource: dict[str, Any]) -> None:
    """Refuse a resource with the identity number of a real person anywhere in it.

    Raises:
        Refusal: there is one. The number itself is not named.
    """
    if any(holds_real_number(text) for text in _texts(resource)):
        raise Refusal(
            422,
            "business-rule",
            "An identity number in the range of real people: this journal is for synthetic people.",
        )


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  any JSON value
    if isinstance(value, str):
        if len(value) >= 11:  # the length of an identity number
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
