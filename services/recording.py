"""From a draft to what is signed: FHIR resources, each with the id it is recognised by for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.news2 import Scale
from offline_cache.entry_records import NewPart
from services.draft_problems import FieldProblem, ProblemId, validate_news2, validate_note
from services.journal_tree import child, children
from services.news2_draft import read_news2
from services.recorded_note import NOTE_TITLE, note_body
from services.recorded_observation import Recorder, encoded, measured_bodies, total_body
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ports.ids import Ids
    from services.session import Clinician
    from services.views import Draft

__all__ = [
    "FieldProblem",
    "ProblemId",
    "correction_title",
    "news2_parts",
    "news2_title",
    "note_parts",
    "note_title",
    "validate_news2",
    "validate_note",
]

_MEASUREMENTS = 7


_REPLACES = "http://hl7.org/fhir/StructureDefinition/observation-replaces"


def news2_parts(
    draft: Draft, clinician: Clinician, ids: Ids, now: datetime, corrected: Sequence[str] = ()
) -> list[NewPart]:
    """Return the seven measurements and the score derived from them, in the order they are delivered.

    Those of a correction each name the one of the `corrected` parts that they stand for.

    Raises:
        Trouble: DRAFT_INCOMPLETE when something is missing or not valid; `validate_news2` tells what.
    """
    read = read_news2(draft.fields)
    if not read.is_complete:
        raise Trouble(TroubleCode.DRAFT_INCOMPLETE)
    by = recorder(draft, clinician, now)
    op_ids = [ids.uuid() for _ in range(_MEASUREMENTS)]
    total_id = ids.uuid()
    bodies = [*measured_bodies(read, draft.fields, by, op_ids), total_body(read, by, total_id, op_ids)]
    for body, old in zip(bodies, corrected, strict=False):
        body["extension"] = [{"url": _REPLACES, "valueReference": {"reference": f"urn:uuid:{old}"}}]
    return _numbered([*op_ids, total_id], "Observation", [encoded(body) for body in bodies])


def note_parts(
    draft: Draft,
    clinician: Clinician,
    ids: Ids,
    now: datetime,
    corrected: Sequence[str] = (),
    about: Sequence[str] = (),
) -> list[NewPart]:
    """Return the one part of a note; it may correct an earlier one, and be about measurements of ours.

    Raises:
        Trouble: DRAFT_INCOMPLETE when there is no text.
    """
    text = draft.fields.get("text", "")
    if not text.strip():
        raise Trouble(TroubleCode.DRAFT_INCOMPLETE)
    op_id = ids.uuid()
    body = note_body(text, recorder(draft, clinician, now), op_id)
    if corrected:
        body["relatesTo"] = [
            {"code": "replaces", "target": {"reference": f"urn:uuid:{old}"}} for old in corrected
        ]
    if about:
        context = child(body, "context")
        related = [*children(context, "related"), *({"reference": f"urn:uuid:{one}"} for one in about)]
        body["context"] = {**context, "related": related}
    return _numbered([op_id], "DocumentReference", [encoded(body)])


def news2_title(draft: Draft) -> str:
    """Return what the entry is called in the outbox and in the signing line."""
    score = read_news2(draft.fields).score
    total = "" if score.total is None else f" {score.total}"
    scale = " (skala 2)" if total and score.scale is Scale.TWO else ""
    return f"NEWS2{total}{scale} og {_MEASUREMENTS} målinger"


def note_title(draft: Draft) -> str:
    """Return what a note is called; its text is no part of the name."""
    return NOTE_TITLE if draft.visit_id else "Notat"


def correction_title(title: str, corrected: Sequence[str]) -> str:
    """Return the title of an entry, which says so when it is a correction."""
    return f"Rettelse: {title}" if corrected else title


def recorder(draft: Draft, clinician: Clinician, now: datetime) -> Recorder:
    """Return who records what of whom; the clinician by a reference that holds at any address."""
    author = "/".join(clinician.fhir_user.rstrip("/").split("/")[-2:])
    known = not clinician.role or clinician.role.casefold() in clinician.name.casefold()
    name = clinician.name if known else f"{clinician.name}, {clinician.role}"
    return Recorder(draft.patient_id, draft.visit_id, author, name, draft.event_at, now)


def _numbered(op_ids: Sequence[str], type_: str, bodies: Sequence[bytes]) -> list[NewPart]:
    pairs = zip(op_ids, bodies, strict=True)
    return [NewPart(op_id, number, type_, body) for number, (op_id, body) in enumerate(pairs, 1)]
