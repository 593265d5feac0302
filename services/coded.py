"""Codes, references and note_texts of FHIR as words a person reads."""

from __future__ import annotations

from services.fhir_time import FhirTime, parse_time
from services.journal_tree import Tree, child, children, word

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
URN = "urn:ietf:rfc:3986"


def codings(concept: Tree) -> list[tuple[str, str]]:
    """Return the (system, code) pairs of a CodeableConcept."""
    return [(word(coding, "system"), word(coding, "code")) for coding in children(concept, "coding")]


def concept_text(concept: Tree) -> str:
    """Return a CodeableConcept in words: its own text, else a display, else the bare code, said to be one."""
    if text := word(concept, "text"):
        return text
    shown = [display for coding in children(concept, "coding") if (display := word(coding, "display"))]
    if shown:
        return shown[0]
    bare = [code for _, code in codings(concept) if code]
    return f"kode {bare[0]}" if bare else ""


def concept_texts(tree: Tree, name: str) -> list[str]:
    """Return the words of each CodeableConcept under a name."""
    return [text for concept in children(tree, name) if (text := concept_text(concept))]


def has_code(concept: Tree, system: str, *codes: str) -> bool:
    """Tell whether the concept carries one of the codes of the system."""
    return any(pair[0] == system and pair[1] in codes for pair in codings(concept))


def status_code(tree: Tree, name: str) -> str:
    """Return a status that is a CodeableConcept in R4 and was a plain code before it: `active`, `refuted`."""
    if plain := word(tree, name):
        return plain.lower()
    concept = child(tree, name)
    return next((code.lower() for _, code in codings(concept) if code), word(concept, "text").lower())


def reference_of(reference: Tree) -> tuple[str, str]:
    """Return type and id that a reference points to, also an absolute one; both empty when it names none."""
    target = word(reference, "reference").split("/_history/", maxsplit=1)[0]
    if target.startswith("urn:"):
        return word(reference, "type"), target.rpartition(":")[2]
    parts = [part for part in target.split("/") if part]
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", "")


def named(reference: Tree, owner: Tree) -> str:
    """Return whom a reference names: its display, or the name of what its owner contains; or nothing."""
    if display := word(reference, "display"):
        return display
    target = word(reference, "reference")
    if target.startswith("#"):
        for inner in children(owner, "contained"):
            if word(inner, "id") == target[1:]:
                return _contained_name(inner)
    return ""


def _contained_name(inner: Tree) -> str:
    """Return the name of a contained person, organisation or medicine."""
    if plain := word(inner, "name"):
        return plain
    name = child(inner, "name")
    full = " ".join(part for part in (word(name, "given"), word(name, "family")) if part)
    return full or word(name, "text") or concept_text(child(inner, "code"))


def named_all(owner: Tree, name: str) -> str:
    """Return everybody a list of references names, with commas."""
    return ", ".join(who for reference in children(owner, name) if (who := named(reference, owner)))


def note_texts(tree: Tree, name: str = "note") -> list[str]:
    """Return the texts of the note_texts under a name."""
    return [text for note in children(tree, name) if (text := word(note, "text"))]


def time_under(tree: Tree, *names: str) -> FhirTime:
    """Return the first of the named times that is there; a Period counts by its start, else by its end."""
    for name in names:
        raw = word(tree, name) or word(child(tree, name), "start") or word(child(tree, name), "end")
        if raw:
            return parse_time(raw)
    return parse_time("")


def joined(*parts: str, sep: str = " · ") -> str:
    """Return the parts that are not empty, each once, in their order."""
    return sep.join(dict.fromkeys(part for part in parts if part))
