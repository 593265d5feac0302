"""Everybody that home care visits, in the order of the round."""

from __future__ import annotations

from sandbox.population.long_term import LONG_TERM
from sandbox.population.short_term import SHORT_TERM

HOME_CARE = (*LONG_TERM, *SHORT_TERM)
