"""What was typed in the NEWS2 form, read: values, scale and the score as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinical.news2 import Acvpu, News2Score, News2Values, Scale, score
from clinical.typed_number import Unreadable
from clinical.vitals import MEASURES, ParsedValue

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS = ("rr", "spo2", "systolic", "diastolic", "pulse", "temp")
"""The number fields of the form; each bears the short name of its measure."""

FIELDS = ("rr", "spo2", "o2", "systolic", "diastolic", "pulse", "acvpu", "temp")
"""The eight fields in the order in which they are asked for."""

_YES_NO = {"j": True, "n": False}


@dataclass(frozen=True, slots=True)
class News2Draft:
    """The fields of a draft, read; None where nothing valid was typed."""

    numbers: Mapping[str, ParsedValue]
    oxygen: bool | None
    acvpu: Acvpu | None
    scale: Scale

    @property
    def score(self) -> News2Score:
        """The score of what is valid so far."""
        return score(self.values, self.scale)

    @property
    def values(self) -> News2Values:
        """The seven values for the score."""
        temperature = self.numbers.get("temp")
        return News2Values(
            rr=self._whole("rr"),
            spo2=self._whole("spo2"),
            oxygen=self.oxygen,
            systolic=self._whole("systolic"),
            pulse=self._whole("pulse"),
            acvpu=self.acvpu,
            temperature=None if temperature is None else temperature.value,
        )

    @property
    def is_complete(self) -> bool:
        """Tell whether all eight fields hold a valid value."""
        return self.score.total is not None and "diastolic" in self.numbers

    def _whole(self, field: str) -> int | None:
        parsed = self.numbers.get(field)
        return None if parsed is None else int(parsed.value)


def read_news2(fields: Mapping[str, str]) -> News2Draft:
    """Read the fields of a draft; what is not valid counts as not there."""
    parsed = {field: MEASURES[field].parse(fields.get(field, "")) for field in NUMBERS}
    letter = fields.get("acvpu", "").strip().upper()
    return News2Draft(
        numbers={field: value for field, value in parsed.items() if not isinstance(value, Unreadable)},
        oxygen=_YES_NO.get(fields.get("o2", "").strip().lower()),
        acvpu=Acvpu(letter) if letter in set(Acvpu) else None,
        scale=Scale.TWO if fields.get("scale", "").strip() == "2" else Scale.ONE,
    )


def reason_of(fields: Mapping[str, str], field: str) -> str:
    """Return the reason that was given for an unlikely value."""
    return fields.get(f"reason_{field}", "").strip()
