"""Critical information in full: allergies, warning flags and conditions of note; and the list of problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.alert_flags import CAVE_GRAVITY, flags_of
from services.allergies import certainty_of, reactions_in_full
from services.coded import (
    SNOMED,
    concept_text,
    concept_texts,
    has_code,
    joined,
    named,
    note_texts,
    status_code,
    time_under,
)
from services.journal_tree import child, choice, word
from services.patient_file import unreadable
from services.views import Critical

if TYPE_CHECKING:
    from services.allergies import Allergies, KnownAllergy
    from services.patient_file import PatientFile, Sheet

SEVERE = "24484000"
_FLAG_KINDS = {"kode safety": "sikkerhet", "kode clinical": "klinisk"}
_STRUCK = frozenset({"refuted", "entered-in-error"})
_OVER = frozenset({"resolved", "remission", "inactive"})
_CONDITION_GRAVITY = 55
_PAST_GRAVITY = 15
_NONE_GRAVITY = 5


def critical_of(file: PatientFile, allergies: Allergies) -> tuple[Critical, ...]:
    """Return all critical information, gravest first."""
    found = [_allergy(allergy) for allergy in allergies.known]
    found += [_past(allergy) for allergy in allergies.past]
    found += [
        Critical("allergi", text, joined(*note_texts(tree)), _NONE_GRAVITY)
        for text, tree in allergies.denials
    ]
    found += [Critical("varsel", f.text, _flag_detail(f.sheet), f.kind.gravity) for f in flags_of(file)]
    found += [_condition(sheet) for sheet in file.of("Condition") if _of_note(sheet)]
    return tuple(sorted(found, key=lambda item: -item.gravity))


def _allergy(allergy: KnownAllergy) -> Critical:
    tree = allergy.tree
    risk = "høy risiko" if word(tree, "criticality") == "high" else ""
    since = time_under(tree, "onsetDateTime", "onsetPeriod").text or word(tree, "onsetString")
    last = time_under(tree, "lastOccurrence").text
    detail = joined(
        reactions_in_full(tree),
        risk,
        certainty_of(tree),
        f"siden {since}" if since else "",
        f"sist {last}" if last else "",
        *note_texts(tree),
    )
    return Critical("allergi", allergy.substance, detail, CAVE_GRAVITY + allergy.gravity)


def _past(allergy: KnownAllergy) -> Critical:
    detail = joined("ikke lenger aktiv", reactions_in_full(allergy.tree), *note_texts(allergy.tree))
    return Critical("allergi", allergy.substance, detail, _PAST_GRAVITY)


def _flag_detail(sheet: Sheet) -> str:
    since = time_under(sheet.tree, "period").text
    author = named(child(sheet.tree, "author"), sheet.tree)
    kinds = [_FLAG_KINDS.get(kind, kind) for kind in concept_texts(sheet.tree, "category")]
    return joined(*kinds, f"siden {since}" if since else "", author)


def _of_note(sheet: Sheet) -> bool:
    """Tell whether a condition is critical: severe by the journal's word, current, and not struck out."""
    return (
        not _struck(sheet) and not _is_over(sheet) and has_code(child(sheet.tree, "severity"), SNOMED, SEVERE)
    )


def _condition(sheet: Sheet) -> Critical:
    return Critical(
        "tilstand", _name(sheet), joined(_onset(sheet), *note_texts(sheet.tree)), _CONDITION_GRAVITY
    )


def problems_of(file: PatientFile) -> tuple[str, ...]:
    """Return the problems, current ones first, newest first, each once; past ones say that they are over."""
    counted = [sheet for sheet in file.of("Condition") if not _struck(sheet)]
    counted.sort(key=_newest, reverse=True)
    current = [_problem(sheet) for sheet in counted if not _is_over(sheet)]
    past = [f"{_problem(sheet)} (avsluttet)" for sheet in counted if _is_over(sheet)]
    return tuple(dict.fromkeys((*current, *past)))


def _problem(sheet: Sheet) -> str:
    doubt = {"unconfirmed": "mistenkt", "provisional": "foreløpig", "differential": "mulig"}
    unsure = doubt.get(status_code(sheet.tree, "verificationStatus"), "")
    site = ", ".join(concept_texts(sheet.tree, "bodySite"))
    return joined(_name(sheet), site, f"({unsure})" if unsure else "", *note_texts(sheet.tree), sep=" ")


def _name(sheet: Sheet) -> str:
    if not sheet.readable:
        return unreadable(sheet)
    category = ", ".join(concept_texts(sheet.tree, "category"))
    return concept_text(child(sheet.tree, "code")) or f"Problem uten tekst {category}".strip()


def _struck(sheet: Sheet) -> bool:
    return status_code(sheet.tree, "verificationStatus") in _STRUCK


def _is_over(sheet: Sheet) -> bool:
    ended = choice(sheet.tree, "abatement")
    return status_code(sheet.tree, "clinicalStatus") in _OVER or (
        bool(ended) and sheet.tree[ended] is not False
    )


def _newest(sheet: Sheet) -> float:
    return time_under(sheet.tree, "onsetDateTime", "onsetPeriod", "recordedDate").order.timestamp()


def _onset(sheet: Sheet) -> str:
    since = time_under(sheet.tree, "onsetDateTime", "onsetPeriod").text or word(sheet.tree, "onsetString")
    return f"siden {since}" if since else ""
