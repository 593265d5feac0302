"""One key at a time: no key lost, none in another field, whatever the pace, the load and what the keys open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tests.burner import load
from tests.form_app import TYPED, WORDS, StockApp, no_day, our_app, values
from tests.pty.terminal import KEYS, keys
from tui.acting import Acting
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine
from tui.widgets.row_list import RowList
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App, ComposeResult
    from textual.binding import BindingType

GAPS = (0.0, 0.005, 0.020, 0.050)


def key(name: str) -> events.Key:
    """Return the event of one key."""
    if name in KEYS:
        return events.Key(name, {"enter": "\r", "space": " "}.get(name))
    return events.Key(name if name.isalnum() else _character_to_key(name), name)


async def press(app: App[Any], *names: str, gap: float = 0.0) -> None:
    """Hand keys to the application as its driver would."""
    for name in names:
        app.post_message(key(name))
        if gap:
            await asyncio.sleep(gap)


@pytest.mark.parametrize("is_loaded", [False, True], ids=["idle", "loaded"])
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: f"{gap * 1000:.0f}ms")
async def test_burst_lands_right_at_every_pace(
    gap: float, *, is_loaded: bool, record_property: Callable[[str, object], None]
) -> None:
    """Every value is in its own field, from the list through the opened form; stock Textual is reported beside it."""
    with load(is_on=is_loaded):
        ours = await _typed_into_ours(gap)
        stock = await _typed_into_stock(gap)
    right = sum(stock.get(field) == value for field, value in TYPED.items())
    record_property("stock_fields_right", right)
    print(f"stock Textual, gap {gap * 1000:.0f} ms, loaded {is_loaded}: {right} of 8 right: {stock}")
    assert ours == TYPED


async def _typed_into_ours(gap: float) -> dict[str, str]:
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, *keys(WORDS), gap=gap)
        await app.keyboard.idle()
        assert cast("RowList[int]", app.screen_stack[0].query_one(RowList)).index == 3
        return values(app)


async def _typed_into_stock(gap: float) -> dict[str, str]:
    app = StockApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(app, *keys(WORDS), gap=gap)
        await pilot.pause(0.5)
        return values(app)


async def test_held_key_moves_once_per_repeat() -> None:
    """A key held for a hundred repeats moves a hundred rows, no more and no fewer."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, *["down"] * 100)
        await app.keyboard.idle()
        assert app.screen.query_one(RowList).index == 100


async def test_paste_keeps_its_place_among_keys() -> None:
    """A paste lands in the field that had the focus when it came, between the keys around it."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, "v", "1", "8", "enter")
        app.post_message(events.Paste("9"))
        await press(app, "5", "enter", "n")
        await app.keyboard.idle()
        assert {k: v for k, v in values(app).items() if v} == {"rr": "18", "spo2": "95", "o2": "n"}


class YesNo(ModalScreen[str]):
    """A dialog that any letter answers."""

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        yield Static("Sikker?", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Answer with the letter."""
        event.stop()
        self.dismiss(event.character or "")


class AskingScreen(Acting, Screen[None]):
    """`d` asks in a dialog from a worker that holds the keys, does slow work, then moves to the field."""

    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [("d", "decide", "avgjør")]

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        self.answered = asyncio.Event()
        self.work_may_end = asyncio.Event()

    def compose(self) -> ComposeResult:
        """Lay out a list and a field."""
        yield RowList[int](lambda _item, _width, _chosen: [])
        yield ValueField("etterpå", id="after")
        yield KeyLine()

    def action_decide(self) -> None:
        """Decide beside the message loop."""
        cast("FeltjournalApp", self.app).work(self._decide(), holds_keys=True)

    async def _decide(self) -> None:
        self.answer = await cast("FeltjournalApp", self.app).ask(YesNo())
        self.answered.set()
        await self.work_may_end.wait()
        self.query_one("#after").focus()


async def test_worker_that_asks_neither_blocks_its_dialog_nor_lets_later_keys_overtake_it() -> None:
    """The dialog gets its key, the work after it is waited for, and the rest lands in the field it moved to."""
    screen = AskingScreen()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)):
        await press(app, "d", "j", "4", "2")
        await asyncio.wait_for(screen.answered.wait(), 10)
        assert screen.query_one("#after", ValueField).value == ""
        screen.work_may_end.set()
        await app.keyboard.idle()
        assert screen.answer == "j"
        assert screen.query_one("#after", ValueField).value == "42"


async def test_waiting_keys_are_told_of_and_no_longer_when_handled() -> None:
    """More than 200 ms behind, the key line says how many keys wait."""
    screen = AskingScreen()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)):
        told: list[int] = []
        behind = asyncio.Event()

        def note(count: int) -> None:
            told.append(count)
            behind.set()
            line.show_waiting(count)

        line = screen.query_one(KeyLine)
        app.keyboard.on_behind = note
        worker = app.work(_wait_for(screen.work_may_end), holds_keys=True)
        await press(app, "4", "2", "5")
        await asyncio.wait_for(behind.wait(), 10)
        assert "3 taster venter" in line.render().plain
        screen.work_may_end.set()
        await worker.wait()
        await app.keyboard.idle()
        assert told == [3, 0]
        assert "venter" not in line.render().plain


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


async def test_failing_worker_lets_the_keys_go() -> None:
    """A worker that is cancelled while it holds the keys does not keep them for ever."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        worker = app.work(_wait_for(asyncio.Event()), holds_keys=True)
        await press(app, "down")
        worker.cancel()
        await asyncio.wait_for(app.keyboard.idle(), 10)
        assert app.screen.query_one(RowList).index == 1


async def test_key_that_closes_a_screen_is_done_before_the_next() -> None:
    """Keys typed over a closing screen reach the one below."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        app.bind("f8", "pop_screen")
        await press(app, "v", "1")
        app.post_message(events.Key("f8", None))
        await press(app, "down", "v", "7")
        await app.keyboard.idle()
        assert app.screen_stack[0].query_one(RowList).index == 1
        assert values(app)["rr"] == "7"


async def test_key_nobody_takes_is_answered() -> None:
    """An inactive key gets a message, never silence (UX-30)."""
    app = our_app()
    async with app.run_test(size=(80, 24)):
        await press(app, "x")
        await app.keyboard.idle()
        assert "x gjør ingenting her" in app.screen.query_one(MessageLine).text
