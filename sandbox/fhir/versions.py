"""Versions of resources, and what reading and writing them comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one resource, as stored."""

    type: str
    id: str
    number: int
    last_updated: str
    method: str
    body: bytes

    @property
    def etag(self) -> str:
        """The weak entity tag of the version."""
        return f'W/"{self.number}"'

    @property
    def location(self) -> str:
        """The path of the version below the base."""
        return f"{self.type}/{self.id}/_history/{self.number}"

    @property
    def is_tombstone(self) -> bool:
        """Whether the resource was deleted with this version."""
        return self.method == "DELETE"


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one write: the version that now stands, and the status to answer with."""

    version: Version
    status: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; `after` is where the next page begins, None at the end."""

    matches: list[Version]
    included: list[Version]
    total: int
    after: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of the history of a type; `following` is where the next page begins, empty at the end."""

    versions: list[Version]
    total: int
    following: tuple[str | int, ...]
