"""One word and one sign for every state of an entry (UX-20) and every flag of a value (UX-13): nothing else uses them."""

from __future__ import annotations

from offline_cache.states import EntryKind, EntryState
from services.views import Allergy, Connection, Environment, Flag, VisitStatus
from tui.text.ink import Ink

STATE_SIGN: dict[EntryState, str] = {
    EntryState.DRAFT: "●",
    EntryState.SIGNED: "◆",
    EntryState.SENDING: "◇",
    EntryState.DELIVERED: "✓",
    EntryState.UNKNOWN: "?",
    EntryState.HELD: "‖",
    EntryState.REFUSED: "✖",
    EntryState.CONFLICT: "✖",
    EntryState.WITHDRAWN: "−",
}

STATE_WORD: dict[EntryState, str] = {
    EntryState.DRAFT: "utkast",
    EntryState.SIGNED: "signert, venter",
    EntryState.SENDING: "sender",
    EntryState.DELIVERED: "i journalen",
    EntryState.UNKNOWN: "ukjent, leses tilbake",
    EntryState.HELD: "holdt",
    EntryState.REFUSED: "avvist",
    EntryState.CONFLICT: "konflikt",
    EntryState.WITHDRAWN: "trukket tilbake",
}

STATE_INK: dict[EntryState, Ink] = {
    EntryState.DRAFT: Ink.PERSON,
    EntryState.SIGNED: Ink.PLAIN,
    EntryState.SENDING: Ink.PLAIN,
    EntryState.DELIVERED: Ink.DIM,
    EntryState.UNKNOWN: Ink.PERSON,
    EntryState.HELD: Ink.PERSON,
    EntryState.REFUSED: Ink.DANGER,
    EntryState.CONFLICT: Ink.DANGER,
    EntryState.WITHDRAWN: Ink.DIM,
}

KIND_WORD: dict[EntryKind, str] = {
    EntryKind.NEWS2: "NEWS2",
    EntryKind.NOTE: "notat",
    EntryKind.TASK: "tiltak",
    EntryKind.PLAN: "plan",
}

FLAG_WORD: dict[Flag, str] = {
    Flag.NORMAL: "",
    Flag.LOW: "▼ lav",
    Flag.HIGH: "▲ høy",
    Flag.CRITICAL_LOW: "▼▼ KRITISK LAV",
    Flag.CRITICAL_HIGH: "▲▲ KRITISK HØY",
}

FLAG_INK: dict[Flag, Ink] = {
    Flag.NORMAL: Ink.PLAIN,
    Flag.LOW: Ink.PERSON,
    Flag.HIGH: Ink.PERSON,
    Flag.CRITICAL_LOW: Ink.DANGER,
    Flag.CRITICAL_HIGH: Ink.DANGER,
}

ALLERGY_INK: dict[Allergy, Ink] = {
    Allergy.KNOWN: Ink.DANGER,
    Allergy.NONE_KNOWN: Ink.PLAIN,
    Allergy.NOT_RECORDED: Ink.PERSON,
    Allergy.UNAVAILABLE: Ink.PERSON,
}

STATUS_INK: dict[VisitStatus, Ink] = {
    VisitStatus.PLANNED: Ink.PLAIN,
    VisitStatus.UNDERWAY: Ink.STRONG,
    VisitStatus.HERE: Ink.STRONG,
    VisitStatus.DONE: Ink.DIM,
    VisitStatus.CANCELLED: Ink.DIM,
    VisitStatus.NOT_HOME: Ink.PERSON,
    VisitStatus.MOVED: Ink.PERSON,
}

ENVIRONMENT_WORD: dict[Environment, str] = {
    Environment.TRAINING: "TRENING",
    Environment.TEST: "TEST",
    Environment.PRODUCTION: "I BRUK",
}

ENVIRONMENT_STYLE: dict[str, str] = {
    "TRENING": "bold reverse ansi_cyan",
    "TEST": "bold reverse ansi_magenta",
    "I BRUK": "bold reverse",
}
"""How each word stands in line 1: no two alike in colour, and the word says it where there is none."""

CONNECTION_WORD: dict[Connection, str] = {
    Connection.UNKNOWN: "NETT UKJENT",
    Connection.ONLINE: "NETT",
    Connection.OFFLINE: "UTEN NETT",
    Connection.SIGNED_OUT: "LOGGET UT: F12, så F3",
}


def flag_of_score(score: int) -> Flag:
    """Return how a NEWS2 total is flagged: 5 and 6 are high, 7 and more critical."""
    if score >= 7:
        return Flag.CRITICAL_HIGH
    return Flag.HIGH if score >= 5 else Flag.NORMAL
