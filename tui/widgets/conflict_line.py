"""A conflict as lines: mine and the journal's beside each other, with what both began with under the chosen field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, piece, visible
from tui.text.nb_fields import field_words, value_words

if TYPE_CHECKING:
    from datetime import datetime

    from services.outbox_views import ConflictField, ConflictView

MINE, THEIRS, BOTH, NOTE = "mine", "theirs", "both", "note"
_NAME = 14
_MARK = 4
_INDENT = 4


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One field with what is chosen for it; empty where nothing is yet."""

    field: ConflictField
    choice: str = ""

    @property
    def name(self) -> str:
        """Return what the field is called."""
        return field_words(self.field.path, nb.text("conflict.whole"))

    @property
    def stands(self) -> str:
        """Return what stands as things are: what was chosen, what a rule says, or who alone changed it; else nothing."""
        if self.choice or self.field.asked:
            return self.choice
        return self.field.settled or (BOTH if self.field.kind == "same" else self.field.kind)


def side_width(width: int) -> int:
    """Return the cells of one side."""
    return max(8, (width - _NAME - 2 * _MARK) // 2)


def conflict_head(view: ConflictView, width: int) -> list[Line]:
    """Return what the conflict is about, in words."""
    asked = sum(one.asked for one in view.fields)
    said = nb.text(
        "conflict.head",
        title=visible(view.title),
        asked=fmt.count(asked, "felt å velge", "felt å velge"),
        settled=fmt.count(len(view.fields) - asked, "avgjort av seg selv", "avgjort av seg selv"),
    )
    lines = [line(" ", Piece(part, Ink.STRONG)) for part in fmt.wrap(said, width - 2)]
    if view.kind in ("target-gone", "patient-merged"):
        lines.append(line(" ", piece(nb.text(f"conflict.kind.{view.kind}"), Ink.DANGER)))
    return lines


def conflict_columns(view: ConflictView, me: str, width: int) -> list[Line]:
    """Return the names of the columns: whose it is, when, and who. What I signed says who I am."""
    side = side_width(width - 2) + _MARK
    return [
        [
            cell("  " + nb.text("conflict.field"), _NAME + 2, Ink.DIM),
            cell(nb.text("conflict.mine", at=_when(view.mine_at)), side, Ink.DIM),
            cell(nb.text("conflict.theirs", at=_when(view.theirs_at)), side, Ink.DIM),
        ],
        [
            cell("", _NAME + 2),
            cell(me, side, Ink.DIM),
            cell(_who(view.theirs_author), side, Ink.DIM),
        ],
    ]


def _when(at: datetime | None) -> str:
    return fmt.moment_short(at) if at else nb.text("unknown.time")


def _who(author: str) -> str:
    return visible(author) or nb.text("conflict.nobody")


def conflict_line(row: ConflictRow, width: int) -> Line:
    """Return one field: its name, mine and theirs, each with its mark."""
    side = side_width(width)
    ink = Ink.PLAIN if row.field.asked else Ink.DIM
    stands = row.stands
    mine = "(n)" if stands == NOTE else "(•)" if stands in (MINE, BOTH) else "( )"
    theirs = "(•)" if stands in (THEIRS, BOTH, NOTE) else "( )"
    return [
        cell(row.name, _NAME, Ink.STRONG if row.field.asked else Ink.DIM),
        cell(shown(row.field.mine), side - 1, ink), Piece(" "), cell(mine, _MARK, ink),
        cell(shown(row.field.theirs), side - 1, ink), Piece(" "), cell(theirs, _MARK, ink),
    ]  # fmt: skip


def shown(value: str) -> str:
    """Return a value in words, or that there is none."""
    return value_words(value) if value else nb.text("conflict.nothing")


def conflict_detail(row: ConflictRow, width: int) -> list[Line]:
    """Return what both began with, whatever the row has no room for, and by what rule it stands."""
    side = side_width(width) - 1
    lines = _said("conflict.base", shown(row.field.base), width)
    for id_, value in (("conflict.mine_whole", row.field.mine), ("conflict.theirs_whole", row.field.theirs)):
        if cell_len(shown(value)) > side:
            lines += _said(id_, shown(value), width)
    if not row.field.asked and not row.choice:
        rule = "same" if row.field.kind == "same" else row.stands
        lines += _said("", nb.text(f"conflict.by_rule.{rule}"), width)
    return lines


def _said(id_: str, text: str, width: int) -> list[Line]:
    """Return a named text under the row; what is long hangs."""
    name = f"{nb.text(id_)}: " if id_ else ""
    first, *others = fmt.wrap(name + text, max(10, width - _INDENT - 2))
    indent = " " * _INDENT
    return [
        line(indent, Piece(first, Ink.DIM)),
        *(line(indent + "  ", Piece(part, Ink.DIM)) for part in others),
    ]
