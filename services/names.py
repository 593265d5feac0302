"""Which of a patient's names and numbers is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.fhir_time import parse_time
from services.journal_tree import Tree, children, word

if TYPE_CHECKING:
    from datetime import date

UNKNOWN_NAME = "Ikke kjent"
MIDDLE_NAME = "http://hl7.no/fhir/StructureDefinition/no-basis-middlename"
NUMBER_SYSTEMS = tuple(f"urn:oid:2.16.578.1.12.4.1.4.{last}" for last in (1, 2, 3))

_USES = ("official", "usual", "", "temp", "nickname", "anonymous", "maiden", "old")
_GENDERS = {"female": "Kvinne", "male": "Mann", "other": "Annet", "unknown": "Ikke kjent"}
_DIGITS = 11


def name_of(patient: Tree) -> tuple[str, str]:
    """Return family name and given names; a name with neither is its text, and no name at all is said."""
    ranked = sorted(children(patient, "name"), key=_rank)
    for name in ranked:
        family, given = word(name, "family"), _given(name)
        if family or given:
            return family or UNKNOWN_NAME, given
        if text := word(name, "text"):
            return text, ""
    return UNKNOWN_NAME, ""


def _rank(name: Tree) -> int:
    use = word(name, "use")
    return _USES.index(use) if use in _USES else len(_USES)


def _given(name: Tree) -> str:
    """Return given and middle name; the Norwegian profile keeps the middle name apart."""
    middle = [
        word(part, "valueString") for part in children(name, "extension") if word(part, "url") == MIDDLE_NAME
    ]
    return " ".join(part for part in (word(name, "given"), *middle) if part)


def full_name(family: str, given: str) -> str:
    """Return the name as the screens write it: `ETTERNAVN, Fornavn`."""
    return f"{family.upper()}, {given}" if given else family.upper()


def birth_date_of(patient: Tree) -> date | None:
    """Return the day of birth, only when the journal knows it to the day."""
    return parse_time(word(patient, "birthDate")).day


def gender_of(patient: Tree) -> str:
    """Return the journal's gender in Norwegian; never read out of a number."""
    gender = word(patient, "gender")
    return _GENDERS.get(gender, gender or UNKNOWN_NAME)


def number_of(patient: Tree) -> str:
    """Return the national identity number, D-number or help number; empty when the journal gives none."""
    found = [
        (word(i, "use") == "old", NUMBER_SYSTEMS.index(system), digits)
        for i in children(patient, "identifier")
        if (system := word(i, "system")) in NUMBER_SYSTEMS
        and _is_number(digits := "".join(word(i, "value").split()))
    ]
    return min(found)[2] if found else ""


def _is_number(digits: str) -> bool:
    return len(digits) == _DIGITS and digits.isascii() and digits.isdigit()


def is_deceased(patient: Tree) -> bool:
    """Tell whether the journal holds the patient as dead."""
    return patient.get("deceasedBoolean") is True or bool(word(patient, "deceasedDateTime"))
