"""A search as Epic takes it: what must be named, what is passed over, and what is filtered after the page is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.epic import outcomes
from sandbox.epic.advertised import OFFERED
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_parameters import parameters
from sandbox.fhir.search_query import parse_search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fhir.search_query import Search

_COMMON = frozenset({"_id", "_count", "_include"})


@dataclass(frozen=True, slots=True)
class EpicSearch:
    """A search in two steps: `first` cuts the pages, `filters` (if any) thins them out."""

    first: Search
    filters: Search | None
    applied: list[tuple[str, str]]
    ignored: list[str]


def parse_epic_search(type_: str, pairs: Sequence[tuple[str, str]]) -> EpicSearch:
    """Return the search that the query pairs ask for. What is not known is passed over, also under `strict`.

    Raises:
        Refusal: something that must be named is not, or a value cannot be read.
    """
    offered = OFFERED[type_]
    taken = [pair for pair in pairs if pair[0].partition(":")[0] in {*offered.parameters, *_COMMON}]
    bare = {name.partition(":")[0] for name, value in taken if value}
    if "_id" not in bare:
        for group in offered.needs:
            if group.isdisjoint(bare):
                words = f"The search must name {' or '.join(sorted(group))}."
                raise Refusal(400, "required", words, number=outcomes.REQUIRED)
    known = parameters(type_)
    dates = [pair for pair in taken if pair[0] in known and known[pair[0]].kind == "date"]
    late = [pair for pair in dates if type_ != "Patient"]
    try:
        first = parse_search(type_, [pair for pair in taken if pair not in late], strict=False)
        filters = parse_search(type_, late, strict=False) if late else None
    except Refusal as refusal:
        raise Refusal(400, refusal.code, refusal.text, number=outcomes.INVALID) from None
    unknown = {name[:60] for name, _ in pairs if name != "_format"} - {name for name, _ in taken}
    applied = [pair for pair in taken if pair in first.applied or pair in late]
    return EpicSearch(first, filters, applied, sorted({*unknown, *first.ignored}))
