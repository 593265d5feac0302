"""Why something cannot be done here and now: what the actions of the registry are asked with the place that binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from offline_cache.states import EntryKind


def _always(_place: object) -> str:
    return ""


def online_only(place: object) -> str:
    """Say why something that needs the network cannot be done now."""
    is_online = getattr(place, "is_online", None)
    return "Krever nett. Det du har signert, sendes når nettet er tilbake." if is_online is False else ""


def needs_visit(place: object) -> str:
    """Say why something about a visit cannot be done while the list is empty."""
    return "Ingen besøk er valgt. t henter runden." if getattr(place, "visit", place) is None else ""


def needs_right(kind: EntryKind) -> Callable[[Any], str]:
    """Return a question for something of a visit that is written: is there one, and may it be written at all?"""

    def why_not(place: object) -> str:
        day = getattr(place, "day", None)
        if day is not None and kind in day.status().not_granted:
            return "Innloggingen din gir ikke lov til å skrive dette. Bruk journalens eget program."
        return needs_visit(place)

    return why_not


def needs_decision(place: object) -> str:
    """Say why the SpO2 scale cannot be changed for this patient."""
    chart = getattr(place, "chart", None)
    is_decided = chart is None or chart.scale_two is not None
    return "" if is_decided else "Skala 2 kan ikke velges: legens vedtak mangler i journalen."


def asks(method: str) -> Callable[[Any], str]:
    """Return a question that the place answers itself."""
    return lambda place: str(getattr(place, method, str)())


def changing(also: Callable[[Any], str] = _always) -> Callable[[Any], str]:
    """Return a question that a client which only reads answers with why; else `also` does."""
    return lambda place: asks("why_not_change")(place) or also(place)
