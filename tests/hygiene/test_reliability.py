"""Every fault of the list has a test or a reason, and the page says what the tests say."""

from __future__ import annotations

from tests.reliability.table import PAGE, faults_in, page, problems, shown_by


def test_every_fault_has_a_test_or_a_reason() -> None:
    assert problems(shown_by()) == []


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(shown_by()), "make reliability"


def test_ranges_and_lists_are_read() -> None:
    assert list(faults_in("Lost.\n\nFault: K1-K4, F5.")) == ["K1", "K2", "K3", "K4", "F5"]
    assert list(faults_in("Faults: M1 and M2.")) == ["M1", "M2"]
    assert list(faults_in("A K1 in passing.")) == []
