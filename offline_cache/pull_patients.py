"""The Patients of the list: brought, asked only for what is new, and what the journal says has become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from client.errors import ErrorKind, JournalError
from offline_cache.notices import Notice
from offline_cache.pull_codes import NoticeCode
from offline_cache.server_time import OVERLAP, instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.resource import Page, Resource
    from offline_cache.pull_list import Listed
    from offline_cache.pull_work import Work

ONE_PATIENT_ONLY = frozenset({ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND, ErrorKind.GONE})
"""Kinds that say something of one patient; the visit stays on the list and says that the patient did not come."""


class _Patients:
    """Takes pages of Patients."""

    def __init__(self) -> None:
        self.found: dict[str, Resource] = {}

    async def begin(self) -> None:
        """Begin anew."""
        self.found.clear()

    async def page(self, page: Page) -> None:
        """Take one page."""
        self.found.update((r.id, r) for r in page.resources)


async def bring_patients(
    work: Work, listed: Listed, included: dict[str, Resource], since: datetime | None = None
) -> None:
    """Bring the Patient of every visit, and put down what must be told of each.

    Args:
        work: the pull.
        listed: the list; its patients and notices are filled in.
        included: those that came with the visits.
        since: with it, those that are here already are only asked for what is new.
    """
    wanted = listed.order
    here = await work.worker.run(_here, work, wanted)
    if since is not None and here and await _are_all_there(work, list(here)):
        query = (("_id", ",".join(sorted(here))), ("_lastUpdated", f"ge{instant_text(since - OVERLAP)}"))
        news = _Patients()
        if not (await work.asking.ask("Patient", query, news)).left_out:
            listed.patients |= {**here, **news.found}
    for patient in wanted:
        if patient in included:
            listed.patients[patient] = included[patient]
        elif patient not in listed.patients:
            await _read(work, listed, patient, here.get(patient))
    for resource in listed.patients.values():
        listed.notices += notices_of(resource)


async def _are_all_there(work: Work, patients: Sequence[str]) -> bool:
    """Tell whether the journal still has all of them: a deleted one is not among the news."""
    return await work.asking.count("Patient", (("_id", ",".join(sorted(patients))),)) == len(patients)


async def _read(work: Work, listed: Listed, patient: str, here: Resource | None) -> None:
    try:
        version = here.version_id if here is not None else ""
        resource = await work.client.read_if_changed("Patient", patient, version)
    except JournalError as error:
        if error.kind not in ONE_PATIENT_ONLY:
            raise
        listed.notices.append(Notice(_CODE.get(error.kind, NoticeCode.PATIENT_GONE), patient))
        return
    found = resource or here
    if found is not None:
        listed.patients[patient] = found


_CODE = {ErrorKind.FORBIDDEN: NoticeCode.ACCESS_WITHDRAWN}


def _here(work: Work, patients: Sequence[str]) -> dict[str, Resource]:
    """Return the Patients that the cache holds whole: one whose address was cut is none to compare with."""
    held = [work.store.resources.get("Patient", patient) for patient in patients]
    return {one.id: one.resource for one in held if one is not None and not one.address_cut}


def notices_of(patient: Resource) -> list[Notice]:
    """Return what a Patient says of itself: that another record has taken its place, or that it is not in use."""
    tree = msgspec.json.decode(patient.body)
    if not isinstance(tree, dict):
        return []
    links = tree.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("type") == "replaced-by":
            other = link.get("other")
            reference = other.get("reference") if isinstance(other, dict) else ""
            return [Notice(NoticeCode.PATIENT_MERGED, patient.id, detail=str(reference or ""))]
    return [Notice(NoticeCode.PATIENT_INACTIVE, patient.id)] if tree.get("active") is False else []
