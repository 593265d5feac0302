"""What an embedded journal can behave as; its state is made for one of them and stays with it."""

from __future__ import annotations

FULL = "full"
EPIC = "epic"
PROFILES = (FULL, EPIC)
