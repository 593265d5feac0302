"""Bugs planted on purpose: a simulation that does not find them proves nothing."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from tests.simulation import mutants_outbox, mutants_pull, mutants_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import ModuleType


def _of(module: ModuleType) -> dict[str, Callable[[], AbstractContextManager[object]]]:
    """Return the mutants of a file: its own functions."""
    return {
        name: made
        for name, made in vars(module).items()
        if inspect.isfunction(made) and made.__module__ == module.__name__
    }


MUTANTS = {**_of(mutants_outbox), **_of(mutants_store), **_of(mutants_pull)}
