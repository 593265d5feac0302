"""What a part says of itself when it is read back as FHIR: who it is about, its identifiers, whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.models.document_reference import DocumentReference
from client.models.observation import Observation
from client.models.slim import UnreadableError, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.models.datatypes import Identifier, Reference
    from offline_cache.entries import NewPart


def facts_of(part: NewPart) -> tuple[Reference | None, Sequence[Identifier], bool]:
    """Return the subject, the identifiers, and whether the part is final, dated and has an author."""
    try:
        if part.type == "Observation":
            observed = decode(Observation, part.body)
            is_whole = observed.status == "final" and bool(observed.performer and observed.effective)
            return observed.subject, observed.identifier, is_whole
        if part.type == "DocumentReference":
            note = decode(DocumentReference, part.body)
            is_whole = note.doc_status == "final" and bool(note.author and note.date and note.content)
            return note.subject, note.identifier, is_whole
    except UnreadableError:
        pass
    return None, (), False
