"""The lines of a note that keeps what lost a conflict: field by field, in the words that the conflict's screen has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.field_names import field_name, steps_of, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.merge_choice import KeptText

_SAYS_NOTHING = frozenset({"system", "id", "resourceType", "userSelected", "url"})
_IN_WORDS = ("display", "text")


def kept_lines(texts: Sequence[KeptText]) -> list[str]:
    """Return one line for each text and value; systems and ids say nothing to a reader, nor a code with its words beside it."""
    paths = {one.path for one in texts}
    return [
        f"{_sentence(field_name(one.path))}: {value_text(one.text)}"
        for one in texts
        if not _is_beside(one.path, paths)
    ]


def _is_beside(path: str, paths: set[str]) -> bool:
    *_, last = steps_of(path) or [""]
    parent = path.rpartition(".")[0]
    if last in _SAYS_NOTHING:
        return True
    has_words = any(f"{parent}.{name}" in paths for name in _IN_WORDS)
    return last in ("code", "reference") and has_words


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
