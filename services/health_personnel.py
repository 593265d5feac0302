"""What a health professional is called: the category of the sign-in (HPR, Volven 9060) in a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CATEGORIES: Mapping[str, str] = {
    "AA": "ambulansearbeider", "AU": "audiograf", "BI": "bioingeniør", "ET": "ergoterapeut",
    "FA1": "farmasøyt", "FA2": "reseptarfarmasøyt", "FO": "fotterapeut", "FT": "fysioterapeut",
    "HE": "helsesekretær", "HF": "helsefagarbeider", "HP": "hjelpepleier", "JO": "jordmor",
    "KE": "klinisk ernæringsfysiolog", "KI": "kiropraktor", "LE": "lege", "OA": "omsorgsarbeider",
    "OI": "ortopediingeniør", "OP": "optiker", "OR": "ortoptist", "PE": "perfusjonist", "PS": "psykolog",
    "RA": "radiograf", "SP": "sykepleier", "TH": "tannhelsesekretær", "TL": "tannlege", "TP": "tannpleier",
    "TT": "tanntekniker", "VP": "vernepleier",
}  # fmt: skip


def category_word(category: str) -> str:
    """Return the word for a category; what is a word already stays, an unknown code is left out."""
    if category.upper() in CATEGORIES:
        return CATEGORIES[category.upper()]
    return "" if category.isupper() else category
