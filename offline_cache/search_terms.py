"""What somebody typed to find a patient, as terms: each is one or more beginnings, of which one must be there.

A birth date is understood in the ways it is written by hand (17.03.54, 17/3-1954, 170354, 1954-03-17), and an
identity number with blanks wherever they were put.
"""

from __future__ import annotations

import re
from datetime import date

from offline_cache.folding import words_of

_MOST_TERMS = 8
_LONGEST = 200
_SHORT_DATE, _LONG_DATE = 6, 8
_BY_DAY = re.compile(r"(?<!\d)(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4}|\d{2})(?!\d)")
_BY_YEAR = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_BLANKS = re.compile(r"(?<=\d)\s+(?=\d)")

Term = tuple[str, ...]
"""Beginnings of words, any of which will do."""


def terms_of(typed: str) -> list[Term]:
    """Return the terms of a search, all of which must be met; none when nothing was typed to search by."""
    dates: list[Term] = []

    def by_day(found: re.Match[str]) -> str:
        day, month, year = found.groups()
        return _taken(dates, _dates(int(day), int(month), year), found)

    def by_year(found: re.Match[str]) -> str:
        year, month, day = found.groups()
        return _taken(dates, _dates(int(day), int(month), year), found)

    rest = _BY_DAY.sub(by_day, _BY_YEAR.sub(by_year, typed[:_LONGEST]))
    words = dict.fromkeys(words_of(_BLANKS.sub("", rest)))
    return [*dates, *(_term(word) for word in words)][:_MOST_TERMS]


def _taken(dates: list[Term], term: Term, found: re.Match[str]) -> str:
    """Take a date out of the text; what is no date stays in it."""
    if not term:
        return found[0]
    dates.append(term)
    return " "


def _term(word: str) -> Term:
    if not (word.isascii() and word.isdigit()):
        return (word,)
    if len(word) == _SHORT_DATE:
        return (word, *_dates(int(word[:2]), int(word[2:4]), word[4:]))
    if len(word) == _LONG_DATE:
        by_day = _dates(int(word[:2]), int(word[2:4]), word[4:])
        return (word, *by_day, *_dates(int(word[6:]), int(word[4:6]), word[:4]))
    return (word,)


def _dates(day: int, month: int, year: str) -> Term:
    """Return the day as the index has it; a year of two digits may be of either century."""
    found = []
    for full in [year] if len(year) > 2 else [f"19{year}", f"20{year}"]:
        try:
            found.append(date(int(full), month, day).isoformat())
        except ValueError:
            continue
    return tuple(found)
