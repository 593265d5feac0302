"""A journal with stamps that answers for care plans only where their kinds are named: news and counts name them as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from offline_cache.pull_codes import ChangeKind
from tests.pull_room import Kept, a_round, full

if TYPE_CHECKING:
    from client.capability import Capabilities
    from client.resource import Resource
    from offline_cache.store import Store

READS = ("read", "search-type")


def demanding(can: Capabilities) -> tuple[Store, Kept]:
    """Return a journal that demands a kind of whoever searches for care plans, also of who counts them."""
    store, journal = a_round(can)
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "CarePlan" and not id_ and not {"category", "_history"} & set(dict(query)):
            raise JournalError(ErrorKind.REFUSED, status=400)

    journal._met = met  # type: ignore[method-assign]  # a kind must be named
    for number in (1, 2, 3):
        journal.about("CarePlan", f"c{number}", f"p{number}", status="active")
    return store, journal


def plans(store: Store) -> dict[str, tuple[list[str], bool, str]]:
    """Return the care plans that are here, and how whole they are said to be."""
    return {
        p: (store.resources.ids_of_patient(p, "CarePlan"), s.complete, s.reason)
        for p in ("p1", "p2", "p3")
        for s in store.scopes.sections(p)
        if s.name == "plan"
    }


@pytest.mark.parametrize(
    "can",
    [full("category"), full("category", "_deleted"), full("category", interactions=(*READS, "history-type"))],
    ids=["counts", "tombstones", "history"],
)
async def test_each_sync_after_the_first_is_whole_and_brings_what_changed(can: Capabilities) -> None:
    store, journal = demanding(can)
    assert (await journal.take(store).round()).complete
    journal.about("CarePlan", "c4", "p1", status="active")
    journal.delete("CarePlan", "c2")
    journal.asked.clear()
    assert (await journal.take(store).round()).complete
    assert plans(store) == {
        "p1": (["c1", "c4"], True, "named-kinds"),
        "p2": ([], True, "named-kinds"),
        "p3": (["c3"], True, "named-kinds"),
    }
    whole = [q for t, q in journal.asked if t == "CarePlan" and dict(q).keys() == {"patient", "category"}]
    assert whole == []  # nobody's plans were read from their beginning


async def test_plan_that_is_of_another_kind_now_goes() -> None:
    """It is there, but not among the kinds that are asked for: nothing stale stays, and it is told as ended."""
    store, journal = demanding(full("category", interactions=(*READS, "history-type")))
    plain, other = journal._matches, {""}

    def matches(type_: str, query: Any) -> list[Resource]:
        return [r for r in plain(type_, query) if r.id not in other]

    journal._matches = matches  # type: ignore[method-assign]  # `Kept` knows no kinds
    assert (await journal.take(store).round()).complete
    other.add("c2")
    journal.about("CarePlan", "c2", "p2", status="active")
    assert (await journal.take(store).round()).complete
    assert plans(store)["p2"] == ([], True, "named-kinds")
    assert [(c.id, c.kind) for c in store.changes.of("p2")] == [("c2", ChangeKind.ENDED)]


async def test_comma_is_proved_by_care_plans_with_their_kinds() -> None:
    store, journal = demanding(full("category"))
    for number in (1, 2, 3):
        journal.here.pop(("Flag", f"f{number}"))
        journal.here.pop(("MedicationRequest", f"m{number}"))
    assert (await journal.take(store).round()).complete
    journal.asked.clear()
    assert (await journal.take(store).round()).complete
    assert {dict(q)["patient"] for t, q in journal.asked if t == "Goal"} == {"p1,p2,p3"}
