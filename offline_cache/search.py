"""Finding patients and notes in the encrypted cache, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.folding import words_of
from offline_cache.note_text import text_of
from offline_cache.search_index import owner_word
from offline_cache.search_terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from offline_cache.engine import Engine, Row, Value
    from offline_cache.search_terms import Term

_LAST = "\U0010ffff"
_MANY = 500
_PAGE = 4
_MOST_NOTES = 1000
_MOST_WORDS = 8
_BEFORE, _LONGEST = 40, 160


@dataclass(frozen=True, slots=True)
class PatientHit:
    """A patient who was found; `body` is the Patient as it is kept, to be shown as every screen shows a patient."""

    patient: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteHit:
    """A note that was found, and the piece of it around the first word that was looked for."""

    patient: str
    id: str
    last_updated: str
    excerpt: str = field(repr=False)


class Search:
    """Reads what `search_index.py` writes. Whoever shows what was found writes the audit row."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def patients(self, text: str, limit: int = 20) -> list[PatientHit]:
        """Return the patients of whom every typed term begins a name, an identity number or the birth date.

        Args:
            text: What was typed: parts of names in any order, a number, a birth date, or several of these.
            limit: How many at most. A word that is met whole comes before a longer one, then by name.
        """
        terms = terms_of(text)
        if not terms or limit < 1:
            return []
        driver = min(terms, key=self._how_many)
        others = [term for term in terms if term is not driver]
        found: dict[Value, None] = {}
        for rid in self._matching(driver, others, limit):
            found[rid] = None
            if len(found) == limit:
                break
        return [hit for rid in found for hit in self._hits(rid)]

    def notes(self, text: str, patient: str = "", limit: int = 20) -> list[NoteHit]:
        """Return the notes in whose text every typed word begins a word, the last changed first.

        Args:
            text: Words in any order.
            patient: The id of the one patient to look at; empty for all.
            limit: How many at most.
        """
        words = words_of(text)[:_MOST_WORDS]
        if not words or limit < 1:
            return []
        query = " AND ".join(f'text : "{word}" *' for word in words)
        if patient:
            query += f' AND owner : "{owner_word(patient)}"'
        rows = self._engine.run(
            """SELECT r.patient, r.id, r.last_updated, r.body
               FROM (SELECT rowid AS rid FROM search_note WHERE search_note MATCH ?
                     ORDER BY rowid DESC LIMIT ?) AS hit JOIN resource AS r ON r.rid = hit.rid
               ORDER BY r.last_updated DESC, r.rid DESC LIMIT ?""",
            (query, max(limit, _MOST_NOTES), limit),
        )
        return [_note(row, words) for row in rows]

    def _how_many(self, term: Term) -> tuple[int, int]:
        """Return how common a term is, counted no further than needed; of two very common ones the longer leads."""
        count = 0
        for beginning in term:
            rows = self._engine.run(
                "SELECT count(*) FROM (SELECT 1 FROM search_word WHERE word >= ? AND word < ? LIMIT ?)",
                (beginning, beginning + _LAST, _MANY),
            )
            count += int(str(rows[0][0]))
        return min(count, _MANY), -max(len(beginning) for beginning in term)

    def _matching(self, driver: Term, others: Sequence[Term], limit: int) -> Iterator[Value]:
        """Yield the rows of the driver's words that meet the other terms, in the order of the index."""
        met = "".join(f" AND ({' OR '.join('instr(line, ?)' for _ in term)})" for term in others)
        wanted = [f" {beginning}" for term in others for beginning in term]
        statement = (
            f"SELECT rid FROM search_word WHERE word >= ? AND word < ?{met} ORDER BY word, line, rid"  # noqa: S608  marks only
            " LIMIT ? OFFSET ?"
        )
        for beginning in driver:
            size, at = limit * _PAGE, 0
            while rows := self._engine.run(statement, (beginning, beginning + _LAST, *wanted, size, at)):
                yield from (row[0] for row in rows)
                if len(rows) < size:
                    break
                at += size

    def _hits(self, rid: Value) -> list[PatientHit]:
        rows = self._engine.run("SELECT id, body FROM resource WHERE rid = ?", (rid,))
        return [PatientHit(str(id_), body if isinstance(body, bytes) else b"") for id_, body in rows]


def _note(row: Row, words: Sequence[str]) -> NoteHit:
    patient, id_, last_updated, body = row
    text = text_of(body if isinstance(body, bytes) else b"")
    return NoteHit(str(patient), str(id_), str(last_updated), _excerpt(text, words[0]))


def _excerpt(text: str, word: str) -> str:
    """Return the text around the first word that begins as the one looked for, its blanks made single."""
    pieces = text.split()
    at = next((n for n, piece in enumerate(pieces) if any(w.startswith(word) for w in words_of(piece))), 0)
    start = at
    while start and sum(len(piece) + 1 for piece in pieces[start - 1 : at]) <= _BEFORE:
        start -= 1
    cut = " ".join(pieces[start:])
    lead, tail = "… " if start else "", " …" if len(cut) > _LONGEST else ""
    return f"{lead}{cut[:_LONGEST]}{tail}"
