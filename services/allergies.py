"""The patient's allergies: which count, which is the worst, and which of the four states the banner gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.coded import SNOMED, codings, concept_text, concept_texts, has_code, joined, status_code
from services.journal_tree import Tree, child, children, word
from services.patient_file import unreadable
from services.sections import never_fetched
from services.views import Allergy

if TYPE_CHECKING:
    from services.patient_file import PatientFile, Sheet

NO_KNOWN = "716186003"
NOT_ASKED = "1631000175102"
IPS_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
# "No known allergy" to one kind of thing: no allergy, and no statement about all others.
PARTLY_NO_KNOWN = frozenset({"409137002", "428607008", "429625007", "716184000", "716220001", "428197003"})
ANAPHYLAXIS = frozenset({"39579001", "417516000", "609328004"})

_NOT_COUNTED = frozenset({"refuted", "entered-in-error"})
_PAST = frozenset({"inactive", "resolved"})
_CRITICALITY = {"high": 3, "unable-to-assess": 2, "low": 1}
_SEVERITY = {"severe": 3, "moderate": 2, "mild": 1}
_WORDS = {"severe": "alvorlig", "moderate": "moderat", "mild": "mild"}
_CERTAINTY = {"unconfirmed": "mistenkt", "presumed": "sannsynlig", "provisional": "sannsynlig"}
WORST = 4


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    """One allergy: to what, how it showed, how grave (4 anaphylaxis, 3 severe or high risk … 0 not said)."""

    substance: str
    reactions: str
    gravity: int
    tree: Tree

    @property
    def words(self) -> str:
        """The allergy in short: `Penisillin (anafylaksi)`."""
        return f"{self.substance} ({self.reactions})" if self.reactions else self.substance


@dataclass(frozen=True, slots=True)
class Allergies:
    """The allergies that count, gravest first, what was said instead of one, and the banner's state."""

    state: Allergy
    known: tuple[KnownAllergy, ...]
    past: tuple[KnownAllergy, ...]
    denials: tuple[tuple[str, Tree], ...]


def allergies_of(file: PatientFile) -> Allergies:
    """Read the patient's allergies. What cannot be read counts as one: it may be one."""
    counted = [sheet for sheet in file.of("AllergyIntolerance") if not _struck(sheet)]
    current = [sheet for sheet in counted if status_code(sheet.tree, "clinicalStatus") not in _PAST]
    known = sorted((_known(s) for s in current if not _denies(s.tree)), key=lambda a: -a.gravity)
    past = tuple(_known(s) for s in counted if s not in current and not _denies(s.tree))
    denials = tuple((_substance(s.tree), s.tree) for s in current if _denies(s.tree))
    return Allergies(_state(file, current, bool(known)), tuple(known), past, denials)


def _state(file: PatientFile, current: list[Sheet], any_known: bool) -> Allergy:  # noqa: FBT001  a fact, not an option
    """Return the state; "none known" only on the journal's word, and only when the whole part came down."""
    if any_known:
        return Allergy.KNOWN
    if never_fetched(file.sections.get("allergies")):
        return Allergy.UNAVAILABLE
    codes = [_codes(sheet.tree) for sheet in current]
    if any(NOT_ASKED in found or "no-allergy-info" in found for found in codes):
        return Allergy.NOT_RECORDED
    if any(NO_KNOWN in found or "no-known-allergies" in found for found in codes):
        return Allergy.NONE_KNOWN
    return Allergy.NOT_RECORDED


def _struck(sheet: Sheet) -> bool:
    return status_code(sheet.tree, "verificationStatus") in _NOT_COUNTED


def _codes(tree: Tree) -> set[str]:
    return {code for system, code in codings(child(tree, "code")) if system in {SNOMED, IPS_ABSENT}}


def _denies(tree: Tree) -> bool:
    """Tell whether the resource says that there is no allergy, or that nobody asked."""
    return bool(
        _codes(tree) & ({NO_KNOWN, NOT_ASKED, "no-allergy-info", "no-known-allergies"} | PARTLY_NO_KNOWN)
    )


def _known(sheet: Sheet) -> KnownAllergy:
    if not sheet.readable:
        return KnownAllergy(unreadable(sheet), "", WORST, {})
    reactions = dict.fromkeys(
        text
        for reaction in children(sheet.tree, "reaction")
        for text in concept_texts(reaction, "manifestation")
    )
    return KnownAllergy(_substance(sheet.tree), ", ".join(reactions), _gravity(sheet.tree), sheet.tree)


def _substance(tree: Tree) -> str:
    """Return what the allergy is to; the reaction may name it where the allergy does not."""
    said = concept_text(child(tree, "code"))
    from_reaction = [concept_text(child(reaction, "substance")) for reaction in children(tree, "reaction")]
    kinds = word(tree, "category")
    return (
        said or next((text for text in from_reaction if text), "") or f"Uspesifisert allergi {kinds}".strip()
    )


def _gravity(tree: Tree) -> int:
    reactions = children(tree, "reaction")
    if any(has_code(m, SNOMED, *ANAPHYLAXIS) for r in reactions for m in children(r, "manifestation")):
        return WORST
    severities = [_SEVERITY.get(word(reaction, "severity"), 0) for reaction in reactions]
    return max([_CRITICALITY.get(word(tree, "criticality"), 0), *severities])


def certainty_of(tree: Tree) -> str:
    """Return how sure the journal is, when it is not sure."""
    return _CERTAINTY.get(status_code(tree, "verificationStatus"), "")


def reactions_in_full(tree: Tree) -> str:
    """Return every reaction with all its words: what showed, how grave, the description and the notes."""
    return joined(*(_reaction(reaction) for reaction in children(tree, "reaction")), sep="; ")


def _reaction(reaction: Tree) -> str:
    severity = word(reaction, "severity")
    notes = [word(note, "text") for note in children(reaction, "note")]
    return joined(
        ", ".join(concept_texts(reaction, "manifestation")),
        _WORDS.get(severity, severity),
        concept_text(child(reaction, "substance")),
        word(reaction, "description"),
        *notes,
        sep=", ",
    )
