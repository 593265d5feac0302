"""Which tables hold what of a patient: what a purge empties, and what outlives it.

Every table of the schema stands in one of the two; a test refuses one that stands in none. A table that another part of the
schema may lack is left alone where it is missing. What follows a resource by trigger or foreign key (the words of the search)
needs no line.
"""

from __future__ import annotations

OF_A_PATIENT: dict[str, str] = {
    "resource": "DELETE FROM resource WHERE patient = ?",
    "section": "DELETE FROM section WHERE patient = ?",
    "cursor": "DELETE FROM cursor WHERE patient = ?",
    "place": "DELETE FROM place WHERE generation IN (SELECT generation FROM place WHERE patient = ?)",
    "notice": "DELETE FROM notice WHERE patient = ?",
    "change": "DELETE FROM change WHERE patient = ?",
    "safety_notice": "DELETE FROM safety_notice WHERE patient = ?",
    "access": "DELETE FROM access WHERE patient = ?",
}
"""The statement that empties each table of one patient."""

FOLLOW = frozenset({"search_word", "search_note"})
"""Emptied by triggers as the resources go."""

OUTLIVE = frozenset(
    {
        "meta",  # nothing of a patient
        "round",  # ids of visits
        "round_ahead",
        "sync_report",  # counts and ids
        "entry",  # what the clinician wrote, and its way to the journal
        "part",
        "depends",
        "conflict",
        "receipt",
        "local_patient",
        "audit",
        "purge",
    }
)
"""What a purge leaves: the clinician's own work with its receipts, the log, and what names nobody."""
