"""The training journal that a journal's file names: where a clinician who lacks a course may go, and never the other way.

A name in a file is not believed: what it leads to must be here, be readable, and call itself training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.embedded import EMBEDDED
from services.journal_check import Finding, Level
from services.trouble import Trouble, TroubleCode
from services.views import Environment

if TYPE_CHECKING:
    from services.configured_journal import ConfiguredJournal
    from services.journals import Journals


def training_of(journals: Journals, journal: ConfiguredJournal) -> str:
    """Return the name of the training journal of a journal; empty where it names none that can be practised in."""
    name = journal.training
    if name in ("", EMBEDDED):
        return name
    try:
        is_training = journals.read(name).environment is Environment.TRAINING
    except Trouble:
        return ""
    return name if is_training else ""


def practice_in(journals: Journals, name: str) -> tuple[str, bool]:
    """Return the training journal of a journal by its name, and whether it is the embedded one, to be started first.

    Raises:
        Trouble: NO_SUCH_JOURNAL when it has none; JOURNAL_FILE when its own file cannot be used.
    """
    if name == EMBEDDED:
        return EMBEDDED, True
    training = training_of(journals, journals.read(name))
    if not training:
        raise Trouble(TroubleCode.NO_SUCH_JOURNAL, known=", ".join([EMBEDDED, *journals.names()]))
    return training, training == EMBEDDED or journals.read(training).address is None


def practice_findings(journals: Journals, journal: ConfiguredJournal) -> list[Finding]:
    """Tell whether who lacks a course is led to a place to practise."""
    details = {"name": journal.training}
    if journal.training:
        is_there = bool(training_of(journals, journal))
        return [
            Finding("training", Level.OK, details)
            if is_there
            else Finding("bad-training", Level.FAIL, details)
        ]
    has_courses = journal.address is not None and bool(journal.address.terms.courses)
    return [Finding("no-training", Level.WARN)] if has_courses else []
