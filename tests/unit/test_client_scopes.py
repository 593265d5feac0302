"""Granted scopes, SMART versions 1 and 2: what each lets one do, and those that say nothing."""

from __future__ import annotations

import tomllib

import pytest

from client.auth.scopes import allows, is_told
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.states import EntryKind
from services.granted import not_granted
from services.journals import template_text
from services.sign_in_terms import SCOPES, scopes_for


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


def test_by_itself_all_that_the_screens_need_is_asked_for() -> None:
    assert not_granted(SCOPES) == frozenset()
    read = ("Patient", "Appointment", "Practitioner", "CareTeam", *(part.type for part in CHART_PARTS))
    assert [type_ for type_ in read if not (allows(SCOPES, type_, "r") and allows(SCOPES, type_, "s"))] == []
    assert (allows(SCOPES, "AuditEvent", "c"), allows(SCOPES, "AuditEvent", "s")) == (True, True)


def test_by_itself_nothing_more_is_asked_for() -> None:
    """No type that no screen shows, no writing of what none writes, and no deletion at all."""
    assert not any("*" in one for one in SCOPES)
    assert not any(allows(SCOPES, type_, "d") for type_ in ("Patient", "Observation", "Task", "AuditEvent"))
    assert not any(allows(SCOPES, type_, "r") for type_ in ("Claim", "Coverage", "AuditEvent", "Group"))
    assert not any(allows(SCOPES, type_, letter) for type_ in ("Patient", "Flag") for letter in "cu")
    assert not any(allows(SCOPES, type_, "u") for type_ in ("Observation", "DocumentReference"))


def test_the_list_of_patients_is_read_where_there_is_one() -> None:
    assert set(scopes_for("Group/1")) - set(SCOPES) == {"user/Group.r"}
    assert set(scopes_for("List/1")) - set(SCOPES) == {"user/List.r"}
    assert scopes_for("") == SCOPES


def test_the_template_asks_for_the_same_and_for_the_name() -> None:
    asked = tomllib.loads(template_text("openid"))["sign_in"]["scopes"]
    assert set(asked) == {*SCOPES, "profile"}
