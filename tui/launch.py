"""What the command line hands to the application."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ports.clock import SystemClock
from ports.ids import SystemIds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.screen import Screen

    from ports.clock import Clock
    from ports.ids import Ids
    from services.workday import Workday

LOCK = 75
"""The exit code that asks the supervising parent for a fresh process at the locked door."""

PRACTISE = 76
"""The exit code that asks it for a fresh process in the training journal of this one."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start: the first screen is light, and `workday` is called in a thread after the first frame."""

    first_screen: Callable[[], Screen[Any]]
    workday: Callable[[], Workday]
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
