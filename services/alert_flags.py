"""The warning flags of a chart: which of our words each one has, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.coded import codings, concept_text, concept_texts
from services.journal_tree import child, word
from services.patient_file import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.patient_file import PatientFile, Sheet

SYSTEM = "http://feltjournal.example/fhir/CodeSystem/varsel"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of warning: the list's word, the banner's words, its gravity."""

    word: str
    short: str
    gravity: int


CAVE_GRAVITY = 90
LOOK_ALIKE_GRAVITY = 50
KINDS: Mapping[str, Kind] = {
    "hlr-minus": Kind("HLR min.", "HLR minus", 80),
    "smitte": Kind("SMITTE", "smitte", 70),
    "to-pleiere": Kind("2 PLEIERE", "2 pleiere", 60),
    "vold": Kind("VOLD", "voldsrisiko", 60),
    "o2-brannfare": Kind("BRANN", "O2, brannfare", 45),
    "fall": Kind("FALL", "fallfare", 30),
    "hund": Kind("HUND", "hund", 20),
    "nokkel": Kind("NØKKEL", "nøkkel", 10),
}
OTHER = Kind("VARSEL", "", 40)
ACCESS_CODES = frozenset({"hund", "nokkel"})


@dataclass(frozen=True, slots=True)
class AlertFlag:
    """One active flag. `code` is ours where the journal used it, else empty."""

    code: str
    kind: Kind
    text: str
    sheet: Sheet


def flags_of(file: PatientFile) -> list[AlertFlag]:
    """Return the active flags, gravest first; one with an unknown status counts as active."""
    flags = [
        _flag(s) for s in file.of("Flag") if word(s.tree, "status") not in {"inactive", "entered-in-error"}
    ]
    return sorted(flags, key=lambda flag: -flag.kind.gravity)


def _flag(sheet: Sheet) -> AlertFlag:
    if not sheet.readable:
        return AlertFlag("", OTHER, unreadable(sheet), sheet)
    concept = child(sheet.tree, "code")
    code = next((code for system, code in codings(concept) if system == SYSTEM and code in KINDS), "")
    kind = KINDS.get(code, OTHER)
    text = (
        concept_text(concept)
        or kind.short
        or ", ".join(concept_texts(sheet.tree, "category"))
        or "Varsel uten tekst"
    )
    return AlertFlag(code, kind, text, sheet)


def access_flags(file: PatientFile) -> tuple[str, ...]:
    """Return the words of the flags that one needs at the door: key and dog."""
    return tuple(flag.text for flag in flags_of(file) if flag.code in ACCESS_CODES)
