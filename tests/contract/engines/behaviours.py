"""The behaviours by name, in the order of the table: what is asked of every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.engines import reading, writing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from tests.contract.engines.bench import Bench

    Behaviour: TypeAlias = Callable[[Bench], Awaitable[str]]

BEHAVIOURS: dict[str, Behaviour] = {
    "says of itself": reading.says,
    "create": writing.create,
    "what a resource and an answer carry": reading.header,
    "conditional create, 0, 1, 2 matches": writing.conditional_create,
    "update with If-Match": writing.update,
    "stale update": writing.stale_update,
    "update without If-Match": writing.blind_update,
    "update with the same content": writing.same_update,
    "update as create": writing.update_as_create,
    "answer lost, sent again with its condition": writing.replay_with_condition,
    "answer lost, sent again without": writing.replay_without,
    "note, answer lost, sent again with its condition": writing.note_replay,
    "transaction of two linked parts": writing.transaction,
    "transaction, answer lost, sent again": writing.transaction_replay,
    "transaction whose fullUrl is the identifier, twice": writing.full_url_is_identifier,
    "transaction with one stale part": writing.transaction_with_a_stale_part,
    "body of another type": writing.body_of_another_type,
    "about a patient who is not there": writing.about_nobody,
    "36.50 comes back as": writing.decimals,
    "Prefer: return=minimal": writing.terse,
    "published late, cursor `gt`": reading.delta_by_gt,
    "published late, cursor `ge` with overlap": reading.delta_by_overlap,
    "delete, read, delete again": reading.delete,
    "a delete is seen": reading.deletes_seen,
    "five in pages of two": reading.paging,
    "_summary=count of three": reading.counting,
    "unknown search parameter": reading.unknown_parameter,
    "POST _search": reading.search_in_body,
    "_include": reading.included,
    "If-None-Match": reading.unchanged,
    "history of three versions": reading.history,
    "read of what never was": reading.missing,
}
