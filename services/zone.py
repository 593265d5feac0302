"""The zone of a round: what most of its patients belong to, as the municipality's extension says it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.journal_tree import children, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.patient_file import PatientFile

_ENDINGS = ("/vkp-sone-v090", "/no-vft-sone")


def zone_of(files: Iterable[PatientFile]) -> str:
    """Return the zone's name; empty when no patient has one."""
    found = Counter(zone for file in files if file.patient is not None and (zone := _zone(file)))
    return found.most_common(1)[0][0] if found else ""


def _zone(file: PatientFile) -> str:
    tree = file.patient.tree if file.patient is not None else {}
    named = (word(e, "valueString") for e in children(tree, "extension") if word(e, "url").endswith(_ENDINGS))
    return next((zone for zone in named if zone), "")
