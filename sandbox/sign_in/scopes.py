"""SMART scopes (version 2): which are granted, and what a granted scope lets one do."""

from __future__ import annotations

import re

_CLINICAL = re.compile(r"^(user|patient)/([A-Z][A-Za-z]+|\*)\.(c?r?u?d?s?)$")
_PLAIN = frozenset({"openid", "profile", "fhirUser", "offline_access", "online_access", "launch"})


def granted(asked: str) -> str:
    """Return those of the scopes asked for that the journal gives, in their order."""
    return " ".join(scope for scope in asked.split() if scope in _PLAIN or _is_clinical(scope))


def allows(scope: str, type_: str, letter: str) -> bool:
    """Tell whether a granted scope allows an interaction (c, r, u, d or s) on a resource type."""
    for part in scope.split():
        match = _CLINICAL.match(part)
        if match and match[1] == "user" and match[2] in {"*", type_} and letter in match[3]:
            return True
    return False


def letter(method: str, path: tuple[str, ...]) -> str:
    """Return the letter of the scope that an interaction needs."""
    if method in {"PUT", "DELETE"}:
        return "u" if method == "PUT" else "d"
    if method == "POST":
        return "s" if path[-1] == "_search" else "c"
    return "s" if len(path) == 1 or path[1:] == ("_history",) else "r"


def _is_clinical(scope: str) -> bool:
    match = _CLINICAL.match(scope)
    return bool(match and match[1] == "user" and match[3])
