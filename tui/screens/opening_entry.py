"""Opening a form for one patient: the chart (which writes its audit row) and the draft first, then the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryKind
from tui.text import nb

if TYPE_CHECKING:
    from services.views import Chart, Draft
    from tui.screens.entry_place import EntryPlace
    from tui.screens.place import Place


async def open_entry(place: Place, kind: EntryKind, patient_id: str, visit_id: str) -> EntryPlace | None:
    """Push the form and return it; an unfinished entry of the same kind and visit is taken up again."""
    chart = await place.day.chart(patient_id, visit_id)
    if chart.banner.patient_id != patient_id or not place.is_current:
        return None
    if kind is EntryKind.NEWS2 and chart.news2_refused:
        place.tell(nb.text("news2.not_scored", reason=chart.news2_refused))
        return None
    draft = await place.day.new_draft(kind, patient_id, visit_id)
    return await _push(place, chart, draft)


async def open_draft(place: Place, draft: Draft) -> EntryPlace | None:
    """Push the form of a draft that is there already, as a correction is, and return it."""
    chart = await place.day.chart(draft.patient_id, draft.visit_id)
    if chart.banner.patient_id == draft.patient_id and place.is_current:
        return await _push(place, chart, draft)
    return None


async def _push(place: Place, chart: Chart, draft: Draft) -> EntryPlace:
    from tui.screens.news2 import News2Screen
    from tui.screens.note import NoteScreen

    form = News2Screen if draft.kind is EntryKind.NEWS2 else NoteScreen
    opened = form(place.desk, chart, draft)
    await place.app.push_screen(opened)
    return opened
