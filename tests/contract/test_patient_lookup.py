"""Whom a search finds: a name by its parts, narrowed by the birth date, and never nobody where there is somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.patient_lookup import MOST
from tests.working_day import first_day

if TYPE_CHECKING:
    from tests.contract.machine import Machine

pytestmark = pytest.mark.usefixtures("running_journal")


async def test_a_name_is_found_by_its_parts_and_a_birth_date_narrows(machine: Machine) -> None:
    day = await first_day(machine.folder)

    async def names(name: str, birth_date: str = "") -> list[str]:
        found = await day.search_patients(name=name, birth_date=birth_date)
        assert not found.is_more
        return [one.name for one in found.rows]

    assert await names("Hansen") == ["HANSEN, Odd Berg"]
    assert await names("hansen, odd") == ["HANSEN, Odd Berg"]
    assert await names("Odd Han") == ["HANSEN, Odd Berg"]
    assert await names("Moen") == ["MOEN, Ragnhild", "MOEN, Reidun"]
    assert await names("Moen", "1929-01-08") == ["MOEN, Reidun"]
    assert await names("Moen", "1950-01-01") == []
    assert await names("Hansen Solveig") == []
    await day.close()


async def test_more_than_are_shown_is_said(machine: Machine) -> None:
    day = await first_day(machine.folder)
    calls = machine.room.fhir()
    for number in range(MOST + 1):
        person = {"resourceType": "Patient", "name": [{"family": "Tvilling", "given": [f"Nr{number}"]}]}
        assert calls.send("POST", "Patient", person).status_code == 201
    found = await day.search_patients(name="Tvilling")
    assert (len(found.rows), found.is_more) == (MOST, True)
    await day.close()
