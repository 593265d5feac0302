"""What line 1 of every screen says, put together from what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import keeping
from services.granted import not_granted
from services.views import LeaseState, Status

if TYPE_CHECKING:
    from services.connection import ConnectionWatch
    from services.reading import Counts
    from services.retaining import Retaining
    from services.session import Session
    from services.setup import Setup


def status_line(
    setup: Setup, watch: ConnectionWatch, session: Session, counts: Counts, retaining: Retaining | None
) -> Status:
    """Return the status of an open session."""
    kept = retaining.kept() if retaining is not None else None
    lease = kept.lease if kept is not None else None
    return Status(
        environment=setup.journal.environment,
        connection=watch.state,
        connection_since=watch.since,
        data_as_of=counts.data_as_of,
        unsent_visits=counts.unsent_visits,
        unsent_entries=counts.unsent_entries,
        cache=session.cache,
        clinician=session.clinician.name,
        only_reads=keeping.only_reads(session),
        lease=lease.state if lease else LeaseState.NONE,
        lease_ends=lease.ends_at if lease else None,
        hard_end=lease.hard_end_at if lease else None,
        clock_put_back=lease is not None and lease.is_put_back,
        charts_held=kept.held if kept is not None else 0,
        clock_ahead=round(session.transport.ahead.total_seconds()),
        not_granted=not_granted(session.tokens.grant.scopes),
        accesses=counts.accesses,
    )
