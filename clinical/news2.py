"""NEWS2, the National Early Warning Score 2 of the Royal College of Physicians (2017): score and flags.

A missing value gives no total; the flag "one parameter scores three" stands beside the total, never in it.
Which scale may be chosen is `clinical.spo2_scale`; what a score asks for is `clinical.news2_response`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from clinical.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

LOWEST_AGE = 16
TOP_PART = 3
TOTAL_SNOMED = "1104051000000101"
# The seven parameters in the order in which they are asked for, by our own short names.
PARTS = ("rr", "spo2", "o2", "systolic", "pulse", "acvpu", "temp")


class Scale(IntEnum):
    """The two SpO2 scales."""

    ONE = 1
    TWO = 2


class Acvpu(StrEnum):
    """Consciousness, by its letter."""

    ALERT = "A"
    CONFUSION = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


class Refusal(StrEnum):
    """Why NEWS2 may not be scored for a patient."""

    UNDER_16 = "under-16"
    PREGNANT = "pregnant"
    AGE_UNKNOWN = "age-unknown"


@dataclass(frozen=True, slots=True)
class News2Values:
    """One set of measurements; None is "not measured". `oxygen` is True on oxygen, False on air."""

    rr: int | None = None
    spo2: int | None = None
    oxygen: bool | None = None
    systolic: int | None = None
    pulse: int | None = None
    acvpu: Acvpu | None = None
    temperature: Decimal | None = None


@dataclass(frozen=True, slots=True)
class News2Score:
    """The score: `parts` by short name (None: cannot be told), and a total only when all seven are in."""

    scale: Scale
    parts: dict[str, int | None]
    total: int | None
    any_three: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """All values up to and including `upto` (None: no upper end) score `points`, on the low or high side."""

    upto: Decimal | None
    points: int
    side: int = 0  # -1 low, 0 within, 1 high


def _bands(*steps: tuple[str, int, int]) -> tuple[Band, ...]:
    return tuple(Band(Decimal(upto) if upto else None, points, side) for upto, points, side in steps)


_SCALE_TWO_LOW = (("83", 3, -1), ("85", 2, -1), ("87", 1, -1))
SCALE_ONE_BANDS = _bands(("91", 3, -1), ("93", 2, -1), ("95", 1, -1), ("", 0, 0))
SCALE_TWO_AIR_BANDS = _bands(*_SCALE_TWO_LOW, ("", 0, 0))
SCALE_TWO_OXYGEN_BANDS = _bands(*_SCALE_TWO_LOW, ("92", 0, 0), ("94", 1, 1), ("96", 2, 1), ("", 3, 1))
BANDS: Mapping[str, tuple[Band, ...]] = {
    "rr": _bands(("8", 3, -1), ("11", 1, -1), ("20", 0, 0), ("24", 2, 1), ("", 3, 1)),
    "systolic": _bands(("90", 3, -1), ("100", 2, -1), ("110", 1, -1), ("219", 0, 0), ("", 3, 1)),
    "pulse": _bands(("40", 3, -1), ("50", 1, -1), ("90", 0, 0), ("110", 1, 1), ("130", 2, 1), ("", 3, 1)),
    "temp": _bands(("35.0", 3, -1), ("36.0", 1, -1), ("38.0", 0, 0), ("39.0", 1, 1), ("", 2, 1)),
}
OXYGEN_POINTS = 2
ACVPU_POINTS = 3

# SNOMED CT codes of the components of a NEWS2 Observation (UK extension, used by Norwegian VKP).
COMPONENT_SNOMED: Mapping[str, str] = {
    "rr": "1104301000000104",
    "o2": "1104331000000105",
    "systolic": "1104341000000101",
    "pulse": "1104351000000103",
    "acvpu": "1104361000000100",
    "temp": "1104371000000107",
}
SPO2_COMPONENT_SNOMED: Mapping[Scale, str] = {Scale.ONE: "1104311000000102", Scale.TWO: "1104321000000108"}

ACVPU_NAMES: Mapping[Acvpu, str] = {
    Acvpu.ALERT: "våken",
    Acvpu.CONFUSION: "nyoppstått forvirring",
    Acvpu.VOICE: "reagerer på tiltale",
    Acvpu.PAIN: "reagerer på smerte",
    Acvpu.UNRESPONSIVE: "reagerer ikke",
}
ACVPU_SNOMED: Mapping[Acvpu, str] = {
    Acvpu.ALERT: "248234008",
    Acvpu.CONFUSION: "130987000",
    Acvpu.VOICE: "300202002",
    Acvpu.PAIN: "450847001",
    Acvpu.UNRESPONSIVE: "422768004",
}


def refusal(age: int | None, *, pregnant: bool) -> Refusal | None:
    """Return why the patient may not be scored, or None."""
    if pregnant:
        return Refusal.PREGNANT
    if age is None:
        return Refusal.AGE_UNKNOWN
    return Refusal.UNDER_16 if age < LOWEST_AGE else None


def score(values: News2Values, scale: Scale) -> News2Score:
    """Return the score of one set of measurements on the scale that the chart allows."""
    parts: dict[str, int | None] = {
        "rr": _points("rr", values.rr),
        "spo2": _spo2_points(values.spo2, scale, oxygen=values.oxygen),
        "o2": None if values.oxygen is None else OXYGEN_POINTS * values.oxygen,
        "systolic": _points("systolic", values.systolic),
        "pulse": _points("pulse", values.pulse),
        "acvpu": None if values.acvpu is None else _acvpu_points(values.acvpu),
        "temp": _points("temp", values.temperature),
    }
    missing = _missing(values)
    known = [points for points in parts.values() if points is not None]
    total = None if missing else sum(known)
    return News2Score(scale, parts, total, TOP_PART in known, missing)


def flag(part: str, value: Decimal | int, *, scale: Scale = Scale.ONE, oxygen: bool | None = None) -> Flag:
    """Return how one measured number stands to its bands: three points is critical, fewer low or high."""
    bands = (_spo2_bands(scale, oxygen=oxygen) or SCALE_TWO_AIR_BANDS) if part == "spo2" else BANDS[part]
    band = _band(bands, Decimal(value))
    if band.points == 0:
        return Flag.NORMAL
    if band.points == TOP_PART:
        return Flag.CRITICAL_LOW if band.side < 0 else Flag.CRITICAL_HIGH
    return Flag.LOW if band.side < 0 else Flag.HIGH


def acvpu_flag(value: Acvpu) -> Flag:
    """Return the flag of consciousness: anything but alert is critically low."""
    return Flag.NORMAL if value is Acvpu.ALERT else Flag.CRITICAL_LOW


def _missing(values: News2Values) -> tuple[str, ...]:
    given = {
        "rr": values.rr,
        "spo2": values.spo2,
        "o2": values.oxygen,
        "systolic": values.systolic,
        "pulse": values.pulse,
        "acvpu": values.acvpu,
        "temp": values.temperature,
    }
    return tuple(part for part in PARTS if given[part] is None)


def _points(part: str, value: Decimal | int | None) -> int | None:
    return None if value is None else _band(BANDS[part], Decimal(value)).points


def _spo2_points(spo2: int | None, scale: Scale, *, oxygen: bool | None) -> int | None:
    """Score the saturation; on scale 2 a high one cannot be scored before air or oxygen is known."""
    if spo2 is None:
        return None
    bands = _spo2_bands(scale, oxygen=oxygen)
    if bands is not None:
        return _band(bands, Decimal(spo2)).points
    on_air = _band(SCALE_TWO_AIR_BANDS, Decimal(spo2)).points
    on_oxygen = _band(SCALE_TWO_OXYGEN_BANDS, Decimal(spo2)).points
    return on_air if on_air == on_oxygen else None


def _spo2_bands(scale: Scale, *, oxygen: bool | None) -> tuple[Band, ...] | None:
    """Return the bands of the saturation; None while scale 2 still waits for air or oxygen."""
    if scale is Scale.ONE:
        return SCALE_ONE_BANDS
    if oxygen is None:
        return None
    return SCALE_TWO_OXYGEN_BANDS if oxygen else SCALE_TWO_AIR_BANDS


def _acvpu_points(value: Acvpu) -> int:
    return 0 if value is Acvpu.ALERT else ACVPU_POINTS


def _band(bands: tuple[Band, ...], value: Decimal) -> Band:
    """Return the first band that reaches up to the value; the last one has no end."""
    return next(band for band in bands if band.upto is None or value <= band.upto)
