"""The page that says what shows each promise names only tests that are there."""

from __future__ import annotations

import re

from tests.omissions import ROOT

PAGE = ROOT / "docs" / "proofs.md"


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w./*]+)", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


def test_every_command_that_the_page_names_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make (\w+)", PAGE.read_text(encoding="utf-8")))
    assert {name for name in named if f"\n{name}:" not in makefile} == set()
