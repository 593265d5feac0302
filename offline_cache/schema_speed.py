"""The step of the schema for what a sync asks of the outbox: whether a resource that came is what we sent ourselves.

Only what has an id at the journal is in the index, so that signing, which has none yet, writes nothing more.
"""

from __future__ import annotations

STEP = ("CREATE INDEX part_at_journal ON part (type, server_id) WHERE server_id <> ''",)
