"""Every promise, held after every step; AssertionError names the first broken one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.population.home_care import HOME_CARE
from tests.simulation.promises_entries import check_entries
from tests.simulation.promises_journal import check_writes
from tests.simulation.promises_pull import check_charts, history_of
from tests.simulation.world import PATIENTS

if TYPE_CHECKING:
    from tests.simulation.books import Book, Truth

_SHORTEST = 6  # bytes: a shorter word stands in ciphertext by chance
_OF_PEOPLE = [word for life in HOME_CARE[:PATIENTS] for word in (life.family, life.given, life.number)]
IN_THE_CLEAR = tuple(
    word.encode()
    for word in (*_OF_PEOPLE, "resourceType", "Ukjent Person", "identifier")
    if len(word) >= _SHORTEST
)
"""What stands in charts, in what the nurses write, and in every resource."""


def check(truth: Truth, now: float) -> None:
    """Check all laptops against the journal."""
    server = truth.server
    journal_mark = (len(server.journal.log), server.behind.restored_at)
    fresh = [book for book in truth.books if book.has_changed(journal_mark)]
    if not fresh:
        return
    history = history_of(truth)
    check_writes(truth)
    assert not truth.out_of_turn, f"out of turn: {truth.out_of_turn}"
    for book in fresh:
        _check_files(book)
        _check_audit(book)
        check_entries(book, truth)
        check_charts(book, truth, history, now)


def _check_files(book: Book) -> None:
    """No file of the laptop holds a patient's name or number, nor what was written of one (I10)."""
    for path in book.nurse.folder.rglob("*"):
        if path.is_file():
            told = path.stat()
            mark = (told.st_ino, told.st_size, told.st_mtime_ns)
            if book.scanned.get(path.name) == mark:
                continue
            book.scanned[path.name] = mark
            content = path.read_bytes()
            assert not any(word in content for word in IN_THE_CLEAR), f"in the clear in {path.name}"


def _check_audit(book: Book) -> None:
    """The chain verifies, and every chart that was on a screen is in it (I12)."""
    audit = book.nurse.store.audit
    assert audit.verify() > 0
    logged: dict[str, int] = {}
    for row in audit.records():
        if row.action == "open-patient":
            logged[row.patient] = logged.get(row.patient, 0) + 1
    for patient, shown in book.opened.items():
        assert logged.get(patient, 0) >= shown, "a chart was shown and not logged"
