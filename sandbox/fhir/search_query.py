"""A search as it was asked, turned into SQL conditions over the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.fhir import instants
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.search_parameters import Parameter, parameters
from sandbox.fhir.search_values import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST_PAGE = 1000
_PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
_COMPARE = {
    "eq": "({low} >= :pl AND {high} <= :ph)",
    "ne": "NOT ({low} >= :pl AND {high} <= :ph)",
    "gt": "{high} > :ph",
    "lt": "{low} < :pl",
    "ge": "({high} > :ph OR {low} >= :pl)",
    "le": "({low} < :pl OR {high} <= :ph)",
    "sa": "{low} >= :ph",
    "eb": "{high} <= :pl",
}
_STAMP = {
    "eq": "(c.last_updated >= :pl AND c.last_updated < :ph)",
    "ne": "NOT (c.last_updated >= :pl AND c.last_updated < :ph)",
    "gt": "c.last_updated >= :ph",
    "lt": "c.last_updated < :pl",
    "ge": "c.last_updated >= :pl",
    "le": "c.last_updated < :ph",
    "sa": "c.last_updated >= :ph",
    "eb": "c.last_updated < :pl",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One SQL condition with its arguments."""

    sql: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey:
    """One expression to sort by."""

    sql: str
    descending: bool


@dataclass(slots=True)
class Search:
    """A search of one resource type."""

    type_: str
    clauses: list[Clause] = field(default_factory=list)
    order: list[SortKey] = field(default_factory=list)
    count: int = 50
    includes: list[str] = field(default_factory=list)
    reverse_includes: list[tuple[str, str]] = field(default_factory=list)
    count_only: bool = False
    of_deleted: bool = False
    applied: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def parse_search(type_: str, pairs: Sequence[tuple[str, str]], *, strict: bool) -> Search:
    """Return the search that the query pairs ask for.

    Raises:
        Refusal: a value that cannot be read; under `strict` also a parameter that the journal does not know.
    """
    search = Search(type_)
    for name, value in pairs:
        if not value or name == "_format":
            continue
        if _take(search, name, value):
            search.applied.append((name, value))
        elif strict:
            raise Refusal(400, "not-supported", f"Unknown search parameter {name[:60]!r} for {type_}.")
        else:
            search.ignored.append(name[:60])
    if search.of_deleted and any(name not in _OF_TOMBSTONES for name, _ in search.applied):
        raise Refusal(400, "not-supported", "_deleted goes with _id, _lastUpdated, _count and _sort alone.")
    if not search.order:
        search.order = [SortKey("c.last_updated", descending=False)]
    search.order.append(SortKey("c.id", descending=False))
    return search


def _take(search: Search, name: str, value: str) -> bool:
    """Put one pair into the search; False when the name is not known."""
    control = _CONTROLS.get(name)
    if control is not None:
        return control(search, value)
    bare, _, modifier = name.partition(":")
    parameter = parameters(search.type_).get(bare)
    if parameter is None:
        return False
    return _condition(search, parameter, modifier, value)


def _condition(search: Search, parameter: Parameter, modifier: str, value: str) -> bool:
    if modifier == "missing":
        table = "span" if parameter.kind == "date" else "term"
        negation = "NOT IN" if value == "true" else "IN"
        sql = f"c.id {negation} (SELECT id FROM {table} WHERE type = c.type AND name = ?)"  # noqa: S608
        search.clauses.append(Clause(sql, (parameter.name,)))
        return True
    maker = _MAKERS.get((parameter.kind, modifier))
    if (
        maker is None
        and parameter.kind == "reference"
        and modifier in {"Patient", "Practitioner", "Appointment"}
    ):
        maker, value = _reference, ",".join(f"{modifier}/{part}" for part in value.split(","))
    if maker is None:
        return False
    search.clauses.append(maker(search.type_, parameter, value))
    return True


def _terms(type_: str, name: str, tests: list[Clause], *, negated: bool = False) -> Clause:
    any_of = " OR ".join(test.sql for test in tests)
    verb = "NOT IN" if negated else "IN"
    sql = f"c.id {verb} (SELECT id FROM term WHERE type = ? AND name = ? AND ({any_of}))"  # noqa: S608  no value in it
    return Clause(sql, (type_, name, *(argument for test in tests for argument in test.arguments)))


def _token_test(text: str) -> Clause:
    system, bar, code = text.partition("|")
    if not bar:
        return Clause("value = ?", (text,))
    if not code:
        return Clause("system = ?", (system,))
    return Clause("(value = ? AND system = ?)", (code, system))


def _token(type_: str, parameter: Parameter, value: str) -> Clause:
    return _terms(type_, parameter.name, [_token_test(part) for part in value.split(",")])


def _not_token(type_: str, parameter: Parameter, value: str) -> Clause:
    return _terms(type_, parameter.name, [_token_test(part) for part in value.split(",")], negated=True)


def _reference_test(text: str, target: str) -> Clause:
    if "/" in text:
        return Clause("value = ?", ("/".join(text.split("/")[-2:]),))
    if target:
        return Clause("value = ?", (f"{target}/{text}",))
    return Clause("value LIKE ? ESCAPE '\\'", ("%/" + _escaped(text),))


def _reference(type_: str, parameter: Parameter, value: str) -> Clause:
    return _terms(
        type_, parameter.name, [_reference_test(part, parameter.target) for part in value.split(",")]
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _string(pattern: str) -> Callable[[str, Parameter, str], Clause]:
    def make(type_: str, parameter: Parameter, value: str) -> Clause:
        tests = [
            Clause("value LIKE ? ESCAPE '\\'", (pattern.format(_escaped(folded(part))),))
            for part in value.split(",")
        ]
        return _terms(type_, parameter.name, tests)

    return make


def _bounds(value: str) -> tuple[str, str, str]:
    prefix = value[:2] if value[:2] in _PREFIXES else ""
    bounds = instants.span(value[len(prefix) :])
    if bounds is None:
        raise Refusal(400, "value", "A date in the search cannot be read.")
    return prefix or "eq", *bounds


def _filled(template: str, low: str, high: str) -> Clause:
    """Turn the two named places of a template into positional arguments, in their order."""
    arguments = tuple(low if word == "pl" else high for word in _places(template))
    return Clause(template.replace(":pl", "?").replace(":ph", "?"), arguments)


def _places(template: str) -> list[str]:
    return [template[i + 1 : i + 3] for i, char in enumerate(template) if char == ":"]


def _date(type_: str, parameter: Parameter, value: str) -> Clause:
    tests = []
    for part in value.split(","):
        prefix, low, high = _bounds(part)
        tests.append(_filled(_COMPARE[prefix].format(low="low", high="high"), low, high))
    any_of = " OR ".join(test.sql for test in tests)
    sql = f"c.id IN (SELECT id FROM span WHERE type = ? AND name = ? AND ({any_of}))"  # noqa: S608  no value in it
    return Clause(sql, (type_, parameter.name, *(argument for test in tests for argument in test.arguments)))


def _last_updated(search: Search, value: str) -> bool:
    tests = []
    for part in value.split(","):
        prefix, low, high = _bounds(part)
        tests.append(_filled(_STAMP[prefix], low, high))
    sql = "(" + " OR ".join(test.sql for test in tests) + ")"
    search.clauses.append(Clause(sql, tuple(argument for test in tests for argument in test.arguments)))
    return True


def _ids(search: Search, value: str) -> bool:
    ids = value.split(",")
    search.clauses.append(Clause(f"c.id IN ({','.join('?' * len(ids))})", tuple(ids)))
    return True


def _count(search: Search, value: str) -> bool:
    if not value.isdecimal() or not value.isascii():
        raise Refusal(400, "value", "_count must be a whole number.")
    search.count = min(int(value), LARGEST_PAGE)
    search.count_only = search.count_only or search.count == 0
    return True


def _sort(search: Search, value: str) -> bool:
    for part in value.split(","):
        name, descending = part.removeprefix("-"), part.startswith("-")
        search.order.append(SortKey(_sort_expression(search.type_, name, descending=descending), descending))
    return True


def _sort_expression(type_: str, name: str, *, descending: bool) -> str:
    if name == "_lastUpdated":
        return "c.last_updated"
    if name == "_id":
        return "c.id"
    parameter = parameters(type_).get(name)
    if parameter is None or parameter.kind != "date":
        raise Refusal(400, "not-supported", f"{type_} cannot be sorted by {name[:60]!r}.")
    edge = "MAX(s.high)" if descending else "MIN(s.low)"
    inner = f"SELECT {edge} FROM span s WHERE s.type = c.type AND s.id = c.id AND s.name = '{name}'"  # noqa: S608
    return f"COALESCE(({inner}), '')"


def _include(search: Search, value: str) -> bool:
    type_, _, name = value.partition(":")
    name = name.split(":")[0]
    parameter = parameters(search.type_).get(name)
    if type_ != search.type_ or parameter is None or parameter.kind != "reference":
        raise Refusal(400, "not-supported", "That _include is not supported.")
    search.includes.append(name)
    return True


def _reverse_include(search: Search, value: str) -> bool:
    type_, _, name = value.partition(":")
    name = name.split(":")[0]
    parameter = parameters(type_).get(name)
    if parameter is None or parameter.kind != "reference":
        raise Refusal(400, "not-supported", "That _revinclude is not supported.")
    search.reverse_includes.append((type_, name))
    return True


def _summary(search: Search, value: str) -> bool:
    if value not in {"count", "false"}:
        raise Refusal(400, "not-supported", "Of _summary only count and false are supported.")
    search.count_only = search.count_only or value == "count"
    return True


def _deleted(search: Search, value: str) -> bool:
    """Ask for the tombstones: nothing is left of a deleted resource that other criteria could meet."""
    search.of_deleted = value == "true"
    return value in {"true", "false"}


def _total(_search: Search, value: str) -> bool:
    return value in {"none", "estimate", "accurate"}


_CONTROLS: dict[str, Callable[[Search, str], bool]] = {
    "_id": _ids,
    "_lastUpdated": _last_updated,
    "_count": _count,
    "_sort": _sort,
    "_include": _include,
    "_revinclude": _reverse_include,
    "_summary": _summary,
    "_total": _total,
    "_deleted": _deleted,
}
_OF_TOMBSTONES = frozenset({"_deleted", "_id", "_lastUpdated", "_count", "_sort", "_summary", "_total"})
_MAKERS: dict[tuple[str, str], Callable[[str, Parameter, str], Clause]] = {
    ("token", ""): _token,
    ("token", "not"): _not_token,
    ("reference", ""): _reference,
    ("date", ""): _date,
    ("string", ""): _string("{}%"),
    ("string", "contains"): _string("%{}%"),
    ("string", "exact"): _string("{}"),
}
