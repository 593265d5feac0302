"""The Observations of a person: the vital signs one by one, NEWS2 as a whole, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clinical import news2
from sandbox.population.stable_ids import stable_id
from sandbox.population.terms import LOINC, OBSERVATION_CATEGORY, SNOMED, coding, quantity, reference

if TYPE_CHECKING:
    from decimal import Decimal

    from sandbox.population.life import Life, Measured
    from sandbox.population.moments import Moments

_SYSTOLIC, _DIASTOLIC = (
    ("8480-6", "271649006", "Systolisk blodtrykk"),
    ("8462-4", "271650006", "Diastolisk blodtrykk"),
)
_PART_NAMES = {
    "rr": "Respirasjonsfrekvens",
    "spo2": "SpO2",
    "o2": "Luft eller oksygen",
    "systolic": "Systolisk blodtrykk",
    "pulse": "Puls",
    "acvpu": "Bevissthet",
    "temp": "Temperatur",
}


def measurements(life: Life, patient: str, moments: Moments) -> list[dict[str, Any]]:
    """Return all Observations of one person."""
    found: list[dict[str, Any]] = []
    for measured in life.measured:
        reading = _Reading(life.key, patient, measured, moments.at(measured.days_ago, measured.at))
        found += [
            *reading.vital_signs(),
            reading.total(news2.Scale.TWO if life.scale_two else news2.Scale.ONE),
        ]
    for days_ago, kilograms in life.weights:
        at = moments.at(days_ago, "08:10")
        found.append(
            _Reading(life.key, patient, None, at).single(
                "weight", "29463-7", "27113001", "Vekt", kilograms, "kg", "kg"
            )
        )
    return found


class _Reading:
    """Makes the Observations of one reading; `stamp` is when it was taken."""

    def __init__(self, key: str, patient: str, measured: Measured | None, stamp: str) -> None:
        self._key = key
        self._patient = patient
        self._measured = measured
        self._stamp = stamp

    def vital_signs(self) -> list[dict[str, Any]]:
        """Return the single measures."""
        if self._measured is None:
            return []
        values = self._measured.vitals
        return [
            self.single("rr", "9279-1", "86290005", "Respirasjonsfrekvens", values.rr, "/min", "/min"),
            self.single("spo2", "2708-6", "431314004", "SpO2", values.spo2, "%", "%"),
            self._pressure(values.systolic, values.diastolic),
            self.single("pulse", "8867-4", "364075005", "Puls", values.pulse, "/min", "/min"),
            self.single("temp", "8310-5", "276885007", "Temperatur", values.temperature, "°C", "Cel"),
            self._consciousness(news2.Acvpu(values.acvpu)),
        ]

    def single(
        self, name: str, loinc: str, snomed: str, text: str, value: Decimal | int, unit: str, ucum: str
    ) -> dict[str, Any]:
        """Return an Observation of one number."""
        code = {"coding": [coding(LOINC, loinc), coding(SNOMED, snomed)], "text": text}
        return self._head(name, code) | {"valueQuantity": quantity(value, unit, ucum)}

    def total(self, scale: news2.Scale) -> dict[str, Any]:
        """Return the NEWS2 Observation with its parts; the SpO2 part tells the scale."""
        assert self._measured is not None  # noqa: S101  only asked for readings that hold all values
        v = self._measured.vitals
        values = news2.News2Values(
            v.rr, v.spo2, v.oxygen, v.systolic, v.pulse, news2.Acvpu(v.acvpu), v.temperature
        )  # fmt: skip
        score = news2.score(values, scale)
        code = {"coding": [coding(SNOMED, news2.TOTAL_SNOMED)], "text": f"NEWS2 (SpO2 skala {scale.value})"}
        codes = {**news2.COMPONENT_SNOMED, "spo2": news2.SPO2_COMPONENT_SNOMED[scale]}
        parts = [
            {
                "code": {"coding": [coding(SNOMED, codes[name])], "text": _PART_NAMES[name]},
                "valueQuantity": quantity(points, "poeng", "{score}"),
            }
            for name, points in score.parts.items()
        ]
        resource = self._head("news2", code, category="survey")
        return resource | {"valueQuantity": quantity(score.total, "poeng", "{score}"), "component": parts}

    def _pressure(self, systolic: int, diastolic: int) -> dict[str, Any]:
        code = {"coding": [coding(LOINC, "85354-9"), coding(SNOMED, "75367002")], "text": "Blodtrykk"}
        parts = [
            {
                "code": {"coding": [coding(LOINC, loinc), coding(SNOMED, snomed)], "text": text},
                "valueQuantity": quantity(value, "mmHg", "mm[Hg]"),
            }
            for (loinc, snomed, text), value in ((_SYSTOLIC, systolic), (_DIASTOLIC, diastolic))
        ]
        return self._head("bp", code) | {"component": parts}

    def _consciousness(self, level: news2.Acvpu) -> dict[str, Any]:
        code = {"coding": [coding(SNOMED, "1104441000000107")], "text": "Bevissthet (ACVPU)"}
        value = {
            "coding": [coding(SNOMED, news2.ACVPU_SNOMED[level])],
            "text": f"{level.value} ({news2.ACVPU_NAMES[level]})",
        }
        return self._head("acvpu", code) | {"valueCodeableConcept": value}

    def _head(self, name: str, code: dict[str, Any], *, category: str = "vital-signs") -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": stable_id("observation", self._key, name, self._stamp),
            "status": "final",
            "category": [{"coding": [coding(OBSERVATION_CATEGORY, category)]}],
            "code": code,
            "subject": reference("Patient", self._patient),
            "effectiveDateTime": self._stamp,
            "issued": self._stamp,
            "performer": [reference("Practitioner", "olav-lie", "Olav Lie, sykepleier")],
        }
