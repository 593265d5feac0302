"""Who changed a resource is said only where the resource itself says it; whoever may be innocent is not named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offline_cache.change_facts import author_of, time_of

OLAV: dict[str, Any] = {"reference": "Practitioner/olav-lie", "display": "Olav Lie"}
KARI: dict[str, Any] = {"reference": "Practitioner/kari-nordmann", "display": "Kari Nordmann"}


def body(**more: Any) -> bytes:
    """Return a resource."""
    return json.dumps({"resourceType": "CarePlan", **more}).encode()


@pytest.mark.parametrize(
    "named",
    [{"owner": OLAV}, {"requester": OLAV}, {"expressedBy": OLAV}, {"performer": [OLAV]}],
    ids=lambda named: next(iter(named)),
)
def test_whoever_a_resource_is_given_to_or_wished_by_did_not_change_it(named: dict[str, Any]) -> None:
    assert author_of(body(**named), body()) == ""


def test_who_recorded_this_version_is_named_and_who_recorded_the_one_before_is_not() -> None:
    assert author_of(body(author=OLAV), body(author=KARI)) == "Olav Lie"
    assert (
        author_of(body(recorder=[{"reference": "Practitioner/olav-lie"}]), body()) == "Practitioner/olav-lie"
    )
    assert author_of(body(author=OLAV, status="revoked"), body(author=OLAV)) == ""
    assert author_of(body(author=OLAV, recorder=KARI), body(author=OLAV)) == "Kari Nordmann"


def test_what_cannot_be_read_names_nobody() -> None:
    assert author_of(b"", b"") == author_of(b"{", body()) == author_of(body(author=[7]), b"[]") == ""
    assert time_of(b"{", "2026-11-24T07:12:00Z") == "2026-11-24T07:12:00Z"
