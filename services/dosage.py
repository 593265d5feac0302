"""A FHIR dosage in Norwegian words: amount, how often, which way. What has no words here is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.coded import concept_text, concept_texts, joined
from services.fhir_time import parse_time
from services.journal_tree import Tree, child, children, truth, word, words
from services.quantity import quantity_text, range_text, ratio_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS: Mapping[str, tuple[str, str]] = {
    "s": ("sekund", "sekunder"),
    "min": ("minutt", "minutter"),
    "h": ("time", "timer"),
    "d": ("dag", "dager"),
    "wk": ("uke", "uker"),
    "mo": ("måned", "måneder"),
    "a": ("år", "år"),
}
_WHEN = {
    "MORN": "morgen", "MORN.early": "tidlig morgen", "MORN.late": "formiddag", "NOON": "midt på dagen",
    "AFT": "ettermiddag", "AFT.early": "tidlig ettermiddag", "AFT.late": "sen ettermiddag", "EVE": "kveld",
    "EVE.early": "tidlig kveld", "EVE.late": "sen kveld", "NIGHT": "natt", "PHS": "etter innsovning",
    "HS": "ved leggetid",
    "WAKE": "ved oppvåkning", "C": "til måltid", "CM": "til frokost", "CD": "til lunsj", "CV": "til middag",
    "AC": "før måltid", "ACM": "før frokost", "ACD": "før lunsj", "ACV": "før middag", "PC": "etter måltid",
    "PCM": "etter frokost", "PCD": "etter lunsj", "PCV": "etter middag",
}  # fmt: skip
_DAYS = {"mon": "man", "tue": "tir", "wed": "ons", "thu": "tor", "fri": "fre", "sat": "lør", "sun": "søn"}
_SAID = frozenset({
    "frequency", "frequencyMax", "period", "periodMax", "periodUnit", "when", "timeOfDay", "dayOfWeek",
    "offset", "count", "countMax", "duration", "durationMax", "durationUnit", "boundsPeriod",
    "boundsDuration", "boundsRange", "id", "extension",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dosage:
    """One dosage in words."""

    dose: str
    frequency: str
    route: str
    as_needed: bool
    reason: str


def dosage_of(tree: Tree) -> Dosage:
    """Put one dosage into words. The journal's own text is kept whole beside the amount."""
    amount = joined(*(_amount(rate) for rate in children(tree, "doseAndRate")), sep=", ") or _old_amount(tree)
    text, timing = word(tree, "text"), timing_of(child(tree, "timing"))
    rest = joined(
        timing,
        *concept_texts(tree, "additionalInstruction"),
        word(tree, "patientInstruction"),
        _limits(tree),
        sep=", ",
    )
    needed = concept_text(child(tree, "asNeededCodeableConcept"))
    how = joined(
        concept_text(child(tree, "route")),
        concept_text(child(tree, "method")),
        concept_text(child(tree, "site")),
        sep=", ",
    )
    frequency = joined(text if amount else "", rest, sep=", ")
    return Dosage(
        amount or text, frequency, how, bool(needed) or truth(tree, "asNeededBoolean") is True, needed
    )


def _amount(rate: Tree) -> str:
    dose = quantity_text(child(rate, "doseQuantity")) or range_text(child(rate, "doseRange"))
    speed = (
        quantity_text(child(rate, "rateQuantity"))
        or range_text(child(rate, "rateRange"))
        or ratio_text(child(rate, "rateRatio"))
    )
    return joined(dose, f"hastighet {speed}" if speed else "", sep=", ")


def _old_amount(tree: Tree) -> str:
    """Return the amount where an older version of FHIR keeps it, on the dosage itself."""
    return _amount(tree)


def _limits(tree: Tree) -> str:
    per_period = ratio_text(child(tree, "maxDosePerPeriod"))
    per_dose = quantity_text(child(tree, "maxDosePerAdministration"))
    per_life = quantity_text(child(tree, "maxDosePerLifetime"))
    return joined(
        f"maks {per_period}" if per_period else "",
        f"maks {per_dose} per gang" if per_dose else "",
        f"maks {per_life} i alt" if per_life else "",
        sep=", ",
    )


def timing_of(timing: Tree) -> str:
    """Put a Timing into words: its code or text, its repetition, its set times."""
    repeat = child(timing, "repeat")
    events = [parse_time(event).text for event in words(timing, "event")]
    unsaid = sorted(key for key in repeat if key not in _SAID)
    return joined(
        concept_text(child(timing, "code")),
        _how_often(repeat),
        ", ".join(_WHEN.get(when, when) for when in words(repeat, "when")),
        _offset(repeat),
        ", ".join(_DAYS.get(day, day) for day in words(repeat, "dayOfWeek")),
        ", ".join(f"kl. {clock[:5]}" for clock in words(repeat, "timeOfDay")),
        _length(repeat),
        _bounds(repeat),
        ", ".join(events),
        f"mer i journalen: {', '.join(unsaid)}" if unsaid else "",
        sep=", ",
    )


def _how_often(repeat: Tree) -> str:
    """Return `2 ganger daglig`, `1 gang hver 3. dag` …; a period without frequency is once."""
    period = _spread(repeat, "period")
    times = _spread(repeat, "frequency") or ("1" if period else "")
    if not times:
        return ""
    often = f"{times} gang" if times == "1" else f"{times} ganger"
    unit = word(repeat, "periodUnit")
    one, many = _UNITS.get(unit, (unit, unit))
    if not period:
        return often
    if period == "1":
        return f"{often} daglig" if unit == "d" else f"{often} per {one}"
    return f"{often} per {period} {many}"


def _spread(repeat: Tree, name: str) -> str:
    low, high = word(repeat, name), word(repeat, f"{name}Max")
    text = f"{low}–{high}" if low and high else low or (f"inntil {high}" if high else "")
    return text.replace(".", ",")


def _offset(repeat: Tree) -> str:
    minutes = word(repeat, "offset")
    return f"{minutes} minutter fra" if minutes else ""


def _length(repeat: Tree) -> str:
    lasting, unit = _spread(repeat, "duration"), word(repeat, "durationUnit")
    count = _spread(repeat, "count")
    spoken = f"varer {lasting} {_UNITS.get(unit, (unit, unit))[1]}" if lasting else ""
    return joined(spoken, f"{count} ganger i alt" if count else "", sep=", ")


def _bounds(repeat: Tree) -> str:
    period = child(repeat, "boundsPeriod")
    start, end = parse_time(word(period, "start")).text, parse_time(word(period, "end")).text
    span = quantity_text(child(repeat, "boundsDuration")) or range_text(child(repeat, "boundsRange"))
    return joined(
        f"fra {start}" if start else "", f"til {end}" if end else "", f"i {span}" if span else "", sep=" "
    )
