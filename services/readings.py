"""The measurements of a chart as series, newest first, with our own unsent ones among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.news2 import Scale
from clinical.vitals import MEASURES
from services.fhir_time import UNKNOWN
from services.observation_row import Row, Surroundings, is_news2, is_oxygen, is_struck, row_of, when_of
from services.observed_value import oxygen_of
from services.patient_file import unreadable
from services.views import LastNews2, Reading, Series

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from offline_cache.states import EntryState
    from services.journal_tree import Tree
    from services.patient_file import PatientFile, Sheet

_FIRST = (
    "news2",
    "rr",
    "spo2",
    "o2",
    "bp",
    "systolic",
    "diastolic",
    "pulse",
    "acvpu",
    "temp",
    "weight",
    "height",
    "glucose",
)
_ONE_SERIES = frozenset({"news2", "acvpu", "o2"})


def rows_of(file: PatientFile, *, scale: Scale = Scale.ONE, adult: bool = True) -> list[Row]:
    """Return every measurement, newest first; without what was taken back; what cannot be read is said."""
    trees = _observed(file)
    oxygen = _oxygen_by_time(tree for tree, _ in trees) if scale is Scale.TWO else {}
    rows = [
        row_of(tree, Surroundings(scale, oxygen.get(when_of(tree).order), adult), state)
        for tree, state in trees
    ]
    rows += [_unreadable(sheet) for sheet in file.of("Observation") if not sheet.readable]
    return _newest_first(rows)


def news2_rows_of(file: PatientFile) -> list[Row]:
    """Return the NEWS2 scores alone, newest first: the round asks for them of every patient at once."""
    return _newest_first(
        [row_of(tree, Surroundings(), state) for tree, state in _observed(file) if is_news2(tree)]
    )


def _observed(file: PatientFile) -> list[tuple[Tree, EntryState | None]]:
    """Return the readable Observations that stand, the journal's and our own with the state of theirs."""
    sheets = [sheet for sheet in file.of("Observation") if sheet.readable and not is_struck(sheet.tree)]
    return [(sheet.tree, None) for sheet in sheets] + [
        (own.tree, own.state) for own in file.own("Observation")
    ]


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.time.order, reverse=True)


def series_of(rows: Iterable[Row]) -> tuple[Series, ...]:
    """Return the rows by kind. Values in different units never share a series, their trend means nothing."""
    groups: dict[tuple[str, str], list[Reading]] = {}
    for row in rows:
        reading = row.reading
        unit = "" if reading.code in _ONE_SERIES else reading.unit
        groups.setdefault((reading.code, unit), []).append(reading)
    made = [
        Series(code, readings[0].name, unit, tuple(readings)) for (code, unit), readings in groups.items()
    ]
    return tuple(sorted(made, key=_place))


def last_news2(rows: Iterable[Row]) -> LastNews2 | None:
    """Return the latest NEWS2 that has a total; `scale` is 0 where the journal does not say it."""
    for row in rows:
        if row.reading.code == "news2" and row.reading.number is not None and row.time is not UNKNOWN:
            return LastNews2(int(row.reading.number), row.scale, row.time.at or row.time.order)
    return None


def _place(series: Series) -> tuple[int, str]:
    """Order the series: NEWS2 and its seven first, other measures we know, then the rest by name."""
    if series.code in _FIRST:
        return _FIRST.index(series.code), ""
    return (len(_FIRST) if series.code in MEASURES else len(_FIRST) + 1), series.name.casefold()


def _oxygen_by_time(trees: Iterable[Tree]) -> dict[datetime, bool]:
    found: dict[datetime, bool] = {}
    for tree in trees:
        oxygen = oxygen_of(tree) if is_oxygen(tree) else None
        if oxygen is not None:
            found[when_of(tree).order] = oxygen
    return found


def _unreadable(sheet: Sheet) -> Row:
    return Row(Reading("ukjent", unreadable(sheet), "kan ikke vises", "", None), UNKNOWN)
