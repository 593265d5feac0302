"""Raw resources as the cache gives them, for the tests of the charts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from offline_cache.chart_parts import CHART_PARTS
from offline_cache.entry_records import EntryRecord, NewPart, PartRecord
from offline_cache.resources import StoredResource
from offline_cache.scopes import RoundRecord, SectionRecord
from offline_cache.states import EntryKind, EntryState
from services.chart import build_chart
from services.patient_file import PatientFile
from services.session import Clinician
from services.views import Chart, Draft

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
EVENT = datetime(2026, 11, 24, 7, 21, tzinfo=UTC)
P = "p1"
SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
KARI = Clinician("kari", "Kari Nordmann", "Practitioner/kari-nordmann", "sykepleier", "http://127.0.0.1/auth")
NEWS2_FIELDS = {
    "rr": "22", "spo2": "93", "o2": "n", "systolic": "105", "diastolic": "60", "pulse": "104", "acvpu": "a", "temp": "38,4",
}  # fmt: skip


class CountingIds:
    """Ids that count, so that a test can name them."""

    def __init__(self) -> None:
        self.drawn = 0

    def uuid(self) -> str:
        """Return the next one."""
        self.drawn += 1
        return f"00000000-0000-4000-8000-{self.drawn:012d}"

    def secret(self, count: int) -> bytes:
        """Return bytes."""
        return bytes(count)

    def fraction(self) -> float:
        """Return a half."""
        return 0.5


def concept(system: str = "", code: str = "", text: str = "") -> dict[str, Any]:
    """Return a CodeableConcept."""
    found: dict[str, Any] = {"coding": [{"system": system, "code": code}]} if code else {}
    return found | ({"text": text} if text else {})


def stored(resource: dict[str, Any], *, patient: str = P, cut: bool = False) -> StoredResource:
    """Return a resource as the cache keeps it."""
    body = json.dumps(resource, default=_number).encode()
    return raw(str(resource["resourceType"]), str(resource.get("id", "x")), body, patient=patient, cut=cut)


def raw(type_: str, id_: str, body: bytes, *, patient: str = P, cut: bool = False) -> StoredResource:
    """Return bytes as the cache keeps them."""
    return StoredResource(type_, id_, patient, "", "", body, NOW, cut)


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)


def person(**fields: object) -> dict[str, Any]:
    """Return a Patient."""
    base = {
        "resourceType": "Patient",
        "id": P,
        "name": [{"family": "Moen", "given": ["Ragnhild"]}],
        "gender": "female",
        "birthDate": "1948-07-29",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": " 29874849837"}],
        "address": [{"line": ["Klostergata 33"], "postalCode": "7030", "city": "Trondheim"}],
    }
    return base | fields


def whole() -> list[SectionRecord]:
    """Return every part of a chart as complete."""
    return [SectionRecord(part.name, True, NOW, "") for part in CHART_PARTS]


def folder(
    *resources: dict[str, Any], sections: list[SectionRecord] | None = None, patient: bool = True
) -> PatientFile:
    """Return a patient's file with these resources beside the Patient."""
    held = [person()] if patient and not any(r.get("resourceType") == "Patient" for r in resources) else []
    rows = [stored(resource) for resource in (*held, *resources)]
    return PatientFile(P, rows, whole() if sections is None else sections)


def chart(*resources: dict[str, Any], sections: list[SectionRecord] | None = None) -> Chart:
    """Return the chart made of these resources."""
    return build_chart(folder(*resources, sections=sections), None, "", (), NOW)


def round_record(*visit_ids: str, count: int | None = None, complete: bool = True) -> RoundRecord:
    """Return the record of a day's round."""
    start, end = datetime(2026, 11, 24, 6, 30, tzinfo=UTC), datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    told = len(visit_ids) if count is None else count
    return RoundRecord("dag", date(2026, 11, 24), start, end, "Sone Øst", visit_ids, told, NOW, complete)


def draft(kind: EntryKind, fields: dict[str, str], visit: str = "v1") -> Draft:
    """Return a draft of the patient."""
    return Draft("e1", kind, P, visit, EVENT, fields)


def signed(
    parts: list[NewPart],
    kind: EntryKind,
    state: EntryState = EntryState.SIGNED,
    server_ids: tuple[str, ...] = (),
) -> tuple[EntryRecord, list[PartRecord]]:
    """Return an entry of the outbox with its parts."""
    entry = EntryRecord(
        "e1", kind, P, "v1", EVENT, {}, KARI.fhir_user, 1, "", state, NOW, NOW, None, None, None, 0, "", ""
    )
    ids = (*server_ids, *("" for _ in parts[len(server_ids) :]))
    rows = [
        PartRecord(p.op_id, p.number, p.type, p.body, state, i, "", 0, "")
        for p, i in zip(parts, ids, strict=True)
    ]
    return entry, rows
