"""What the journal made of what was signed is seen field by field, and its own way of writing the same is no change."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from client.written import Written
from offline_cache.entries import NewPart
from offline_cache.kept_differently import differing
from offline_cache.receipt_check import ReceiptCheck
from offline_cache.states import EntryState
from ports.worker import InlineWorker
from services.changed_in_journal import changed_in
from tests.outbox_room import OutboxRoom, VersionedJournal, able

PULSE: dict[str, Any] = {
    "resourceType": "Observation",
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:o1"}],
    "status": "final",
    "category": [{"coding": [{"system": "c", "code": "vital-signs"}]}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Puls"},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-11-23T13:00:00+01:00",
    "performer": [{"reference": "Practitioner/kari", "display": "Kari Nordmann"}],
    "valueQuantity": {"value": 71.50, "unit": "slag/min", "system": "u", "code": "/min"},
    "note": [{"text": "Etter gange"}, {"text": "To målinger"}],
}
QUANTITY = PULSE["valueQuantity"]


def text(said: str) -> list[dict[str, Any]]:
    """Return the content of a note."""
    return [{"attachment": {"contentType": "text/plain", "data": base64.b64encode(said.encode()).decode()}}]


def of(sent: dict[str, Any], kept: dict[str, Any], *, is_update: bool = False) -> tuple[str, ...]:
    """Compare two trees."""
    return differing(json.dumps(sent).encode(), json.dumps(kept).encode(), is_update=is_update)


@pytest.mark.parametrize(
    ("made", "paths"),
    [
        ({"valueQuantity": {**QUANTITY, "value": 72}}, ("valueQuantity.value",)),
        ({"valueQuantity": {**QUANTITY, "code": "/h"}}, ("valueQuantity.code",)),
        ({"valueQuantity": None}, ("valueQuantity",)),
        ({"status": "preliminary"}, ("status",)),
        ({"effectiveDateTime": "2026-11-23T13:01:00+01:00"}, ("effectiveDateTime",)),
        ({"performer": [{"reference": "Practitioner/olav"}]}, ("performer.reference",)),
        ({"subject": {"reference": "Patient/p2"}}, ("subject.reference",)),
        ({"note": [{"text": "Etter gange"}]}, ("note",)),
        ({"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}}, ("code.coding.code",)),
        (
            {"category": [{"coding": [{"code": "survey"}]}], "valueQuantity": 7},
            ("category.coding.code", "valueQuantity"),
        ),
    ],
)
def test_what_says_something_else_is_named(made: dict[str, Any], paths: tuple[str, ...]) -> None:
    """Fault: Q8."""
    assert of(PULSE, PULSE | made) == paths


@pytest.mark.parametrize(
    "made",
    [
        {"id": "x", "meta": {"versionId": "1"}, "text": {"div": "…"}, "identifier": []},
        {"valueQuantity": {**QUANTITY, "value": 71.5, "unit": "bpm"}},
        {"effectiveDateTime": "2026-11-23T12:00:00.000Z"},
        {"subject": {"reference": "https://j/fhir/Patient/p1", "display": "Noen"}},
        {"performer": [{"reference": "Practitioner/kari/_history/2"}]},
        {
            "code": {
                "coding": [{"code": "364075005"}, {"system": "l", "code": "8867-4", "display": "Heart rate"}]
            }
        },
        {"note": [{"text": "To målinger", "time": "2026"}, {"text": "Etter gange "}]},
        {"issued": "2026-11-23T12:00:01Z"},
    ],
    ids=["own", "number", "zone", "absolute", "version", "codings", "order", "more"],
)
def test_the_journals_own_way_of_writing_is_no_change(made: dict[str, Any]) -> None:
    assert of(PULSE, PULSE | made) == ()


def test_a_new_resource_may_lose_what_says_nothing_else_and_an_update_may_not() -> None:
    less = {name: value for name, value in PULSE.items() if name != "category"}
    assert of(PULSE, less) == ()
    assert of(PULSE, less, is_update=True) == ("category",)
    assert differing(b"{", b"{}", is_update=False) == ()


def test_a_note_that_was_cut_is_seen_and_one_that_was_moved_is_not() -> None:
    """Fault: Q8."""
    note = {"resourceType": "DocumentReference", "content": text("Sår stelt.\nNy bandasje i morgen.")}
    assert of(note, note | {"content": text("Sår stelt.")}) == ("content.attachment.data",)
    assert of(note, note | {"content": text("Sår stelt.\r\nNy bandasje i morgen.\n")}) == ()
    assert of(note, note | {"content": [{"attachment": {"url": "Binary/1"}}]}) == ()
    assert of(note, note | {"content": [{"attachment": {}}]}) == ("content.attachment.data",)


def pulse_part() -> NewPart:
    """Return the pulse as a part about to be signed."""
    return NewPart("o1", 1, "Observation", json.dumps(PULSE).encode())


class Rounding(VersionedJournal):
    """A journal that rounds, and shows its copy or does not."""

    def __init__(self, *, shows: bool) -> None:
        super().__init__()
        self.shows = shows

    async def create(self, type_: str, body: bytes, *, if_none_exist: str = "") -> Written:
        """Keep another number than was sent."""
        done = await super().create(type_, body.replace(b"71.5", b"72"), if_none_exist=if_none_exist)
        return Written(type_, done.id, "1", created=True, status=201, body=done.body if self.shows else None)


@pytest.mark.parametrize("shows", [True, False], ids=["in-the-answer", "by-the-receipt"])
async def test_a_rounded_value_is_found_once_and_told_in_words(shows: bool) -> None:  # noqa: FBT001  a case
    """In the answer where the journal shows its copy, else when the receipt is looked at. Fault: Q8."""
    room = OutboxRoom(Rounding(shows=shows))
    room.sign("e1", [pulse_part()])
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    check = ReceiptCheck(room.journal, room.store, InlineWorker(), room.clock)  # type: ignore[arg-type]  # a hand-made client
    for _ in range(2):
        await check.check(able())
        (part,) = room.store.entries.parts("e1")
        assert changed_in(part) == ("Puls: verdi",)
    told = [one for one in room.store.audit.records() if one.action == "changed-by-journal"]
    assert [(one.patient, one.detail) for one in told] == [("p1", "e1")]


async def test_what_somebody_else_wrote_since_is_not_called_the_journals_change() -> None:
    """The version is another than the one of the receipt."""
    room = OutboxRoom()
    room.sign("e1", [pulse_part()])
    await room.turn()
    (part,) = room.store.entries.parts("e1")
    room.journal.put("Observation", part.server_id, part.body.replace(b"71.5", b"72"))
    await ReceiptCheck(room.journal, room.store, InlineWorker(), room.clock).check(able())  # type: ignore[arg-type]  # by hand
    assert changed_in(room.store.entries.parts("e1")[0]) == ()
