"""The way back after a lock: noted from the screens that stand open, and gone again, place by place, from the round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.kept_place import PlaceName
from tui.text import nb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.screen import Screen

    from services.kept_place import Step
    from tui.screens.place import Place


def steps_of(screens: Iterable[Screen[object]]) -> list[Step]:
    """Return the way to the screen on top, as far as it can be gone again: up to the first place that keeps no step."""
    from tui.screens.place import Place

    steps: list[Step] = []
    for screen in screens:
        step = screen.step() if isinstance(screen, Place) else None
        if step is not None:
            steps.append(step)
        elif steps:
            break
    return steps if steps and steps[0].place is PlaceName.ROUND else []


async def go_back_to(place: Place, steps: Sequence[Step]) -> None:
    """Go the way again from the round. Keys wait at each place until the next one stands.

    Raises:
        Trouble: A place cannot be shown any more: one stays at the last that could.
    """
    for step in steps:
        with place.feltjournal.keyboard.hold():
            next_place = await _opened(place, step)
        if next_place is None:
            return
        place = next_place
    if steps:
        place.tell(nb.text("resume.here"))


async def _opened(place: Place, step: Step) -> Place | None:
    """Open one place from the one before, unless somebody has gone elsewhere meanwhile."""
    if step.place is PlaceName.FORM:
        return await _form(place, step)
    if step.place is PlaceName.CONFLICT:
        from tui.screens.outbox_decisions import open_conflict

        return await open_conflict(place, step.entry_id, step.visit_id, step)
    if step.place is PlaceName.EMERGENCY:
        await place.day.round()  # past the lease nobody is named
    if not place.is_current:
        return None
    opened = _built(place, step)
    await place.app.push_screen(opened)
    _focus(opened, step.field)
    return opened


def _built(place: Place, step: Step) -> Place:
    from tui.screens.emergency import EmergencyScreen, patient_of
    from tui.screens.outbox import OutboxScreen
    from tui.screens.patient import PatientScreen
    from tui.screens.patient_search import PatientSearchScreen
    from tui.screens.strangers import StrangerScreen

    if step.place is PlaceName.PATIENT:
        return PatientScreen(place.desk, step.patient_id, step.visit_id, step.page, step)
    if step.place is PlaceName.EMERGENCY:
        return EmergencyScreen(place.desk, patient_of(step), step.typed)
    if step.place is PlaceName.SEARCH:
        return PatientSearchScreen(place.desk, step.typed)
    if step.place is PlaceName.STRANGER:
        return StrangerScreen(place.desk, step.typed)
    return OutboxScreen(place.desk, step)


async def _form(place: Place, step: Step) -> Place | None:
    """Open the form again: its draft by its own id, or a new one where nothing had been typed."""
    from offline_cache.states import EntryKind
    from tui.screens.opening_entry import open_draft, open_entry

    drafts = await place.day.drafts(step.patient_id)
    draft = next((one for one in drafts if one.entry_id == step.entry_id), None)
    if draft is not None:
        form = await open_draft(place, draft)
    else:
        form = await open_entry(place, EntryKind(step.kind), step.patient_id, step.visit_id)
    if form is not None:
        _focus(form, step.field)
    return form


def _focus(place: Place, name: str) -> None:
    """Go to the field that had the focus, where there is one."""
    for field in place.query(f"#{name}") if name else ():
        field.focus()
