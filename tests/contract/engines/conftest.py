"""The engines run once for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.engines.houses import Houses

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    """Start what is asked for, and end it all."""
    made = Houses(tmp_path_factory.mktemp("engines"))
    yield made
    made.close()
