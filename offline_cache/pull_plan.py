"""How this journal is to be pulled from: decided by what its CapabilityStatement says, type by type, never by its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS

if TYPE_CHECKING:
    from client.capability import Capabilities


class Profile(StrEnum):
    """The two ways of pulling (offline-cache.md §1.4)."""

    FULL = "full"  # stamps and a search by them: ask for what is new
    EPIC = "epic"  # neither: read everything, compare the content


class DeletesBy(StrEnum):
    """How deletions of a type are learnt."""

    TOMBSTONES = "tombstones"  # `_deleted=true`: ids alone
    HISTORY = "history"  # the type's `_history?_since=`
    SWEEP = "sweep"  # count, and if it differs compare the ids


@dataclass(frozen=True, slots=True)
class Plan:
    """What the statement allows. `patient_list` is the configured Group or List, as a reference; empty for none."""

    capabilities: Capabilities
    patient_list: str = ""

    @property
    def profile(self) -> Profile:
        """The way of pulling the charts: `full` where every type of the chart can be searched by its stamp."""
        stamped = all(self.has_delta(part.type) for part in CHART_PARTS)
        return Profile.FULL if stamped else Profile.EPIC

    def has_delta(self, type_: str) -> bool:
        """Tell whether a type can be asked for what changed since."""
        return self.capabilities.has_search(type_, "_lastUpdated")

    def counts(self, type_: str) -> bool:
        """Tell whether the journal's count of matches is believed: not where `total` is the size of the page (Epic)."""
        return self.has_delta(type_)

    def deletes_by(self, type_: str) -> DeletesBy:
        """Return how deletions of a type are learnt: tombstones first, for a history brings other patients' records along."""
        if self.capabilities.has_search(type_, "_deleted"):
            return DeletesBy.TOMBSTONES
        if self.capabilities.can(type_, "history-type"):
            return DeletesBy.HISTORY
        return DeletesBy.SWEEP

    @property
    def software(self) -> str:
        """Name the journal's program and its version: what was learnt of one need not hold for the next."""
        return f"{self.capabilities.software} {self.capabilities.software_version}"

    @property
    def by_actor(self) -> bool:
        """Tell whether the visits can be asked for by who makes them."""
        return not self.patient_list and self.capabilities.has_search("Appointment", "actor")
