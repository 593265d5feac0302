"""The measures of a visit: name, unit, codes, ranges and how a typed value is read and flagged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from clinical import news2
from clinical.flags import Flag
from clinical.typed_number import Unreadable, read_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """A value read from what was typed. `implausible` asks for a reason before it may be signed."""

    value: Decimal
    text: str  # as it is shown before signing: decimal comma, no unit
    implausible: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a measure that NEWS2 does not score begins to be low, high or critical; None: no such limit."""

    critical_low: str | None
    low: str | None
    high: str | None
    critical_high: str | None

    def flag(self, value: Decimal) -> Flag:
        """Return the flag: below `low` or from `high` on is abnormal, likewise for the critical limits."""
        if self.critical_low is not None and value < Decimal(self.critical_low):
            return Flag.CRITICAL_LOW
        if self.critical_high is not None and value >= Decimal(self.critical_high):
            return Flag.CRITICAL_HIGH
        if self.low is not None and value < Decimal(self.low):
            return Flag.LOW
        if self.high is not None and value >= Decimal(self.high):
            return Flag.HIGH
        return Flag.NORMAL


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. Of `loinc` and `snomed` the first is the one we write; all are understood."""

    code: str
    name: str
    unit: str
    ucum: str
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    decimals: int = 0
    tenths_digits: int = 0
    soft: tuple[int, int] = (0, 0)
    hard: tuple[int, int] = (0, 0)
    limits: Limits | None = None

    @property
    def numeric(self) -> bool:
        """Tell whether the value is one typed number (not a choice, nor a pair)."""
        return self.hard != (0, 0)

    def parse(self, text: str) -> ParsedValue | Unreadable:
        """Return the value that was typed, or why it is none; what lies outside the hard range is refused."""
        read = read_number(text, self.decimals, tenths_digits=self.tenths_digits)
        if isinstance(read, Unreadable):
            return read
        if not self.hard[0] <= read <= self.hard[1]:
            return Unreadable.IMPOSSIBLE
        value = read.quantize(Decimal(1).scaleb(-self.decimals))
        return ParsedValue(value, self.shown(value), implausible=not self.soft[0] <= value <= self.soft[1])

    def shown(self, value: Decimal) -> str:
        """Return the value with decimal comma and the measure's own decimals, or more if it has more."""
        exponent = value.as_tuple().exponent
        given = -exponent if isinstance(exponent, int) else 0
        return f"{value:.{max(self.decimals, given)}f}".replace(".", ",")

    def flag(
        self, value: Decimal, *, scale: news2.Scale = news2.Scale.ONE, oxygen: bool | None = None
    ) -> Flag:
        """Return how an adult's value stands to its range; scale and oxygen matter to saturation alone."""
        if self.code == "spo2" or self.code in news2.BANDS:
            return news2.flag(self.code, value, scale=scale, oxygen=oxygen)
        return Flag.NORMAL if self.limits is None else self.limits.flag(value)


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "rr",
            "Respirasjon",
            "/min",
            "/min",
            ("9279-1",),
            ("86290005", "271625008"),
            soft=(4, 60),
            hard=(0, 80),
        ),
        Measure(
            "spo2", "SpO₂", "%", "%", ("2708-6", "59408-5"), ("431314004",), soft=(60, 100), hard=(0, 100)
        ),
        Measure("o2", "Oksygen", "", "", (), (news2.COMPONENT_SNOMED["o2"],)),
        Measure(
            "systolic",
            "Systolisk blodtrykk",
            "mmHg",
            "mm[Hg]",
            ("8480-6",),
            ("271649006", "4471000202106"),
            soft=(60, 260),
            hard=(20, 320),
        ),
        Measure(
            "diastolic",
            "Diastolisk blodtrykk",
            "mmHg",
            "mm[Hg]",
            ("8462-4",),
            ("271650006", "4481000202108"),
            soft=(30, 150),
            hard=(10, 220),
            limits=Limits("40", "60", "90", "120"),
        ),
        Measure("bp", "Blodtrykk", "mmHg", "mm[Hg]", ("85354-9",), ("75367002",)),
        Measure("pulse", "Puls", "/min", "/min", ("8867-4",), ("364075005",), soft=(30, 200), hard=(10, 300)),
        Measure("acvpu", "Bevissthet", "", "", (), ("1104441000000107",)),
        Measure(
            "temp",
            "Temperatur",
            "°C",
            "Cel",
            ("8310-5",),
            ("276885007",),
            decimals=1,
            tenths_digits=3,
            soft=(33, 42),
            hard=(25, 45),
        ),
        Measure("news2", "NEWS2", "", "{score}", (), (news2.TOTAL_SNOMED,)),
        Measure(
            "weight",
            "Vekt",
            "kg",
            "kg",
            ("29463-7",),
            ("27113001",),
            decimals=1,
            soft=(30, 200),
            hard=(1, 400),
        ),
        Measure("height", "Høyde", "cm", "cm", ("8302-2",), (), soft=(120, 210), hard=(30, 250)),
        Measure(
            "glucose",
            "Blodsukker",
            "mmol/L",
            "mmol/L",
            ("15074-8",),
            ("434912009",),
            decimals=1,
            soft=(2, 30),
            hard=(0, 60),
            limits=Limits("3", "4", "11.1", "20"),
        ),
    )
}

_BY_CODING: Mapping[tuple[str, str], Measure] = {
    (system, code): measure
    for measure in MEASURES.values()
    for system, codes in ((LOINC, measure.loinc), (SNOMED, measure.snomed))
    for code in codes
}


def measure_of(codings: Iterable[tuple[str, str]]) -> Measure | None:
    """Return the measure that one of the (system, code) pairs of an Observation names, or None."""
    return next((_BY_CODING[pair] for pair in codings if pair in _BY_CODING), None)


def parse(code: str, text: str) -> ParsedValue | Unreadable:
    """Return the value typed for the measure with this short name."""
    return MEASURES[code].parse(text)


def flag(
    code: str, value: Decimal, *, scale: news2.Scale = news2.Scale.ONE, oxygen: bool | None = None
) -> Flag:
    """Return the flag of a value of the measure with this short name."""
    return MEASURES[code].flag(value, scale=scale, oxygen=oxygen)


def pressures_disagree(systolic: Decimal, diastolic: Decimal) -> bool:
    """Tell whether the two pressures cannot belong together: the lower one is not below the upper."""
    return diastolic >= systolic
