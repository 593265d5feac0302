"""Every id that the screens use has words, every word is used, and every trouble says its three things."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.errors import ErrorKind
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.states import EntryKind, EntryState
from services.sections import NAMES
from services.trouble import Trouble, TroubleCode
from services.views import Connection, EntryRow, Environment, Flag
from tui.screens.news2_fields import FIELDS
from tui.text import nb
from tui.text.ink import plain
from tui.text.nb_trouble import TROUBLE_WORDS, trouble_words
from tui.text.state_words import CONNECTION_WORD, ENVIRONMENT_WORD, FLAG_WORD, STATE_SIGN, STATE_WORD
from tui.widgets.entry_line import OutboxLine, entry_detail, outbox_line

TUI = Path(nb.__file__).parent.parent


def _strings() -> set[str]:
    """Return every string of the screens' source, f-strings by the part before their first field."""
    found: set[str] = set()
    for path in TUI.rglob("*.py"):
        if path.name in ("nb.py", "nb_locking.py", "nb_outbox.py", "nb_sync.py"):
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
    grouped = ("part.", "round.", "why.")
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


def test_a_sign_in_that_is_worth_too_little_says_what_would_do() -> None:
    low = trouble_words(Trouble(TroubleCode.LEVEL_TOO_LOW, wanted="idporten-loa-high"))
    assert low.what == "Du er logget inn på et lavere nivå enn journalen krever (idporten-loa-high)."
    old = trouble_words(Trouble(TroubleCode.SIGN_IN_TOO_OLD, wanted="10"))
    assert old.what.endswith("journalen krever at det er gjort siste 10 min.")


def test_a_wrong_pin_counts_and_waits_in_words() -> None:
    assert (
        trouble_words(Trouble(TroubleCode.WRONG_PIN, left="1", wait="30.0")).next
        == "1 forsøk igjen. Vent 30 sekunder."
    )
    assert trouble_words(Trouble(TroubleCode.WRONG_PIN, left="4", wait="0")).next == "4 forsøk igjen."


def test_details_never_reach_the_words_unless_they_are_named() -> None:
    words = trouble_words(Trouble(TroubleCode.REFUSED, shown="HANSEN-SENTINEL", other="{left_words}"))
    assert "SENTINEL" not in words.line


def test_every_code_that_tells_why_has_words() -> None:
    """No code word of ours reaches a screen: neither a known one nor one that is new."""
    codes = [*ErrorKind, "not-fetched", "answer_lost"]
    words = [nb.why(code) for code in codes]
    assert nb.why("other") not in words
    assert [word for word in words if word in {str(code) for code in codes}] == []
    assert nb.why("brand-new-code") == nb.why("other")
    assert nb.why("") == ""


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize(
    "state", [EntryState.UNKNOWN, EntryState.REFUSED, EntryState.HELD, EntryState.SIGNED]
)
def test_an_entry_in_the_outbox_tells_why_in_words_that_fit(state: EntryState, kind: ErrorKind) -> None:
    """Whole at 80 columns, and never the code itself."""
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    row = EntryRow(
        "e", EntryKind.NOTE, "p", "NAVN", "1948", "", "Notat", state, 0, 1, at, at, at, None, str(kind)
    )
    said = plain(outbox_line(OutboxLine(row), 78, at))
    assert "…" not in said
    assert said.rstrip().endswith((nb.why(kind), STATE_WORD[state], nb.text("outbox.waits")))
    assert kind.value not in plain(entry_detail(row, 80, at)[1])


def test_every_part_of_a_chart_has_words() -> None:
    for part in CHART_PARTS:
        assert nb.text(f"part.{part.name}") == NAMES[part.name]


def test_a_draft_that_is_not_whole_names_fields_by_their_words_only() -> None:
    fields = [*FIELDS, "text", "scale", "digits", "brand_new_field"]
    said = trouble_words(Trouble(TroubleCode.DRAFT_INCOMPLETE, missing=",".join(fields))).next
    assert "_" not in said
    assert "systolisk" in said
    assert not {"rr", "acvpu", "temp", "text", "scale", "digits"} & set(said.replace(".", "").split())


def test_every_state_flag_and_connection_has_its_own_sign_or_word() -> None:
    assert set(STATE_SIGN) == set(STATE_WORD) == set(EntryState)
    signs = {state: sign for state, sign in STATE_SIGN.items() if state is not EntryState.CONFLICT}
    assert len(set(signs.values())) == len(signs)
    assert STATE_SIGN[EntryState.CONFLICT] == STATE_SIGN[EntryState.REFUSED]  # one sign for both (UX-20)
    assert set(FLAG_WORD) == set(Flag)
    assert set(CONNECTION_WORD) == set(Connection)
    assert set(ENVIRONMENT_WORD) == set(Environment)
