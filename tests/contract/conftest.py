"""What several contract tests stand on."""

from __future__ import annotations

import pytest

from offline_cache.seals import Seals


@pytest.fixture
def without_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal whose organisation has no key: what is signed lies nowhere but in the database."""
    monkeypatch.setattr(Seals, "is_active", property(lambda _self: False))
    monkeypatch.setattr(Seals, "use", lambda _self, _public: None)
