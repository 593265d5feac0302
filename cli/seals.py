"""`feltjournal seals list|export`: what is sealed on this machine, counted or put into one file. No PIN is asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cli import rescue_words as words
from cli.exit_codes import ExitCode
from cli.headless import refuse
from cli.json_out import say_json
from offline_cache.errors import StoreError
from ports.disk import SystemDisk
from ports.folders import user_folders
from services.exported_seals import count_seals, export_seals
from services.rescue_problem import RescueProblem, RescueStopped

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> int:
    """List or export; `options` has `verb`, `json`, and for an export `file`."""
    cache, disk = user_folders().cache, SystemDisk()
    try:
        found = (
            export_seals(cache, options.file, disk) if options.verb == "export" else count_seals(cache, disk)
        )
    except RescueStopped as stopped:
        return refuse(
            stopped.problem.value, words.EXIT_OF[stopped.problem], words.STOPPED[stopped.problem], options
        )
    except StoreError:
        return refuse("disk-fault", ExitCode.FAULT, words.DISK_FAULT, options)
    if not found:
        problem = RescueProblem.NOTHING_SEALED
        return refuse(problem.value, words.EXIT_OF[problem], words.STOPPED[problem], options)
    if options.json:
        exported = {"file": str(options.file)} if options.verb == "export" else {}
        say_json({"caches": [asdict(one) for one in found], **exported})
    else:
        print("\n".join(words.sealed(found, exported=options.verb == "export")))
    return ExitCode.OK
