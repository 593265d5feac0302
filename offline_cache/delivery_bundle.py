"""The bytes that go over the wire for an entry: a FHIR transaction of conditional writes, or one body with its references set.

The parts' own bytes are put in as they were signed; nothing is parsed and written again, so no decimal changes.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offline_cache.entries import PartRecord


def transaction_bundle(parts: Sequence[PartRecord], known: Mapping[str, str] | None = None) -> bytes:
    """Return a Bundle of type transaction: a conditional POST or PUT per part, each with a place that the others may refer to.

    References to `known` parts, which the journal has already, become the ids that it gave them; those to the parts sent
    with it become their places. A place is never the part's own identifier: Medplum writes the new id of an entry wherever
    in the Bundle its `fullUrl` stands, in the identifier and in `ifNoneExist` too, and then finds the part never again.
    """
    places = {part.op_id: place(part.op_id) for part in parts}
    names = places | dict(known or {})
    entries = [
        b'{"fullUrl":%b,"resource":%b,"request":%b}'
        % (
            _json(place(part.op_id)),
            with_references(part.body, part.op_id, places if part.is_update else names),
            _json(_request(part)),
        )
        for part in parts
    ]
    return b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(entries) + b"]}"


def place(op_id: str) -> str:
    """Return the `fullUrl` of a part within a transaction: the same at every try, and another than its identifier."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:uuid:{op_id}").urn


def _request(part: PartRecord) -> dict[str, str]:
    """Return how the journal is asked: a create only if it has none like it, an update only of the version that was seen."""
    if part.is_update:
        url = f"{part.type}/{part.target_id}"
        return {"method": "PUT", "url": url, "ifMatch": f'W/"{part.base_version}"'}
    condition = f"identifier=urn:ietf:rfc:3986|urn:uuid:{part.op_id}"
    return {"method": "POST", "url": part.type, "ifNoneExist": condition}


def with_references(body: bytes, own_op_id: str, known: Mapping[str, str]) -> bytes:
    """Return the body with references to other parts (`urn:uuid:…`) replaced by the ids that the journal gave them.

    The part's own identifier carries its own urn:uuid and is left alone.
    """
    for op_id, reference in known.items():
        if op_id != own_op_id:
            body = body.replace(_json(f"urn:uuid:{op_id}"), _json(reference))
    return body


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
