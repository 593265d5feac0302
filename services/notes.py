"""The notes of a chart, and our own unsent ones: the text, or the reason why it is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.attachment import Unread, read_attachment
from services.coded import concept_text, concept_texts, joined, named_all, time_under
from services.journal_tree import Tree, child, children, word
from services.patient_file import unreadable
from services.views import Note

if TYPE_CHECKING:
    from offline_cache.states import EntryState
    from services.fhir_time import FhirTime
    from services.patient_file import PatientFile

OTHER_PLACE = "Teksten ligger i et eget dokument som ikke er hentet"
BAD_HASH = "Sjekksummen stemmer ikke: teksten kan være endret eller skadet"
BAD_BASE64 = "Innholdet er skadet og kan ikke leses"
BAD_LETTERS = "Tegnsettet kan ikke leses"
NO_TEXT = "Dokumentet har ingen tekst"
TOO_LARGE = "Teksten er for lang til å vises her. Den er hel i journalen; les den der"
MARKED_WRONG = "Markert som feilført i journalen"

_WORDS = {
    Unread.ELSEWHERE: OTHER_PLACE,
    Unread.NOTHING: NO_TEXT,
    Unread.DAMAGED: BAD_BASE64,
    Unread.CHANGED: BAD_HASH,
    Unread.LETTERS: BAD_LETTERS,
    Unread.TOO_LARGE: TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class _Content:
    text: str
    unreadable: str


def notes_of(file: PatientFile) -> tuple[Note, ...]:
    """Return all notes, newest first."""
    rows: list[tuple[FhirTime, Note]] = []
    for sheet in file.of("DocumentReference"):
        if sheet.readable:
            rows.append(_note(sheet.tree, sheet.id, None))
        else:
            rows.append(
                (time_under({}), Note(sheet.id, "Dokument", "", None, "", unreadable=unreadable(sheet)))
            )
    rows += [_note(own.tree, own.op_id, own.state) for own in file.own("DocumentReference")]
    rows.sort(key=lambda row: row[0].order, reverse=True)
    return tuple(note for _, note in rows)


def _note(tree: Tree, id_: str, state: EntryState | None) -> tuple[FhirTime, Note]:
    event, entered = _event_time(tree), time_under(tree, "date", "indexed", "created")
    when = event if event.text else entered
    content = _content(tree)
    if word(tree, "status") == "entered-in-error":
        content = _Content("", MARKED_WRONG)
    apart = bool(event.at and entered.at and event.at != entered.at)
    author = joined(
        "" if when.at else when.text, named_all(tree, "author"), f"ført {entered.text}" if apart else ""
    )
    return when, Note(id_, _title(tree), content.text, when.at, author, state, content.unreadable)


def _event_time(tree: Tree) -> FhirTime:
    return time_under(child(tree, "context"), "period")


def _title(tree: Tree) -> str:
    """Return what the note is called, and what it is to other versions."""
    kind = concept_text(child(tree, "type")) or ", ".join(concept_texts(tree, "category"))
    attachment = child(child(tree, "content"), "attachment")
    title = word(tree, "description") or word(attachment, "title")
    state = joined(
        "foreløpig" if word(tree, "docStatus") == "preliminary" else "",
        "rettet" if word(tree, "docStatus") == "amended" else "",
        "erstattet" if word(tree, "status") == "superseded" else "",
        sep=", ",
    )
    return joined(kind, title, state) or "Dokument"


def _content(tree: Tree) -> _Content:
    """Return the text of all contents that can be shown, and the reasons of those that cannot."""
    read = [_attachment(child(content, "attachment")) for content in children(tree, "content")]
    if not read:
        return _Content("", NO_TEXT)
    texts = [content.text for content in read if content.text]
    reasons = dict.fromkeys(content.unreadable for content in read if content.unreadable)
    return _Content("\n\n".join(texts), "; ".join(reasons))


def _attachment(attachment: Tree) -> _Content:
    read = read_attachment(attachment)
    if read.why is Unread.OTHER_KIND:
        return _Content("", f"Formatet {read.kind or 'er ukjent og'} kan ikke vises her")
    return _Content(read.text, _WORDS[read.why] if read.why else "")
