"""`feltjournal doctor`: what this machine has and lacks for safe work, one line each, with what to do about it."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib import util
from textwrap import wrap
from typing import TYPE_CHECKING

from cli.exit_codes import ExitCode
from cli.json_out import say_json
from ports.folders import user_folders
from ports.machine import memory_on_disk
from ports.process import harden

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

_SMALLEST = (80, 24)
_FREE_MIB = 200
_INDENT = " " * 22


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `ok` is fine, `warn` works with a limit, `fail` does not work."""

    name: str
    level: str
    found: str
    advice: str = ""


def run(options: Namespace) -> int:
    """Look at everything and say it; the exit code is 1 when something does not work."""
    findings = [look() for look in _LOOKS]
    if options.json:
        say_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            print(_line(finding))
    return ExitCode.FAULT if any(f.level == "fail" for f in findings) else ExitCode.OK


def _line(finding: Finding) -> str:
    sign = {"ok": "ok  ", "warn": "obs ", "fail": "FEIL"}[finding.level]
    advice = wrap(finding.advice, 80, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return "\n".join([f"{sign}  {finding.name:<14}  {finding.found}", *advice])


def _python() -> Finding:
    return Finding("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def _terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding("terminal", "warn", "ingen terminal her", "Klienten må startes i en terminal.")
    size = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"}:
        return Finding(
            "terminal",
            "fail",
            f"TERM={term or 'mangler'}",
            "Sett TERM til det terminalen er, f.eks. xterm-256color.",
        )
    if size.columns < _SMALLEST[0] or size.lines < _SMALLEST[1]:
        return Finding("terminal", "warn", f"{size.columns}x{size.lines}", "Gjør vinduet minst 80x24.")
    return Finding("terminal", "ok", f"{term}, {size.columns}x{size.lines}")


def _encoding() -> Finding:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding == "utf8":
        return Finding("tegnsett", "ok", "UTF-8")
    return Finding(
        "tegnsett", "fail", encoding or "ukjent", "Sett LANG til for eksempel nb_NO.UTF-8 eller C.UTF-8."
    )


def _keyring() -> Finding:
    from ports.keyring import find_protector

    if _is_installed("keyrings") and _is_installed("keyrings.alt"):
        return Finding(
            "nøkkelring",
            "fail",
            "keyrings.alt er installert",
            "Avinstaller den: den lagrer hemmeligheter i klartekst.",
        )
    protector = find_protector()
    if protector is None:
        return Finding(
            "nøkkelring",
            "warn",
            "ingen godkjent nøkkelring svarer",
            "Bare øvingsjournalen kan lagres her, og bare under PIN. Start og lås opp gnome-keyring eller KWallet.",
        )
    return Finding("nøkkelring", "ok", protector.name)


def _is_installed(module: str) -> bool:
    """Tell whether a module can be found; one within a package is asked for only when the package is there."""
    return util.find_spec(module) is not None


def _store() -> Finding:
    import apsw

    options = set(apsw.compile_options)
    if not options & {"TEMP_STORE=2", "TEMP_STORE=3"}:
        return Finding(
            "kryptert lager", "fail", "TEMP_STORE under 2", "Installer apsw-sqlite3mc på nytt fra låsefilen."
        )
    version = str(getattr(apsw, "mc_version", "ukjent")).replace("SQLite3 Multiple Ciphers", "SQLite3MC")
    return Finding("kryptert lager", "ok", f"SQLCipher 4, {version}, SQLite {apsw.sqlite_lib_version()}")


def _memory() -> Finding:
    lacking = harden()
    if lacking:
        words = ", ".join(_LACKING[one] for one in lacking)
        return Finding(
            "minne",
            "warn",
            words,
            "Går programmet ned, eller leser noe annet under samme bruker minnet, kan nøkler og pasienter komme ut av det.",
        )
    return Finding("minne", "ok", "ingen minnedumper, ikke lesbart for andre prosesser")


_LACKING = {
    "core-limit": "minnedumper er ikke stengt",
    "not-dumpable": "kan leses av andre prosesser",
}
"""What `ports.process.exposed` may find, in words."""


def _ending() -> Finding:
    if hasattr(os, "fork"):
        return Finding("avslutning", "ok", "en egen prosess rydder terminalen og låser")
    return Finding(
        "avslutning",
        "warn",
        "ingen egen prosess rydder terminalen",
        "Låsing bytter likevel ut klienten. Blir den stanset utenfra, lukk terminalvinduet.",
    )


def _swap() -> Finding:
    found = memory_on_disk()
    if not found.is_known:
        return Finding(
            "veksleområde",
            "warn",
            "systemet sier ikke hvor det veksler",
            "Sørg for at hele disken er kryptert.",
        )
    if found.plain_swaps:
        return Finding(
            "veksleområde",
            "warn",
            f"{len(found.plain_swaps)} som kan være ukryptert",
            "Minne med pasienter kan havne der. Bruk kryptert veksleområde eller zram.",
        )
    return Finding("veksleområde", "ok", "ikke noe ukryptert")


def _hibernation() -> Finding:
    if memory_on_disk().hibernates_to_plain:
        return Finding(
            "dvale",
            "warn",
            "maskinen kan skrive alt minne til en ukryptert disk",
            "Slå av dvale, eller krypter disken. Lås klienten før lokket lukkes.",
        )
    return Finding("dvale", "ok", "skriver ikke minne til en ukryptert disk")


def _disk() -> Finding:
    folder = user_folders().data
    there = next(p for p in [folder, *folder.parents] if p.exists())
    free = shutil.disk_usage(there).free // 2**20
    if free < _FREE_MIB:
        return Finding("disk", "warn", f"{free} MiB ledig", "Rydd plass før runden tas med.")
    return Finding("disk", "ok", f"{free} MiB ledig")


def _private() -> Finding:
    cache = user_folders().cache
    if not cache.exists():
        return Finding("lager", "ok", "ikke noe lagret på denne maskinen ennå")
    if os.name == "posix" and cache.stat().st_mode & 0o077:
        return Finding("lager", "fail", "mappen kan leses av andre", "Kjør: chmod -R go-rwx på lagermappen.")
    count = sum(1 for p in cache.iterdir() if p.is_dir())
    return Finding("lager", "ok", f"{count} {'kliniker' if count == 1 else 'klinikere'} har lager her")


def _embedded() -> Finding:
    from ports.disk import SystemDisk
    from services.embedded import embedded_journal
    from services.trouble import Trouble

    try:
        journal = embedded_journal(user_folders().sandbox, SystemDisk())
    except Trouble:
        return Finding(
            "øvingsjournal",
            "warn",
            "aldri startet",
            "Start den: feltjournal sandbox serve, eller feltjournal --sandbox.",
        )
    return Finding("øvingsjournal", "ok", f"sist på {journal.base_url}")


def _sealing() -> Finding:
    from ports.disk import SystemDisk
    from services.embedded import has_organisation_key
    from services.exported_seals import count_seals

    disk, folders = SystemDisk(), user_folders()
    if not has_organisation_key(folders.sandbox, disk):
        return Finding(
            "forsegling",
            "warn",
            "journalen har ingen nøkkel for virksomheten",
            "Usendt arbeid kan ikke reddes hvis PIN eller lager går tapt. Start øvingsjournalen på nytt.",
        )
    found = sum(one.entries for one in count_seals(folders.cache, disk))
    return Finding("forsegling", "ok", f"virker; forseglet og usendt her: {found}")


_LOOKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _terminal,
    _encoding,
    _store,
    _keyring,
    _memory,
    _ending,
    _swap,
    _hibernation,
    _disk,
    _private,
    _embedded,
    _sealing,
)
