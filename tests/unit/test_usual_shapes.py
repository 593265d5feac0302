"""The quick ways of reading headers say the same as the slow ones, of usual resources and of odd ones."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import ErrorKind, JournalError
from client.resource import read_resource
from offline_cache.patient_of import patient_of, patients_of
from offline_cache.server_time import ServerTime, instant_of

_LINKS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.lists(st.just({"reference": "Patient/b"}), max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "reference": st.sampled_from(
                [None, 7, "", "Patient/a", "http://x/fhir/Patient/a/_history/1", "Group/a", "Patient/"]
            ),
            "display": st.text(max_size=3),
        },
    ),
)


@given(
    st.sampled_from(["Observation", "AllergyIntolerance", "Task", "Appointment", "Patient", "Ukjent"]),
    st.dictionaries(st.sampled_from(["subject", "patient", "for", "participant"]), _LINKS),
)
def test_whose_a_resource_is_does_not_depend_on_its_shape(type_: str, links: dict[str, Any]) -> None:
    body = json.dumps({"resourceType": type_, "id": "x", **links}).encode()
    found = patients_of(type_, body)
    assert patient_of(type_, body) == (next(iter(found)) if len(found) == 1 else "")


@pytest.mark.parametrize(
    ("meta", "stamps"),
    [
        ('{"versionId":"1","lastUpdated":"2026-11-23T12:00:00Z"}', ("1", "2026-11-23T12:00:00Z")),
        ('{"versionId":"1"}', ("1", "")),
        ('{"versionId":1,"lastUpdated":"x"}', ("", "")),
        ("null", ("", "")),
        ('["x"]', ("", "")),
        ('"x"', ("", "")),
    ],
)
def test_meta_of_any_shape_leaves_the_resource_readable(meta: str, stamps: tuple[str, str]) -> None:
    found = read_resource(f'{{"resourceType":"Flag","id":"f","meta":{meta}}}'.encode())
    assert (found.type, found.id, found.version_id, found.last_updated) == ("Flag", "f", *stamps)


@pytest.mark.parametrize(
    "body", [b'{"resourceType":7}', b'{"id":"x"}', b"[]", b'{"resourceType":"Flag","id":7}']
)
def test_what_is_no_resource_is_refused(body: bytes) -> None:
    with pytest.raises(JournalError) as refusal:
        read_resource(msgspec.Raw(body))
    assert refusal.value.kind is ErrorKind.NOT_FHIR


_STAMPS = st.one_of(
    st.datetimes().map(lambda at: f"{at.isoformat(timespec='milliseconds')}Z"),
    st.datetimes(timezones=st.just(UTC)).map(str),
    st.sampled_from(
        ["", "not a time", "9999-99-99T99:99:99.999Z", "2026-11-23", "2026-11-23T13:00:00.000+01:00"]
    ),
)


@given(st.lists(_STAMPS, max_size=5))
def test_latest_stamp_is_the_latest_instant(stamps: list[str]) -> None:
    moments = [moment for text in stamps if (moment := instant_of(text)) is not None]
    assert ServerTime().hear(stamps, None) == max(moments, default=None)
