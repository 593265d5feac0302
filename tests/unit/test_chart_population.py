"""The people of the embedded journal, as its own resources, through the whole chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.population.chart_resources import life_resources
from sandbox.population.home_care import HOME_CARE
from sandbox.population.moments import Moments
from sandbox.population.practice import PRACTICE
from services.address import BLOCKED
from services.chart import build_chart
from services.patient_file import PatientFile
from services.views import Allergy, Chart
from tests.chart_material import NOW, stored, whole

if TYPE_CHECKING:
    from sandbox.population.life import Life

LIVES = {life.number: life for life in (*HOME_CARE, *PRACTICE)}


def opened(life: Life) -> Chart:
    resources = life_resources(life, Moments(NOW))
    patient = next(str(r["id"]) for r in resources if r["resourceType"] == "Patient")
    rows = [stored(resource, patient=patient) for resource in resources]
    return build_chart(PatientFile(patient, rows, whole()), None, "", (), NOW)


@pytest.mark.parametrize("number", sorted(LIVES))
def test_everybody_has_a_chart_that_holds_what_was_written(number: str) -> None:
    life, made = LIVES[number], opened(LIVES[number])
    assert made.banner.identity_number == number
    assert len(made.medicines) == len(life.medicines)
    assert {note.text for note in made.notes} == {note.text for note in life.notes}
    assert not any(note.unreadable for note in made.notes)
    assert made.problems == tuple(dict.fromkeys(text for _, text in life.problems))
    assert all(series.code != "ukjent" for series in made.series)
    scores = next((series.readings for series in made.series if series.code == "news2"), ())
    assert {reading.unit for reading in scores} <= {"skala 2" if life.scale_two else "skala 1"}
    assert len(scores) == len(life.measured)
    assert (made.scale_two is not None) == life.scale_two


def test_the_four_allergy_states_and_the_blocked_address_are_among_them() -> None:
    charts = {number: opened(life) for number, life in LIVES.items()}
    assert {made.banner.allergy for made in charts.values()} >= {
        Allergy.KNOWN,
        Allergy.NONE_KNOWN,
        Allergy.NOT_RECORDED,
    }
    blocked = [number for number, made in charts.items() if made.address == BLOCKED]
    assert blocked == ["31924449678"]
    assert charts["31924449678"].access == ""
    assert charts["04902199778"].news2_refused == "NEWS2 brukes ikke under 16 år"
