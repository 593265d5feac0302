"""Ticking off the tasks of a visit, on the patient's place 5: done, or not and why; signed at the bottom of the same screen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding

from offline_cache.states import EntryKind
from services.kept_place import PlaceName, Step
from services.trouble import Trouble
from tui.screens.entry_place import signed_words
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, cell, content_of, line, piece, segments
from tui.text.state_words import STATE_INK, STATE_SIGN
from tui.widgets.dock_bar import Asked, DockBar
from tui.widgets.key_line import KeyLine
from tui.widgets.line_pane import LinePane
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment

    from services.views import Chart, TaskRow

PLAN_PAGE = 5
MOST = 8
"""Tasks in sight at once; more are reached with the arrows."""
_REASON = 44
_NOT_DONE = "not-done"
_DIGITS = 5


def task_line(task: TaskRow, width: int) -> Line:
    """Return one task: its mark, what it is, when it was done, and where the signature is."""
    sign = STATE_SIGN[task.state] if task.state else " "
    ink = STATE_INK[task.state] if task.state else Ink.PLAIN
    return [
        cell("[x]" if task.done else "[ ]", 4),
        cell(task.text, width - 13, Ink.DIM if task.done else Ink.STRONG),
        cell(fmt.clock(task.done_at) if task.done_at else "", 7, Ink.DIM, at_right=True),
        piece(f" {sign}", ink),
    ]


def why_not(task: TaskRow) -> str:
    """Return why a task cannot be ticked off, or nothing."""
    return nb.text("tasks.done_already") if task.done or task.state is not None else ""


class TaskList(RowList["TaskRow"]):
    """The tasks; the pages of the plan under them turn without leaving the list."""

    BINDINGS: ClassVar = [
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
    ]
    DEFAULT_CSS = """
    TaskList { display: none; height: auto; margin-bottom: 1; }
    TaskList.-here { display: block; }
    """

    def action_turn(self, direction: int) -> None:
        """Turn the page of the plan."""
        self.screen.query_one(LinePane).action_turn(direction)


def new_task_list() -> TaskList:
    """Return the list, not shown yet."""

    def draw(task: TaskRow, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(task_line(task, width))

    return TaskList(draw)


class TaskKeeping(Place):
    """The half of the patient's screen that signs tasks. The chart is the subclass's."""

    page: int
    patient_id: str
    visit_id: str
    _asked_of: TaskRow | None = None
    _is_signing = False

    @property
    def chart(self) -> Chart | None:
        """Return the chart in sight."""
        raise NotImplementedError

    def show_tasks(self) -> None:
        """Show the tasks on their place, and give them the arrows."""
        tasks: Sequence[TaskRow] = self.chart.tasks if self.chart and self.page == PLAN_PAGE else ()
        rows = self.query_one(TaskList)
        rows.set_class(bool(tasks), "-here")
        rows.styles.height = min(MOST, len(tasks))
        rows.set_items(tasks)
        if not self.query_one(DockBar).is_open:
            (rows if tasks else self.query_one(LinePane)).focus()
        self.query_one(KeyLine).show_scopes(*self._scopes_here())

    def _scopes_here(self) -> tuple[str, ...]:
        """Return what the key line shows: signing while that is open, the tasks where they are."""
        if self.query_one(DockBar).is_open:
            return ("signing",)
        own = ("tasks",) if self.page == PLAN_PAGE else ()
        return (*own, "patient", "outbox-link", "back")

    def why_not_task(self) -> str:
        """Return why the chosen task cannot be ticked off, or nothing."""
        if self.page != PLAN_PAGE:
            return nb.text("tasks.elsewhere")
        if EntryKind.TASK in self.day.status().not_granted:
            return nb.text("tasks.not_granted")
        task = self.query_one(TaskList).item
        return why_not(task) if task is not None else nb.text("tasks.no_selection")

    def action_task_done(self) -> None:
        """Sum up that the task is done; Enter signs."""
        self._ask(done=True)

    def action_task_not_done(self) -> None:
        """Ask why it was not done; Enter signs."""
        self._ask(done=False)

    def _ask(self, *, done: bool) -> None:
        task, chart = self.query_one(TaskList).item, self.chart
        if task is None or chart is None:
            return
        self._asked_of = task
        asked = [] if done else [Asked(nb.text("tasks.reason"), _REASON)]
        if self._number(chart):
            asked.append(Asked(nb.text("sign.retype"), _DIGITS))
        lines = self._summary(chart, task, done=done)
        self.query_one(DockBar).open(
            "done" if done else _NOT_DONE, content_of(lines), *asked, scope="signing"
        )

    def _typed_reason(self) -> Step:
        """Return the patient's place with the reason that is being typed, and for which task. Digits are typed again."""
        bar = self.query_one(DockBar)
        here = Step(PlaceName.PATIENT, self.patient_id, self.visit_id, self.page)
        if bar.purpose != _NOT_DONE or self._asked_of is None:
            return here
        return replace(here, entry_id=self._asked_of.task_id, kind=_NOT_DONE, typed={_NOT_DONE: bar.typed[0]})

    def _go_on_typing(self, before: Step) -> None:
        """Ask again for the reason that was being typed before a lock, if the task still waits for one."""
        rows = self.query_one(TaskList)
        found = [n for n, task in enumerate(rows.items) if task.task_id == before.entry_id]
        if before.kind != _NOT_DONE or not found:
            return
        rows.move_to(found[0])
        if not (self.why_not_change() or self.why_not_task()):
            self._ask(done=False)
            self.query_one(DockBar).fill(before.typed.get(_NOT_DONE, ""))

    @staticmethod
    def _number(chart: Chart) -> str:
        """Return the number whose last digits are typed again: where somebody on the list looks alike (UX-06)."""
        return chart.banner.identity_number if chart.banner.look_alikes else ""

    def _summary(self, chart: Chart, task: TaskRow, *, done: bool) -> list[Line]:
        """Return what is signed, when, for whom, by whom."""
        what = nb.text("tasks.done" if done else "tasks.not_done", task=task.text)
        banner = chart.banner
        born = nb.text("sign.born", year=banner.birth_date.year) if banner.birth_date else ""
        first, *others = fmt.wrap(what, self.size.width - 32)
        head = line(
            piece(nb.text("sign.sign"), Ink.STRONG),
            "  ",
            piece(first, Ink.STRONG),
            piece(f"  ·  {fmt.moment(self.now())}"),
        )
        who = piece(f"{fmt.name(banner.family, banner.given)}{born}", Ink.STRONG)
        by = piece(f"   {self.day.status().clinician}")
        return [
            head,
            *(line(" " * 8, piece(part, Ink.STRONG)) for part in others),
            line(" " * 8, who, by),
        ]

    @on(DockBar.Confirmed)
    def sign_task(self, event: DockBar.Confirmed) -> None:
        """Sign, once; what is lacking is said, and nothing typed is lost."""
        if self._is_signing or self._asked_of is None or self.chart is None:
            return
        done = event.purpose == "done"
        reason = "" if done else event.typed[0].strip()
        number = self._number(self.chart)
        retyped = event.typed[-1] if number else ""
        if not done and not reason:
            self.tell(nb.text("tasks.reason_needed"))
            return
        if number and retyped != number[-3:]:
            self.query_one(DockBar).begin_again()
            self.tell(nb.text("tasks.digits_differ"))
            return
        self._is_signing = True
        job = partial(self._sign_task, self._asked_of.task_id, done=done, reason=reason, retyped=retyped)
        self.start_holding(job, "sign")

    async def _sign_task(self, task_id: str, *, done: bool, reason: str, retyped: str) -> None:
        """Sign in one commit; only then say so."""
        try:
            row = await self.day.complete_task(
                task_id, self.visit_id, done=done, reason=reason, retyped=retyped
            )
        except Trouble:
            self._is_signing = False
            raise
        self._is_signing = False
        self.query_one(DockBar).shut()
        self.tell(signed_words(row))
        self.reload()
