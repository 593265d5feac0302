"""Fields, the note pad, the message line and the key line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tests.form_app import no_day, our_app, values
from tests.unit.test_tui_keyboard import press
from tui.acting import Acting
from tui.actions import REGISTRY, action, bindings_for, help_rows
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine
from tui.widgets.text_pad import TextPad
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from textual.app import ComposeResult


async def test_field_has_brackets_only_while_it_is_typed_in() -> None:
    """`[22_ ]` with the focus, plain without it, a dash when empty."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, "v", "2", "2")
        await app.keyboard.idle()
        first, second = list(app.screen.query(ValueField))[:2]
        assert first.render().plain == "[22_  ]"
        assert second.render().plain == " –"
        await press(app, "enter")
        await app.keyboard.idle()
        assert first.render().plain == " 22"


async def test_no_field_moves_on_by_itself() -> None:
    """Three digits, five digits, a one-letter choice: only Enter leaves the field (UX-32)."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, "v", *"12345678")
        await app.keyboard.idle()
        assert values(app)["rr"] == "12345678"
        await press(app, "backspace", "backspace")
        await app.keyboard.idle()
        assert values(app)["rr"] == "123456"


async def test_norwegian_letters_are_letters() -> None:
    """Æ, ø and å go into a field like any letter."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, "v", *"æøåÆØÅ")
        await app.keyboard.idle()
        assert values(app)["rr"] == "æøåÆØÅ"


class Pad(Screen[None]):
    """A note pad."""

    AUTO_FOCUS = "TextPad"

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield TextPad()
        yield MessageLine()
        yield KeyLine()


async def test_note_keeps_what_is_typed_and_needs_no_highlighter() -> None:
    """Letters, line breaks and brackets; no tree-sitter, no blinking."""
    app = FeltjournalApp(Launch(Pad, no_day))
    async with app.run_test(size=(80, 24)):
        await press(app, *"[x] på", "enter", *"v 37,2")
        await app.keyboard.idle()
        pad = app.screen.query_one(TextPad)
        assert pad.text == "[x] på\nv 37,2"
        assert pad.language is None
        assert not pad.cursor_blink


async def test_message_goes_with_the_next_key_and_a_critical_one_stays() -> None:
    """An ordinary message covers a critical one for one key, no longer (UX-19)."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        line = app.screen.query_one(MessageLine)
        app.say("▲▲ NEWS2 7", is_critical=True)
        app.say("lagret")
        assert line.text == "lagret"
        await press(app, "down")
        await app.keyboard.idle()
        assert line.text == "▲▲ NEWS2 7"
        await press(app, "down", "down")
        await app.keyboard.idle()
        assert line.text == "▲▲ NEWS2 7"
        line.handled()
        assert line.text == ""


def test_action_ids_are_unique_and_named_by_area() -> None:
    """`area.verb`, each once; each has words and help."""
    ids = [one.id for one in REGISTRY]
    assert len(ids) == len(set(ids))
    assert all(one.id.count(".") == 1 and one.label and one.help for one in REGISTRY)


def test_no_action_needs_a_key_that_norwegian_keyboards_or_terminals_lack() -> None:
    """No AltGr characters, no key that a terminal sends as another (ctrl+i, m, h, j), no ctrl+a, b."""
    lacking = {"left_square_bracket", "right_square_bracket", "backslash", "at", "dollar_sign"}
    aliases = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j", "ctrl+a", "ctrl+b"}
    for one in REGISTRY:
        assert not set(one.keys.split(",")) & (lacking | aliases)
        assert one.keys != "ctrl+s"


def test_bindings_and_help_come_from_the_registry() -> None:
    """Each binding has its action's id; each help row its words."""
    assert [getattr(binding, "id", None) for binding in bindings_for("app")] == [
        "app.help",
        "app.lock",
        "app.hide",
        "app.quit",
        "app.practise",
    ]
    assert ("F12", action("app.lock").label, action("app.lock").help) in help_rows("app")


class Barred(Acting, Screen[None]):
    """A place whose action cannot be done now."""

    SCOPES = ("round",)
    BINDINGS = bindings_for("round")
    is_online = False
    took = False

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield MessageLine()
        yield KeyLine()

    def action_round_take(self) -> None:
        """Note that it was done."""
        self.took = True


async def test_action_that_cannot_be_done_says_why_and_stays_in_sight() -> None:
    """Disabled with a reason, never hidden, never silent (UX-25, UX-30)."""
    screen = Barred()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)):
        await press(app, "t")
        await app.keyboard.idle()
        assert not screen.took
        assert "Krever nett" in screen.query_one(MessageLine).text
        assert "t ta med runden" in screen.query_one(KeyLine).render().plain


async def test_palette_offers_no_screenshot_and_its_actions_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture of a patient is written, and the client cannot be suspended with one on the screen."""
    monkeypatch.chdir(tmp_path)
    app = our_app()
    async with app.run_test(size=(80, 24)):
        titles = [command.title.lower() for command in app.get_system_commands(app.screen)]
        assert titles
        assert not [title for title in titles if "screenshot" in title]
        app.action_screenshot()
        app.deliver_screenshot()
        app.action_screenshot("skjerm.svg", str(tmp_path))
        app.action_suspend_process()
    assert _is_empty(tmp_path)


def _is_empty(folder: Path) -> bool:
    return not [*folder.iterdir()]
