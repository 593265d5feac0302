"""Keeping the index of search: its rows change in the transaction in which their resource does.

What is indexed is made from the bytes that are kept, so an address that was cut out of them cannot come in here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from offline_cache.folding import words_of
from offline_cache.note_text import objects, text_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from offline_cache.engine import Engine, Value
    from offline_cache.meta import MetaTable

INDEXED = ("Patient", "DocumentReference")
"""The types that can be found."""

_FORM = b"1"
_BUILT = "search.form"
_NUMBER_DIGITS = 11
_MIDDLE_NAME_END = "no-basis-middlename"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AT_ONCE = 500


class SearchIndex:
    """Writes the rows of search. A change of what they hold raises `_FORM`; the next start builds them anew."""

    def __init__(
        self, engine: Engine, meta: MetaTable, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._engine = engine
        self._meta = meta
        self._transaction = transaction

    def put(self, rid: Value, type_: str, patient: str, body: bytes) -> None:
        """Index a resource anew; one of another type has no rows."""
        if type_ == "Patient":
            self._engine.run("DELETE FROM search_word WHERE rid = ?", (rid,))
            words = _patient_words(tree_of(body))
            line = " " + " ".join(words)
            for word in words:
                self._engine.run(
                    "INSERT INTO search_word (word, line, rid) VALUES (?, ?, ?)", (word, line, rid)
                )
        elif type_ == "DocumentReference":
            self.put_notes(patient, {rid: body})

    def put_notes(self, patient: str, bodies: Mapping[Value, bytes]) -> None:
        """Index notes of one patient anew, each by the rid of its row."""
        self._engine.run_many("DELETE FROM search_note WHERE rowid = ?", [(rid,) for rid in bodies])
        owner = owner_word(patient)
        texts = ((rid, owner, " ".join(words_of(text_of(body)))) for rid, body in bodies.items())
        self._engine.run_many(
            "INSERT INTO search_note (rowid, owner, text) VALUES (?, ?, ?)", [row for row in texts if row[2]]
        )

    def bring_up(self) -> int:
        """Build the index of a store that has none of this form yet, whole or not at all; return for how many."""
        if self._meta.get(_BUILT) == _FORM:
            return 0
        count = 0
        with self._transaction():
            self._engine.run("DELETE FROM search_word")
            self._engine.run("DELETE FROM search_note")
            for rid, type_, patient, body in self._resources():
                self.put(rid, str(type_), str(patient), body if isinstance(body, bytes) else b"")
                count += 1
            self._meta.put(_BUILT, _FORM)
        return count

    def _resources(self) -> Iterator[tuple[Value, ...]]:
        """Yield what is indexed, a little at a time: no large store has to fit in memory."""
        after: Value = 0
        while rows := self._engine.run(
            """SELECT rid, type, patient, body FROM resource
               WHERE rid > ? AND type IN (?, ?) ORDER BY rid LIMIT ?""",
            (after, *INDEXED, _AT_ONCE),
        ):
            yield from rows
            after = rows[-1][0]


def owner_word(patient: str) -> str:
    """Return a patient's id as one word of the index: an id may hold marks that divide words."""
    return patient.encode().hex()


def _patient_words(patient: dict[str, Any]) -> list[str]:
    """Return the words of a patient: family name first, so that equal words stand in the order of the names."""
    words: dict[str, None] = {}
    for name in objects(patient.get("name")):
        given = name.get("given")
        middle = (
            e.get("valueString")
            for e in objects(name.get("extension"))
            if str(e.get("url", "")).endswith(_MIDDLE_NAME_END)
        )
        parts = [name.get("family"), *(given if isinstance(given, list) else []), *middle, name.get("text")]
        words.update(dict.fromkeys(w for part in parts if isinstance(part, str) for w in words_of(part)))
    born = patient.get("birthDate")
    if isinstance(born, str) and _DAY.fullmatch(born):
        words[born] = None
    words.update(dict.fromkeys(_numbers(patient)))
    return list(words)


def _numbers(patient: dict[str, Any]) -> Iterator[str]:
    """Yield every identity number, former ones too: one is looked up by what stands on an old paper."""
    for identifier in objects(patient.get("identifier")):
        digits = "".join(str(identifier.get("value") or "").split())
        if len(digits) == _NUMBER_DIGITS and digits.isascii() and digits.isdigit():
            yield digits
