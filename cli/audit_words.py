"""What `feltjournal audit verify` says to a person, in bokmål."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CUT_BACK = """Loggen er kuttet: det som ligger her, er eldre enn det som er husket utenfor lageret.
Ingenting er endret. Usendt arbeid kan ligge forseglet; se det med feltjournal seals list.
Meld det til den som har ansvar for informasjonssikkerheten, og la maskinen ligge som den er."""

_REPORT = "Meld det til den som har ansvar for informasjonssikkerheten, og la maskinen ligge som den er."
_JOURNAL = {
    "not-asked": "Journalen er ikke spurt.",
    "unreachable": "Journalen svarer ikke, så dens kopi er ikke sammenlignet. Kjør kommandoen igjen med nett.",
    "no-copy": "Journalen har ingen kopi av loggen som kan leses herfra.",
    "agrees": "Journalens kopi er lik: {seen} av radene er sammenlignet.",
    "disagrees": "Journalens kopi er en annen: den har rader som ikke finnes her.",
}


def lines(said: Mapping[str, Any]) -> Iterator[str]:
    """Return what was found, a line each."""
    if said["broken_at"] is None:
        yield f"Loggen er hel: {said['rows']} rader. Ingenting er slettet, endret, byttet om eller kuttet."
    else:
        yield f"Loggen er IKKE hel. Det første som ikke stemmer, er rad {said['broken_at']} av {said['rows']}."
    if said["kept"] is None:
        yield "Ingen slutt på loggen er husket utenfor lageret."
    else:
        yield f"Utenfor lageret er det husket at loggen når til rad {said['kept']}."
    yield _JOURNAL[said["journal"]].format(seen=said["seen"])
    waiting = said["rows"] - said["told"]
    yield f"Levert til journalen: {said['told']} rader. Venter: {waiting}."
    if not said["whole"]:
        yield "Ingenting er endret av denne kommandoen."
        yield _REPORT
