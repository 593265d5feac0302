"""The medication list: one line per order that is in use, each part as the journal gave it (UX-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.coded import (
    ATC,
    concept_text,
    concept_texts,
    joined,
    named,
    named_all,
    note_texts,
    reference_of,
    time_under,
)
from services.dosage import dosage_of
from services.journal_tree import Tree, child, children, truth, word
from services.patient_file import unreadable
from services.quantity import ratio_text
from services.views import Medicine

if TYPE_CHECKING:
    from datetime import date

    from services.dosage import Dosage
    from services.patient_file import PatientFile, Sheet

_NOT_IN_USE = frozenset(
    {"stopped", "completed", "cancelled", "entered-in-error", "draft", "ended", "not-taken"}
)
_SAID_STATUS = {
    "on-hold": "pauset",
    "unknown": "status ukjent",
    "intended": "planlagt",
    "active": "",
    "": "status mangler",
}
_TYPES = ("MedicationRequest", "MedicationStatement")


def medicines_of(file: PatientFile) -> tuple[Medicine, ...]:
    """Return the medicines in use, by substance; one that cannot be read has a line that says so."""
    sheets = [sheet for type_ in _TYPES for sheet in file.of(type_)]
    rows = [_medicine(file, sheet) for sheet in sheets if word(sheet.tree, "status") not in _NOT_IN_USE]
    return tuple(sorted(rows, key=lambda row: row.substance.casefold()))


def _medicine(file: PatientFile, sheet: Sheet) -> Medicine:
    if not sheet.readable:
        return Medicine(unreadable(sheet), "", "", "", "", "", as_needed=False, reason="", since=None)
    tree = sheet.tree
    product = _product(file, tree)
    substance, brand, strength = _names(product, _reference_name(tree))
    dosages = [
        dosage_of(dosage) for dosage in (*children(tree, "dosageInstruction"), *children(tree, "dosage"))
    ]
    since, since_text = _since(tree)
    return Medicine(
        substance=substance,
        brand=brand,
        strength=strength,
        dose=_each(dosages, "dose"),
        route=joined(*(dosage.route for dosage in dosages), sep=", "),
        frequency=_each(dosages, "frequency"),
        as_needed=any(dosage.as_needed for dosage in dosages),
        reason=joined(_state(tree), _reasons(tree, dosages), since_text, *note_texts(tree)),
        since=since,
    )


def _each(dosages: list[Dosage], part: str) -> str:
    """Return one part of every dosage, in the order they follow each other, with a dash for a gap."""
    texts = [str(getattr(dosage, part)) for dosage in dosages]
    if not any(texts):
        return ""
    return (
        texts[0] if len(texts) == 1 else "; ".join(f"{n}) {text or '–'}" for n, text in enumerate(texts, 1))
    )


def _product(file: PatientFile, tree: Tree) -> Tree:
    """Return what describes the medicine: the concept, the contained Medication, or the one in the cache."""
    concept = child(tree, "medicationCodeableConcept")
    if concept:
        return {"code": concept}
    reference = child(tree, "medicationReference")
    target = word(reference, "reference")
    if target.startswith("#"):
        return next((inner for inner in children(tree, "contained") if word(inner, "id") == target[1:]), {})
    return file.by_id("Medication", reference_of(reference)[1])


def _reference_name(tree: Tree) -> str:
    """Return what the order itself calls a medicine that is kept elsewhere."""
    reference = child(tree, "medicationReference")
    return named(reference, tree) or concept_text(child(tree, "medication"))


def _names(product: Tree, fallback: str) -> tuple[str, str, str]:
    """Return substance, brand and strength, each only as far as the journal names it."""
    concept = child(product, "code")
    text = concept_text(concept) or fallback
    substance = _atc_name(concept) or ", ".join(_ingredients(product))
    strength = joined(*_strengths(product), concept_text(child(product, "form")), sep=", ")
    if not substance:
        return text or "Medisin uten navn", "", strength
    if text.casefold() == substance.casefold():
        return substance, "", strength
    if text.casefold().startswith(f"{substance.casefold()} "):
        return _split(substance, text[len(substance) :].strip(), strength)
    return substance, text, strength


def _split(substance: str, rest: str, strength: str) -> tuple[str, str, str]:
    """Put what follows the substance in its place: in brackets it is the product, else the strength."""
    if rest.startswith("(") and rest.endswith(")"):
        return substance, rest[1:-1].strip(), strength
    return substance, "", joined(rest, strength, sep=", ")


def _atc_name(concept: Tree) -> str:
    return next((word(c, "display") for c in children(concept, "coding") if word(c, "system") == ATC), "")


def _ingredients(product: Tree) -> list[str]:
    found = []
    for ingredient in children(product, "ingredient"):
        reference = child(ingredient, "itemReference")
        name = concept_text(child(ingredient, "itemCodeableConcept")) or named(reference, product)
        if name and truth(ingredient, "isActive") is not False:
            found.append(name)
    return found


def _strengths(product: Tree) -> list[str]:
    return [ratio_text(child(i, "strength")) for i in children(product, "ingredient")] or [
        ratio_text(child(product, "amount"))
    ]


def _state(tree: Tree) -> str:
    """Return what the status or intent adds to the line; an order that forbids says so first."""
    status, intent = word(tree, "status"), word(tree, "intent")
    forbidden = "SKAL IKKE GIS" if truth(tree, "doNotPerform") is True else ""
    unsaid = (
        "" if intent in {"order", "original-order", "instance-order", ""} else f"ikke forordnet: {intent}"
    )
    stop = ", ".join(concept_texts(tree, "statusReason"))
    return joined(forbidden, _SAID_STATUS.get(status, f"status: {status}"), unsaid, stop)


def _reasons(tree: Tree, dosages: list[Dosage]) -> str:
    return joined(
        *(d.reason for d in dosages),
        *concept_texts(tree, "reasonCode"),
        named_all(tree, "reasonReference"),
        sep=", ",
    )


def _since(tree: Tree) -> tuple[date | None, str]:
    """Return since when, to the day; or, when it is known less exactly, the words for it."""
    since = time_under(tree, "authoredOn", "effectiveDateTime", "effectivePeriod", "dateWritten")
    if since.day is not None:
        return since.day, ""
    return None, f"siden {since.text}" if since.text else ""
