"""The lease is counted by whichever clock says most, so that no clock lengthens it, and a wrong clock costs nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from offline_cache.lease import Lease, LeaseRecord
from offline_cache.lease_state import LeaseState
from offline_cache.retention_policy import RetentionPolicy
from tests.two_clocks import TwoClocks

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SHIFT_END = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
POLICY = RetentionPolicy()
LASTS = timedelta(hours=19)
"""Seven hours of the shift, and the margin of twelve."""


def begun(clocks: TwoClocks) -> Lease:
    """Return a lease that the journal has just renewed."""
    lease = Lease.begin(clocks, POLICY, SHIFT_END)
    lease.renew(SHIFT_END, None)
    return lease


def restarted(clocks: TwoClocks, lease: Lease) -> Lease:
    """Return the lease in a new run, from what was kept of it."""
    clocks.run = 3.0
    return Lease(clocks, POLICY, LeaseRecord.from_bytes(lease.record.to_bytes()))


def test_it_ends_when_the_shift_and_the_margin_are_over() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    view = lease.look()
    assert (view.state, view.ends_at) == (LeaseState.HELD, SHIFT_END + timedelta(hours=12))
    assert view.hard_end_at == MORNING + timedelta(hours=72)
    clocks.pass_by(LASTS - timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDING
    clocks.pass_by(timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDED
    clocks.pass_by(timedelta(hours=72) - LASTS - timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDED
    clocks.pass_by(timedelta(seconds=1))
    assert lease.look().state is LeaseState.HARD_END


def test_it_is_told_before_it_bites() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.pass_by(LASTS - POLICY.warned - timedelta(seconds=1))
    assert lease.look().state is LeaseState.HELD
    clocks.pass_by(timedelta(seconds=2))
    view = lease.look()
    assert view.state is LeaseState.ENDING
    assert view.ends_at == MORNING + LASTS


def test_a_contact_renews_it_also_after_its_end() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.pass_by(timedelta(hours=30))
    assert lease.look().state is LeaseState.ENDED
    lease.renew(clocks.wall + timedelta(hours=1), None)
    view = lease.look()
    assert (view.state, view.ends_at) == (LeaseState.HELD, clocks.wall + timedelta(hours=13))


@pytest.mark.parametrize(
    "back", [timedelta(minutes=5), timedelta(hours=1), timedelta(days=3), timedelta(days=3650)]
)
@pytest.mark.parametrize("is_restarted", [False, True], ids=["same run", "new run"])
def test_a_clock_put_back_never_lengthens_it(back: timedelta, is_restarted: bool) -> None:  # noqa: FBT001
    """Fault: C1, C3."""
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.pass_by(timedelta(hours=10))
    lease.look()
    clocks.set_wall(-back)
    if is_restarted:
        lease = restarted(clocks, lease)
    view = lease.look()
    assert view.is_put_back == (back > timedelta(minutes=10))
    assert view.ends_at - clocks.wall == LASTS - timedelta(hours=10)
    clocks.pass_by(LASTS - timedelta(hours=10) - timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDING
    clocks.pass_by(timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDED


def test_many_small_steps_back_are_seen_as_the_one_they_are() -> None:
    """Fault: C1."""
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    for _ in range(3):
        clocks.pass_by(timedelta(minutes=1))
        clocks.set_wall(-timedelta(minutes=4))
        lease.look()
    assert lease.look().is_put_back
    assert lease.record.counted == 180
    lease.renew(SHIFT_END, None)
    assert not lease.look().is_put_back


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=3)])
def test_a_clock_put_forward_shortens_it_and_putting_it_right_gives_nothing_back(ahead: timedelta) -> None:
    """Fault: C1."""
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.set_wall(ahead)
    assert lease.look().state is (LeaseState.HELD if ahead < LASTS else LeaseState.HARD_END)
    counted = lease.record.counted
    assert counted == ahead.total_seconds()
    clocks.set_wall(-ahead)
    view = lease.look()
    assert lease.record.counted == counted
    assert view.is_put_back


def test_a_wrong_clock_costs_nothing_as_long_as_it_stays_wrong() -> None:
    """A clock three days ahead, all the time: the journal's own hour decides what shift it is.

    Fault: C5.
    """
    clocks = TwoClocks(MORNING + timedelta(days=3))
    lease = begun(clocks)
    lease.renew(SHIFT_END, MORNING)
    view = lease.look()
    assert view.state is LeaseState.HELD
    assert view.ends_at - clocks.wall == LASTS


def test_a_closed_lid_counts() -> None:
    """Fault: C4."""
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.suspend(LASTS)
    assert lease.look().state is LeaseState.ENDED
    assert not lease.look().is_put_back


def test_a_machine_that_was_off_counts() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.suspend(LASTS)
    assert restarted(clocks, lease).look().state is LeaseState.ENDED


def test_summer_time_changes_nothing() -> None:
    """The shift ends by the clock on the wall, and the lease is counted in hours that passed.

    Fault: C2.
    """
    from clinical.shifts import shift_at

    night = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # the night in which the clocks go back
    clocks = TwoClocks(night)
    lease = Lease.begin(clocks, POLICY, shift_at(night).end)
    lasts = shift_at(night).end - night + POLICY.margin
    assert lasts == timedelta(hours=21, minutes=30)
    clocks.pass_by(lasts - timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDING
    clocks.pass_by(timedelta(seconds=1))
    assert lease.look().state is LeaseState.ENDED


def test_the_journals_clock_counts_when_ours_stands_still() -> None:
    """A refusal with the journal's time in it: nothing is renewed, and the later time counts.

    Fault: C5.
    """
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    lease.renew(SHIFT_END, MORNING)
    lease.hear(MORNING + timedelta(hours=18, minutes=30))
    assert lease.look().state is LeaseState.ENDING
    lease.hear(MORNING)  # an older one gives nothing back
    assert lease.look().state is LeaseState.ENDING
    lease.hear(MORNING + LASTS)
    assert lease.look().state is LeaseState.ENDED


def test_the_first_time_that_is_heard_is_only_a_beginning() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    clocks.pass_by(timedelta(hours=2))
    lease.hear(MORNING + timedelta(days=900))  # whatever it says: there is nothing to compare it with
    assert lease.look().state is LeaseState.HELD
    lease.hear(MORNING + timedelta(days=900) + LASTS)
    assert lease.look().state is LeaseState.ENDED


def test_a_store_from_before_there_were_leases_begins_where_it_last_heard_the_journal() -> None:
    clocks = TwoClocks(MORNING)
    week_old = Lease.begin(clocks, POLICY, SHIFT_END - timedelta(days=7), since=MORNING - timedelta(days=7))
    assert week_old.look().state is LeaseState.HARD_END
    ahead = Lease.begin(clocks, POLICY, SHIFT_END, since=MORNING + timedelta(days=7))
    assert ahead.look().state is LeaseState.HELD
    assert ahead.look().hard_end_at == MORNING + timedelta(hours=72)


def test_the_journals_word_ends_it_until_it_is_taken_back() -> None:
    clocks = TwoClocks(MORNING)
    lease = begun(clocks)
    lease.withdraw()
    assert restarted(clocks, lease).look().state is LeaseState.WITHDRAWN
    left = lease.look().ends_at
    lease.give_back()
    assert (lease.look().state, lease.look().ends_at) == (LeaseState.HELD, left)


def test_no_policy_passes_the_limits() -> None:
    with pytest.raises(ValueError, match="72"):
        RetentionPolicy(hard_end=timedelta(hours=73))
    with pytest.raises(ValueError, match="shift"):
        RetentionPolicy(margin=timedelta(hours=-1))
    clocks = TwoClocks(MORNING)
    longest = Lease.begin(clocks, RetentionPolicy(margin=timedelta(hours=200)), SHIFT_END)
    assert longest.look().ends_at == MORNING + timedelta(hours=72)
