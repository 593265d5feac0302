"""Which resources unsent work stands on: they are never removed under the nurse's hands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from offline_cache.states import EntryState

if TYPE_CHECKING:
    from offline_cache.engine import Engine

_REFERENCE = re.compile(rb'"([A-Z][A-Za-z]{0,63}/[A-Za-z0-9._-]{1,256})(?:/_history/[^"]*)?"')
_OWN_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9._-]{1,256})"')
_UNSENT_STATES = [state for state in EntryState if state not in (EntryState.DELIVERED, EntryState.WITHDRAWN)]
_UNSENT = f"entry.state IN ({', '.join('?' * len(_UNSENT_STATES))})"
"""Named one by one, so that the index finds them: what was delivered over the years is not looked through."""

_VISITS = f"SELECT DISTINCT patient, visit FROM entry WHERE {_UNSENT}"  # noqa: S608  a constant
_PARTS = f"SELECT part.type, part.body FROM part JOIN entry USING (entry_id) WHERE {_UNSENT}"  # noqa: S608  a constant


def resources_under_unsent_work(engine: Engine) -> frozenset[tuple[str, str]]:
    """Return type and id of everything that a draft or an undelivered entry is about, refers to or changes."""
    kept: set[tuple[str, str]] = set()
    for patient, visit in engine.run(_VISITS, _UNSENT_STATES):
        kept |= {("Patient", str(patient)), ("Appointment", str(visit))}
    for type_, body in engine.run(_PARTS, _UNSENT_STATES):
        if not isinstance(body, bytes):
            continue
        for reference in _REFERENCE.findall(body):
            named, _, id_ = reference.decode().partition("/")
            kept.add((named, id_))
        kept |= {(str(type_), id_.decode()) for id_ in _OWN_ID.findall(body)}
    return frozenset(kept)
