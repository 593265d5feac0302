"""The words for what a pull must tell, in bokmål: nothing vanishes without one of these."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from services.sections import NAMES
from services.views import NoticeCode
from tui.text.format import moment_short
from tui.text.ink import visible

if TYPE_CHECKING:
    from services.views import NoticeRow

_WORDS: dict[NoticeCode, str] = {
    NoticeCode.PATIENT_MERGED: "{name}: journalen er slått sammen med en annen. Åpne den andre før du skriver.",
    NoticeCode.PATIENT_INACTIVE: "{name}: journalen er satt ut av bruk. Det som lå her, er beholdt.",
    NoticeCode.PATIENT_GONE: "{name}: pasienten finnes ikke lenger i journalen. Det som lå her, er beholdt.",
    NoticeCode.ACCESS_WITHDRAWN: "{name}: journalen gir deg ikke lenger tilgang{detail}. Det som lå her, er beholdt.",
    NoticeCode.PART_BLOCKED: "{name}: journalen holder noe tilbake{detail}. Det du ser, er ikke alt.",
    NoticeCode.PART_SHORT: "{name}: journalen sier at det kan finnes mer{detail} enn det som kom.",
    NoticeCode.PART_CUT_OFF: "{name}: journalen har mer{detail} enn den ga fra seg. Det du ser, er ikke alt.",
    NoticeCode.NAMED_KINDS: "Bare tiltaksplaner av disse typene hentes fra denne journalen: langtidsplan, "
    "plan for helsehjelp, poliklinisk plan, plan for innlagte og behandlingsplan. Om det finnes andre, vites ikke her.",
    NoticeCode.VISIT_MOVED: "{name}: besøket er flyttet fra listen din{detail}.",
    NoticeCode.VISIT_RESCHEDULED: "{name}: besøket er flyttet til en annen tid{detail}.",
    NoticeCode.VISIT_CANCELLED: "{name}: besøket er avlyst.",
    NoticeCode.VISIT_GONE: "{name}: besøket er slettet i journalen.",
    NoticeCode.VISIT_WITHHELD: "{name}: besøket står ikke på listen din, og journalen viser det ikke for deg.",
    NoticeCode.VISIT_UNEXPLAINED: "{name}: besøket står ikke på listen din lenger. Journalen svarte ikke på hvorfor.",
    NoticeCode.NO_VISIT: "{name}: står på pasientlisten, men har ikke besøk i tiden som er hentet.",
    NoticeCode.GHOST: "{name}: noe er slettet i journalen, men beholdt her fordi usendt arbeid bygger på det.",
}
_PARTLY = (
    NoticeCode.ACCESS_WITHDRAWN,
    NoticeCode.PART_BLOCKED,
    NoticeCode.PART_SHORT,
    NoticeCode.PART_CUT_OFF,
)
_SOMEBODY = "En pasient"
NAMED_KINDS = _WORDS[NoticeCode.NAMED_KINDS]
"""What stands at the place of the care plan on such a journal."""


def notice_words(row: NoticeRow) -> str:
    """Return one notice in words; what the journal wrote is made visible and nothing else."""
    return _WORDS[row.code].format(name=visible(row.patient_name) or _SOMEBODY, detail=_detail(row))


def _detail(row: NoticeRow) -> str:
    if not row.detail:
        return ""
    if row.code in _PARTLY:
        return f" ({NAMES.get(row.detail, row.detail)})"
    if row.code is NoticeCode.VISIT_MOVED:
        return f" til {visible(row.detail)}"
    if row.code is NoticeCode.VISIT_RESCHEDULED:
        return f" ({moment_short(datetime.fromisoformat(row.detail))})"
    return ""
