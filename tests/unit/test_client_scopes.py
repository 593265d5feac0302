"""Granted scopes, SMART versions 1 and 2: what each lets one do, and those that say nothing."""

from __future__ import annotations

import pytest

from client.auth.scopes import allows, is_told
from offline_cache.states import EntryKind
from services.granted import not_granted


@pytest.mark.parametrize(
    ("granted", "type_", "letters"),
    [
        ("user/*.cruds", "Task", "cruds"),
        ("user/Observation.rs", "Observation", "rs"),
        ("user/Observation.rs", "Task", ""),
        ("user/Observation.read", "Observation", "rs"),
        ("user/Observation.write", "Observation", "cud"),
        ("user/*.*", "Observation", "cruds"),
        ("system/*.c", "Observation", "c"),
        ("user/Observation.c?category=vital-signs", "Observation", "c"),
        ("patient/*.cruds", "Observation", ""),
        ("user/Observation.dcr", "Observation", ""),
        ("user/Observation.cruds-and-more", "Observation", ""),
        ("openid fhirUser launch offline_access", "Observation", ""),
    ],
)
def test_a_scope_allows_what_it_says(granted: str, type_: str, letters: str) -> None:
    assert "".join(one for one in "cruds" if allows(granted.split(), type_, one)) == letters


def test_a_grant_without_resources_leaves_it_to_the_journal() -> None:
    assert not is_told(["openid", "e-helse:sfm.api/sfm.api"])
    assert not_granted(["openid", "nhn:vkp/api/user/patient.read"]) == frozenset()


def test_a_grant_that_names_resources_is_taken_at_its_word() -> None:
    assert not_granted(["user/*.rs", "user/DocumentReference.c"]) == {
        EntryKind.NEWS2,
        EntryKind.TASK,
        EntryKind.PLAN,
    }
    assert not_granted(["user/*.read", "user/*.write"]) == frozenset()
    assert not_granted(["user/*.cruds"]) == frozenset()
