"""What was let in under fuzz: a chart is drawn, and the store's own readers read, whatever shape a journal gives a resource."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from client.capability import Capabilities
from offline_cache.address_grade import is_graded, without_address
from offline_cache.change_facts import author_of, time_of
from offline_cache.fingerprint import is_same, is_vital_sign, question
from offline_cache.kept_differently import differing
from offline_cache.merge import NotMergeable, three_way
from offline_cache.note_text import text_of
from offline_cache.patient_of import patient_of, patients_of
from sandbox.fhir.json_text import encode
from tests.chart_material import chart
from tests.fuzz.material import bent_tree, resources

if TYPE_CHECKING:
    from random import Random

_CAN = Capabilities({}, frozenset(), "4.0.1", "", "", "")


def check_chart(chance: Random) -> None:
    """Draw the chart of a few bent resources; each that is there has its place, and nothing raises."""
    chosen = [bent_tree(one, chance) for one in chance.choices(resources(), k=3)]
    patients = [one for one in chosen if one["resourceType"] == "Patient"]
    chart(*patients[:1], *(one for one in chosen if one["resourceType"] != "Patient"))


def check_store(chance: Random) -> None:
    """Read, compare and merge bent resources as the store does.

    Raises:
        AssertionError: A cut that should take an address out took something else.
    """
    whole = chance.choice(resources())
    type_ = whole["resourceType"]
    base, mine, theirs = (encode(one) for one in (whole, bent_tree(whole, chance), bent_tree(whole, chance)))
    patient_of(type_, mine)
    patients_of(type_, mine)
    text_of(mine)
    author_of(mine, theirs)
    time_of(mine)
    is_same(mine, theirs)
    is_vital_sign(mine)
    question(type_, mine, _CAN)
    differing(mine, theirs, is_update=chance.random() < 0.5)
    with suppress(NotMergeable):
        three_way(type_, base, mine, theirs)
    if type_ == "Patient" and is_graded(mine):
        assert "address" not in json.loads(without_address(mine))
