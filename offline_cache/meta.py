"""Small facts of the store itself: its identity, cursors, what the services want to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offline_cache.engine import Engine


class MetaTable:
    """Bytes by name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        rows = self._engine.run("SELECT value FROM meta WHERE key = ?", (key,))
        value = rows[0][0] if rows else None
        return value if isinstance(value, bytes) else None

    def put(self, key: str, value: bytes) -> None:
        """Set the value."""
        self._engine.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def delete(self, key: str) -> None:
        """Forget the value; nothing happens when there is none."""
        self._engine.run("DELETE FROM meta WHERE key = ?", (key,))
