"""The NEWS2 form without its widgets: which fields, in which order, what each says while it is being filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinical import news2, vitals
from clinical.flags import Flag
from clinical.typed_number import Unreadable
from services.views import Flag as ShownFlag
from tui.text import nb

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.views import Chart

FIELDS = ("rr", "spo2", "o2", "systolic", "diastolic", "pulse", "acvpu", "temp")
REQUIRED = news2.PARTS
_OXYGEN = {"j": True, "ja": True, "n": False, "nei": False}
_OXYGEN_SHOWN = {True: "ja", False: "nei"}


@dataclass(frozen=True, slots=True)
class FieldState:
    """What stands beside one field: the value as it will be signed, its part of the score, its flag, what is wrong."""

    shown: str
    part: int | None
    flag: Flag
    in_words: str = ""  # as it is to be read: `38,4 °C`, `luft`, `våken`
    refusal: str = ""
    needs_reason: bool = False

    @property
    def shown_flag(self) -> ShownFlag:
        """Return the flag as the rows name it."""
        return ShownFlag(self.flag.value)


@dataclass(frozen=True, slots=True)
class FormState:
    """The whole form at one moment."""

    fields: dict[str, FieldState]
    score: news2.News2Score
    missing: tuple[str, ...]  # field codes without a value, diastolic included
    unexplained: tuple[str, ...]  # implausible and without a reason

    @property
    def complete(self) -> bool:
        """Tell whether everything is there to sign."""
        return not self.missing and not self.unexplained and not any(f.refusal for f in self.fields.values())


def unit(code: str) -> str:
    """Return the unit that stands beside the field."""
    return vitals.MEASURES[code].unit


def scale_of(fields: Mapping[str, str]) -> news2.Scale:
    """Return the SpO2 scale that the draft names; scale 1 where it names none."""
    return news2.Scale.TWO if fields.get("scale") == "2" else news2.Scale.ONE


def form_state(fields: Mapping[str, str]) -> FormState:
    """Return what the form shows for what was typed."""
    scale = scale_of(fields)
    oxygen = _OXYGEN.get(fields.get("o2", "").strip().lower())
    letter = _letter(fields.get("acvpu", ""))
    parsed = {
        code: vitals.parse(code, fields.get(code, "")) for code in FIELDS if code not in ("o2", "acvpu")
    }
    score = news2.score(_values(parsed, letter, oxygen=oxygen), scale)
    states = {code: _number_state(code, read, score, oxygen=oxygen) for code, read in parsed.items()}
    states["o2"] = _oxygen_state(fields.get("o2", ""), score, oxygen=oxygen)
    states["acvpu"] = _letter_state(fields.get("acvpu", ""), letter, score)
    ordered = {code: states[code] for code in FIELDS}
    missing = tuple(code for code, state in ordered.items() if not state.shown and not state.refusal)
    unexplained = tuple(
        code
        for code, state in ordered.items()
        if state.needs_reason and not fields.get(f"reason_{code}", "").strip()
    )
    return FormState(ordered, score, missing, unexplained)


def _letter(typed: str) -> news2.Acvpu | None:
    """Return the ACVPU letter that was typed."""
    try:
        return news2.Acvpu(typed.strip().upper())
    except ValueError:
        return None


_Parsed = dict[str, "vitals.ParsedValue | Unreadable"]


def _whole(parsed: _Parsed, code: str) -> int | None:
    """Return a typed whole number, or None."""
    read = parsed[code]
    return int(read.value) if isinstance(read, vitals.ParsedValue) else None


def _values(parsed: _Parsed, letter: news2.Acvpu | None, *, oxygen: bool | None) -> news2.News2Values:
    """Return the values for the score; what cannot be read is missing, never zero."""
    temperature = parsed["temp"]
    return news2.News2Values(
        rr=_whole(parsed, "rr"), spo2=_whole(parsed, "spo2"), oxygen=oxygen, systolic=_whole(parsed, "systolic"),
        pulse=_whole(parsed, "pulse"), acvpu=letter,
        temperature=temperature.value if isinstance(temperature, vitals.ParsedValue) else None,
    )  # fmt: skip


def _number_state(
    code: str, read: vitals.ParsedValue | Unreadable, score: news2.News2Score, *, oxygen: bool | None
) -> FieldState:
    """Return the state of a numeric field."""
    if isinstance(read, Unreadable):
        refusal = "" if read is Unreadable.EMPTY else refusal_words(code, read)
        return FieldState("", None, Flag.NORMAL, refusal=refusal)
    flag = vitals.flag(code, read.value, scale=score.scale, oxygen=oxygen)
    return FieldState(
        read.text, score.parts.get(code), flag, f"{read.text} {unit(code)}", needs_reason=read.implausible
    )


def _oxygen_state(typed: str, score: news2.News2Score, *, oxygen: bool | None) -> FieldState:
    """Return the state of the oxygen field."""
    if oxygen is None:
        return FieldState("", None, Flag.NORMAL, refusal=nb.text("news2.refused.o2") if typed.strip() else "")
    return FieldState(
        _OXYGEN_SHOWN[oxygen],
        score.parts["o2"],
        Flag.NORMAL,
        nb.text("news2.oxygen" if oxygen else "news2.air"),
    )


def _letter_state(typed: str, letter: news2.Acvpu | None, score: news2.News2Score) -> FieldState:
    """Return the state of the consciousness field."""
    if letter is None:
        return FieldState(
            "", None, Flag.NORMAL, refusal=nb.text("news2.refused.acvpu") if typed.strip() else ""
        )
    return FieldState(
        letter.value, score.parts["acvpu"], news2.acvpu_flag(letter), nb.text(f"news2.acvpu.{letter.value}")
    )


def refusal_words(code: str, reason: Unreadable) -> str:
    """Return why what was typed is not a value."""
    hard = vitals.MEASURES[code].hard
    return nb.text(
        f"news2.refused.{reason.value}", name=nb.text(f"news2.name.{code}"), low=hard[0], high=hard[1]
    )


def hint(code: str) -> str:
    """Return the help line of a field."""
    if code in ("o2", "acvpu"):
        return nb.text(f"news2.hint.{code}")
    soft = vitals.MEASURES[code].soft
    kind = "decimal" if vitals.MEASURES[code].decimals else "whole"
    return nb.text(f"news2.hint.{kind}", name=nb.text(f"news2.name.{code}"), low=soft[0], high=soft[1])


def previous_at(chart: Chart) -> datetime | None:
    """Return when the newest of the values before was taken."""
    times = [
        one.readings[0].at for one in chart.series if one.readings and one.code in (*FIELDS, "bp", "news2")
    ]
    return max((at for at in times if at is not None), default=None)


def previous_values(chart: Chart) -> dict[str, str]:
    """Return the last value of each field in the chart, as it is to be read."""
    newest = {series.code: series.readings[0].text for series in chart.series if series.readings}
    pressures = newest.pop("bp", "")
    if "/" in pressures:
        newest["systolic"], newest["diastolic"] = pressures.split("/", 1)
    return {code: newest[code] for code in (*FIELDS, "news2") if code in newest}
