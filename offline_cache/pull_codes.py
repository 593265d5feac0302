"""What a pull has to tell, as codes. No other import: the screens read these before anything heavy is loaded."""

from __future__ import annotations

from enum import StrEnum


class NoticeCode(StrEnum):
    """What there is to tell. `detail` is named beside each."""

    PATIENT_MERGED = "patient-merged"  # the id of the record that replaces this one
    PATIENT_INACTIVE = "patient-inactive"
    PATIENT_GONE = "patient-gone"  # 404 or 410
    ACCESS_WITHDRAWN = "access-withdrawn"  # 403; the part, or empty for the whole patient
    PART_BLOCKED = "part-blocked"  # the part: the journal holds something back (59204, suppressed)
    PART_SHORT = "part-short"  # the part: the journal says that more may exist (4119 and the like)
    PART_CUT_OFF = "part-cut-off"  # the part: the journal has more than it gave, and no link to the rest
    NAMED_KINDS = (
        "named-kinds"  # the part, of no patient: this journal is asked only for the kinds of it that we name
    )
    VISIT_MOVED = "visit-moved"  # who has it now, by name or reference
    VISIT_RESCHEDULED = "visit-rescheduled"  # the new start, a FHIR instant
    VISIT_CANCELLED = "visit-cancelled"
    VISIT_GONE = "visit-gone"
    VISIT_WITHHELD = "visit-withheld"  # 403
    VISIT_UNEXPLAINED = "visit-unexplained"  # it left the list, and the journal could not be asked why
    NO_VISIT = "no-visit"  # on the configured list of patients, without a visit in this shift
    GHOST = "ghost"  # gone in the journal, kept here because unsent work stands on it


class ChangeKind(StrEnum):
    """What became of a resource."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"  # still in the journal, no longer in what this part of the chart shows: stopped, revoked
    GONE = "gone"
