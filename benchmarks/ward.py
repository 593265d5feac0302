"""The ward of the figures: made-up patients with charts of a given size, the same from the same numbers."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ACTOR = "Practitioner/kari-nordmann"
_NEWEST = timedelta(hours=2)
_DAYS = 28
_SHARES = (
    ("Observation", 300),
    ("DocumentReference", 40),
    ("Task", 15),
    ("Condition", 15),
    ("MedicationRequest", 12),
    ("Goal", 5),
    ("ServiceRequest", 5),
    ("AllergyIntolerance", 3),
    ("Flag", 3),
    ("CarePlan", 2),
)
"""Of 400 resources of a patient in home care; other sizes are filled in the same shares."""

_SIGNS = (
    ("8867-4", "Hjertefrekvens", "/min", 50, 120),
    ("9279-1", "Respirasjonsfrekvens", "/min", 10, 28),
    ("8310-5", "Kroppstemperatur", "Cel", 36, 39),
    ("59408-5", "Oksygenmetning", "%", 86, 99),
    ("29463-7", "Kroppsvekt", "kg", 45, 110),
)
_PROSE = (
    "Pasienten er våken og klar. Sårstell utført etter prosedyre, lite væske, rolige sårkanter. "
    "Har spist halv porsjon og drukket godt. Gått i gangen med rullator, noe ustø mot slutten. "
    "Medisiner gitt fra dosett. Datter er informert om endringen av timen hos fastlegen. "
)
_WORDS = _PROSE.split()


@dataclass(frozen=True, slots=True)
class Made:
    """One resource: `date` is what a search by date compares, `stamp` its `lastUpdated`."""

    type: str
    id: str
    patient: str
    stamp: str
    date: str
    version: int
    body: bytes


def ward(patients: int, each: int, *, now: datetime, seed: int = 1) -> list[Made]:
    """Make patients with a visit at noon and a chart of `each` resources, the newest of it two hours old."""
    chance = random.Random(seed)
    made = [one for number in range(patients) for one in _person(f"p{number}", number, now)]
    types = chart_types(each)
    count = patients * each
    for number in range(patients):
        for place, type_ in enumerate(types):
            back = timedelta(days=_DAYS) * (place * patients + number) / count
            made.append(
                chart_resource(type_, f"p{number}-{place}", f"p{number}", now - _NEWEST - back, chance)
            )
    return made


def chart_types(each: int) -> list[str]:
    """Return the types of a chart of so many resources, in the shares of home care; at least one of each."""
    whole = sum(share for _, share in _SHARES)
    some = [type_ for type_, share in _SHARES[1:] for _ in range(max(1, share * each // whole))]
    return [*["Observation"] * max(1, each - len(some)), *some][:each]


def chart_resource(
    type_: str, id_: str, patient: str, at: datetime, chance: random.Random, version: int = 1
) -> Made:
    """Make one resource of a chart, with what a journal sends along: codings, authors, references, times."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    link = {"AllergyIntolerance": "patient", "Task": "for"}.get(type_, "subject")
    tree = {
        "resourceType": type_,
        "id": id_,
        "meta": {"versionId": str(version), "lastUpdated": stamp},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{_uuid(chance)}"}],
        link: {"reference": f"Patient/{patient}", "display": "Prøve Prøvesen"},
        **_content(type_, stamp, chance),
    }
    return Made(type_, id_, patient, stamp, stamp, version, json.dumps(tree, ensure_ascii=False).encode())


def _content(type_: str, at: str, chance: random.Random) -> dict[str, Any]:
    if type_ == "Observation":
        return _observation(at, chance)
    text = " ".join(chance.choices(_WORDS, k=24))
    author = {"reference": ACTOR, "display": "Kari Nordmann, sykepleier"}
    if type_ == "DocumentReference":
        note = base64.b64encode(" ".join(chance.choices(_WORDS, k=120)).encode()).decode()
        attachment = {"contentType": "text/plain; charset=utf-8", "language": "nb", "data": note}
        return {
            "status": "current",
            "type": _concept("34746-8", "Sykepleienotat"),
            "date": at,
            "author": [author],
            "content": [{"attachment": attachment}],
        }
    shared: dict[str, dict[str, Any]] = {
        "Task": {"status": "requested", "intent": "order", "description": text, "authoredOn": at},
        "Condition": {"clinicalStatus": _concept("active", "Aktiv"), "code": _concept("38341003", text)},
        "MedicationRequest": {
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": _concept("C07AB02", "Metoprolol depottablett 50 mg"),
            "authoredOn": at,
            "requester": author,
            "dosageInstruction": [
                {
                    "text": "1 tablett morgen",
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                }
            ],
        },
        "Goal": {"lifecycleStatus": "active", "description": {"text": text}},
        "ServiceRequest": {"status": "active", "intent": "order", "code": _concept("18949003", text)},
        "AllergyIntolerance": {
            "clinicalStatus": _concept("active", "Aktiv"),
            "code": _concept("91936005", "Penicillin"),
        },
        "Flag": {"status": "active", "code": _concept("129839007", "Fallfare")},
        "CarePlan": {"status": "active", "intent": "plan", "title": "Tiltaksplan", "description": text},
    }
    return shared[type_]


def _observation(at: str, chance: random.Random) -> dict[str, Any]:
    code, name, unit, low, high = chance.choice(_SIGNS)
    value = round(chance.uniform(low, high), 1)
    return {
        "status": "final",
        "category": [
            _concept(
                "vital-signs", "Vitale målinger", "http://terminology.hl7.org/CodeSystem/observation-category"
            )
        ],
        "code": _concept(code, name),
        "encounter": {"reference": f"Encounter/{_uuid(chance)}"},
        "effectiveDateTime": at,
        "issued": at,
        "performer": [{"reference": ACTOR, "display": "Kari Nordmann, sykepleier"}],
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "device": {"reference": f"Device/{_uuid(chance)}", "display": "Målt hjemme"},
    }


def _concept(code: str, text: str, system: str = "http://loinc.org") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _person(id_: str, number: int, now: datetime) -> list[Made]:
    at = now - _NEWEST - timedelta(days=_DAYS + 1)
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    start = (now.replace(hour=12, minute=0, second=0, microsecond=0)).isoformat().replace("+00:00", "Z")
    meta = {"versionId": "1", "lastUpdated": stamp}
    patient = {
        "resourceType": "Patient",
        "id": id_,
        "meta": meta,
        "active": True,
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": f"0181{30 + number:02}00000"}],
        "name": [{"family": f"Prøvesen{number}", "given": ["Prøve"]}],
        "birthDate": "1930-01-01",
        "address": [{"line": [f"Prøveveien {number}"], "postalCode": "0001", "city": "Oslo"}],
    }
    visit = {
        "resourceType": "Appointment",
        "id": f"v-{id_}",
        "meta": meta,
        "status": "booked",
        "start": start,
        "end": start,
        "participant": [
            {"actor": {"reference": f"Patient/{id_}"}, "status": "accepted"},
            {"actor": {"reference": ACTOR}, "status": "accepted"},
        ],
    }
    return [
        Made("Patient", id_, id_, stamp, stamp, 1, json.dumps(patient, ensure_ascii=False).encode()),
        Made("Appointment", f"v-{id_}", id_, stamp, start, 1, json.dumps(visit, ensure_ascii=False).encode()),
    ]
