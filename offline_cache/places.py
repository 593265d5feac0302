"""Where an answer of several pages is gone on with if it breaks off; written in the commit of each page.

An answer about several patients has a row for each, so that it goes with whichever of them is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.instants import from_optional, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from offline_cache.engine import Engine

RUN = "pull.run"
"""The key under which a pull that is under way is noted, so that one that was interrupted is gone on with."""


@dataclass(frozen=True, slots=True)
class Place:
    """The next page of an answer that has begun.

    `question` and `patients` are what it answers, `link` the journal's own way to the page, `generation` that of the pages that
    are here, `since` how far the journal's time had been heard when it began, `begun_at` that instant by our clock.
    """

    patients: tuple[str, ...]
    question: str
    link: str
    since: datetime | None
    begun_at: datetime
    generation: int = 0


class PlaceTable:
    """One place per patient and part."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, part: str, place: Place, generation: int) -> None:
        """Keep the place of an answer under the generation of its pages."""
        since = to_text(place.since) if place.since is not None else None
        rest = (part, place.question, place.link, generation, since, to_text(place.begun_at))
        self._engine.run_many(
            "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(patient, *rest) for patient in place.patients],
        )

    def get(self, part: str, patients: Sequence[str], question: str) -> Place | None:
        """Return the place of this very question about these very patients, or None."""
        kept = [
            row
            for patient in patients
            for row in self._engine.run(
                "SELECT question, link, generation, since, begun_at FROM place WHERE patient = ? AND part = ?",
                (patient, part),
            )
        ]
        if len(kept) != len(patients) or len(set(kept)) != 1 or kept[0][0] != question:
            return None
        _, link, generation, since, begun_at = kept[0]
        number = generation if isinstance(generation, int) else 0
        return Place(tuple(patients), question, str(link), from_optional(since), from_text(begun_at), number)

    def holds(self, part: str, patients: Sequence[str], generation: int) -> bool:
        """Tell whether the place of this answer is here for all of them: it goes with the chart of any."""
        rows = self._engine.run(
            "SELECT count(*) FROM place WHERE part = ? AND generation = ?", (part, generation)
        )
        return rows[0][0] == len(patients)

    def drop(self, part: str, patients: Sequence[str]) -> None:
        """Forget the place: the answer is whole, or it leads nowhere."""
        self._engine.run_many(
            "DELETE FROM place WHERE patient = ? AND part = ?", [(patient, part) for patient in patients]
        )

    def drop_all(self) -> None:
        """Go on with no answer: what came of them is of a journal that is no more."""
        self._engine.run("DELETE FROM place")
