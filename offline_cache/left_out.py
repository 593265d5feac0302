"""How a journal says that its answer is not the whole: the issue codes of FHIR, and Epic's own (norway.md §4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.pull_codes import NoticeCode

if TYPE_CHECKING:
    from client.resource import Page

_BLOCKED = ("59204", "suppressed")
_SHORT = ("4119", "incomplete", "too-costly", "timeout", "throttled")
ERROR = "error"
"""The reason for an issue of severity error whose code says nothing more."""

CUT_OFF = "cut-off"
"""The reason when the journal has more than it gave, and gave no way to the rest."""

UNPROVEN = "unproven"
"""The reason when the journal's own count and what came differ, also the second time."""


NAMED_KINDS = "named-kinds"
"""What is said of a part that came whole where the journal is asked for the kinds that we name alone: there may be others."""


def left_out_of(page: Page) -> str:
    """Return the code by which the journal says that the page lacks something, or nothing."""
    said = {code for told in page.warnings for code in (told.code, *told.codes)}
    for code in (*_BLOCKED, *_SHORT):
        if code in said:
            return code
    return ERROR if any(told.severity in ("error", "fatal") for told in page.warnings) else ""


def notice_for(reason: str) -> NoticeCode | None:
    """Return what a part that is not whole for this reason must be told as; None for what a new try may mend."""
    if reason in _BLOCKED:
        return NoticeCode.PART_BLOCKED
    if reason in (*_SHORT, ERROR):
        return NoticeCode.PART_SHORT
    if reason == CUT_OFF:
        return NoticeCode.PART_CUT_OFF
    return NoticeCode.ACCESS_WITHDRAWN if reason == "forbidden" else None
