"""Scale 2 needs a standing, named and dated decision of a physician."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinical.news2 import Scale
from clinical.spo2_scale import ScaleDecision, allowed_scales, standing_decision

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DECISION = ScaleDecision("Ingrid Berg", NOW - timedelta(days=30), by_physician=True, active=True)


def test_a_physicians_standing_decision_allows_both_scales_and_proposes_the_second() -> None:
    assert standing_decision([DECISION], NOW) == DECISION
    assert allowed_scales(DECISION) == (Scale.TWO, Scale.ONE)


@pytest.mark.parametrize(
    "decision",
    [
        replace(DECISION, decided_by="  "),
        replace(DECISION, decided_at=None),
        replace(DECISION, decided_at=NOW + timedelta(seconds=1)),
        replace(DECISION, by_physician=False),
        replace(DECISION, active=False),
    ],
    ids=["nameless", "undated", "ahead of time", "not a physician", "revoked"],
)
def test_anything_less_leaves_scale_one(decision: ScaleDecision) -> None:
    assert standing_decision([decision], NOW) is None
    assert allowed_scales(None) == (Scale.ONE,)


def test_the_latest_standing_decision_is_named() -> None:
    older = replace(DECISION, decided_by="Olav Lie", decided_at=NOW - timedelta(days=90))
    revoked = replace(DECISION, decided_at=NOW, active=False)
    assert standing_decision([older, DECISION, revoked], NOW) == DECISION
    assert standing_decision([], NOW) is None
