"""What a sign-in must be worth: the forms in which an issuer says a level, and the age of a proof."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from client.auth.assurance import Assurance
from client.auth.errors import SignInError, SignInReason

_NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
_HELSEID = "helseid://claims/identity/security_level"


def refused(assurance: Assurance, claims: dict[str, object]) -> tuple[SignInReason, str]:
    with pytest.raises(SignInError) as error:
        assurance.reached(claims, _NOW)
    return error.value.reason, error.value.detail


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("acr", "idporten-loa-high"),
        ("amr", ["pwd", "idporten-loa-high"]),
        ("acr", "idporten-loa-substantial"),
    ],
)
def test_one_of_the_levels_will_do(claim: str, says: object) -> None:
    wanted = Assurance(("idporten-loa-high", "idporten-loa-substantial"), claim)
    assert wanted.reached({claim: says}, _NOW) in wanted.levels


def test_helseid_may_say_its_level_as_text_or_number() -> None:
    wanted = Assurance(("4",), _HELSEID)
    assert wanted.reached({_HELSEID: "4"}, _NOW) == wanted.reached({_HELSEID: 4}, _NOW) == "4"


@pytest.mark.parametrize("says", ["idporten-loa-low", "idporten-loa-high ", "", None, True, 1, [], {}, ["x"]])
def test_every_other_word_is_too_low(says: object) -> None:
    wanted = Assurance(("idporten-loa-high", "1x"))
    assert refused(wanted, {"acr": says}) == (SignInReason.LEVEL, "idporten-loa-high, 1x")


def test_true_is_no_level_one() -> None:
    assert refused(Assurance(("True",)), {"acr": True})[0] is SignInReason.LEVEL


def test_the_level_in_another_claim_does_not_count() -> None:
    assert refused(Assurance(("4",), _HELSEID), {"acr": "4"})[0] is SignInReason.LEVEL


@pytest.mark.parametrize(
    ("seconds", "is_young"), [(0, True), (600, True), (655, True), (665, False), (-30, True)]
)
def test_a_proof_may_be_as_old_as_was_said(seconds: int, *, is_young: bool) -> None:
    claims: dict[str, object] = {"auth_time": _NOW.timestamp() - seconds}
    if is_young:
        assert Assurance(max_age=600).reached(claims, _NOW) == ""
    else:
        assert refused(Assurance(max_age=600), claims) == (SignInReason.AGE, "10")


@pytest.mark.parametrize("says", [None, "1700000000", True, 0, _NOW.timestamp() + 3600])
def test_one_that_tells_no_age_or_one_to_come_is_too_old(says: object) -> None:
    assert refused(Assurance(max_age=600), {"auth_time": says})[0] is SignInReason.AGE


def test_where_nothing_is_demanded_nothing_is_asked_or_refused() -> None:
    assert Assurance().asked() == []
    assert Assurance().reached({"acr": "low"}, _NOW) == ""
    assert Assurance().is_level("")
    assert not Assurance(("4",)).is_level("")


def test_only_acr_is_asked_for_as_that() -> None:
    """`acr_values` says something else to HelseID."""
    assert Assurance(("a", "b"), max_age=600).asked() == [("acr_values", "a b"), ("max_age", "600")]
    assert Assurance(("4",), _HELSEID).asked() == []
