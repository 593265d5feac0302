"""What a NEWS2 score asks for: a table that a municipality replaces with its own protocol.

The thresholds are those of the score; the words are for a home, where there is no ward to call.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clinical.news2 import News2Score

MEDIUM_FROM = 5
HIGH_FROM = 7


class Risk(StrEnum):
    """The steps of the response, from none to emergency."""

    NONE = "ingen"
    LOW = "lav"
    SINGLE_THREE = "enkeltparameter 3"
    MEDIUM = "middels"
    HIGH = "høy"


@dataclass(frozen=True, slots=True)
class Response:
    """How often to measure again, and whom to call."""

    again: str
    action: str


RESPONSES: Mapping[Risk, Response] = {
    Risk.NONE: Response("Minst hver 12. time, eller etter tiltaksplanen", "Videre som planlagt"),
    Risk.LOW: Response("Hver 4.–6. time", "Vurder om pasienten skal følges tettere"),
    Risk.SINGLE_THREE: Response(
        "Minst hver time", "Rask legevurdering: fastlege eller legevakt 116117, bruk ISBAR"
    ),
    Risk.MEDIUM: Response("Minst hver time", "Haster: legevakt 116117, bruk ISBAR"),
    Risk.HIGH: Response("Kontinuerlig", "Ring 113, bruk ISBAR. Bli hos pasienten"),
}


def risk(score: News2Score) -> Risk | None:
    """Return the step of the response; None while the score has no total and nothing in it scores three."""
    if score.total is None:
        return Risk.SINGLE_THREE if score.any_three else None
    if score.total >= HIGH_FROM:
        return Risk.HIGH
    if score.total >= MEDIUM_FROM:
        return Risk.MEDIUM
    if score.any_three:
        return Risk.SINGLE_THREE
    return Risk.LOW if score.total else Risk.NONE


def response(score: News2Score, table: Mapping[Risk, Response] = RESPONSES) -> Response | None:
    """Return what the table says for the score; None where no step holds yet."""
    step = risk(score)
    return None if step is None else table[step]
