"""Whose the resources of a page are: a page that brings anybody else's is refused whole (fault H20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.patient_of import patient_of

if TYPE_CHECKING:
    from client.resource import Page, Resource


def refuse_others(page: Page, patients: frozenset[str], type_: str) -> None:
    """Refuse a whole page that brings somebody else's data, or another type than was asked for."""
    by_patient(page, patients, type_)


def by_patient(page: Page, patients: frozenset[str], type_: str) -> dict[str, list[Resource]]:
    """Return the resources of a page by whose they are.

    Raises:
        JournalError: WRONG_RESOURCE for a page that brings anything of anybody else, or of another type.
    """
    rows: dict[str, list[Resource]] = {}
    for resource in page.resources:
        patient = patient_of(resource.type, resource.body)
        if resource.type != type_ or patient not in patients:
            raise JournalError(ErrorKind.WRONG_RESOURCE)
        rows.setdefault(patient, []).append(resource)
    return rows
