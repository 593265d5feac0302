"""SMART's scopes, versions 1 and 2: what was granted, which is not always what was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCOPE = re.compile(
    r"(?P<who>user|patient|system)/(?P<type>\*|[A-Z][A-Za-z]*)\.(?P<what>read|write|\*|c?r?u?d?s?)(?P<query>\?.+)?\Z"
)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


def is_told(granted: Iterable[str]) -> bool:
    """Tell whether a grant says anything of resources. Many do not (HelseID, OpenID Connect); then the journal decides."""
    return any(_SCOPE.match(one) for one in granted)


def allows(granted: Iterable[str], type_: str, letter: str) -> bool:
    """Tell whether a grant lets one create, read, update, delete or search (c, r, u, d, s) a type of resource.

    A scope that holds for some resources of the type alone (`?category=…`) counts: the journal says no where it does not hold.
    A grant for one patient (`patient/`) does not: this client asks for many.
    """
    for one in granted:
        found = _SCOPE.match(one)
        if found is None or found["who"] == "patient" or found["type"] not in {"*", type_}:
            continue
        if letter in _VERSION_1.get(found["what"], found["what"]):
            return True
    return False
