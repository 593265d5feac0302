"""The AuditEvents of the log: valid FHIR, every row of the chain in them, known by its hash, no name of a patient."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle

from offline_cache.audit import AuditHead
from services.log_event import LOG_TAG, ROW_TAG, bundle_of, event_of, link_of, only_once
from tests.store_room import memory_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offline_cache.audit import AuditRecord
    from offline_cache.store import Store

KARI = "Practitioner/kari-nordmann"
ACTS = (
    "unlock",
    "search",
    "list-shown",
    "open-patient",
    "sign",
    "send",
    "receipt",
    "conflict-settled",
    "purge",
)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    for act in ACTS:
        about = "" if act in ("unlock", "search", "list-shown") else "p1"
        opened.audit.append(act, patient=about, basis="Appointment/1", detail="e1", actor=KARI)
    opened.audit.append("set-aside", detail="cache-1", actor="")
    opened.audit.append("open-patient", patient="urn:uuid:11111111-2222-4333-8444-555555555555", actor=KARI)
    opened.audit.append(
        "emergency-begin",
        patient="p1",
        basis="emergency:acute",
        detail="Falt i trappa, alarm kl. 09",
        actor=KARI,
    )
    opened.audit.append("pin-refused", detail="2 2026-11-23T11:00:00.000Z", actor="")
    opened.audit.append("pin-locked", detail="5 2026-11-23T11:00:00.000Z", actor="")
    opened.audit.append("open-refused", patient="p1", basis="access-ended", actor=KARI)
    for act, why in (("wipe-refused", "unproven"), ("answer-refused", "tls"), ("session-revoked", "refused")):
        opened.audit.append(act, basis=why, actor=KARI)
    yield opened
    opened.close()


def events(store: Store) -> list[tuple[AuditRecord, dict[str, Any]]]:
    """Return every row with its event as JSON."""
    found, before = [], bytes(32)
    for record in store.audit.records():
        body = event_of(record, before, store.database_id)
        AuditEvent.model_validate_json(body)
        found.append((record, json.loads(body)))
        before = record.hash
    return found


def test_every_kind_of_row_is_a_valid_event_that_says_who_what_when_and_why(store: Store) -> None:
    told = {record.action: event for record, event in events(store)}
    assert told["unlock"]["subtype"][0]["code"] == "110122"
    assert [told[act]["action"] for act in ("open-patient", "sign", "conflict-settled", "purge")] == list(
        "RCUD"
    )
    read = told["send"]
    assert read["entity"][0]["what"] == {"reference": "Patient/p1"}
    assert read["agent"][0]["who"] == {"reference": KARI}
    assert read["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert told["set-aside"]["agent"][0]["requestor"] is True
    assert "reference" not in told["open-patient"]["entity"][0]["what"]


def test_emergency_access_is_told_as_such_with_the_reason_that_was_given(store: Store) -> None:
    (event,) = (event for record, event in events(store) if record.action == "emergency-begin")
    assert event["subtype"][0] == {
        "system": "http://dicom.nema.org/resources/ontology/DCM",
        "code": "110127",
        "display": "Emergency Override Started",
    }
    assert event["purposeOfEvent"] == [
        {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "BTG"}],
            "text": "Falt i trappa, alarm kl. 09",
        }
    ]


def test_what_was_refused_is_told_as_what_failed_and_why(store: Store) -> None:
    """An outcome that is not 0 is what an overseer looks for first; nobody knows who typed a PIN that opened nothing."""
    failed = {record.action: event for record, event in events(store) if event["outcome"] != "0"}
    assert {action: (event["outcome"], event.get("outcomeDesc")) for action, event in failed.items()} == {
        "pin-refused": ("4", None),
        "pin-locked": ("8", None),
        "open-refused": ("4", "access-ended"),
        "wipe-refused": ("8", "unproven"),
        "answer-refused": ("8", "tls"),
        "session-revoked": ("8", "refused"),
    }
    assert failed["open-refused"]["action"] == "R"
    assert failed["open-refused"]["entity"][0]["what"] == {"reference": "Patient/p1"}
    for action in ("pin-refused", "pin-locked"):
        assert failed[action]["subtype"][0]["code"] == "110122"
        assert "identifier" in failed[action]["agent"][0]["who"]


def test_the_chain_can_be_followed_in_what_the_journal_holds(store: Store) -> None:
    """Each event names its own link and the one before; its tags are what it is found by."""
    told = events(store)
    for (record, event), (_, after) in itertools.pairwise(told):
        details = {one["type"]: one["valueString"] for one in after["entity"][-1]["detail"]}
        assert link_of(json.dumps(event).encode(), store.database_id) == (record.sequence, record.hash)
        assert link_of(json.dumps(event).encode(), "another") is None
        assert details["before"] == record.hash.hex()
        assert store.audit.holds(AuditHead(record.sequence, record.hash))
        assert {tag["system"]: tag["code"] for tag in event["meta"]["tag"]} == {
            ROW_TAG: record.hash.hex(),
            LOG_TAG: store.database_id,
        }
        assert only_once(record) == f"_tag={ROW_TAG}|{record.hash.hex()}"
    assert link_of(b'{"resourceType":"AuditEvent","entity":[{"what":{}}]}', store.database_id) is None
    assert link_of(b"[]", store.database_id) is None


def test_a_batch_is_a_transaction_of_conditional_creates(store: Store) -> None:
    rows = [(record, json.dumps(event).encode()) for record, event in events(store)]
    bundle = bundle_of(rows)
    Bundle.model_validate_json(bundle)
    asked = [entry["request"] for entry in json.loads(bundle)["entry"]]
    assert [one["ifNoneExist"] for one in asked] == [only_once(record) for record, _ in rows]
    assert {(one["method"], one["url"]) for one in asked} == {("POST", "AuditEvent")}
