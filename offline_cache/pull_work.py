"""What the steps of one pull share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.asking import WHOLE_LINE
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.left_out import NAMED_KINDS
from offline_cache.notices import Notice
from offline_cache.pull_codes import NoticeCode
from offline_cache.pull_plan import DeletesBy

if TYPE_CHECKING:
    from client.errors import JournalError
    from client.journal import JournalClient
    from offline_cache.asking import Asking
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.landing import Landing
    from offline_cache.pull_plan import Plan
    from offline_cache.store import Store
    from offline_cache.sync_report import Tally
    from ports.clock import Clock
    from ports.worker import Worker

_DEMANDING = "pull.demanding"


@dataclass(slots=True)
class Work:
    """One pull under way.

    `missing` is what did not come down so far: patient -> part -> reason. `demanding` are the parts that this journal, as it
    is now, refuses to answer unless they are asked for more closely. With `alone` no question names several patients.
    """

    client: JournalClient
    store: Store
    worker: Worker
    clock: Clock
    plan: Plan
    asking: Asking
    landing: Landing
    tally: Tally
    missing: dict[str, dict[str, str]] = field(default_factory=dict)
    demanding: set[str] = field(default_factory=set)
    alone: bool = False
    removals: int = field(init=False)

    def __post_init__(self) -> None:
        self.removals = self.store.purges.removals

    @property
    def is_purged(self) -> bool:
        """Whether a chart was removed since this pull began: a hard end may come while the journal is asked."""
        return self.store.purges.removals != self.removals

    async def lacks(self, patient: str, part: ChartPart, reason: str) -> None:
        """Mark a part as missing, in the store and for the report."""
        self.missing.setdefault(patient, {})[part.name] = reason
        await self.worker.run(self.landing.missing, patient, part, reason)

    def has(self, patient: str, part: ChartPart) -> None:
        """Take a part off the list of what is missing."""
        self.missing.get(patient, {}).pop(part.name, None)

    def lacking(self, patient: str) -> tuple[tuple[str, str], ...]:
        """Return what one patient's chart lacks."""
        return tuple(self.missing.get(patient, {}).items())

    def limit_of(self, part: ChartPart) -> str:
        """Return what the question for a part leaves out on this journal, as a code; nothing where it asks for all."""
        return NAMED_KINDS if part.name in self.demanding else ""

    def narrowing(self, part: ChartPart) -> Query:
        """Return what every search for a part is narrowed by on this journal, counts and news included."""
        return part.if_demanded if part.name in self.demanding else ()

    def deletes_by(self, part: ChartPart) -> DeletesBy:
        """Return how deletions of a part are learnt: a tombstone has no kind to be searched by, and a plan may change its own."""
        return DeletesBy.SWEEP if self.narrowing(part) else self.plan.deletes_by(part.type)

    def recall_demanding(self) -> None:
        """Take up what was learnt of this journal in this version; what was told of another one holds no more."""
        software, _, names = (self.store.meta.get(_DEMANDING) or b"").decode().rpartition("\n")
        if names and software == self.plan.software:
            self.demanding |= set(names.split(","))
        with self.store.transaction():
            self.store.notices.clear_everywhere((NoticeCode.NAMED_KINDS,))
            self._tell_demanding()

    def keep_demanding(self) -> None:
        """Keep what was learnt, for as long as the journal says that it is this version."""
        names = ",".join(sorted(self.demanding))
        with self.store.transaction():
            self.store.meta.put(_DEMANDING, f"{self.plan.software}\n{names}".encode())
            self._tell_demanding()

    def _tell_demanding(self) -> None:
        """Say once, of no patient, which parts hold only the kinds that we name."""
        for part in CHART_PARTS:
            if part.name in self.demanding:
                notice = Notice(NoticeCode.NAMED_KINDS, "", part.type, detail=part.name)
                self.store.notices.put(notice, self.clock.now())

    def met(self, error: JournalError) -> str:
        """Take in what a question met, and return the reason to write down."""
        if error.kind in WHOLE_LINE and not self.asking.line.lost:
            self.asking.line.lost = str(error.kind)
        return str(error.kind)
