"""The NEWS2 form without its widgets: what is typed, what is shown, what is missing."""

from __future__ import annotations

import pytest

from services.views import Flag
from tui.screens.news2_fields import FIELDS, form_state, hint

WHOLE = {
    "rr": "22", "spo2": "93", "o2": "n", "systolic": "105", "diastolic": "60", "pulse": "104", "acvpu": "a", "temp": "38,4",
}  # fmt: skip


def test_the_whole_form_scores_as_the_golden_vector() -> None:
    state = form_state(WHOLE)
    assert state.complete
    assert state.score.total == 7
    assert [state.fields[code].part for code in FIELDS] == [2, 2, 0, 1, None, 1, 0, 1]


@pytest.mark.parametrize("code", FIELDS)
def test_every_field_is_needed(code: str) -> None:
    state = form_state({name: text for name, text in WHOLE.items() if name != code})
    assert state.missing == (code,)
    assert not state.complete
    assert (state.score.total is None) == (code != "diastolic")


@pytest.mark.parametrize(("typed", "words"), [("384", "38,4 °C"), ("38.4", "38,4 °C"), ("38,4", "38,4 °C")])
def test_temperature_is_shown_as_it_will_be_signed(typed: str, words: str) -> None:
    assert form_state(WHOLE | {"temp": typed}).fields["temp"].in_words == words


def test_an_implausible_value_needs_a_reason() -> None:
    state = form_state(WHOLE | {"pulse": "210"})
    assert state.unexplained == ("pulse",)
    assert form_state(WHOLE | {"pulse": "210", "reason_pulse": "målt to ganger"}).complete


@pytest.mark.parametrize(
    ("code", "typed"), [("rr", "x"), ("rr", "99"), ("o2", "k"), ("acvpu", "q"), ("temp", "37,25")]
)
def test_what_cannot_be_read_is_refused_and_never_scored(code: str, typed: str) -> None:
    state = form_state(WHOLE | {code: typed})
    assert state.fields[code].refusal
    assert state.fields[code].part is None
    assert not state.complete


def test_flags_are_those_of_the_rows() -> None:
    state = form_state(WHOLE | {"rr": "25"})
    assert state.fields["rr"].shown_flag is Flag.CRITICAL_HIGH


def test_scale_two_is_scored_only_where_the_draft_names_it() -> None:
    assert form_state(WHOLE | {"spo2": "90"}).fields["spo2"].part == 3
    assert form_state(WHOLE | {"spo2": "90", "scale": "2"}).fields["spo2"].part == 0


@pytest.mark.parametrize("code", FIELDS)
def test_every_field_has_a_hint(code: str) -> None:
    assert hint(code).endswith(".")
