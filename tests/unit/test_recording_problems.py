"""What keeps a draft from being signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.draft_problems import FieldProblem, ProblemId, field_problem, validate_news2, validate_note
from tests.chart_material import NEWS2_FIELDS, chart, person
from tests.unit.test_chart_contents import order

if TYPE_CHECKING:
    from services.views import Chart


@pytest.fixture
def plain() -> Chart:
    return chart()


def test_a_whole_form_has_no_problem(plain: Chart) -> None:
    assert validate_news2(NEWS2_FIELDS, plain) == []


def test_an_empty_form_misses_all_eight_in_the_order_of_the_form(plain: Chart) -> None:
    found = validate_news2({}, plain)
    assert [(p.field, p.problem) for p in found] == [
        (name, ProblemId.MISSING)
        for name in ("rr", "spo2", "o2", "systolic", "diastolic", "pulse", "acvpu", "temp")
    ]


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("rr", "x", FieldProblem("rr", ProblemId.NOT_A_NUMBER)),
        ("rr", "18,5", FieldProblem("rr", ProblemId.TOO_MANY_DECIMALS)),
        (
            "pulse",
            "301",
            FieldProblem("pulse", ProblemId.IMPOSSIBLE, {"low": "10", "high": "300", "unit": "/min"}),
        ),
        (
            "pulse",
            "201",
            FieldProblem("pulse", ProblemId.NEEDS_REASON, {"low": "30", "high": "200", "unit": "/min"}),
        ),
        (
            "temp",
            "32,9",
            FieldProblem("temp", ProblemId.NEEDS_REASON, {"low": "33", "high": "42", "unit": "°C"}),
        ),
        ("o2", "kanskje", FieldProblem("o2", ProblemId.NOT_A_CHOICE)),
        ("acvpu", "X", FieldProblem("acvpu", ProblemId.NOT_A_CHOICE)),
        ("diastolic", "105", FieldProblem("diastolic", ProblemId.PRESSURES_DISAGREE)),
        ("scale", "2", FieldProblem("scale", ProblemId.SCALE_NOT_DECIDED)),
        ("scale", "3", FieldProblem("scale", ProblemId.NOT_A_CHOICE)),
    ],
)
def test_each_problem_has_its_field_and_its_id(
    plain: Chart, field: str, typed: str, problem: FieldProblem
) -> None:
    assert validate_news2(NEWS2_FIELDS | {field: typed}, plain) == [problem]


def test_a_reason_lets_an_unlikely_value_through_and_never_an_impossible_one(plain: Chart) -> None:
    fields = NEWS2_FIELDS | {"pulse": "201", "reason_pulse": "kjent flimmer"}
    assert validate_news2(fields, plain) == []
    assert validate_news2(fields | {"reason_pulse": "  "}, plain) != []
    assert validate_news2(fields | {"pulse": "301"}, plain) != []


def test_scale_two_is_allowed_where_the_chart_holds_the_decision() -> None:
    assert validate_news2(NEWS2_FIELDS | {"scale": "2"}, chart(order())) == []


def test_a_child_is_refused_as_a_whole() -> None:
    found = validate_news2(NEWS2_FIELDS, chart(person(birthDate="2021-10-04")))
    assert found == [FieldProblem("", ProblemId.NOT_FOR_PATIENT, {"why": "NEWS2 brukes ikke under 16 år"})]


def test_one_field_is_judged_while_it_is_filled() -> None:
    assert field_problem({"rr": "18"}, "rr") is None
    assert field_problem({"rr": "81"}, "rr") == FieldProblem(
        "rr", ProblemId.IMPOSSIBLE, {"low": "0", "high": "80", "unit": "/min"}
    )


def test_a_note_needs_a_text() -> None:
    assert validate_note({"text": " \n"}) == [FieldProblem("text", ProblemId.MISSING)]
    assert validate_note({"text": "Hei"}) == []
