"""The tasks of a visit: what is to be done, what is done, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.coded import concept_text, joined, note_texts, reference_of, time_under
from services.journal_tree import Tree, child, children, word
from services.patient_file import unreadable
from services.views import TaskRow

if TYPE_CHECKING:
    from services.patient_file import PatientFile, Sheet

_NOT_COUNTED = frozenset({"cancelled", "rejected", "entered-in-error"})
_SAID = {"on-hold": "utsatt", "draft": "utkast", "failed": "ikke gjennomført", "rejected": "avvist"}


def tasks_of(file: PatientFile, visit_id: str) -> tuple[TaskRow, ...]:
    """Return the tasks of one visit (empty id: all), by time; open ones that name no visit stand in each."""
    sheets = [
        s for s in file.of("Task") if word(s.tree, "status") not in _NOT_COUNTED and _belongs(s, visit_id)
    ]
    sheets.sort(key=lambda s: (time_under(s.tree, "executionPeriod", "authoredOn").order, s.id))
    return tuple(_row(sheet) for sheet in sheets)


def _belongs(sheet: Sheet, visit_id: str) -> bool:
    visits = _visits(sheet.tree) if visit_id else {""}
    return visit_id in visits if visits else word(sheet.tree, "status") != "completed"


def _visits(task: Tree) -> set[str]:
    """Return the visits a task names, in its focus or in what it is based on."""
    references = [
        child(task, "focus"),
        child(task, "encounter"),
        *children(task, "basedOn"),
        *children(task, "partOf"),
    ]
    pairs = [reference_of(reference) for reference in references]
    return {id_ for type_, id_ in pairs if type_ == "Appointment"}


def _row(sheet: Sheet) -> TaskRow:
    tree = sheet.tree
    done = word(tree, "status") == "completed"
    at = (
        time_under({"end": word(child(tree, "executionPeriod"), "end"), **tree}, "end", "lastModified").at
        if done
        else None
    )
    return TaskRow(word(tree, "id") or sheet.id, _text(sheet), done, at, sheet.state)


def _text(sheet: Sheet) -> str:
    if not sheet.readable:
        return unreadable(sheet)
    tree = sheet.tree
    what = joined(word(tree, "description") or concept_text(child(tree, "code")), *note_texts(tree))
    name = what or concept_text(child(tree, "reasonCode")) or word(child(tree, "focus"), "display")
    said = _SAID.get(word(tree, "status"), "")
    return joined(name or "Oppgave uten tekst", said, concept_text(child(tree, "businessStatus")))
