"""Numbers with their units as a person reads them: the decimals as they were given, with a comma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.journal_tree import Tree, child, number, word

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

UNITS: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "cel": "°C",
    "degC": "°C",
    "C": "°C",
    "[degF]": "°F",
    "{score}": "",
    "{beats}/min": "/min",
    "{breaths}/min": "/min",
    "beats/minute": "/min",
    "breaths/minute": "/min",
    "/minute": "/min",
    "1": "",
    "{#}": "",
}
_WIDEST = 15
_LESS = {"<": "< ", "<=": "≤ ", ">=": "≥ ", ">": "> "}


def decimal_text(value: Decimal) -> str:
    """Return the number with a comma and exactly its own decimals; a very long one as it was written."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value.adjusted()) > _WIDEST or exponent < -_WIDEST:
        return str(value).replace(".", ",")
    return f"{value:f}".replace(".", ",")


def unit_text(quantity: Tree) -> str:
    """Return the unit in words: ours for the codes we know, else the journal's."""
    code, unit = word(quantity, "code"), word(quantity, "unit")
    for given in (code, unit):
        if given in UNITS:
            return UNITS[given]
    return unit or code


def value_text(quantity: Tree) -> str:
    """Return the number of a quantity without its unit; a number that came as text is shown as it came."""
    value = number(quantity, "value")
    raw = decimal_text(value) if value is not None else word(quantity, "value")
    sign = word(quantity, "comparator")
    return f"{_LESS.get(sign, f'{sign} ' if sign else '')}{raw}" if raw else ""


def quantity_text(quantity: Tree) -> str:
    """Return number and unit."""
    return " ".join(part for part in (value_text(quantity), unit_text(quantity)) if part)


def range_text(span: Tree) -> str:
    """Return a Range: `1–2 tablett`, or the end that is known."""
    low, high = child(span, "low"), child(span, "high")
    if not high:
        return f"minst {quantity_text(low)}" if low else ""
    if not low:
        return f"høyst {quantity_text(high)}"
    if unit_text(low) in {"", unit_text(high)}:
        return f"{value_text(low)}–{quantity_text(high)}"
    return f"{quantity_text(low)} – {quantity_text(high)}"


def ratio_text(ratio: Tree) -> str:
    """Return a Ratio: `5 mg / 1 mL`; a denominator of plain one is left out."""
    top, bottom = quantity_text(child(ratio, "numerator")), quantity_text(child(ratio, "denominator"))
    return top if bottom in {"", "1"} else f"{top} / {bottom}"
