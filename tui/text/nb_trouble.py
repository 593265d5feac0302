"""What is said when something goes wrong, in bokmål: what happened, what is safe, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.trouble import TroubleCode

if TYPE_CHECKING:
    from services.trouble import Trouble


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """The three things a person must know."""

    what: str
    safe: str
    next: str

    @property
    def line(self) -> str:
        """Return all three in one line of text."""
        return f"{self.what} {self.safe} {self.next}"


_KEPT = "Alt du har signert er lagret her."
_WAITS = "Det du har signert venter i utboksen."
_NOTHING_STORED = "Ingenting er lagret."
_NEW_ONE = "Slett ingenting, og meld fra. F8 legger det til side, så du kan lage et nytt."

_C = TroubleCode
TROUBLE_WORDS: dict[TroubleCode, TroubleWords] = {
    _C.JOURNAL_UNREACHABLE: TroubleWords(
        "Journalen svarer ikke.", _WAITS, "Arbeid videre; det sendes av seg selv når nettet er tilbake."
    ),
    _C.ANSWER_LOST: TroubleWords(
        "Svaret fra journalen gikk tapt.",
        "Det er ukjent om den tok imot; oppføringen er lagret her.",
        "Den leses tilbake før noe sendes igjen. Vent, og ikke skriv den på nytt.",
    ),
    _C.SIGNED_OUT: TroubleWords(
        "Journalen krever ny innlogging.", _WAITS, "Lås med F12, velg F3 og logg inn; så sendes det."
    ),
    _C.FORBIDDEN: TroubleWords(
        "Journalen gir deg ikke tilgang til dette.", _KEPT, "Har du tjenstlig behov: spør leder om tilgang."
    ),
    _C.NOT_GRANTED: TroubleWords(
        "Innloggingen din gir ikke lov til å skrive dette i journalen.",
        _KEPT,
        "Skriv det i journalens eget program. Skulle du hatt tilgang: spør leder.",
    ),
    _C.NOT_FOUND: TroubleWords(
        "Journalen finner ikke dette.", _KEPT, "Ta med runden på nytt; det kan være flyttet."
    ),
    _C.GONE: TroubleWords(
        "Dette er slettet i journalen.", _KEPT, "Ta med runden på nytt for å se det som gjelder."
    ),
    _C.CONFLICT: TroubleWords(
        "Journalen har en nyere utgave enn den du skrev på.",
        "Din utgave er beholdt i utboksen.",
        "Åpne utboksen med u og se hva som skiller.",
    ),
    _C.REFUSED: TroubleWords(
        "Journalen tok ikke imot dette.", _KEPT, "Prøv igjen. Gjentar det seg: meld fra til systemansvarlig."
    ),
    _C.TOO_MANY: TroubleWords(
        "Journalen har for mange forespørsler.", _WAITS, "Vent; klienten prøver igjen av seg selv."
    ),
    _C.SERVER_FAULT: TroubleWords(
        "Journalen har en feil hos seg.", _WAITS, "Klienten prøver igjen. Meld fra hvis det varer."
    ),
    _C.NOT_A_JOURNAL: TroubleWords(
        "Det som svarte er ikke journalen, men en nettside.",
        "Ingenting derfra er lest inn.",
        "Logg inn på trådløsnettet i en nettleser, eller bytt nett.",
    ),
    _C.BROKEN_ANSWER: TroubleWords(
        "Svaret fra journalen var kuttet eller ødelagt.",
        "Ingenting av det er lest inn.",
        "Prøv igjen; meld fra hvis det gjentar seg.",
    ),
    _C.WRONG_PATIENT: TroubleWords(
        "Journalen svarte om en annen pasient.",
        "Svaret er forkastet og vises ikke.",
        "Meld fra til systemansvarlig straks.",
    ),
    _C.TOO_LARGE: TroubleWords(
        "Svaret fra journalen er for stort.",
        "Det som alt er hentet er beholdt.",
        "Meld fra til systemansvarlig.",
    ),
    _C.SIGN_IN_FAILED: TroubleWords(
        "Innloggingen ble ikke godtatt.", _NOTHING_STORED, "Velg person på nytt, eller prøv igjen om litt."
    ),
    _C.LEVEL_TOO_LOW: TroubleWords(
        "Du er logget inn på et lavere nivå enn journalen krever ({wanted}).",
        "Innloggingen er ikke brukt, og ingenting av den er lagret.",
        "Logg inn på nytt, og velg en innlogging på det nivået.",
    ),
    _C.SIGN_IN_TOO_OLD: TroubleWords(
        "Det er for lenge siden du viste hvem du er; journalen krever at det er gjort siste {wanted} min.",
        "Innloggingen er ikke brukt, og ingenting av den er lagret.",
        "Logg inn på nytt, og vis hvem du er én gang til.",
    ),
    _C.COURSE_MISSING: TroubleWords(
        "Innloggingen er godkjent, men opplæringen mangler: {courses}.",
        "Ingen pasient vises. Det du har signert, er beholdt og sendes.",
        "Ta kurset og logg inn på nytt. {practice_words}",
    ),
    _C.PIN_TOO_SHORT: TroubleWords("PIN-koden er for kort.", _NOTHING_STORED, "Bruk minst 6 tegn."),
    _C.PIN_COMMON: TroubleWords(
        "PIN-koden er for lett å gjette.", _NOTHING_STORED, "Velg en uten rekker, gjentakelser og årstall."
    ),
    _C.WRONG_PIN: TroubleWords("Feil PIN.", "Alt er beholdt.", "{left_words}{wait_words}"),
    _C.PIN_WAITS: TroubleWords(
        "Ventetiden etter feil PIN er ikke over.",
        "PIN-koden ble ikke prøvd. Alt er beholdt, og ingen forsøk er brukt.",
        "{left_words}{wait_words}",
    ),
    _C.PIN_LOCKED: TroubleWords(
        "Fem feil PIN. Maskinen er låst.",
        "Ingenting er slettet; usendt arbeid er beholdt.",
        "Logg inn mot journalen (F3) for å åpne igjen.",
    ),
    _C.PIN_ONE_LEFT: TroubleWords(
        "Bare ett forsøk er igjen, og det spares til døren.",
        "PIN-koden er ikke endret. Alt er beholdt.",
        "Lås med F12 og lås opp med riktig PIN; da er alle forsøkene tilbake.",
    ),
    _C.NO_PIN_HERE: TroubleWords(
        "Her er det ingen PIN å bytte: ingenting lagres på maskinen.",
        "Ingenting er endret.",
        "Start uten --no-cache for å lagre runden under PIN.",
    ),
    _C.NO_KEYRING: TroubleWords(
        "Maskinen mangler et nøkkelring-lager som er godkjent.",
        _NOTHING_STORED,
        "Start med --no-cache, eller be om hjelp: feltjournal doctor.",
    ),
    _C.KEYRING_AWAY: TroubleWords(
        "Nøkkelringen som lageret ble laget med, svarer ikke her.",
        "Alt er beholdt, og ingen forsøk er brukt.",
        "Lås den opp, eller bruk skrivebordet fra før. Ellers F3, logg inn, og F8 for et nytt lager.",
    ),
    _C.KEYRING_LOST: TroubleWords(
        "Nøkkelen i maskinens nøkkelring er borte eller byttet.",
        "Det lagrede er beholdt, men kan ikke åpnes.",
        _NEW_ONE,
    ),
    _C.CACHE_DAMAGED: TroubleWords(
        "Lageret på maskinen er skadet.",
        "Filene er ikke rørt.",
        _NEW_ONE,
    ),
    _C.CACHE_MISSING: TroubleWords(
        "Det er ikke noe lager på denne maskinen.", "Ingenting er tapt her.", "Logg inn og ta med runden."
    ),
    _C.CACHE_LOST: TroubleWords(
        "Lageret er borte fra denne maskinen.",
        "Feltjournal har ikke slettet det, og lager ikke et nytt av seg selv.",
        _NEW_ONE,
    ),
    _C.CACHE_OLDER: TroubleWords(
        "Lageret er en eldre kopi: det siste som ble skrevet her, er ikke i den.",
        "Filene er ikke rørt, og ingenting herfra vises eller sendes.",
        _NEW_ONE,
    ),
    _C.CACHE_SWAPPED: TroubleWords(
        "Filene her hører til en annen bruker, en annen journal eller et annet lager.",
        "Filene er ikke rørt, og ingenting av dem er lest.",
        _NEW_ONE,
    ),
    _C.CACHE_EXPOSED: TroubleWords(
        "Andre brukere på maskinen kan lese lageret.",
        "Det er ikke åpnet. Filene er ikke rørt.",
        "Kontakt systemansvarlig: feltjournal doctor.",
    ),
    _C.CACHE_REMOTE: TroubleWords(
        "Lageret ligger på en nettverksdisk, der det ikke er trygt.",
        "Det er ikke åpnet. Filene er ikke rørt.",
        "Kontakt systemansvarlig: det må ligge på maskinens egen disk.",
    ),
    _C.CACHE_TOO_NEW: TroubleWords(
        "Lageret er skrevet av en nyere utgave av Feltjournal.",
        _KEPT,
        "Start den nyere utgaven, eller be systemansvarlig oppdatere denne.",
    ),
    _C.CACHE_BUSY: TroubleWords(
        "Feltjournal er alt åpen på denne maskinen. Her vises bare runden.",
        _KEPT,
        "Bruk det andre vinduet, eller lukk det først.",
    ),
    _C.DISK_FULL: TroubleWords(
        "Disken er full.",
        "Det som var lagret er beholdt. Dette siste er ikke lagret.",
        "Frigjør plass og prøv igjen; la skjermen stå.",
    ),
    _C.DISK_FAULT: TroubleWords(
        "Disken svarer med feil.",
        "Dette siste er ikke lagret.",
        "Skriv det viktige på papir og kontakt systemansvarlig.",
    ),
    _C.DISK_READ_ONLY: TroubleWords(
        "Disken er skrivebeskyttet.",
        "Det som var lagret er beholdt. Ingenting nytt kan lagres.",
        "Skriv det viktige på papir og kontakt systemansvarlig.",
    ),
    _C.DRAFT_INCOMPLETE: TroubleWords("Kan ikke signeres ennå.", "Utkastet er lagret.", "{missing_words}"),
    _C.DRAFT_OTHER_PATIENT: TroubleWords(
        "Utkastet hører til en annen pasient.", "Ingenting er lagret på denne.", "Gå tilbake med Esc."
    ),
    _C.DIGITS_DIFFER: TroubleWords(
        "Sifrene er ikke denne pasientens.",
        "Ingenting er signert.",
        "Se på banneret hvem det er, og skriv de tre siste.",
    ),
    _C.NOT_EMBEDDED: TroubleWords(
        "Et annet program svarer på adressen til øvingsjournalen.",
        "Ingenting er sendt dit, verken innlogging eller arbeid.",
        "Stopp det andre programmet, eller start øvingsjournalen igjen: feltjournal --sandbox.",
    ),
    _C.LOCKED: TroubleWords("Maskinen er låst.", _KEPT, "Lås opp med PIN-koden."),
    _C.TOO_LATE_TO_WITHDRAW: TroubleWords(
        "Kan ikke trekkes tilbake: journalen kan ha mottatt den.",
        "Oppføringen er beholdt.",
        "Skriv en ny som retter den.",
    ),
    _C.NOT_CACHED: TroubleWords(
        "Dette er ikke tatt med på maskinen.", _KEPT, "Ta med runden mens du har nett."
    ),
    _C.CANNOT_CHANGE: TroubleWords(
        "Dette kan ikke endres herfra.", _KEPT, "Endre det i journalens eget program."
    ),
    _C.NOT_WAITING: TroubleWords(
        "Oppføringen står ikke slik at det kan gjøres nå.",
        _KEPT,
        "Åpne utboksen med u og se hvordan den står.",
    ),
    _C.NOT_CHOSEN: TroubleWords(
        "Det er felt i konflikten som ingen har valgt for.", _KEPT, "Velg for hvert felt, og signer igjen."
    ),
    _C.ALREADY_MATCHED: TroubleWords(
        "Den innskrevne personen er alt koblet til en pasient.", _KEPT, "Er koblingen feil: meld avvik."
    ),
    _C.OTHER_JOURNAL: TroubleWords(
        "Journalen har ingenting av det den har bekreftet før.",
        "Ingenting sendes til den.",
        "Meld fra til systemansvarlig: journalen er tømt, eller det er en annen.",
    ),
    _C.NO_REASON: TroubleWords(
        "Pasienten er ikke på listen din, og du står ikke i behandlerteamet.",
        "Derfor vises ingenting. Det du har skrevet og signert, er lagret her.",
        "Søk opp pasienten med / fra runden. Haster det: velg nødtilgang og skriv hvorfor.",
    ),
    _C.ACCESS_ENDED: TroubleWords(
        "Tiden for tilgangen er ute.",
        "Pasienten vises ikke lenger, og journalen slettes herfra. Det du har skrevet, er beholdt.",
        "Trenger du mer tid: søk opp pasienten på nytt med / fra runden.",
    ),
    _C.COPY_OFF: TroubleWords(
        "Kopiering er slått av for denne journalen.",
        "Ingenting er lagt på utklippstavlen. Andre programmer kan lese det som ligger der.",
        "Skriv av det du trenger.",
    ),
    _C.REASON_INCOMPLETE: TroubleWords(
        "Begrunnelsen er ikke hel.",
        "Ingenting er hentet eller vist.",
        "Velg årsak 1-4, skriv minst ti tegn om hvorfor, og 1 til 4 timer.",
    ),
    _C.NO_AUDIT: TroubleWords(
        "Oppslaget kunne ikke loggføres.",
        "Pasienten vises derfor ikke.",
        "Prøv igjen; meld fra hvis det gjentar seg.",
    ),
    _C.LEASE_ENDED: TroubleWords(
        "Leien er ute: journalen er ikke nådd på for lenge, og pasientene vises ikke.",
        "Utkast og alt du har signert, er beholdt.",
        "Kom på nett, eller lås med F12 og logg inn med F3. Utboksen kan åpnes med u.",
    ),
    _C.CHARTS_REMOVED: TroubleWords(
        "Journalen er ikke nådd på for lenge, og pasientene er slettet fra maskinen.",
        "Utkast og alt du har signert, er beholdt.",
        "Kom på nett og logg inn (F12, så F3); da sendes det, og runden kan hentes igjen.",
    ),
    _C.WIPE_WAITS: TroubleWords(
        "Journalen vil ha lageret på denne maskinen slettet. Pasientene vises ikke.",
        "Det du har signert, beholdes til det er sendt; først da slettes lageret.",
        "La maskinen få nett. Var det ikke ventet: ring leder. Utboksen kan åpnes med u.",
    ),
    _C.CACHE_WIPED: TroubleWords(
        "Lageret på denne maskinen er slettet.",
        "Alt som var signert, var i journalen eller forseglet først.",
        "Lås med F12. Var det ikke ventet: ring leder.",
    ),
    _C.UNSENT_STAYS: TroubleWords(
        "Lageret kan ikke slettes ennå.",
        "Det holder på arbeid som ikke ligger andre steder; alt er beholdt.",
        "{stays_words}",
    ),
    _C.NO_SUCH_JOURNAL: TroubleWords(
        "Kjenner ikke den journalen.",
        "Ingenting er startet eller endret.",
        "Disse finnes: {known}. Ny: feltjournal journals add.",
    ),
    _C.JOURNAL_FILE: TroubleWords(
        "Filen som beskriver journalen {name}, kan ikke brukes.",
        "Ingenting er sendt. Det som er lagret på maskinen, er beholdt.",
        "Se hva som er galt: feltjournal journals check {name}.",
    ),
    _C.SANDBOX_NOT_RUNNING: TroubleWords(
        "Øvingsjournalen er ikke i gang.",
        "Det som er lagret på maskinen, er beholdt.",
        "Start den: feltjournal sandbox serve, eller åpne klienten med feltjournal --sandbox.",
    ),
    _C.SANDBOX_PORT_TAKEN: TroubleWords(
        "Porten til øvingsjournalen er opptatt av et annet program.",
        "Ingenting er sendt dit. Det som er lagret på maskinen, er beholdt.",
        "Start den på en ledig port: feltjournal sandbox serve --port 0.",
    ),
}

_FIELD_NAMES = {
    "rr": "respirasjon", "spo2": "SpO2", "o2": "oksygen", "systolic": "BT systolisk", "diastolic": "BT diastolisk",
    "pulse": "puls", "acvpu": "bevissthet", "temp": "temperatur", "text": "tekst", "scale": "skala", "digits": "de tre sifrene",
}  # fmt: skip


def trouble_words(trouble: Trouble) -> TroubleWords:
    """Return the words for a trouble, its facts filled in."""
    words = TROUBLE_WORDS[trouble.code]
    if trouble.code is TroubleCode.SIGN_IN_FAILED and (by_reason := _sign_in_words(trouble)):
        return by_reason
    facts = {
        "left_words": _left_words(trouble.details.get("left", "")),
        "wait_words": _wait_words(trouble.details.get("wait", "")),
        "stays_words": _stays_words(trouble.details),
        "practice_words": _practice_words(trouble.details),
        "missing_words": _missing_words(trouble.details),
    }
    facts |= {name: trouble.details.get(name, "") for name in ("courses", "known", "name", "wanted")}
    return TroubleWords(words.what.format(**facts), words.safe, words.next.format(**facts))


def _sign_in_words(trouble: Trouble) -> TroubleWords | None:
    """Return the words for the reason of a sign-in that failed, where it has words of its own."""
    from tui.text.nb_sign_in import SIGN_IN_WORDS

    found = SIGN_IN_WORDS.get(trouble.details.get("reason", ""))
    return TroubleWords(*found) if found else None


def _practice_words(details: dict[str, str]) -> str:
    """Return where to practise meanwhile; where no place is known, whom to ask."""
    if training := details.get("training"):
        return f"F7 åpner øvingsjournalen så lenge (feltjournal --journal {training})."
    who = details.get("organisation") or "lederen din"
    return f"Spør {who} om kurset, og om et sted å øve."


def _left_words(left: str) -> str:
    """Return how many attempts are left."""
    if not left.isdigit():
        return "Prøv igjen."
    return "1 forsøk igjen." if left == "1" else f"{left} forsøk igjen."


def _wait_words(wait: str) -> str:
    """Return how long the next attempt has to wait."""
    seconds = wait.split(".", maxsplit=1)[0]
    if not seconds.isdigit() or int(seconds) == 0:
        return ""
    return " Vent 1 sekund." if seconds == "1" else f" Vent {seconds} sekunder."


def _stays_words(details: dict[str, str]) -> str:
    """Return what stands in the way of removing a cache."""
    unsent, drafts = (details.get(name, "") for name in ("unsent", "drafts"))
    said = []
    if unsent.isdigit() and int(unsent):
        said.append(f"Send {unsent} som er signert, først.")
    if drafts.isdigit() and int(drafts):
        said.append(f"Signer eller forkast {drafts} utkast.")
    return " ".join(said) or "Send det som er signert, først."


def _missing_words(details: dict[str, str]) -> str:
    """Return what an incomplete draft lacks, by the names on the screen."""
    missing = [_FIELD_NAMES.get(name.strip(), "") for name in details.get("missing", "").split(",")]
    named = ", ".join(name for name in missing if name)
    return f"Mangler {named}." if named else "Fyll ut det som mangler."
