"""A course of readings over some weeks, told by where it began, where it is now and how it swings."""

from __future__ import annotations

from decimal import Decimal

from sandbox.population.life import Measured, Vitals

# How a value swings from one reading to the next: fixed, so that the population is the same every time.
_SWING = (0, 1, -1, 0, 2, -1, 1, 0, -2, 1, 0, -1)


def course(first: Vitals, last: Vitals, days: tuple[int, ...], at: str = "08:20") -> tuple[Measured, ...]:
    """Return readings from `first` (the oldest day) to `last` (the newest), which are both kept exact."""
    ordered = sorted(days, reverse=True)
    steps = max(len(ordered) - 1, 1)
    return tuple(
        Measured(
            day,
            at,
            first if position == 0 else last if position == steps else _between(first, last, position, steps),
        )
        for position, day in enumerate(ordered)
    )


def _between(first: Vitals, last: Vitals, position: int, steps: int) -> Vitals:
    swing = _SWING[position % len(_SWING)]

    def mixed(one: int, other: int, weight: int = 1) -> int:
        return one + (other - one) * position // steps + swing * weight

    tenths = mixed(int(first.temperature * 10), int(last.temperature * 10))
    return Vitals(
        rr=mixed(first.rr, last.rr),
        spo2=min(mixed(first.spo2, last.spo2), 99),
        systolic=mixed(first.systolic, last.systolic, 3),
        diastolic=mixed(first.diastolic, last.diastolic, 2),
        pulse=mixed(first.pulse, last.pulse, 2),
        temperature=Decimal(tenths) / 10,
        oxygen=last.oxygen,
        acvpu=last.acvpu,
    )
