"""Where the patient lives and how one gets in; and when that may not be shown.

Only grades are acted on. That there is none is no statement: nothing says "not secret".
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from services.access_views import HIDDEN
from services.coded import joined
from services.journal_tree import Tree, children, truth, word

if TYPE_CHECKING:
    from services.patient_file import Sheet

BLOCKED = "Adresse: sperret – kontakt leder"
NOT_RECORDED = "Ikke registrert"
NOT_KNOWN = "Ikke kjent"

GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
_UNGRADED = "ugradert"
_ACCESS = ("vkp-elock-v090", "no-vft-elock")
_HOME = ("vkp-household-v090", "no-vft-household")


class Protection(Enum):
    """How much of the whereabouts may be shown."""

    OPEN = "open"
    HIDDEN = "hidden"  # grade 7
    BLOCKED = "blocked"  # grade 6, or an address marked as secret


def protection_of(patient: Sheet | None) -> Protection:
    """Return what the Patient says; one that is missing or cannot be read lets nothing be shown."""
    if patient is None or not patient.readable:
        return Protection.BLOCKED
    grades = {_value(ext) for ext in children(patient.tree, "extension") if word(ext, "url") == GRADE}
    grades -= {_UNGRADED}
    if grades == {"fortrolig"} and not _any_secret(patient.tree):
        return Protection.HIDDEN
    if grades or patient.address_cut or _any_secret(patient.tree):
        return Protection.BLOCKED
    return Protection.OPEN


def _value(extension: Tree) -> str:
    return word(extension, "valueCode") or word(extension, "valueString") or "uten verdi"


def _any_secret(patient: Tree) -> bool:
    return any(
        word(ext, "url").endswith("no-vft-secret-address") and truth(ext, "valueBoolean") is not False
        for owner in (patient, *children(patient, "address"))
        for ext in children(owner, "extension")
    )


def address_of(patient: Sheet | None) -> str:
    """Return the home address on one line, or why it is not shown."""
    if patient is None or not patient.readable:
        return NOT_KNOWN
    protection = protection_of(patient)
    if protection is not Protection.OPEN:
        return HIDDEN if protection is Protection.HIDDEN else BLOCKED
    homes = sorted(children(patient.tree, "address"), key=_home_first)
    return next((line for home in homes if (line := _line(home))), NOT_RECORDED)


def confidential_address_of(patient: Sheet) -> str:
    """Return the address of a Patient of grade 7 as the journal gives it, for a look that is logged; of grade 6 never."""
    if protection_of(patient) is Protection.BLOCKED:
        return BLOCKED
    homes = sorted(children(patient.tree, "address"), key=_home_first)
    return next((line for home in homes if (line := _line(home))), NOT_RECORDED)


def _home_first(address: Tree) -> int:
    order = ("home", "temp", "", "work", "billing", "old")
    use = word(address, "use")
    return order.index(use) if use in order else len(order)


def _line(address: Tree) -> str:
    """Return one address as a line: street, postal code and place; the whole text when it has no parts."""
    street = word(address, "line")
    place = " ".join(part for part in (word(address, "postalCode"), word(address, "city")) if part)
    return ", ".join(part for part in (street, place) if part) or word(address, "text")


def access_of(patient: Sheet | None, visit: Tree, *more: str) -> str:
    """Return what one needs to get in: the visit's words, e-lock, household; empty for a protected one."""
    if protection_of(patient) is not Protection.OPEN or patient is None:
        return ""
    return joined(
        word(visit, "comment"),
        _extension(patient.tree, _ACCESS, "e-lås: "),
        _extension(patient.tree, _HOME),
        *more,
    )


def _extension(patient: Tree, ends: tuple[str, ...], before: str = "") -> str:
    """Return the words of an extension of the Patient or of one of the addresses."""
    owners = (patient, *children(patient, "address"))
    found = [
        value
        for owner in owners
        for ext in children(owner, "extension")
        if word(ext, "url").endswith(ends) and (value := word(ext, "valueString"))
    ]
    text = joined(*found)
    named = text.casefold().startswith(before.rstrip(": ").casefold())
    return text if named or not text else f"{before}{text}"
