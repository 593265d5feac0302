"""Whom something is about, as a reference: a patient of the journal, or a typed identity that nobody has matched yet."""

from __future__ import annotations

from offline_cache.strangers import URN


def subject_reference(patient_id: str) -> str:
    """Return the reference for a patient id. A typed identity stands as itself; the outbox puts the patient in when it sends."""
    return patient_id if patient_id.startswith(URN) else f"Patient/{patient_id}"
