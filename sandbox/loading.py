"""Loads FHIR R4 JSON that nobody here wrote: resources, Bundles, and NDJSON line by line; each file for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.fhir import json_text
from sandbox.fhir.references import conditional, reference_objects, replace_references
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.resource_types import check_shape
from sandbox.fhir.transaction import criteria_pairs
from sandbox.identity_guard import check_resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ports.clock import Clock
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.writing import Writing

_BUNDLES = frozenset({"transaction", "collection", "searchset", "batch", "document"})
_REASONS = {
    "The body is not JSON.": "ikke gyldig JSON",
    "The body is not a JSON object.": "ikke et JSON-objekt",
}
_LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """A file, or a part of one, that was not loaded, and why (in bokmål)."""

    file: str
    reason: str


@dataclass(slots=True)
class LoadReport:
    """What came of a folder."""

    loaded: int = 0
    standing: int = 0
    files: int = 0
    refused: list[RefusedPart] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the report as a person reads it; nothing when nothing was to be loaded."""
        lines = [f"Avvist: {refused.file}: {refused.reason}" for refused in self.refused]
        if self.files:
            before = f", {self.standing} var der fra før" if self.standing else ""
            lines.append(
                f"Lastet {self.loaded} ressurser fra {self.files} filer{before}, {len(self.refused)} avvist."
            )
        return lines


@dataclass(slots=True)
class _Item:
    """One resource on its way in."""

    resource: dict[str, Any]
    full_url: str
    criteria: str
    where: str


class Loader:
    """Loads the JSON and NDJSON files of a folder into a journal."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    def load(self, folder: Path) -> LoadReport:
        """Load every `*.json` and `*.ndjson` below the folder; what is refused is named in the report."""
        report = LoadReport()
        if not folder.is_dir():
            report.refused.append(RefusedPart(str(folder), "mappen finnes ikke"))
            return report
        for path in files_to_load(folder):
            report.files += 1
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".ndjson":
                self._load_lines(path, name, report)
            else:
                self._load_file(path, name, report)
        if report.loaded or report.standing:
            self._journal.keep_note("loaded", "yes")
        return report

    def _load_file(self, path: Path, name: str, report: LoadReport) -> None:
        try:
            items = _items(_read(path))
            for item in items:
                check_resource(item.resource)
            with self._journal.writing(self._clock.now()) as writing:
                self._load_items(items, name, writing, report)
        except Refusal as refusal:
            report.refused.append(RefusedPart(name, _said(refusal)))
        except OSError as error:
            report.refused.append(RefusedPart(name, _unread(error)))

    def _load_lines(self, path: Path, name: str, report: LoadReport) -> None:
        """Load a file of one resource a line: a line that cannot be loaded is left out, the others are not."""
        try:
            with path.open("rb") as lines, self._journal.writing(self._clock.now()) as writing:
                for number, line in enumerate(lines, 1):
                    text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if text.strip():
                        self._load_line(text, f"{name} linje {number}", writing, report)
        except OSError as error:
            report.refused.append(RefusedPart(name, _unread(error)))

    def _load_line(self, text: bytes, name: str, writing: Writing, report: LoadReport) -> None:
        try:
            items = _items(json_text.parse(text))
            for item in items:
                check_resource(item.resource)
        except Refusal as refusal:
            report.refused.append(RefusedPart(name, _said(refusal)))
        else:
            self._load_items(items, name, writing, report)

    def _load_items(self, items: list[_Item], name: str, writing: Writing, report: LoadReport) -> None:
        known: dict[str, str] = {}
        ids: dict[int, str] = {}
        refusals: dict[int, Refusal] = {}
        for position, item in enumerate(items):
            try:
                ids[position] = self._place(item, writing, known)
            except Refusal as refusal:
                refusals[position] = refusal
        for position, id_ in ids.items():
            try:
                self._load_one(items[position], id_, writing, known, report)
            except Refusal as refusal:
                refusals[position] = refusal
        for position, failure in sorted(refusals.items()):
            report.refused.append(RefusedPart(name + items[position].where, _said(failure)))

    def _place(self, item: _Item, writing: Writing, known: dict[str, str]) -> str:
        """Decide the id of a resource and note which address it answers to."""
        if not item.resource:
            raise Refusal(400, "invalid", "oppføringen har ingen ressurs")
        type_ = check_shape(item.resource)
        standing = writing.matching(type_, criteria_pairs(item.criteria)) if item.criteria else None
        id_ = standing.id if standing else _good_id(item.resource.get("id"))
        if item.full_url:
            known[item.full_url] = f"{type_}/{id_}"
        return id_

    def _load_one(
        self, item: _Item, id_: str, writing: Writing, known: dict[str, str], report: LoadReport
    ) -> None:
        resource = item.resource
        type_ = str(resource["resourceType"])
        replace_references(resource, known)
        self._settle_conditional(resource, writing)
        standing = self._journal.read(type_, id_) if id_ else None
        if standing is None:
            writing.create(type_, json_text.encode(resource), id_=id_, checked=False)
            report.loaded += 1
        elif item.criteria or _same(json_text.parse(standing.body), resource):
            report.standing += 1
        else:
            raise Refusal(409, "duplicate", f"{type_} med samme id er lastet fra før med annet innhold")

    @staticmethod
    def _settle_conditional(resource: dict[str, Any], writing: Writing) -> None:
        """Resolve references such as `Practitioner?identifier=…`; what is not found keeps its words alone."""
        for holder in reference_objects(resource):
            asked = conditional(holder["reference"])
            if asked is None:
                continue
            found = _find(writing, *asked)
            if found:
                holder["reference"] = found
            else:
                _keep_words(holder, *asked)


def files_to_load(folder: Path) -> list[Path]:
    """Return the files below a folder that can be loaded, in the order they are."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".json", ".ndjson"})


def _unread(error: OSError) -> str:
    return f"kan ikke leses ({type(error).__name__})"


def _find(writing: Writing, type_: str, query: str) -> str:
    try:
        version = writing.matching(type_, criteria_pairs(query))
    except Refusal:
        return ""
    return f"{version.type}/{version.id}" if version else ""


def _keep_words(holder: dict[str, Any], type_: str, query: str) -> None:
    """Turn a conditional reference that leads nowhere into a logical one with a display."""
    del holder["reference"]
    holder["type"] = type_
    system, _, value = dict(criteria_pairs(query)).get("identifier", "").rpartition("|")
    if value and "identifier" not in holder:
        holder["identifier"] = {"system": system, "value": value} if system else {"value": value}
    holder.setdefault("display", type_)


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST_FILE:
        raise Refusal(413, "too-long", "filen er større enn 256 MB")
    return json_text.parse(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))


def _items(document: dict[str, Any]) -> list[_Item]:
    """Return the resources of a file: the one it holds, or the entries of the Bundle."""
    kind = check_shape(document)
    if kind != "Bundle":
        return [_Item(document, "", "", "")]
    if document.get("type") not in _BUNDLES:
        raise Refusal(400, "not-supported", f"Bundle av typen {str(document.get('type'))[:30]!r} lastes ikke")
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise Refusal(400, "structure", "Bundle.entry er ikke en liste")
    return list(_entry_items(entries))


def _entry_items(entries: list[Any]) -> Iterator[_Item]:
    for position, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            yield _Item({}, "", "", f" oppføring {position}")
        elif resource.get("resourceType") != "OperationOutcome":
            request = entry.get("request")
            criteria = str(request.get("ifNoneExist", "")) if isinstance(request, dict) else ""
            yield _Item(resource, str(entry.get("fullUrl", "")), criteria, f" oppføring {position}")


def _good_id(value: object) -> str:
    """Return an id that FHIR allows; a resource without one is given one.

    Raises:
        Refusal: there is an id, but not one of FHIR R4.
    """
    if value is None:
        return ""
    text = str(value)
    allowed = text.replace("-", "").replace(".", "")
    if isinstance(value, str) and 0 < len(text) <= 64 and allowed.isascii() and allowed.isalnum():
        return text
    raise Refusal(400, "value", "id er ikke en gyldig FHIR-id")


def _same(standing: dict[str, Any], resource: dict[str, Any]) -> bool:
    """Tell whether two resources are equal but for what the journal itself puts in."""
    return _bare(standing) == _bare(resource)


def _bare(resource: dict[str, Any]) -> dict[str, Any]:
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
    return {k: v for k, v in resource.items() if k not in {"meta", "id"}} | ({"meta": meta} if meta else {})


def _said(refusal: Refusal) -> str:
    """Return the reason of a refusal in bokmål."""
    if refusal.code == "business-rule":
        return "fødselsnummer i området for virkelige personer"
    if refusal.code == "required":
        return f"mangler et påkrevd element ({refusal.expression or 'ukjent'})"
    if refusal.text.startswith("resourceType"):
        return "ikke en ressurs av FHIR R4 (resourceType mangler eller er ukjent)"
    if refusal.code == "structure" and refusal.expression:
        return f"feil form på {refusal.expression}"
    return _REASONS.get(refusal.text, refusal.text)
