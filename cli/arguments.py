"""The command line, in bokmål."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ports.command_line import BokmalParser, add_command

if TYPE_CHECKING:
    import argparse

_USAGE = "feltjournal [valg]\n      feltjournal kommando [valg]"
_EPILOG = """\
eksempler:
  feltjournal --sandbox           start øvingsjournalen og klienten
  feltjournal status --json       hva som ligger på maskinen, for skript
  feltjournal sync --pin-fd 3 3<FIL
                                  lever det som er signert; PIN leses fra FIL
  feltjournal seals export FIL    ta de forseglede oppføringene ut av maskinen
  feltjournal journals add NAVN --template openid
                                  begynn på oppsettet av en journal
  feltjournal sandbox serve --help
                                  valgene til øvingsjournalen

sluttkoder:
  0  i orden                      4  journalen svarer ikke
  1  feil; meldingen sier hva     5  feltjournal er åpen i et annet vindu
  2  kommandolinjen er feil       6  noe signert er ikke i journalen ennå
  3  låst, eller PIN mangler      7  det er ingenting her
  8  feil nøkkel til forsegling   9  forseglet for en annen journal
  10 forseglingen er skadet       11 filen er ikke hel
  12 loggen er ikke hel

PIN gis i terminalen eller gjennom en fildeskriptor, aldri som argument eller
miljøvariabel.
"""
_LOOKS = """
Leser bare, og spør ikke journalen. PIN trengs, for lageret er kryptert.
Sluttkode: 0, 1, 2, 3, 5 eller 7, se feltjournal --help."""
_SENDS = """
Det som nettopp er signert, og fortsatt kan trekkes tilbake, venter til fristen
er ute. Sluttkode: 0-7, se feltjournal --help."""
_CHANGES = """
Spør etter PIN-koden nå, og etter den nye to ganger. Ingenting av det lagrede
endres. Sluttkode: 0, 1, 2, 3, 5 eller 7, se feltjournal --help."""
_KNOWN = """
Hver journal er en TOML-fil i sin egen mappe. Sluttkode: 0, 1, 2, 4 eller 7, se
feltjournal --help."""
_ADDS = """
Filen prøves før den tas inn, med alle filer den nevner. Feil sies med linje og
felt. Sluttkode: 0, 1 eller 2."""
_ASKS = """
Spør journalen og innloggingen selv; leser ingen pasient. Sluttkode: 0, 1 når noe
ikke virker, 4 når journalen ikke svarer, 7 når navnet ikke finnes."""
_SEALED = """
Trenger ingen PIN, og virker også når lageret er skadet eller slettet. Maskinen
kan ikke lese det som er forseglet; det kan bare den som har virksomhetens
nøkkel. Sluttkode: 0, 1 eller 7, se feltjournal --help."""
_EXPORTED = """
Filen må ikke finnes fra før. Ingenting fjernes fra maskinen."""
_RESCUES = """
Leser tilbake først, og leverer bare det som mangler, med den som signerte som
forfatter. Kan trygt kjøres flere ganger. Sluttkode: 0-4 eller 6-11, se
feltjournal --help."""
_LOGGED = """
Loggen sier hvem som har åpnet hvilken pasient, når og hvorfor. Den er lenket: en
rad som slettes, endres, flyttes eller kuttes bort, merkes. Ingenting om pasienter
skrives ut. Sluttkode: 0-5, 7 eller 12, se feltjournal --help."""
_CHECKS = """
Endrer ingenting. Sluttkode: 1 når noe ikke virker, ellers 0."""


def parser() -> BokmalParser:
    """Return the parser of the whole command."""
    whole = BokmalParser(
        prog="feltjournal",
        usage=_USAGE,
        description="Dagens runde i terminalen, med eller uten nett.",
        epilog=_EPILOG,
    )
    whole.add_argument("--version", action="store_true", help="vis versjonen og slutt")
    whole.add_argument("--sandbox", action="store_true", help="start øvingsjournalen først, om den ikke går")
    whole.add_argument(
        "--no-cache", action="store_true", help="lagre ingenting på maskinen; virker bare med nett"
    )
    whole.add_argument(
        "--journal",
        metavar="NAVN",
        default="innebygd",
        help="hvilken journal, se journals list (ellers: innebygd, øvingsjournalen)",
    )
    whole.add_argument(
        "--practice", action="store_true", help="øv: åpne øvingsjournalen som journalens oppsett nevner"
    )
    commands = whole.add_subparsers(dest="command", metavar="", title="kommandoer", prog="feltjournal")
    _headless(add_command(commands, "status", "hva som ligger på maskinen, og hva som ikke er sendt", _LOOKS))
    _headless(add_command(commands, "sync", "lever det som er signert, én gang, nå", _SENDS))
    doctor = add_command(commands, "doctor", "hva denne maskinen har og mangler for trygt arbeid", _CHECKS)
    doctor.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    pin = add_command(commands, "pin", "bytt PIN-koden til det som er lagret på maskinen", _CHANGES)
    _headless(pin)
    pin.add_argument(
        "--new-pin-fd", type=int, metavar="N", help="les den nye PIN-koden fra fildeskriptor N (ellers: spør)"
    )
    _journals(commands)
    _audit(commands)
    _seals(commands)
    _rescue(commands)
    add_command(commands, "sandbox", "øvingsjournalen: serve, stop, status")
    return whole


def _journals(commands: argparse._SubParsersAction[BokmalParser]) -> None:
    """Add `journals list|add|check`."""
    journals = add_command(commands, "journals", "journalene maskinen kjenner: list, add, check", _KNOWN)
    verbs = journals.add_subparsers(dest="verb", required=True, metavar="list|add|check")
    listed = add_command(verbs, "list", "vis journalene og miljøet hver av dem er", _KNOWN)
    add = add_command(verbs, "add", "ta inn en journal fra en TOML-fil, eller begynn på en mal", _ADDS)
    add.add_argument("name", metavar="NAVN", help="hva journalen skal hete her: a-z, tall, bindestrek")
    add.add_argument("file", type=Path, nargs="?", metavar="FIL", help="TOML-filen som beskriver den")
    add.add_argument(
        "--template", choices=("helseid", "epic", "openid", "sandbox"), help="legg ut en mal å fylle ut"
    )
    add.add_argument("--replace", action="store_true", help="bytt ut den som heter det samme")
    check = add_command(verbs, "check", "si hva journalen og innloggingen kan, og ikke kan", _ASKS)
    check.add_argument("name", metavar="NAVN", help="hvilken journal")
    for verb in (listed, add, check):
        verb.add_argument("--json", action="store_true", help="skriv svaret som JSON")


def _audit(commands: argparse._SubParsersAction[BokmalParser]) -> None:
    """Add `audit verify`."""
    audit = add_command(commands, "audit", "loggen over hvem som har lest hva: verify", _LOGGED)
    verbs = audit.add_subparsers(dest="verb", required=True, metavar="verify")
    verify = add_command(verbs, "verify", "si om loggen er hel, også mot journalens kopi", _LOGGED)
    verify.add_argument("--offline", action="store_true", help="spør ikke journalen")
    _headless(verify)


def _seals(commands: argparse._SubParsersAction[BokmalParser]) -> None:
    """Add `seals list|export`."""
    seals = add_command(commands, "seals", "forseglede, usendte oppføringer: list, export", _SEALED)
    verbs = seals.add_subparsers(dest="verb", required=True, metavar="list|export")
    listed = add_command(verbs, "list", "si hvor mange som ligger her, og hvem som har signert", _SEALED)
    export = add_command(verbs, "export", "skriv alle til en fil som kan flyttes", _EXPORTED)
    export.add_argument("file", type=Path, metavar="FIL", help="filen som skal skrives")
    for verb in (listed, export):
        verb.add_argument("--json", action="store_true", help="skriv svaret som JSON")


def _rescue(commands: argparse._SubParsersAction[BokmalParser]) -> None:
    """Add `rescue FILE --key KEYFILE`."""
    rescue = add_command(commands, "rescue", "lever det som er forseglet, fra leders maskin", _RESCUES)
    rescue.add_argument("file", type=Path, metavar="FIL", help="filen fra feltjournal seals export")
    rescue.add_argument(
        "--key", type=Path, required=True, metavar="NØKKEL", help="virksomhetens private nøkkel (PEM)"
    )
    rescue.add_argument(
        "--person", metavar="ID", default="", help="hvem som logger inn (ellers: spør i terminalen)"
    )
    rescue.add_argument(
        "--unconfirmed",
        action="store_true",
        help="lever også det som kanskje aldri ble signert (spør den som skrev det)",
    )
    rescue.add_argument("--dry-run", action="store_true", help="les bare tilbake; send ingenting")
    rescue.add_argument("--json", action="store_true", help="skriv svaret som JSON")


def _headless(command: argparse.ArgumentParser) -> None:
    """Add what the commands without a screen share."""
    command.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    command.add_argument(
        "--pin-fd", type=int, metavar="N", help="les PIN fra fildeskriptor N (ellers: spør i terminalen)"
    )
