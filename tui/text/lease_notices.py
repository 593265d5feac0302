"""What is told of the lease before it bites: until when patients can be read without the journal, and when they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.views import Connection, LeaseState
from tui.text import format as fmt
from tui.text import nb

if TYPE_CHECKING:
    from datetime import datetime

    from services.views import Status

_CUT_OFF = (Connection.OFFLINE, Connection.SIGNED_OUT)


def lease_notices(status: Status, now: datetime) -> list[str]:
    """Return the sentences for the round: as soon as nothing renews the lease, and whenever it ends soon.

    While the journal is reached it is renewed all the time, so that there is nothing to tell.
    """
    said: list[str] = []
    is_told = status.lease is LeaseState.ENDING or status.connection in _CUT_OFF
    if status.lease.may_read and status.lease_ends is not None and is_told:
        ends, hard = fmt.fresh(status.lease_ends, now), fmt.moment_short(status.hard_end)
        said.append(nb.text("lease.told", ends=ends, hard=hard))
    if status.charts_held:
        said.append(nb.text("lease.held", n=fmt.count(status.charts_held, "pasient", "pasienter")))
    return said
