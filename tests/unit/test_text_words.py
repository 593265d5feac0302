"""Every id that the screens use has words, every word is used, and every trouble says its three things."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from offline_cache.states import EntryState
from services.trouble import Trouble, TroubleCode
from services.views import Connection, Environment, Flag
from tui.text import nb
from tui.text.nb_trouble import TROUBLE_WORDS, trouble_words
from tui.text.state_words import CONNECTION_WORD, ENVIRONMENT_WORD, FLAG_WORD, STATE_SIGN, STATE_WORD

TUI = Path(nb.__file__).parent.parent


def _strings() -> set[str]:
    """Return every string of the screens' source, f-strings by the part before their first field."""
    found: set[str] = set()
    for path in TUI.rglob("*.py"):
        if path.name == "nb.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                found.add(f"{node.values[0].value!s}*")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _asked() -> set[str]:
    """Return every id that is asked for by a plain string."""
    asked: set[str] = set()
    for path in TUI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "text"
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    asked.add(first.value)
    return asked


def test_every_id_asked_for_has_words() -> None:
    assert _asked() - nb.ids() == set()


def test_no_words_are_left_over() -> None:
    strings = _strings()
    beginnings = tuple(text[:-1] for text in strings if text.endswith("*") and "." in text)
    grouped = ("part.", "round.")
    unused = {id_ for id_ in nb.ids() if id_ not in strings and not id_.startswith((*beginnings, *grouped))}
    assert unused == set()


@pytest.mark.parametrize("code", list(TroubleCode))
def test_every_trouble_says_what_happened_what_is_safe_and_what_is_next(code: TroubleCode) -> None:
    words = trouble_words(Trouble(code))
    assert all(
        (text.endswith(".") and text[0].isupper()) or text[0].isdigit()
        for text in (words.what, words.safe, words.next)
    )
    assert len({w.what for w in TROUBLE_WORDS.values()}) == len(TROUBLE_WORDS)


def test_a_wrong_pin_counts_and_waits_in_words() -> None:
    assert (
        trouble_words(Trouble(TroubleCode.WRONG_PIN, left="1", wait="30.0")).next
        == "1 forsøk igjen. Vent 30 sekunder."
    )
    assert trouble_words(Trouble(TroubleCode.WRONG_PIN, left="4", wait="0")).next == "4 forsøk igjen."


def test_details_never_reach_the_words_unless_they_are_named() -> None:
    words = trouble_words(Trouble(TroubleCode.REFUSED, shown="HANSEN-SENTINEL", other="{left_words}"))
    assert "SENTINEL" not in words.line


def test_every_state_flag_and_connection_has_its_own_sign_or_word() -> None:
    assert set(STATE_SIGN) == set(STATE_WORD) == set(EntryState)
    assert len(set(STATE_SIGN.values())) == len(STATE_SIGN)
    assert set(FLAG_WORD) == set(Flag)
    assert set(CONNECTION_WORD) == set(Connection)
    assert set(ENVIRONMENT_WORD) == set(Environment)
