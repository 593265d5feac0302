"""Which members of an object are one field, although JSON writes several: they are changed together or not at all.

`birthDate` and `_birthDate` are one element of FHIR; `valueQuantity` and `valueString` are one choice, of which only one
may stand; the start and the end of an appointment make sense together only. And a value such as a quantity is
one field with all its members: my 10 with their µg would be a dose that nobody wrote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from offline_cache.merge_tree import Number

if TYPE_CHECKING:
    from offline_cache.merge_tree import Node, Tree

_TYPE = re.compile(
    r"([a-z][A-Za-z]*?)(Base64Binary|Boolean|Canonical|Code|Date|DateTime|Decimal|Id|Instant|Integer|Markdown|Oid"
    r"|PositiveInt|String|Time|UnsignedInt|Uri|Url|Uuid|Address|Age|Annotation|Attachment|CodeableConcept|Coding"
    r"|ContactPoint|Count|Distance|Duration|HumanName|Identifier|Money|Period|Quantity|Range|Ratio|Reference"
    r"|SampledData|Signature|Timing|Expression|Dosage)"
)
_NO_CHOICE = frozenset({"reason", "outcome", "used", "instantiates", "location"})
_TIED = {"start": "start-end", "end": "start-end", "minutesDuration": "start-end"}

_OF_ANY = frozenset({"id", "extension"})
_VALUES = tuple(
    frozenset(names.split())
    for names in (
        "value comparator unit system code",
        "system version code display userSelected",
        "coding text",
        "reference type identifier display",
        "use type system value period assigner",
        "system value use rank period",
        "start end",
        "low high",
        "numerator denominator",
        "value currency",
        "origin period factor lowerLimit upperLimit dimensions data",
        "contentType language data url size hash title creation",
        "authorReference authorString time text",
        "use text family given prefix suffix period",
        "use type text line city district state postalCode country period",
        "event repeat code",
    )
)
_MARKS = frozenset(
    [
        "coding",
        "unit",
        "comparator",
        "numerator",
        "denominator",
        "currency",
        "div",
        "doseAndRate",
        "repeat",
        "postalCode",
        "family",
        "assigner",
    ]
)


def elements(base: Tree, mine: Tree, theirs: Tree) -> dict[str, list[str]]:
    """Return the elements of an object as label -> names of its members, in the order of theirs, mine, base."""
    names = list(dict.fromkeys([*theirs, *mine, *base]))
    choices = _choices(names, (base, mine, theirs))
    found: dict[str, list[str]] = {}
    for name in names:
        plain = name.removeprefix("_")
        found.setdefault(choices.get(plain) or _tied(plain, names), []).append(name)
    return found


def is_one_value(base: Tree, mine: Tree, theirs: Tree) -> bool:
    """Tell whether these objects are a value of a data type, that is: one field."""
    names = {name.removeprefix("_") for tree in (base, mine, theirs) for name in tree} - _OF_ANY
    if "url" in names:
        return all(name == "url" or name.startswith("value") for name in names)  # an extension with a value
    if names & _MARKS or any(names <= value for value in _VALUES):
        return True
    return any(_holds_value(tree) for tree in (base, mine, theirs))


def _holds_value(tree: Tree) -> bool:
    """Tell a quantity or a reference by its one member that no other object has in this form."""
    return isinstance(tree.get("reference"), str) or isinstance(tree.get("value"), Number)


def _choices(names: list[str], trees: tuple[Tree, ...]) -> dict[str, str]:
    """Return name -> label for the members that are forms of one choice: several forms, never two in one object."""
    forms: dict[str, set[str]] = {}
    for name in names:
        form = _TYPE.fullmatch(name.removeprefix("_"))
        if form and form[1] not in _NO_CHOICE:
            forms.setdefault(form[1], set()).add(form[0])
    return {
        name: f"{stem}[x]"
        for stem, group in forms.items()
        if len(group) > 1 and all(len(group & _plain(tree)) <= 1 for tree in trees)
        for name in group
    }


def _plain(tree: Tree) -> set[str]:
    return {name.removeprefix("_") for name in tree}


def _tied(name: str, names: list[str]) -> str:
    """Return the label of members that make sense together only; else the name itself."""
    label = _TIED.get(name)
    return label if label and {"start", "end"} <= set(names) else name


def paired(values: Node, siblings: Node) -> list[Node] | None:
    """Return a list of primitives and the list of its siblings as one list; None when that cannot be."""
    first = values if isinstance(values, list) else []
    second = siblings if isinstance(siblings, list) else []
    if any(isinstance(value, dict | list) for value in first):
        return None
    first = first + [None] * (len(second) - len(first))
    second = second + [None] * (len(first) - len(second))
    return [
        value if sibling is None else {"value": value, "sibling": sibling}
        for value, sibling in zip(first, second, strict=True)
    ]


def unpaired(pairs: list[Node]) -> tuple[list[Node], list[Node]]:
    """Return the two lists that `paired` made one of; a list of nothing but nulls is empty."""
    first = [pair["value"] if isinstance(pair, dict) else pair for pair in pairs]
    second = [pair["sibling"] if isinstance(pair, dict) else None for pair in pairs]
    return _filled(first), _filled(second)


def _filled(side: list[Node]) -> list[Node]:
    return [] if all(one is None for one in side) else side
