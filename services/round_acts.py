"""What the screens can do with the round and its charts: take them along, read them, see what is new."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from client.errors import JournalError
from clinical.shifts import shift_at
from offline_cache.double_acts import check_double_acts
from offline_cache.rounds import shifts_ahead
from services.at_work import AtWork
from services.audit_event import log_with_journal
from services.delivery import connection_of
from services.journal_tree import read_tree
from services.names import full_name, name_of
from services.trouble import Trouble, TroubleCode
from services.trouble_from import of_journal, told
from services.views import CacheKind, Connection, RoundProgress

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from client.resource import Resource
    from offline_cache.pull import ChartOutcome
    from services.connection import ConnectionWatch
    from services.reading import Reading
    from services.session import Session
    from services.views import Chart, NewsRow, RoundView, SyncView


class RoundActs(AtWork):
    """Every method raises `Trouble` and nothing else on purpose."""

    _watch: ConnectionWatch
    _taking: asyncio.Lock

    async def take_round(self, progress: Callable[[RoundProgress], None]) -> RoundView:
        """Bring the visits of the shift and the charts of their patients.

        Raises:
            Trouble: the list itself did not come. A chart that did not is told in its row, and the rest is there.
        """
        session, reading = self._writable(), self._trained()
        with told():
            async with self._taking:
                await self._pull_round(session, progress)
                await self._setup.worker.run(check_double_acts, session.store, self._setup.clock.now())
            if self._retaining is not None and await self._after_contact(True):
                await self._retaining.listed((reading.opened,))
            await self._refresh_status()
            taken = await self._setup.worker.run(reading.show_round)
        if taken is None:
            raise Trouble(TroubleCode.NOT_CACHED)
        return taken

    async def round(self) -> RoundView | None:
        """Return the round as it lies in the cache; None when none was taken."""
        with told():
            return await self._setup.worker.run(self._clinical().show_round)

    async def chart(self, patient_id: str, visit_id: str = "", *, again: bool = False) -> Chart:
        """Open a patient's chart. The audit row is written first; if it cannot be, nothing is shown.

        With `again` the chart that is on the screen is read anew: the same patient as last time is not logged twice.
        """
        session = self._open()
        if again and self._reader().opened == patient_id:
            with told():
                return await self._setup.worker.run(self._clinical().chart_again, patient_id, visit_id)
        async with self._opening(patient_id):
            return await self._opened(session, self._clinical(), patient_id, visit_id)

    async def _opened(self, session: Session, reading: Reading, patient_id: str, visit_id: str) -> Chart:
        """Open a patient on the ground that there is, or refuse it."""
        with told():
            if session.cache is CacheKind.NONE:
                reason = await self._setup.worker.run(reading.access.reason_for, patient_id, visit_id)
                await log_with_journal(session, patient_id, reason, self._setup.clock.now())
            return await self._setup.worker.run(reading.open_chart, patient_id, visit_id)

    async def changes(self, patient_id: str) -> tuple[NewsRow, ...]:
        """Return what changed in a chart since it was last looked at, the latest first."""
        with told():
            return await self._setup.worker.run(self._clinical().news, patient_id)

    async def changes_seen(self, patient_id: str, upto: int) -> None:
        """Take note that the changes up to a row's sequence number were on the screen."""
        with told():
            await self._setup.worker.run(self._reader().news_seen, patient_id, upto)

    async def sync_report(self) -> SyncView | None:
        """Return how the last pull went: what came, what went, what is missing; None before the first."""
        with told():
            return await self._setup.worker.run(self._reader().last_sync)

    async def _pull_round(self, session: Session, progress: Callable[[RoundProgress], None]) -> None:
        names: dict[str, str] = {}

        def listed(patients: Sequence[Resource]) -> None:
            names.update((p.id, full_name(*name_of(read_tree(p.body) or {}))) for p in patients)

        def each(done: int, total: int, outcome: ChartOutcome) -> None:
            missing = tuple(name for name, _ in outcome.missing)
            name = names.get(outcome.patient_id, "")
            progress(RoundProgress(done, total, outcome.patient_id, name, outcome.complete, missing))

        span = shift_at(self._setup.clock.now())
        try:
            await session.pull.take_round(span, session.clinician.fhir_user, listed, each, shifts_ahead(span))
        except JournalError as error:
            self._watch.met(connection_of(error))
            await self._refresh_status()
            if connection_of(error) is Connection.OFFLINE and await self._setup.worker.run(
                self._reader().promote_ahead, span.start
            ):
                return  # taken along with an earlier shift: it says itself how old it is
            raise of_journal(error) from None
        self._watch.met(Connection.ONLINE)

    async def _after_reconnection(self) -> None:
        """Bring the round again, as fresh as the network allows. Another shift's list only comes when it is asked for."""
        taken = await self.round()
        if taken is not None and taken.shift.start == shift_at(self._setup.clock.now()).start:
            with contextlib.suppress(Trouble):
                await self.take_round(lambda _: None)
