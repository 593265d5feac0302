"""What is new in a chart since it was last looked at: what, which part, when and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, line, piece, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.views import NewsRow


def merged(kept: Iterable[NewsRow], fresh: Iterable[NewsRow]) -> tuple[NewsRow, ...]:
    """Return what is new with what was new when the chart was opened, the latest first, each once."""
    newer = tuple(fresh)
    known = {(row.type, row.id) for row in newer}
    return (*newer, *(row for row in kept if (row.type, row.id) not in known))


def news_lines(news: Iterable[NewsRow], width: int) -> list[Line]:
    """Return the block; nothing where nothing is new."""
    rows = list(news)
    if not rows:
        return []
    lines = [line(" ", piece(nb.text("news.heading"), Ink.DIM))]
    for row in rows:
        what = visible(row.title) or visible(row.part)
        part = f" ({visible(row.part)})" if row.title and row.part else ""
        by = f" · {visible(row.author)}" if row.author else ""
        said = f"{nb.text(f'news.{row.kind.value}')}: {what}{part} · {fmt.moment_short(row.at)}{by}"
        first, *others = fmt.wrap(said, max(10, width - 3))
        lines += [line(" ", Piece(first, Ink.STRONG)), *(line("   ", Piece(other)) for other in others)]
    return lines
