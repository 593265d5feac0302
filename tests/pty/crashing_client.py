"""The installed client with one fault put in: saving a note by hand (F2) fails with the patient in local variables."""

from __future__ import annotations

import sys

from cli.__main__ import main
from tui.screens.note import NoteScreen


def _fail(self: NoteScreen) -> None:
    patient = "HANSEN, Odd 029136 49950 Nidarvegen"
    token = "Bearer hemmelig"
    raise RuntimeError(f"{patient} {token} {self}")


setattr(NoteScreen, "action_draft_save", _fail)  # noqa: B010  a fault put in from outside

if __name__ == "__main__":
    sys.exit(main([]))
