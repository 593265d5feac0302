"""What `seals` and `rescue` say to a person, in bokmål. Nothing of a patient is in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cli.exit_codes import ExitCode
from services.opened_seals import Became
from services.rescue_problem import RescueProblem as P
from tui.text.format import count, moment
from tui.text.nb_trouble import trouble_words
from tui.text.state_words import KIND_WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.exported_seals import SealsOfCache
    from services.opened_seals import RescuedEntry
    from services.trouble import Trouble
    from services.views import BrowserView, CodeView, Person

EXIT_OF = {
    P.NOTHING_SEALED: ExitCode.NOTHING,
    P.TARGET_EXISTS: ExitCode.FAULT,
    P.TARGET_UNWRITABLE: ExitCode.FAULT,
    P.FILE_UNREADABLE: ExitCode.FAULT,
    P.EXPORT_DAMAGED: ExitCode.DAMAGED,
    P.EXPORT_TRUNCATED: ExitCode.TRUNCATED,
    P.KEY_UNREADABLE: ExitCode.WRONG_KEY,
    P.NOBODY_CHOSEN: ExitCode.LOCKED,
    P.UNKNOWN_PERSON: ExitCode.LOCKED,
}

_UNTOUCHED = "Ingenting er sendt eller endret."
_COPY_AGAIN = "Kopier filen på nytt, eller kjør «feltjournal seals export» en gang til på den bærbare."
STOPPED = {
    P.NOTHING_SEALED: "Det er ingen forseglede, usendte oppføringer her.\nIngenting er endret.",
    P.TARGET_EXISTS: "Det ligger allerede en fil der, og den skrives ikke over.\nIngenting er endret. Velg et annet navn.",
    P.TARGET_UNWRITABLE: (
        "Filen kunne ikke skrives hel.\nDet som er forseglet, ligger trygt på maskinen som før.\n"
        "Se etter plass og rettigheter, eller velg et annet sted."
    ),
    P.FILE_UNREADABLE: f"Filen med forseglede oppføringer kan ikke leses.\n{_UNTOUCHED}\nSe etter at navnet er riktig.",
    P.EXPORT_DAMAGED: f"Filen er skadet, eller den er ikke fra «feltjournal seals export».\n{_UNTOUCHED}\n{_COPY_AGAIN}",
    P.EXPORT_TRUNCATED: f"Filen er ikke hel: slutten mangler.\n{_UNTOUCHED}\n{_COPY_AGAIN}",
    P.KEY_UNREADABLE: (
        f"Nøkkelfilen kan ikke leses som virksomhetens nøkkel.\n{_UNTOUCHED}\n"
        "Den skal være en PEM-fil med en X25519-nøkkel, uten passord."
    ),
    P.NOBODY_CHOSEN: f"Ingen er logget inn.\n{_UNTOUCHED}\nVelg i en terminal, eller si hvem: --person ID.",
    P.UNKNOWN_PERSON: f"Journalen kjenner ingen med den id-en.\n{_UNTOUCHED}\nKjør uten --person for å velge.",
}
DISK_FAULT = (
    "Mappen med lageret kan ikke leses.\nIngenting er endret.\nKontakt systemansvarlig: feltjournal doctor."
)
WHO = "Hvem logger inn (nummer): "

_BECAME = {
    Became.DELIVERED: "levert nå",
    Became.THERE: "lå i journalen fra før",
    Became.MISSING: "mangler i journalen, og kan leveres",
    Became.WAITING: "ikke levert: journalen svarte ikke. Kjør kommandoen igjen",
    Became.UNCERTAIN: "uavklart: svaret fra journalen gikk tapt. Kjør kommandoen igjen; den leser tilbake først",
    Became.REFUSED: "journalen tok ikke imot den. Meld fra til den som signerte",
    Became.NEEDS_PERSON: "ikke levert: må avgjøres av et menneske",
    Became.WRONG_KEY: "forseglet til en annen nøkkel enn den som ble gitt",
    Became.OTHER_JOURNAL: "forseglet for en annen journal",
    Became.DAMAGED: "forseglingen er skadet",
}
_WHY = {
    "removed": "den har vært i journalen, og er tatt ut",
    "twice": "den ligger der to ganger",
    "not-understood": "journalen svarer om noe annet",
    "newer-program": "en nyere feltjournal har skrevet den",
    "draft-other-patient": "en del gjelder en annen pasient",
    "draft-incomplete": "en del er ikke hel",
    "two-versions": "samme oppføring finnes i to utgaver",
    "not-found": "den er ikke funnet, og journalen kan ikke hindre at den kommer to ganger",
    "pending": "det er uvisst om den ble signert: spør den som skrev den, og bruk --unconfirmed",
    "stranger": "den venter på at pasienten kobles til riktig journal",
    "changed": "noen andre har endret det samme i journalen",
    "target-gone": "det den endrer, er tatt ut av journalen",
    "behind": "den bygger på en oppføring som ikke er levert",
    "forbidden": "innloggingen gir ikke tilgang",
}


def sealed(found: Sequence[SealsOfCache], *, exported: bool) -> Iterator[str]:
    """Return what is sealed here, a line for each clinician."""
    for one in found:
        damaged = f", og {one.damaged} som er skadet" if one.damaged else ""
        who = _readable(one.clinician) or "Ukjent kliniker"
        yield f"{who} · {_readable(one.journal) or 'ukjent journal'}: {_entries(one.entries)}{damaged}"
    if exported:
        yield "Alle er skrevet til filen. Ingenting er fjernet fra maskinen."
        yield "Neste steg, på leders maskin: feltjournal rescue FIL --key NØKKEL"
    else:
        yield "Det som er levert i mellomtiden, leses tilbake ved redning; ingenting leveres to ganger."


def rescued(came: Sequence[RescuedEntry], supervisor: str, *, rehearsed: bool) -> Iterator[str]:
    """Return what became of each, and of all."""
    for one in came:
        facts = [_readable(one.clinician) or "ukjent kliniker"]
        if one.signed_at:
            facts.append(f"signert {moment(one.signed_at)}")
        if one.kind:
            facts.append(f"{_kind(one.kind)}, {count(one.parts, 'del', 'deler')}")
        why = f" ({_WHY[one.why]})" if one.why in _WHY else ""
        yield f"{' · '.join(facts)}: {_BECAME[one.became]}{why}"
    counts = Counter(one.became for one in came)
    yield ""
    if rehearsed:
        yield f"Prøve: {_entries(counts[Became.MISSING])} ville blitt levert. Ingenting er sendt."
    else:
        by = f" av {_readable(supervisor)}" if supervisor else ""
        yield f"{_entries(counts[Became.DELIVERED])} levert nå{by}. {counts[Became.THERE]} lå der fra før."
    rest = len(came) - counts[Became.DELIVERED] - counts[Became.THERE] - counts[Became.MISSING]
    if rest:
        yield f"{_entries(rest)} gjenstår. Behold filen til alt er levert."


def choice(people: Sequence[Person]) -> Iterator[str]:
    """Return the people that can sign in, numbered."""
    for number, person in enumerate(people, 1):
        yield f"  {number}  {_readable(person.name)}, {_readable(person.role)}"


def elsewhere(view: BrowserView | CodeView) -> Iterator[str]:
    """Return what a supervisor does in a browser, here or on another device."""
    from services.views import BrowserView

    if isinstance(view, BrowserView):
        yield (
            "Nettleseren er åpnet. Logg inn der."
            if view.is_open
            else "Åpne denne adressen i en nettleser her:"
        )
        if not view.is_open:
            yield f"  {_readable(view.url)}"
    else:
        yield "Gå til denne adressen på en enhet med nettleser, og skriv koden:"
        yield f"  {_readable(view.address)}"
        yield f"  {_readable(view.user_code)}"
    yield "Venter. Ctrl+C avbryter; ingenting er sendt ennå."


def trouble(met: Trouble) -> str:
    """Return the words for what stopped it, with what is safe in this command."""
    safe = "Det som er levert, er levert én gang. Behold filen."
    return f"{trouble_words(met).what}\n{safe}\nKjør kommandoen igjen når det er i orden."


def _readable(text: str) -> str:
    """Return a name on one line, with nothing in it that a terminal obeys: it came from a file or from the journal."""
    from tui.text.visible import visible

    return " ".join(visible(text).split())


def _entries(number: int) -> str:
    return count(number, "oppføring", "oppføringer")


def _kind(kind: str) -> str:
    return next((word for known, word in KIND_WORD.items() if known.value == kind), "oppføring")
