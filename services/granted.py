"""What the sign-in granted, as the kinds of entry that the screens may offer. What was asked for does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.auth.scopes import allows, is_told
from offline_cache.states import EntryKind
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEEDS = {
    EntryKind.NEWS2: (("Observation", "c"),),
    EntryKind.NOTE: (("DocumentReference", "c"),),
    EntryKind.TASK: (("Task", "u"),),
    EntryKind.PLAN: (("CarePlan", "u"), ("Goal", "u")),
}


def not_granted(scopes: Iterable[str]) -> frozenset[EntryKind]:
    """Return the kinds that would be refused. A grant that says nothing of resources refuses none: the journal then decides."""
    told = frozenset(scopes)
    if not is_told(told):
        return frozenset()
    return frozenset(
        kind
        for kind, needs in _NEEDS.items()
        if not all(allows(told, type_, letter) for type_, letter in needs)
    )


def require_granted(kind: EntryKind, scopes: Iterable[str]) -> None:
    """Let nobody begin what the journal would not take.

    Raises:
        Trouble: NOT_GRANTED.
    """
    if kind in not_granted(scopes):
        raise Trouble(TroubleCode.NOT_GRANTED)
