"""How the journal behaves where real installations differ, and what it withholds from whom.

The product serves with what stands here; tests turn it while the journal runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HOUR = 3600.0


@dataclass(slots=True)
class Conduct:
    """The switches.

    Attributes:
        page_lifetime: seconds that a link to a next page is good for.
        withdrawn: ids of patients to whom access has been withdrawn: their charts answer 403.
        suppressed: (patient id, type) of parts that are left out, and said to be (59204).
        partial: ids of patients whose searches warn that something is left out (4119).
        keeps_identifier: `epic`: whether a create keeps the identifiers that the client sends.
        cuts_long_notes: `epic`: whether a note above the limit is cut, where else it is refused.
        is_strict: `epic`: whether a vital sign needs one coding alone and an open encounter, and a note an encounter.
    """

    page_lifetime: float = HOUR
    withdrawn: set[str] = field(default_factory=set)
    suppressed: set[tuple[str, str]] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    keeps_identifier: bool = False
    cuts_long_notes: bool = False
    is_strict: bool = False
