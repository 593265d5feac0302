"""Every promise, held after every step; AssertionError names the first broken one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.promises_entries import check_entries
from tests.simulation.promises_journal import check_writes
from tests.simulation.promises_pull import check_charts, history_of

if TYPE_CHECKING:
    from tests.simulation.books import Book, Truth


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
        _check_audit(book)
        check_entries(book, truth)
        check_charts(book, truth, history, now)


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
