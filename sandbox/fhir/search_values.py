"""What the index holds of a resource: the values that its search parameters find it by."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.fhir import instants
from sandbox.fhir.search_parameters import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.fhir.search_parameters import Parameter


class Term(NamedTuple):
    """A token, a reference or a folded text, under the name of its parameter."""

    name: str
    system: str
    value: str


class Span(NamedTuple):
    """A stretch of time under the name of its parameter."""

    name: str
    low: str
    high: str


def index_rows(resource: dict[str, Any]) -> tuple[list[Term], list[Span]]:
    """Return all index rows of a resource, without repetitions."""
    terms: dict[Term, None] = {}
    spans: dict[Span, None] = {}
    for parameter in parameters(str(resource["resourceType"])).values():
        for value in _values(resource, parameter):
            if parameter.kind == "date":
                spans.update((Span(parameter.name, *bounds), None) for bounds in _date(value))
            else:
                terms.update(
                    (Term(parameter.name, *pair), None) for pair in _READERS[parameter.kind](value, parameter)
                )
    return list(terms), list(spans)


def folded(text: str) -> str:
    """Return text as string search compares it: no case, no accents, blanks single; æ, ø and å kept apart."""
    lowered = " ".join(text.casefold().split())
    kept = lowered.replace("å", "\x00")
    bare = "".join(c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
    return bare.replace("\x00", "å")


def _values(resource: dict[str, Any], parameter: Parameter) -> Iterator[Any]:
    for path in parameter.paths:
        yield from _follow(resource, path.split("."))


def _follow(value: Any, steps: list[str]) -> Iterator[Any]:  # noqa: ANN401  any JSON value
    if isinstance(value, list):
        for item in value:
            yield from _follow(item, steps)
    elif not steps:
        yield value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _follow(value[steps[0]], steps[1:])


def _token(value: Any, parameter: Parameter) -> Iterator[tuple[str, str]]:  # noqa: ANN401  any JSON value
    if isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value
    elif isinstance(value, dict):
        for coding in value.get("coding", []):
            yield from _token(coding, parameter)
        plain = value.get("code", value.get("value"))
        if isinstance(plain, str):
            yield str(value.get("system", "")).strip(), plain.strip()


def _reference(value: Any, parameter: Parameter) -> Iterator[tuple[str, str]]:  # noqa: ANN401  any JSON value
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, str):
        return
    bare = reference.split("/_history/")[0]
    if not parameter.target or bare.startswith(f"{parameter.target}/"):
        yield "", bare


def _string(value: Any, _parameter: Parameter) -> Iterator[tuple[str, str]]:  # noqa: ANN401  any JSON value
    if isinstance(value, str):
        yield "", folded(value)
    elif isinstance(value, dict):
        for part in ("text", "family", "given", "prefix", "line", "city", "postalCode"):
            for text in _follow(value, [part]):
                yield "", folded(str(text))


def _date(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  any JSON value
    if isinstance(value, str):
        bounds = instants.span(value)
        if bounds is not None:
            yield bounds
    elif isinstance(value, dict) and ("start" in value or "end" in value):
        low = instants.span(str(value.get("start", "")))
        high = instants.span(str(value.get("end", "")))
        yield (low[0] if low else instants.EARLIEST), (high[1] if high else instants.LATEST)


_READERS = {"token": _token, "reference": _reference, "string": _string}
