"""The last look before signing: every part that is about to be signed is read back as FHIR, and must be this patient's.

The parts were built from a draft by one piece of code; they are read here by another, from the very bytes that will be sent, so
that a slip in building cannot put a signature on another patient's record (UX-07).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.journal_tree import child, read_tree, word
from services.subjects import subject_reference
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.entries import Base, NewPart

_SUBJECT = {"Task": "for", "CarePlan": "subject", "Goal": "subject"}
_SYSTEM = "urn:ietf:rfc:3986"


def check_parts(parts: Sequence[NewPart], patient_id: str) -> None:
    """Let the parts through only if each is signed work of this patient, final, by somebody, and carries its own id.

    Raises:
        Trouble: DRAFT_OTHER_PATIENT when a part is about somebody else; DRAFT_INCOMPLETE when it is not whole.
    """
    from services.part_facts import facts_of  # the models load pydantic, which only a signature needs

    for part in parts:
        if part.base is not None:
            _check_update(part, part.base, patient_id)
            continue
        subject, identifiers, is_whole = facts_of(part)
        if subject is None or subject.reference != subject_reference(patient_id):
            raise Trouble(TroubleCode.DRAFT_OTHER_PATIENT)
        own = any(i.system == _SYSTEM and i.value == f"urn:uuid:{part.op_id}" for i in identifiers)
        if not (is_whole and own):
            raise Trouble(TroubleCode.DRAFT_INCOMPLETE)


def _check_update(part: NewPart, base: Base, patient_id: str) -> None:
    """Let an update through only if its type may be changed and it is this patient's, before and after."""
    tree, before = read_tree(part.body) or {}, read_tree(base.body) or {}
    if part.type not in _SUBJECT or not base.target_id:
        raise Trouble(TroubleCode.CANNOT_CHANGE)
    for one in (tree, before):
        if word(child(one, _SUBJECT[part.type]), "reference") != f"Patient/{patient_id}":
            raise Trouble(TroubleCode.DRAFT_OTHER_PATIENT)
        if (one.get("resourceType"), one.get("id")) != (part.type, base.target_id):
            raise Trouble(TroubleCode.DRAFT_INCOMPLETE)
