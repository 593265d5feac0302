"""What the journal keeps otherwise than it was signed, in words: which part of the entry, and which field (fault Q8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.kept_differently import from_detail
from services.coded import concept_text
from services.field_names import field_name
from services.journal_tree import child, read_tree

if TYPE_CHECKING:
    from offline_cache.entry_records import PartRecord


def changed_in(part: PartRecord) -> tuple[str, ...]:
    """Return a text for each field of a part that the journal keeps otherwise: `Puls: verdi`, `tekst`."""
    paths = from_detail(part.detail)
    if not paths or not part.server_id:
        return ()
    what = concept_text(child(read_tree(part.body) or {}, "code")) if part.type == "Observation" else ""
    said = dict.fromkeys(field_name(path) for path in paths)
    return tuple(f"{what}: {field}" if what else field for field in said)
