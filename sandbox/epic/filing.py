"""How Epic files what is sent: what it drops, what it refuses, and what it already has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.epic import outcomes
from sandbox.fhir import instants, json_text
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_query import parse_search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.conduct import Conduct
    from sandbox.fhir.journal import Journal

LONGEST_NOTE = 254
_VITAL = "vital-signs"


class Filing:
    """Turns what a client sends into what is filed."""

    def __init__(self, journal: Journal, conduct: Conduct) -> None:
        self._journal = journal
        self._conduct = conduct

    def created(self, type_: str, body: bytes, now: str) -> bytes:
        """Return a new resource as it will be filed.

        Raises:
            Refusal: it will not be.
        """
        resource = json_text.parse(body)
        if type_ == "Observation":
            self._check_note_lengths(resource)
            if is_vital(resource):
                self._check_vital(resource, now)
        if type_ == "DocumentReference":
            self._check_document(resource)
        if not self._conduct.keeps_identifier:
            resource.pop("identifier", None)
        return json_text.encode(resource)

    def updated(self, type_: str, body: bytes) -> bytes:
        """Return a changed resource as it will be filed.

        Raises:
            Refusal: it will not be.
        """
        resource = json_text.parse(body)
        if type_ == "Observation":
            self._check_note_lengths(resource)
        if type_ == "DocumentReference":
            self._check_document(resource)
        return json_text.encode(resource)

    def _check_note_lengths(self, resource: dict[str, Any]) -> None:
        for note in _objects(resource.get("note")):
            text = note.get("text")
            if not isinstance(text, str) or len(text) <= LONGEST_NOTE:
                continue
            if not self._conduct.cuts_long_notes:
                words = f"The note is longer than {LONGEST_NOTE} characters."
                raise Refusal(400, "too-long", words, expression="Observation.note", number=outcomes.INVALID)
            note["text"] = text[:LONGEST_NOTE]

    def _check_vital(self, resource: dict[str, Any], now: str) -> None:
        if self._conduct.is_strict:
            if resource.get("status") != "final" or len(list(_codings(resource.get("code")))) != 1:
                words = "A vital sign is final and has exactly one coding."
                raise Refusal(400, "invalid", words, expression="Observation", number=outcomes.INVALID)
            self._check_encounter(resource.get("encounter"), now, must_be_open=True)
        moment = _moment(resource)
        if moment and any(_moment(filed) == moment for filed in self._like(resource)):
            raise Refusal(400, "duplicate", "Reading already exists", number=outcomes.ALREADY_EXISTS)

    def _like(self, resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the vital signs of the same patient with a code in common."""
        subject = resource.get("subject")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        codes = ",".join(
            f"{coding.get('system', '')}|{coding.get('code', '')}"
            for coding in _codings(resource.get("code"))
        )
        if not isinstance(reference, str) or not codes:
            return
        asked = [("patient", reference), ("code", codes), ("_count", "1000")]
        search = parse_search("Observation", asked, strict=True)
        after: tuple[str, ...] | None = None
        while True:
            found = self._journal.search(search, after)
            yield from filter(is_vital, (json_text.parse(version.body) for version in found.matches))
            after = found.after
            if after is None:
                return

    def _check_document(self, resource: dict[str, Any]) -> None:
        """Keep the first attachment alone; under `is_strict` there must be an encounter."""
        content = resource.get("content")
        if isinstance(content, list):
            del content[1:]
        if self._conduct.is_strict:
            context = resource.get("context")
            encounters = list(_objects(context.get("encounter") if isinstance(context, dict) else None))
            self._check_encounter(encounters[0] if encounters else None, "", must_be_open=False)

    def _check_encounter(self, named: object, now: str, *, must_be_open: bool) -> None:
        reference = str(named.get("reference", "")) if isinstance(named, dict) else ""
        standing = self._journal.read("Encounter", reference.removeprefix("Encounter/"))
        if standing is not None:
            encounter = json_text.parse(standing.body)
            begins = instants.span(str((encounter.get("period") or {}).get("start", "")))
            is_begun = begins is None or begins[0] <= now
            if not must_be_open or (encounter.get("status") == "in-progress" and is_begun):
                return
        words = (
            "An encounter that is open and has begun is needed."
            if must_be_open
            else "An encounter is needed."
        )
        raise Refusal(400, "required", words, expression="encounter", number=outcomes.REQUIRED)


def is_vital(resource: dict[str, Any]) -> bool:
    """Tell whether an Observation is a vital sign."""
    return any(
        coding.get("code") == _VITAL
        for category in _objects(resource.get("category"))
        for coding in _codings(category)
    )


def _codings(concept: object) -> Iterator[dict[str, Any]]:
    if isinstance(concept, dict):
        yield from _objects(concept.get("coding"))


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _moment(resource: dict[str, Any]) -> str:
    """Return when it was measured; empty when it does not say."""
    bounds = instants.span(str(resource.get("effectiveDateTime", "")))
    return bounds[0] if bounds else ""
