"""Fields and values of the journal's resources on the screen: what a conflict is about, said as a nurse says it."""

from __future__ import annotations

import json
import re
from datetime import datetime

from services.field_names import FIELDS, VALUES, steps_of
from tui.text.format import moment_short
from tui.text.ink import visible

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
_BESIDE = frozenset({"system", "id", "resourceType", "meta"})
_SAID = ("text", "display")


def field_words(path: str, whole: str) -> str:
    """Return the name of a field; one that has no word of ours by the journal's own name, the whole by `whole`."""
    steps = [FIELDS.get(step, visible(step)) for step in steps_of(path)]
    named = list(dict.fromkeys(step for step in steps if step))
    said = " · ".join(named[-2:]) or whole
    return said[:1].upper() + said[1:]


def value_words(text: str) -> str:
    """Return a value as it is read: codes and instants in words, an object by what it says."""
    if text[:1] in "{[":
        try:
            return " · ".join(dict.fromkeys(_leaves(json.loads(text))))
        except ValueError:
            return visible(text)
    return _plain(text)


def _plain(text: str) -> str:
    if _INSTANT.match(text):
        try:
            return moment_short(datetime.fromisoformat(text))
        except ValueError:
            return visible(text)
    return VALUES.get(text, visible(text))


def _leaves(node: object) -> list[str]:
    """Return every value of an object, but codes that stand beside their own words."""
    if isinstance(node, dict):
        is_said = any(isinstance(node.get(name), str) for name in _SAID)
        hidden = _BESIDE | ({"code", "coding", "reference"} if is_said else set())
        return [leaf for name, value in node.items() if name not in hidden for leaf in _leaves(value)]
    if isinstance(node, list):
        return [leaf for value in node for leaf in _leaves(value)]
    if isinstance(node, bool):
        return [VALUES["true" if node else "false"]]
    return [_plain(str(node))] if node is not None else []
