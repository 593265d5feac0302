"""What the engines do with what is written: each behaviour is asked for by our client and told in a few words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from offline_cache.delivery_bundle import transaction_bundle
from offline_cache.entries import NewPart
from offline_cache.store import Store
from ports.disk import SystemDisk
from tests.contract.engines.bench import condition, new_mark
from tests.store_room import KEYS, HandClock, draft

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from client.written import Written
    from offline_cache.entries import PartRecord
    from tests.contract.engines.bench import Bench

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def encoded(resource: dict[str, Any]) -> bytes:
    """Return a resource as bytes."""
    return json.dumps(resource).encode()


async def status_of(call: Awaitable[Written]) -> int:
    """Return the status of a write, refused or not."""
    try:
        return (await call).status
    except JournalError as error:
        if not error.status:
            raise
        return error.status


async def create(bench: Bench) -> str:
    """Status, and what the answer names."""
    answer = await bench.raw("POST", "Observation", bench.reading())
    version = answer.headers.get("etag", "").removeprefix("W/").strip('"')
    form = "no version" if not version else "uuid" if UUID.match(version) else f"version {version}"
    location = answer.headers.get("location", "")
    kind = "no Location" if not location else "versioned" if "/_history/" in location else "unversioned"
    return f"{answer.status}, {form}, {kind}"


async def conditional_create(bench: Bench) -> str:
    """With no, one and two matches; the second match is made without the condition."""
    mark = new_mark()
    body = encoded(bench.reading(mark))
    told = []
    for asked in (condition(mark), condition(mark), "", condition(mark)):
        status = await status_of(bench.client.create("Observation", body, if_none_exist=asked))
        told += [str(status)] if asked else []
    return ", ".join(told)


async def update(bench: Bench) -> str:
    """Of the version that was read."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    changed = encoded(bench.reading(id=made.id, status="amended"))
    new = await bench.client.update("Observation", made.id, changed, if_match=made.version_id)
    return f"{new.status}, {_version_after(made, new)}"


def _version_after(old: Written, new: Written) -> str:
    if not new.version_id:
        return "no version"
    return "a new version" if new.version_id != old.version_id else "the same version"


async def stale_update(bench: Bench) -> str:
    """Of a version that is no longer the newest; what the other one wrote must stand."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    theirs = encoded(bench.reading(id=made.id, status="amended"))
    mine = encoded(bench.reading(id=made.id, status="cancelled"))
    await bench.client.update("Observation", made.id, theirs, if_match=made.version_id)
    status = await status_of(bench.client.update("Observation", made.id, mine, if_match=made.version_id))
    stands = b"amended" in (await bench.client.read("Observation", made.id)).body
    return f"{status}, {'theirs stands' if stands else 'LOST UPDATE'}"


async def blind_update(bench: Bench) -> str:
    """Without If-Match."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    body = encoded(bench.reading(id=made.id))
    return str(await status_of(bench.client.update("Observation", made.id, body, if_match="")))


async def same_update(bench: Bench) -> str:
    """Of the very same content."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    stored = await bench.client.read("Observation", made.id)
    again = await bench.client.update("Observation", made.id, stored.body, if_match=made.version_id)
    return _version_after(made, again)


async def update_as_create(bench: Bench) -> str:
    """To an id that the client made up."""
    body = encoded(bench.reading(id="of-our-own"))
    return str(await status_of(bench.client.update("Observation", "of-our-own", body, if_match="")))


async def replay_with_condition(bench: Bench) -> str:
    """The answer was lost after the commit; the same conditional create is sent again."""
    mark = new_mark()
    reading = bench.reading(mark)
    await lost(bench, bench.client.create("Observation", encoded(reading), if_none_exist=condition(mark)))
    call = bench.client.create("Observation", encoded(reading), if_none_exist=condition(mark))
    return _copies(await status_of(call), await bench.count_of(reading))


async def replay_without(bench: Bench) -> str:
    """The same, with nothing that tells the journal that it is the same."""
    reading = bench.reading(new_mark())
    await lost(bench, bench.client.create("Observation", encoded(reading)))
    status = await status_of(bench.client.create("Observation", encoded(reading)))
    return _copies(status, await bench.count_of(reading))


async def note_replay(bench: Bench) -> str:
    """The same with a note, with its condition."""
    mark = new_mark()
    body = encoded(bench.note(mark))
    await lost(bench, bench.client.create("DocumentReference", body, if_none_exist=condition(mark)))
    status = await status_of(bench.client.create("DocumentReference", body, if_none_exist=condition(mark)))
    pages = bench.client.search("DocumentReference", [("patient", bench.subject)])
    return _copies(status, sum([len(page.resources) async for page in pages]))


def _copies(status: int, count: int) -> str:
    return f"{status}, {count} {'copy' if count == 1 else 'COPIES'}"


async def lost(bench: Bench, call: Awaitable[object]) -> None:
    """Have the line break after the journal's commit; our client must say that the write may be there."""
    bench.line.losing = 1
    with pytest.raises(JournalError) as broken:
        await call
    assert (broken.value.kind, broken.value.may_be_applied) == (ErrorKind.ANSWER_LOST, True)
    assert bench.line.lost == 1


def _parts(bench: Bench) -> list[PartRecord]:
    """Return the two parts of a signed entry, the second pointing to the first, as the store gives them."""
    marks = [new_mark() for _ in range(2)]
    links: list[dict[str, Any]] = [{}, {"derivedFrom": [{"reference": marks[0]}]}]
    made = [
        NewPart(mark.removeprefix("urn:uuid:"), number, "Observation", encoded(bench.reading(mark, **link)))
        for number, (mark, link) in enumerate(zip(marks, links, strict=True), 1)
    ]
    clock = HandClock()
    store = Store.open(None, KEYS, disk=SystemDisk(), clock=clock, create=True)
    with store.transaction():
        store.entries.save_draft(draft("e"))
        store.entries.sign("e", made, title="", signed_at=clock.at, send_after=clock.at, author="a")
    parts = store.entries.parts("e")
    store.close()
    return parts


async def transaction(bench: Bench) -> str:
    """Two parts, as the outbox sends them: each status, and whether the link between them holds."""
    parts = _parts(bench)
    try:
        answers = await bench.client.transaction(transaction_bundle(parts))
    except JournalError as error:
        return f"refused with {error.status}"
    second = json.loads((await bench.client.read("Observation", answers[1].id)).body)
    linked = second["derivedFrom"][0]["reference"] == f"Observation/{answers[0].id}"
    kept = [await bench.count_by(f"urn:uuid:{part.op_id}") for part in parts] == [1, 1]
    words = "linked" if linked else "NOT LINKED", "identifiers kept" if kept else "IDENTIFIERS LOST"
    return ", ".join([*(str(one.status) for one in answers), *words])


async def transaction_replay(bench: Bench) -> str:
    """The answer to a transaction was lost; the same one is sent again."""
    bundle = transaction_bundle(_parts(bench))
    await lost(bench, bench.client.transaction(bundle))
    try:
        again = await bench.client.transaction(bundle)
    except JournalError as error:
        return f"refused with {error.status}"
    count = len(await bench.all())
    told = ", ".join(str(one.status) for one in again)
    return f"{told}; {'each once' if count == len(again) else 'COPIES'}"


async def full_url_is_identifier(bench: Bench) -> str:
    """A transaction in which `fullUrl` and identifier are the same text, sent twice."""
    mark = new_mark()
    request = {"method": "POST", "url": "Observation", "ifNoneExist": condition(mark)}
    entry = {"fullUrl": mark, "resource": bench.reading(mark), "request": request}
    bundle = encoded({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    try:
        for _ in range(2):
            await bench.client.transaction(bundle)
    except JournalError as error:
        return f"refused with {error.status}"
    count = len(await bench.all())
    return f"{count} {'copy' if count == 1 else 'COPIES'}, {await bench.count_by(mark)} with the identifier"


async def transaction_with_a_stale_part(bench: Bench) -> str:
    """A create, and an update of a version that is stale: the statuses, and what the journal kept of it."""
    made = await bench.client.create("Observation", encoded(bench.reading()))
    newer = encoded(bench.reading(id=made.id, status="amended"))
    await bench.client.update("Observation", made.id, newer, if_match=made.version_id)
    other = bench.reading()
    stale = {"method": "PUT", "url": f"Observation/{made.id}", "ifMatch": f'W/"{made.version_id}"'}
    entries = [
        {"resource": other, "request": {"method": "POST", "url": "Observation"}},
        {"resource": bench.reading(id=made.id, status="cancelled"), "request": stale},
    ]
    bundle = encoded({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    try:
        answers = await bench.client.transaction(bundle)
        told = "200 with " + ", ".join(str(one.status) for one in answers)
    except JournalError as error:
        told = str(error.status)
    assert b"amended" in (await bench.client.read("Observation", made.id)).body
    return f"{told}; {'the other part is kept' if await bench.count_of(other) else 'nothing is kept'}"


async def body_of_another_type(bench: Bench) -> str:
    """A Patient sent to Observation."""
    return str(await status_of(bench.client.create("Observation", b'{"resourceType":"Patient"}')))


async def about_nobody(bench: Bench) -> str:
    """About a patient whom the journal does not have."""
    body = encoded(bench.reading(subject={"reference": "Patient/no-such"}))
    return str(await status_of(bench.client.create("Observation", body)))


async def decimals(bench: Bench) -> str:
    """What comes back of 36.50."""
    body = encoded(bench.reading(valueQuantity={"value": "@"})).replace(b'"@"', b"36.50")
    made = await bench.client.create("Observation", body)
    found = re.search(rb'"value"\s*:\s*([0-9.]+)', (await bench.client.read("Observation", made.id)).body)
    return found[1].decode() if found else "nothing"


async def terse(bench: Bench) -> str:
    """`Prefer: return=minimal`."""
    answer = await bench.raw("POST", "Observation", bench.reading(), Prefer="return=minimal")
    return "an empty body" if not answer.body.strip() else "the resource all the same"
