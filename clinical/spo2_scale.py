"""Which SpO2 scale NEWS2 may be scored with: scale 2 stands on a physician's recorded decision alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinical.news2 import Scale

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

DECISION_SNOMED = "1104321000000108"  # NEWS2, oxygen saturation scale 2 score
PHYSICIAN_CATEGORY = "LE"  # helsepersonellkategori, code list 9060


@dataclass(frozen=True, slots=True)
class ScaleDecision:
    """One recorded decision: by whom, when, whether that person is a physician, whether it still stands."""

    decided_by: str
    decided_at: datetime | None
    by_physician: bool
    active: bool


def standing_decision(decisions: Iterable[ScaleDecision], now: datetime) -> ScaleDecision | None:
    """Return the latest decision that allows scale 2, or None; one without name or time does not count."""
    standing = [(d.decided_at, d) for d in decisions if d.decided_at is not None and _stands(d, now)]
    return max(standing, key=lambda pair: pair[0])[1] if standing else None


def allowed_scales(decision: ScaleDecision | None) -> tuple[Scale, ...]:
    """Return the scales that may be chosen; the first is the one to start with."""
    return (Scale.ONE,) if decision is None else (Scale.TWO, Scale.ONE)


def _stands(decision: ScaleDecision, now: datetime) -> bool:
    at = decision.decided_at
    return (
        decision.active
        and decision.by_physician
        and bool(decision.decided_by.strip())
        and at is not None
        and at <= now
    )
