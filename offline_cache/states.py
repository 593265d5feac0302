"""The states of an entry and the kinds of it. No other import: the screens read these before anything heavy is loaded."""

from __future__ import annotations

from enum import StrEnum


class EntryState(StrEnum):
    """The state words of ux.md UX-20, in the order of their gravity for the `unsent` mark."""

    DRAFT = "utkast"
    SIGNED = "signert"
    SENDING = "sender"
    DELIVERED = "i journalen"
    UNKNOWN = "ukjent"
    HELD = "holdt"
    REFUSED = "avvist"
    CONFLICT = "konflikt"
    WITHDRAWN = "trukket"


RESENT = "resent"
"""At a part that may be in the journal: a person wants it sent once more all the same."""

RESENDING = "resending"
"""At such a part while it is on its way."""


class EntryKind(StrEnum):
    """What a nurse can record so far."""

    NEWS2 = "news2"
    NOTE = "note"
    TASK = "task"
    PLAN = "plan"
