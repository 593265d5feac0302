"""Why NEWS2 may not be scored for a patient: under 16 years, or pregnant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.age import age_on
from clinical.news2 import Refusal, refusal
from services.coded import LOINC, SNOMED, codings, has_code, status_code
from services.fhir_time import OSLO, parse_time
from services.journal_tree import child, word
from services.names import birth_date_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.patient_file import PatientFile, Sheet

_WORDS = {
    Refusal.UNDER_16: "NEWS2 brukes ikke under 16 år",
    Refusal.PREGNANT: "NEWS2 brukes ikke ved graviditet",
}
PREGNANT = "77386006"
PREGNANCY_STATUS = "82810-3"
_PREGNANT_CODES = frozenset({PREGNANT, "W78", "W84", "Z33", "Z34", "Z340", "Z34.0", "Z35"})
_OVER = frozenset({"resolved", "remission", "inactive"})
_STRUCK = frozenset({"refuted", "entered-in-error"})


def news2_refusal(file: PatientFile, now: datetime) -> str:
    """Return why NEWS2 may not be scored, in words, or nothing. An age that is not known refuses nothing."""
    patient = file.patient.tree if file.patient is not None else {}
    today = now.astimezone(OSLO).date()
    age = age_on(birth_date_of(patient), today)
    if age is None:
        age = _age_by_year(word(patient, "birthDate"), today.year)
    why = refusal(age, pregnant=_is_pregnant(file))
    return _WORDS.get(why, "") if why is not None else ""


def _age_by_year(raw: str, year: int) -> int | None:
    """Return the age that a birth date without its day allows at most."""
    born = parse_time(raw)
    return year - int(raw[:4]) if born.text and raw[:4].isdigit() and born.order.year > 1 else None


def _is_pregnant(file: PatientFile) -> bool:
    return any(
        _says_pregnant(sheet) for type_ in ("Condition", "Flag") for sheet in file.of(type_)
    ) or _observed(file)


def _says_pregnant(sheet: Sheet) -> bool:
    tree = sheet.tree
    if status_code(tree, "verificationStatus") in _STRUCK or status_code(tree, "clinicalStatus") in _OVER:
        return False
    ended = sheet.type == "Flag" and word(tree, "status") != "active"
    return not ended and any(code in _PREGNANT_CODES for _, code in codings(child(tree, "code")))


def _observed(file: PatientFile) -> bool:
    """Tell whether the latest recorded pregnancy status is "pregnant"."""
    found = [
        s.tree for s in file.of("Observation") if has_code(child(s.tree, "code"), LOINC, PREGNANCY_STATUS)
    ]
    found = [tree for tree in found if word(tree, "status") not in {"entered-in-error", "cancelled"}]
    if not found:
        return False
    latest = max(found, key=lambda tree: parse_time(word(tree, "effectiveDateTime")).order)
    return has_code(child(latest, "valueCodeableConcept"), SNOMED, PREGNANT)
