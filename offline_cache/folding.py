"""Words as they are searched by: without case, accents and the two spellings of æ, ø and å.

Both what is kept and what is typed go through here. What was folded from the beginning of a word is the beginning of
what is folded from the whole of it, so that a hit does not go away while the rest of the word is typed.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {
    "æ": "a",
    "œ": "o",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    **dict.fromkeys("'’‘`´ʼʻ", ""),
}
_DIGRAPH = re.compile("a[ae]|oe")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text folded: Åse, Aase and ÅSE alike; Bø and Boe alike; d’Angelo as one word."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        marks = {c for c in set(decomposed) if unicodedata.combining(c)}
        text = _without(decomposed, dict.fromkeys(marks, ""))
    return _DIGRAPH.sub(lambda two: two[0][0], _without(text.casefold(), _LETTERS))


def words_of(text: str) -> list[str]:
    """Return the folded words, in order; what stands between them is left out."""
    return _WORD.findall(fold(text))


def _without(text: str, letters: dict[str, str]) -> str:
    """Replace letters: a note holds few different ones, and each that it holds is replaced at one go."""
    for letter in letters.keys() & set(text):
        text = text.replace(letter, letters[letter])
    return text
