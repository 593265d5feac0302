"""What the fields and values of the journal's resources are called, in bokmål: for conflicts, for notes, for what was changed."""

from __future__ import annotations

import re

from services.fhir_time import parse_time

FIELDS = {
    "status": "status",
    "lifecycleStatus": "status",
    "docStatus": "status",
    "statusReason": "grunn",
    "description": "beskrivelse",
    "note": "merknad",
    "owner": "ansvarlig",
    "performer": "utfører",
    "author": "forfatter",
    "priority": "hast",
    "activity": "tiltak",
    "detail": "",
    "code": "hva",
    "executionPeriod": "utført",
    "period": "tidsrom",
    "lastModified": "sist endret",
    "businessStatus": "stand",
    "scheduledString": "hyppighet",
    "scheduledTiming": "hyppighet",
    "repeat": "",
    "goal": "mål",
    "target": "mål",
    "title": "tittel",
    "text": "",
    "category": "type",
    "type": "type",
    "start": "fra",
    "end": "til",
    "location": "sted",
    "dailyAmount": "døgndose",
    "quantity": "mengde",
    "dosageInstruction": "dosering",
    "address": "adresse",
    "telecom": "telefon",
    "for": "pasient",
    "subject": "pasient",
    "encounter": "kontakt",
    "effectiveDateTime": "tidspunkt",
    "issued": "signert",
    "date": "dato",
    "valueQuantity": "verdi",
    "valueCodeableConcept": "verdi",
    "valueString": "verdi",
    "valueInteger": "verdi",
    "value": "",
    "unit": "enhet",
    "component": "delverdier",
    "derivedFrom": "bygger på",
    "relatesTo": "rettelse av",
    "content": "tekst",
    "attachment": "",
    "data": "",
    "context": "besøk",
    "related": "",
    "coding": "",
    "reference": "",
}
"""The word for each name; an empty one adds nothing to the names around it."""

VALUES = {
    "completed": "utført",
    "failed": "ikke utført",
    "in-progress": "under arbeid",
    "requested": "bestilt",
    "received": "mottatt",
    "accepted": "godtatt",
    "rejected": "avvist",
    "ready": "klar",
    "cancelled": "avlyst",
    "on-hold": "utsatt",
    "entered-in-error": "feilført",
    "draft": "utkast",
    "not-started": "ikke begynt",
    "scheduled": "planlagt",
    "stopped": "stanset",
    "active": "pågår",
    "planned": "planlagt",
    "proposed": "foreslått",
    "revoked": "trukket",
    "routine": "vanlig",
    "urgent": "haster",
    "asap": "straks",
    "stat": "øyeblikkelig",
    "true": "ja",
    "false": "nei",
}
_UNNAMED = "annet"
_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]')
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")


def steps_of(path: str) -> list[str]:
    """Return the names of a path, without the keys of its items."""
    return [step for step in _KEY.sub("", path).split(".") if step]


def field_name(path: str) -> str:
    """Return what a field is called; one that we have no word for is `annet`, never a name of FHIR."""
    said = [FIELDS.get(step, _UNNAMED) for step in steps_of(path)]
    named = [word for word in dict.fromkeys(said) if word and word != _UNNAMED]
    return " · ".join(named[-2:]) or _UNNAMED


def value_text(text: str) -> str:
    """Return a plain value as a note says it: codes and instants in words."""
    if _INSTANT.match(text):
        return parse_time(text).text or text
    return VALUES.get(text, text)
