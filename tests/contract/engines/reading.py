"""What the engines give to who reads: searches, pages, changes since, deletes, versions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from client.errors import JournalError
from ports.clock import SystemClock
from tests.contract.engines.writing import encoded

if TYPE_CHECKING:
    from tests.contract.engines.bench import Bench

OVERLAP = timedelta(seconds=150)


async def header(bench: Bench) -> str:
    """What `meta` holds, and whether an answer says the journal's time."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    stored = await bench.client.read("Observation", made.id)
    answer = await bench.raw("GET", f"Observation/{made.id}")
    told = [
        ("versionId", stored.version_id),
        ("lastUpdated", stored.last_updated),
        ("Date", answer.server_time),
    ]
    return ", ".join(name for name, value in told if value) or "nothing"


async def says(bench: Bench) -> str:
    """What the CapabilityStatement promises for Observation."""
    can = await bench.client.capabilities()
    promised = {
        "transaction": can.transaction,
        "conditional create": can.conditional_create("Observation"),
        "versions": can.conditional_update("Observation"),
        "update as create": can.of("Observation").update_create,
        "delete": can.can("Observation", "delete"),
        "type history": can.can("Observation", "history-type"),
        "_lastUpdated": can.has_search("Observation", "_lastUpdated"),
        "_deleted": can.has_search("Observation", "_deleted"),
    }
    return ", ".join(name for name, is_promised in promised.items() if is_promised) or "none of it"


async def paging(bench: Bench) -> str:
    """Five resources in pages of two, as our client follows them, and the `total` beside them."""
    for _ in range(5):
        await bench.client.create("Observation", encoded(bench.reading()))
    pages = [page async for page in bench.client.search("Observation", bench.asked, page_size=2)]
    found = {one.id for page in pages for one in page.resources}
    return f"{len(found)} of 5 in {len(pages)} page{'s' * (len(pages) > 1)}, total {pages[0].total}"


async def counting(bench: Bench) -> str:
    """`_summary=count` of three."""
    for _ in range(3):
        await bench.client.create("Observation", encoded(bench.reading()))
    return str(await bench.client.count("Observation", bench.asked))


async def unknown_parameter(bench: Bench) -> str:
    """A search by a parameter that does not exist, plain and under `Prefer: handling=strict`."""
    await bench.client.create("Observation", encoded(bench.reading()))
    query = (*bench.asked, ("no-such", "x"))
    plain = await bench.raw("GET", "Observation", None, *query)
    found = [entry["search"]["mode"] for entry in json.loads(plain.body).get("entry", ())]
    told = "said in an outcome" if "outcome" in found else "" if plain.status != 200 else "not said"
    strict = await bench.raw("GET", "Observation", None, *query, Prefer="handling=strict")
    return f"{plain.status} {told}; strict {strict.status}".replace("  ", " ")


async def search_in_body(bench: Bench) -> str:
    """POST `_search` beside GET."""
    await bench.client.create("Observation", encoded(bench.reading()))
    there = [one.id for one in await bench.all()]
    same = there == [one.id for one in await bench.all(in_body=True)] != []
    return "the same as GET" if same else "SOMETHING ELSE"


async def included(bench: Bench) -> str:
    """`_include` of the patient."""
    await bench.client.create("Observation", encoded(bench.reading()))
    asked = [*bench.asked, ("_include", "Observation:patient")]
    pages = [page async for page in bench.client.search("Observation", asked)]
    ids = [one.id for page in pages for one in page.included]
    return "the patient comes with it" if ids == [bench.subject] else "without"


async def unchanged(bench: Bench) -> str:
    """If-None-Match with the version we have."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    answer = await bench.raw("GET", f"Observation/{made.id}", If_None_Match=f'W/"{made.version_id}"')
    return str(answer.status)


async def history(bench: Bench) -> str:
    """Three versions, asked for twice: the order each time."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    versions = [made.version_id]
    for status in ("amended", "corrected"):
        body = encoded(bench.reading(id=made.id, status=status))
        versions.append(
            (await bench.client.update("Observation", made.id, body, if_match=versions[-1])).version_id
        )
    order = {tuple(versions): "oldest first", tuple(reversed(versions)): "newest first"}
    told = []
    for _ in range(2):
        try:
            given = await bench.client.history("Observation", made.id)
        except JournalError as error:
            return f"refused with {error.status}"
        told.append(order.get(tuple(one.version_id for one in given), "some other order"))
    return told[0] if told[0] == told[1] else ", then ".join(told)


async def missing(bench: Bench) -> str:
    """A read of an id that never was."""
    return str((await bench.raw("GET", "Observation/no-such")).status)


async def delete(bench: Bench) -> str:
    """Delete, read, delete again."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    path = f"Observation/{made.id}"
    told = [(await bench.raw(method, path)).status for method in ("DELETE", "GET", "DELETE")]
    return ", ".join(map(str, told))


async def deletes_seen(bench: Bench) -> str:
    """Which of the ways to hear of deletes names the deleted id."""
    since = _instant(SystemClock().now() - OVERLAP)
    made = await bench.client.create("Observation", encoded(bench.reading()))
    if (await bench.raw("DELETE", f"Observation/{made.id}")).status >= 300:
        return "nothing can be deleted"
    history_ = await bench.raw("GET", "Observation/_history", None, ("_since", since))
    deleted = await bench.raw(
        "GET", "Observation", None, ("_deleted", "true"), ("_lastUpdated", f"ge{since}")
    )
    ways = {"type history": history_, "_deleted": deleted}
    seen = [name for name, answer in ways.items() if answer.status == 200 and made.id.encode() in answer.body]
    assert made.id not in [one.id for one in await bench.all()]
    return ", ".join(seen) or "by an id sweep only"


async def delta_by_gt(bench: Bench) -> str:
    """A resource stamped early and published late, under the cursor that loses data: after the newest seen."""
    return await _delta(bench, "gt", timedelta())


async def delta_by_overlap(bench: Bench) -> str:
    """The same under ours: from the newest seen, 150 seconds back."""
    return await _delta(bench, "ge", OVERLAP)


async def _delta(bench: Bench, prefix: str, back: timedelta) -> str:
    """Pull while one create is stamped and not yet published, then pull by the cursor; count what never came."""
    assert bench.slow is not None
    async with bench.slow(bench, encoded(bench.reading())):
        await bench.client.create("Observation", encoded(bench.reading()))
        seen = await bench.all()
    held = {one.id for one in seen}
    if not all(one.last_updated for one in seen):
        return "no lastUpdated to go by"
    cursor = _instant(max(datetime.fromisoformat(one.last_updated) for one in seen) - back)
    held |= {one.id for one in await bench.all(("_lastUpdated", f"{prefix}{cursor}"))}
    missed = {one.id for one in await bench.all()} - held
    return f"{len(missed)} of 1 missed"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
