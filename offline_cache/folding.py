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
_MOST = 4096


class _Table(dict[int, str]):
    """What each letter folds to, worked out when it is first met: case, accents and letters know no neighbours."""

    def __init__(self, between: str | None = None) -> None:
        super().__init__()
        self._between = between

    def __missing__(self, letter: int) -> str:
        """Fold one letter; with `between`, what is neither letter nor digit becomes that."""
        if len(self) >= _MOST:
            self.clear()
        decomposed = unicodedata.normalize("NFKD", chr(letter).casefold())
        bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
        folded = "".join(_LETTERS.get(c, c) for c in bare)
        if self._between is not None:
            folded = "".join(c if c.isalnum() else self._between for c in folded)
        self[letter] = folded
        return folded


_FOLDED = _Table()
_WORDS = _Table(" ")


def fold(text: str) -> str:
    """Return the text folded: Åse, Aase and ÅSE alike; Bø and Boe alike; d’Angelo as one word."""
    return _with_digraphs(text.translate(_FOLDED))


def words_of(text: str) -> list[str]:
    """Return the folded words, in order; what stands between them is left out."""
    return _with_digraphs(text.translate(_WORDS)).split()


def _with_digraphs(text: str) -> str:
    return _DIGRAPH.sub(lambda two: two[0][0], text)
