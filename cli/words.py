"""What the commands without a screen say to a person, in bokmål."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.pin import NoPinBecause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PIN_CHANGED = (
    "PIN-koden er byttet. Det som er lagret, ligger som før, og den gamle PIN-koden virker ikke lenger."
)
INTERRUPTED = "Avbrutt. Det som er signert, er lagret. Kjør kommandoen igjen når det passer."

LEFT_SIGNED_IN = """Innloggingen svarte ikke da den skulle avsluttes. Ingenting av den er lagret på denne maskinen.
Den går ut av seg selv. Bruker flere maskinen, logg ut i nettleseren også."""

_GIVE = "Gi den i en terminal, eller ved fildeskriptor: --pin-fd 3 3<FIL."
NO_PIN = {
    NoPinBecause.NO_TERMINAL: f"PIN trengs, og her er ingen terminal å spørre i.\nIngenting er endret.\n{_GIVE}",
    NoPinBecause.EMPTY: f"Det kom ingen PIN.\nIngenting er endret, og ingen forsøk er brukt.\n{_GIVE}",
    NoPinBecause.DIFFERENT: "De to nye er ikke like.\nPIN-koden er ikke endret.\nKjør kommandoen igjen.",
    NoPinBecause.UNREADABLE: f"Fildeskriptoren kan ikke leses.\nIngenting er endret.\n{_GIVE}",
}

UNSENT_ELSEWHERE = """Det er ikke noe lager for denne journalen på denne maskinen.
Signert og ikke sendt ligger her for en annen, og er trygt: {journals}.
Se det med feltjournal --journal NAVN status, og send det med feltjournal --journal NAVN sync."""
TOO_SHORT = "Det er for kort til å være PIN-koden.\nAlt er beholdt, og ingen forsøk er brukt.\nPrøv igjen; den har minst 6 tegn."

_CONNECTION = {
    "unknown": "Journalen er ikke spurt.",
    "online": "Journalen svarer.",
    "offline": "Journalen svarer ikke. Det som er signert, er trygt her. Kjør sync igjen når nettet er tilbake.",
    "signed-out": "Journalen vil ha ny innlogging. Det som er signert, er trygt her. Start feltjournal og logg inn.",
}
_ONLY_READS = {
    "other-client": "Feltjournal er åpen i et annet vindu; herfra endres ingenting.",
    "newer-store": "Lageret er skrevet av en nyere utgave av Feltjournal; herfra endres ingenting.",
}
_NOT_READ = {
    "ended": "Leien er ute, og pasientene vises ikke. Usendt arbeid er beholdt. Kontakt med journalen fornyer.",
    "hard-end": "Journalen er ikke nådd på for lenge: pasientene er slettet herfra. Usendt arbeid er beholdt.",
    "withdrawn": "Journalen har bedt om at lageret slettes. Pasientene vises ikke; det skjer når det signerte er sendt.",
}


def lines(said: Mapping[str, Any]) -> Iterator[str]:
    """Return what `status` and `sync` found, a line each."""
    from offline_cache.states import EntryState
    from tui.text.format import count, moment
    from tui.text.state_words import STATE_SIGN, STATE_WORD

    yield f"{said['clinician']} · {said['journal']}"
    if said["only_reads"]:
        yield _ONLY_READS[said["only_reads"]]
    yield _CONNECTION[said["connection"]]
    if said["data_as_of"]:
        yield f"Runden er tatt med {moment(datetime.fromisoformat(said['data_as_of']))}."
    else:
        yield "Runden er ikke tatt med."
    if said["lease_ends"]:
        yield from _lease(said)
    if "sent" in said:
        gone = said["sent"]["now"]
        yield (
            f"Sendt nå: {count(gone, 'oppføring', 'oppføringer')} er i journalen."
            if gone
            else "Ingenting ble sendt nå."
        )
    if said["unsent_entries"]:
        entries = count(said["unsent_entries"], "oppføring", "oppføringer")
        yield f"Usendt: {entries} fra {said['unsent_visits']} besøk. Trygt lagret her, og sendes når det kan."
    else:
        yield "Ingenting er usendt."
    if said["sealed_entries"] is None:
        yield "Ikke forseglet: journalen har ingen nøkkel for virksomheten. Går PIN-koden tapt, går det usendte tapt."
    elif said["unsent_entries"]:
        yield f"Forseglet: {said['sealed_entries']} av {said['unsent_entries']}; kan reddes uten PIN (feltjournal seals)."
    for state, number in said["entries"].items():
        known = EntryState(state)
        yield f"  {number:>4}  {STATE_SIGN[known]} {STATE_WORD[known]}"


def _lease(said: Mapping[str, Any]) -> Iterator[str]:
    """Return for how long the charts may be read and kept here."""
    from offline_cache.lease_state import LeaseState
    from tui.text.format import count, moment

    ends, hard_end = (moment(datetime.fromisoformat(said[name])) for name in ("lease_ends", "hard_end"))
    if LeaseState(said["lease"]).may_read:
        yield f"Leien går ut {ends}. Etter {hard_end} slettes pasientene herfra. Kontakt med journalen fornyer."
    else:
        yield _NOT_READ[LeaseState(said["lease"])]
    if said["clock_put_back"]:
        yield "Klokka på maskinen er stilt tilbake. Det gir ikke lengre leie. Still den, og kom på nett."
    if said["charts_held"]:
        charts = count(said["charts_held"], "pasient", "pasienter")
        yield f"{charts} skulle vært slettet herfra, men venter på at det som er signert, blir sendt."
