"""All examples of the FHIR R4 specification go into the store and come out equal, byte for byte, so 1.10 stays 1.10."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from client.resource import Resource
from offline_cache.patient_of import patient_of
from tests.omissions import EXAMPLE_COUNT, EXAMPLES
from tests.store_room import NOON, room_in

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.resources import StoredResource
    from offline_cache.store import Store

pytestmark = pytest.mark.needs("hl7-examples")


def examples() -> list[Path]:
    return sorted(path for path in EXAMPLES.glob("[!.]*.json") if path.name != "package.json")


def put_and_get(store: Store, path: Path, raw: bytes) -> StoredResource:
    """Put one file and take it out again before the next: two files carry the same id."""
    tree = json.loads(raw)
    type_, id_ = tree["resourceType"], tree.get("id", path.stem)
    owner = patient_of(type_, raw)
    store.resources.remove(type_, id_)
    store.resources.put(Resource(type_, id_, "", "", raw), patient=owner, fetched_at=NOON, generation=1)
    kept = store.resources.get(type_, id_)
    assert kept is not None, path.name
    assert (kept.patient, kept.address_cut) == (owner, False), path.name
    return kept


def test_every_example_comes_out_as_it_went_in(tmp_path: Path) -> None:
    """In one transaction, as a pull puts them, and once more after closing; where two share an id, the last one stands."""
    room = room_in(tmp_path / "cache")
    store = room.store()
    paths = examples()
    assert len(paths) == EXAMPLE_COUNT
    decimals, last = 0, dict[tuple[str, str], bytes]()
    with store.transaction():
        for path in paths:
            raw = path.read_bytes()
            kept = put_and_get(store, path, raw)
            assert kept.body == raw, path.name
            last[kept.type, kept.id] = raw
            decimals += raw.count(b".10,") + raw.count(b".00,") + raw.count(b".0,")
    assert decimals > 100, "the examples hold decimals whose last zero matters"
    assert len(last) > 5000
    store.close()
    store = room.store(create=False)
    store.check()
    for type_ in {type_ for type_, _ in last}:
        for one in store.resources.of_type(type_):
            assert one.body == last.pop((one.type, one.id))
    assert not last
    store.close()
