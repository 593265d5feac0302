"""Age, and patients of one list who are easily taken for each other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.age import age_on
from clinical.lookalike import Named, look_alikes


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("1948-07-29", "2026-11-23", 78),
        ("1948-11-23", "2026-11-23", 78),
        ("1948-11-24", "2026-11-23", 77),
        ("2026-11-23", "2026-11-23", 0),
        ("2026-11-24", "2026-11-23", None),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_age(born: str, day: str, age: int | None) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


def test_an_unknown_birth_date_has_no_age() -> None:
    assert age_on(None, date(2026, 11, 23)) is None


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 40_000))
def test_age_grows_with_the_days(born: date, days: int) -> None:
    age = age_on(born, born + timedelta(days=days))
    assert age is not None
    assert age * 365 <= days < (age + 1) * 366 + 1


KARI = Named("1", "Bakke", "Kari", date(1948, 7, 29))


@pytest.mark.parametrize(
    "other",
    [
        Named("2", "Bakke", "Knut", date(1950, 1, 1)),
        Named("2", "BAKKE ", " kåre", None),
        Named("2", "Moen", "Oda", date(1948, 7, 29)),
    ],
    ids=["surname and first letter", "case and blanks do not matter", "birth date"],
)
def test_who_looks_alike(other: Named) -> None:
    assert look_alikes([KARI, other]) == {"1": ("2",), "2": ("1",)}


@pytest.mark.parametrize(
    "other",
    [
        Named("2", "Bakke", "Oda", date(1950, 1, 1)),
        Named("2", "Bakken", "Kari", date(1950, 1, 1)),
        Named("2", "", "", None),
        Named("2", "Bakke", "", None),
    ],
)
def test_who_does_not(other: Named) -> None:
    assert look_alikes([KARI, other]) == {"1": (), "2": ()}


def test_two_unknown_birth_dates_are_not_the_same_one() -> None:
    assert look_alikes([Named("1", "A", "B", None), Named("2", "C", "D", None)]) == {"1": (), "2": ()}


def test_the_same_patient_twice_is_nobody_else() -> None:
    assert look_alikes([KARI, KARI]) == {"1": ()}


def test_the_others_come_in_the_order_of_the_list() -> None:
    others = [Named(id_, "Bakke", "Kari", None) for id_ in ("9", "3", "5")]
    assert look_alikes([KARI, *others])["1"] == ("9", "3", "5")


@given(
    st.lists(
        st.builds(
            Named,
            st.sampled_from("abcdef"),
            st.sampled_from(["Bakke", "Moen"]),
            st.sampled_from(["Kari", "Knut", "Oda"]),
            st.none() | st.dates(date(1948, 7, 28), date(1948, 7, 30)),
        )
    )
)
def test_looking_alike_is_mutual_and_never_oneself(patients: list[Named]) -> None:
    found = look_alikes(patients)
    for patient_id, others in found.items():
        assert patient_id not in others
        assert all(patient_id in found[other] for other in others)
