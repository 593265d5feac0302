"""What `feltjournal journals` says, in bokmål."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.configured_journal import ConfiguredJournal
    from services.journal_check import Finding
    from services.journal_problem import JournalFileFault, Problem
    from services.journals import ListedJournal

FILE_OR_TEMPLATE = """Si enten hvilken FIL journalen står i, eller hvilken mal: --template helseid|epic|openid|sandbox.
Ingenting er endret."""
EMBEDDED_IS_CHECKED_ELSEWHERE = (
    "Øvingsjournalen sjekkes med feltjournal doctor og feltjournal sandbox status."
)

DISK_FAULT = """Mappen med journaler kan ikke leses eller skrives: ~/.config/feltjournal/journals, eller der XDG_CONFIG_HOME sier.
Det som er lagret av journaler på maskinen, er beholdt.
Se etter plass og rettigheter, og kjør kommandoen igjen."""

_KINDS = {"news2": "målinger", "note": "notat", "task": "tiltak", "plan": "plan"}
_ENVIRONMENT = {"production": "i bruk", "test": "test", "training": "øving"}

_PROBLEMS = {
    "missing-file": "filen finnes ikke eller kan ikke leses",
    "too-large": "filen er for stor til å være en journalfil",
    "not-utf-8": "er ikke UTF-8",
    "not-toml": "er ikke TOML",
    "bad-name": "navnet kan bare ha små bokstaver a-z, tall og bindestrek, og ikke være innebygd",
    "name-taken": "det finnes alt en journal med det navnet; --replace bytter den ut",
    "beside-taken": "i mappen til journalen ligger alt en annen fil med samme navn; --replace bytter den ut",
    "missing": "mangler",
    "extra_forbidden": "kjennes ikke; se etter en skrivefeil",
    "literal_error": "må være {allowed}",
    "string_type": 'må være tekst i anførselstegn: "…"',
    "string_too_short": "er tom",
    "string_too_long": "er for lang",
    "bool_type": "må være true eller false",
    "int_type": "må være et helt tall",
    "greater_than_equal": "er for lavt; {allowed} er det minste",
    "less_than_equal": "er for høyt; {allowed} er det meste",
    "hide-after-lock": "er lenger enn lock_minutes ({allowed}); skjermen skjules før den låses",
    "list_type": 'må være en liste: ["…", "…"]',
    "too_short": "er en tom liste",
    "model_type": "må være en tabell: [navn]",
    "placeholder": "står ennå som i malen; fyll ut det som står i <…>",
    "https": "må være en adresse som begynner med https://, uten bruker, spørring eller #",
    "file-name": "må være navnet på en fil i samme mappe, uten sti",
    "patient-list": "må være Group/… eller List/…",
    "journal-name": "må være navnet på en journal her: a-z, tall, bindestrek",
    "organisation-number": "må være ni siffer",
    "epic-needs-list": "trengs når profile er epic: runden er pasientene på den listen",
    "wipe-elsewhere": "må ligge hos journalen eller innloggingen, ikke et annet sted",
    "one-word": "må være ett ord, uten mellomrom",
    "claim-without-level": "hører sammen med level, som mangler",
    "client-and-file": 'passer ikke til client = "{allowed}"',
    "missing-beside": "nevner en fil som ikke finnes i mappen",
    "empty-beside": "nevner en fil som er tom",
    "exposed": "kan leses av andre på maskinen. Kjør: chmod 600 på filen",
    "not-a-key": "er ingen nøkkel (JWK) som kan brukes",
    "public-half": "er bare den offentlige halvdelen; klienten trenger den private",
    "not-an-authority": "er ikke sertifikatet til en utsteder (PEM)",
    "not-an-organisation-key": "er ingen offentlig X25519-nøkkel (PEM)",
    "embedded-is-training": "må være training når embedded = true: alle der er oppdiktet",
    "not-with-embedded": "hører ikke sammen med embedded = true",
}
_OTHER = "har feil form"

_FINDINGS = {
    "no-sign-in": "Journalens beskrivelse av innloggingen kan ikke brukes, eller leder et annet sted enn filen sier.",
    "unreachable": "Journalen eller innloggingen svarer ikke herfra, eller sertifikatet er ikke til å stole på. "
    "Er maskinen på nett? Har journalen egen utsteder, må den stå i authority.",
    "not-a-journal": "Det som svarer på adressen, er ikke en FHIR-journal.",
    "issuer": "Innloggingen er {issuer}, slik filen sier.",
    "browser": "Logge inn med nettleser på denne maskinen: ja.",
    "device": "Logge inn med kode på en annen enhet: ja.",
    "no-device": "Logge inn med kode på en annen enhet: nei, innloggingen har ikke det. "
    "Tynnklienter uten nettleser kommer ikke inn.",
    "client": "Innloggingen godtar denne typen klient ({method}).",
    "client-not-named": "Innloggingen nevner ikke denne typen klient ({method}).",
    "pushed": "Forespørselen sendes rett til innloggingen (PAR); nettleseren bærer bare en henvisning.",
    "bound": "Tilgangen bindes til en nøkkel på maskinen (DPoP).",
    "cannot-bind": "Filen krever at tilgangen bindes til en nøkkel (DPoP, ES256); innloggingen kan det ikke.",
    "could-bind": "Innloggingen kan binde tilgangen til en nøkkel (DPoP); filen ber ikke om det. "
    "Sett bound = true om journalen også kan det.",
    "gives-back": "En innlogging som ikke beholdes, avsluttes også hos utstederen.",
    "no-giving-back": "Utstederen kan ikke avslutte en innlogging på forespørsel; den varer der til den går ut.",
    "level": "Innlogging må være på nivå {levels}; en som er lavere, slipper ikke inn.",
    "no-level": "Filen krever innlogging på nivå {levels}; innloggingen sier at den ikke har det nivået. Ingen slipper inn.",
    "any-level": "Filen krever ikke noe nivå av innloggingen; da gjelder det innloggingen er satt opp til. Sett sign_in.level.",
    "max-age": "Innlogging må være gjort siste {minutes} min; en som er eldre, slipper ikke inn.",
    "no-refresh": "Uten offline_access må det logges inn på nytt hver gang tilgangen går ut.",
    "closed-description": "Journalen sier ikke hva den kan, før noen er logget inn.",
    "journal": "Journalen svarer: {software} FHIR {version}.",
    "round": "Hente runden: ja.",
    "no-round": "Hente runden: nei. Journalen kan ikke søke etter besøk på den som går dem; sett patient_list.",
    "measurements": "Skrive målinger og NEWS2: ja.",
    "no-measurements": "Skrive målinger og NEWS2: nei. Bruk journalens eget program.",
    "notes": "Skrive notat: ja.",
    "no-notes": "Skrive notat: nei. Bruk journalens eget program.",
    "tasks": "Kvittere tiltak: ja.",
    "no-tasks": "Kvittere tiltak: nei. Bruk journalens eget program.",
    "plans": "Endre tiltaksplan: ja.",
    "no-plans": "Endre tiltaksplan: nei. Bruk journalens eget program.",
    "once": "Et tapt svar avklares av seg selv; ingenting blir skrevet to ganger.",
    "no-once": "Et tapt svar på noe nytt kan bli stående som ukjent til noen har sett etter i journalen.",
    "versions": "Endrer to samtidig, stoppes den siste og får velge.",
    "no-versions": "Endrer to samtidig, kan journalen ikke stoppe den siste; klienten leser før den skriver.",
    "delta": "Bare det som er nytt, hentes.",
    "no-delta": "Alt hentes hver gang; journalen kan ikke si hva som er nytt.",
    "audit": "Hvem som har lest hva uten nett, føres i journalens logg.",
    "no-audit": "Journalen tar ikke imot loggen over lesing uten nett; den blir på maskinen.",
    "backend": "Testklienten kom inn og fikk: {granted}.",
    "backend-refused": "Testklienten slapp ikke inn. {code}",
    "training": "Den som mangler et kurs, får øve i {name}.",
    "no-training": "Den som mangler et kurs, får ikke vite hvor hun kan øve. Sett policy.training_journal.",
    "bad-training": "policy.training_journal nevner {name}: den finnes ikke her, kan ikke brukes, eller er ikke til øving.",
    "sealed": "Usendt, signert arbeid forsegles til virksomheten og kan reddes uten PIN.",
    "not-sealed": "Ingen nøkkel for virksomheten: går PIN eller maskin tapt, går det usendte tapt. Sett organisation.public_key.",
    "wipe": "Virksomheten kan be om at lageret på maskinen slettes.",
    "no-wipe": "Virksomheten kan ikke be om sletting; da er det fristen som sletter. Sett policy.wipe_address.",
}
_SIGN = {"ok": "ok  ", "warn": "obs ", "fail": "FEIL"}
_INDENT = "      "


def listed(embedded: str, found: list[ListedJournal]) -> Iterator[str]:
    """Return the list: name, environment, title."""
    yield f"{embedded:<20}  øving     Øvingsjournalen på denne maskinen"
    for one in found:
        if one.journal is None:
            yield f"{one.name:<20}  FEIL      filen kan ikke brukes: feltjournal journals check {one.name}"
        else:
            yield f"{one.name:<20}  {_ENVIRONMENT[one.journal.environment.value]:<8}  {one.journal.title}"
    yield "Start med en av dem: feltjournal --journal NAVN"


def added(name: str, journal: ConfiguredJournal) -> list[str]:
    """Return what is said when a journal is taken in."""
    where = _ENVIRONMENT[journal.environment.value]
    return [
        f"{name}: {journal.title} ({where}) er lagt til.",
        f"Se hva den kan: feltjournal journals check {name}",
        f"Start med den:  feltjournal --journal {name}",
    ]


def laid_out(name: str, file: str) -> list[str]:
    """Return what is said when a template is laid out."""
    return [
        f"Malen ligger i {file}",
        "Fyll ut det som står i <…>, og legg filene den nevner, i samme mappe.",
        f"Kjør deretter: feltjournal journals check {name}",
    ]


def head(name: str, journal: ConfiguredJournal) -> list[str]:
    """Return the lines above the findings."""
    lines = [f"{name}: {journal.title} ({_ENVIRONMENT[journal.environment.value]})"]
    if journal.organisation:
        lines.append(f"Virksomhet: {journal.organisation}")
    if journal.no_cache:
        lines.append("Ingenting lagres på maskinen (policy.no_cache).")
    hide, lock = (round(one.total_seconds() / 60) for one in (journal.idle.hide, journal.idle.lock))
    lines.append(f"Skjermen skjules etter {hide} min uten taster og låses etter {lock} min.")
    return lines


def finding(one: Finding) -> list[str]:
    """Return a finding in words, within 80 columns."""
    said = clock_words(one) if one.code == "clock" else _FINDINGS[one.code].format(**one.details)
    if one.code == "backend" and one.details["lacking"]:
        lacking = sorted(_KINDS[kind] for kind in one.details["lacking"].split(", "))
        said = f"{said} Det gir ikke lov til å skrive: {', '.join(lacking)}."
    return wrap(said, 78, initial_indent=f"{_SIGN[one.level.value]}  ", subsequent_indent=_INDENT)


def clock_words(one: Finding) -> str:
    """Return how this machine's clock stands to the issuer's."""
    ahead = int(one.details["seconds"])
    if one.level.value == "ok":
        return "Klokka på maskinen går rett."
    minutes = max(1, round(abs(ahead) / 60))
    way = "etter" if ahead > 0 else "foran"
    return (
        f"Klokka på maskinen går {minutes} min {way} innloggingens. Innlogging virker likevel, "
        "men tidspunkt du skriver, blir feil. Still klokka."
    )


def faulty(fault: JournalFileFault) -> Iterator[str]:
    """Return every problem of a file, a line each."""
    yield "Journalen kan ikke brukes slik den er beskrevet. Ingenting er endret."
    for one in fault.problems:
        yield f"  {_place(one)}{_PROBLEMS.get(one.kind, _OTHER).format(allowed=one.allowed.replace(' or ', ' eller '))}"


def _place(one: Problem) -> str:
    parts = [f"linje {one.line}" if one.line else "", one.field]
    said = ", ".join(part for part in parts if part)
    return f"{said}: " if said else ""
