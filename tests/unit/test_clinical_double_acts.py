"""Two acts of which there should be one are found, with both times and both authors; nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinical.double_acts import Act, ActKind, DoubleAct, double_acts, least_gap

MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
EIGHT_HOURS = least_gap(timedelta(hours=8), as_needed=False)


def dose(minutes: int, by: str, name: str, gap: timedelta = EIGHT_HOURS, about: str = "order/1") -> Act:
    return Act(ActKind.DOSE, about, MORNING + timedelta(minutes=minutes), by, name, gap)


def act(kind: ActKind, minutes: int, by: str, name: str, about: str = "it") -> Act:
    return Act(kind, about, MORNING + timedelta(minutes=minutes), by, name)


def test_two_doses_within_the_interval_are_one_too_many() -> None:
    """Fault: M6."""
    kari, olav = dose(0, "kari", "a"), dose(40, "olav", "b")
    assert double_acts([olav, kari]) == (DoubleAct(kari, olav),)
    assert double_acts([olav, kari])[0].apart == timedelta(minutes=40)


def test_one_person_gives_a_dose_twice_as_well() -> None:
    assert len(double_acts([dose(0, "kari", "a"), dose(5, "kari", "b")])) == 1


def test_the_same_dose_seen_twice_is_one_dose() -> None:
    """Mine, and the same one as it came back from the journal."""
    assert double_acts([dose(0, "kari", "a"), dose(0, "kari", "a")]) == ()


@pytest.mark.parametrize(("minutes", "count"), [(359, 1), (360, 0), (480, 0)])
def test_a_scheduled_dose_may_be_early_by_a_quarter(minutes: int, count: int) -> None:
    assert len(double_acts([dose(0, "kari", "a"), dose(minutes, "olav", "b")])) == count


@pytest.mark.parametrize(("minutes", "count"), [(239, 1), (240, 0)])
def test_a_dose_as_needed_keeps_the_whole_interval(minutes: int, count: int) -> None:
    gap = least_gap(timedelta(hours=4), as_needed=True)
    assert len(double_acts([dose(0, "kari", "a", gap), dose(minutes, "olav", "b", gap)])) == count


def test_an_order_that_was_changed_warns_by_the_longer_gap() -> None:
    assert len(double_acts([dose(0, "kari", "a", timedelta(hours=1)), dose(90, "olav", "b")])) == 1


def test_doses_of_two_orders_are_two_doses() -> None:
    assert double_acts([dose(0, "kari", "a"), dose(1, "olav", "b", about="order/2")]) == ()


def test_three_doses_make_two_pairs_in_the_order_of_time() -> None:
    a, b, c = dose(0, "kari", "a"), dose(60, "olav", "b"), dose(120, "per", "c")
    assert double_acts([c, a, b]) == (DoubleAct(a, b), DoubleAct(b, c))


@pytest.mark.parametrize("kind", [ActKind.TASK, ActKind.VISIT, ActKind.PROBLEM])
def test_what_two_people_completed_is_found_whenever_they_did(kind: ActKind) -> None:
    """Fault: M6."""
    kari, olav = act(kind, 0, "kari", "a"), act(kind, 600, "olav", "b")
    assert double_acts([olav, kari]) == (DoubleAct(kari, olav),)
    assert double_acts([kari, act(kind, 600, "kari", "b")]) == ()
    assert double_acts([kari, act(kind, 600, "olav", "b", about="another")]) == ()


def test_a_task_is_not_a_visit() -> None:
    assert double_acts([act(ActKind.TASK, 0, "kari", "a"), act(ActKind.VISIT, 1, "olav", "b")]) == ()


def test_the_same_instant_is_told_in_a_fixed_order() -> None:
    first, second = act(ActKind.VISIT, 0, "kari", "a"), act(ActKind.VISIT, 0, "olav", "b")
    assert double_acts([second, first]) == double_acts([first, second]) == (DoubleAct(first, second),)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = Act(ActKind.VISIT, "it", MORNING.replace(tzinfo=None), "kari", "a")
    with pytest.raises(ValueError, match="aware"):
        double_acts([naive])
