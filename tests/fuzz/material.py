"""What the fuzzer makes its inputs of: nasty characters, mock markup, whole resources of the embedded journal, and bent bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sandbox.fhir.json_text import encode
from sandbox.population.chart_resources import life_resources
from sandbox.population.home_care import HOME_CARE
from sandbox.population.moments import Moments
from tests.hostile_app import PAYLOADS as SCREEN_PAYLOADS
from tests.hostile_chart import PAYLOADS as CHART_PAYLOADS

if TYPE_CHECKING:
    from random import Random

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

_RANGES = (
    (0x00, 0x1F),
    (0x20, 0x7E),
    (0x7F, 0x9F),
    (0xA0, 0xFF),
    (0x300, 0x36F),
    (0x600, 0x6FF),
    (0x180A, 0x180F),
    (0x2000, 0x206F),
    (0x3000, 0x3164),
    (0xD800, 0xDFFF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFFFD),
    (0x1D173, 0x1D17A),
    (0x1F300, 0x1F64F),
    (0xE0000, 0xE01EF),
    (0x0, 0x10FFFF),
)
_PIECES = (
    *SCREEN_PAYLOADS.values(),
    *CHART_PAYLOADS.values(),
    "\x1b",
    "\x1b[",
    "\x1b]",
    "\x9b",
    "\x07",
    "\r\n",
    "\r",
    "\n",
    "\t",
    "<U+001B>",
    "<U+",
    "[bold]",
    "[/]",
    "[@click=app.quit]",
    "[link=http://evil.example]",
    "\\[",
    "$x",
    "{}",
    "%s",
    "Paracet 500 mg",
    "ÆØÅ",
)
_WORDS = (
    "",
    " ",
    "0",
    "-1",
    "2026-11-24T07:21:00Z",
    "2026-11-24T07:21:00",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30",
    "24:00",
    "1e999",
    "1e-300000000",
    "NaN",
    "../..",
    "Patient/p1",
    "Patient/",
    "#x",
    "http://[::1/Patient/p1",
    "http://evil.example/fhir/Patient/p1/_history/2",
    "urn:oid:2.16.578.1.12.4.1.4.1",
    "http://snomed.info/sct",
    "http://unitsofmeasure.org",
    "entered-in-error",
    "text/plain; charset=utf-7",
    "text/plain; charset=punycode",
    "text/plain;charset=unicode_escape",
    "data:,x",
    "x" * 300,
    "\ud800",
    "\u202e",
    "\x1b[2J",
)


def a_text(chance: Random) -> str:
    """Return a text of some characters and pieces, of every kind that a journal, or an enemy of it, may write."""
    made = []
    for _ in range(chance.randrange(12)):
        if chance.random() < 0.5:
            made.append(chance.choice(_PIECES))
        else:
            first, last = chance.choice(_RANGES)
            made.append("".join(chr(chance.randint(first, last)) for _ in range(chance.randrange(1, 6))))
    return "".join(made)


def a_word(chance: Random) -> str:
    """Return a short text that some parser takes for something."""
    return chance.choice(_WORDS) if chance.random() < 0.7 else a_text(chance)


@cache
def resources() -> tuple[dict[str, Any], ...]:
    """Return the charts of two synthetic people, every type that the client reads among them."""
    return tuple(one for life in HOME_CARE[2:4] for one in life_resources(life, Moments(NOON)))


@cache
def bodies() -> tuple[bytes, ...]:
    """Return the same resources, and what holds them, as a journal sends them."""
    each = [encode(one) for one in resources()]
    entries = [
        {"resource": one, "search": {"mode": "match"}, "response": {"status": "201"}}
        for one in resources()[:6]
    ]
    link = [{"relation": "next", "url": "?p=2"}]
    whole = {"resourceType": "Bundle", "type": "searchset", "total": 6, "entry": entries, "link": link}
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "details": {"text": "Nei"}}],
    }
    rest = {"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "read"}]}]}
    statement = {"resourceType": "CapabilityStatement", "rest": [rest]}
    return (*each, *(encode(one) for one in (whole, whole, outcome, statement)))


def bent(whole: bytes, chance: Random) -> bytes:
    """Return bytes with a few places bent: flipped, cut, doubled, put in, taken from elsewhere."""
    made = bytearray(whole)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(6):
            case 0 if made:
                made[at % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                del made[at : at + chance.randrange(1, 40)]
            case 2:
                made[at:at] = made[at : at + chance.randrange(1, 40)]
            case 3:
                made[at:at] = a_word(chance).encode("utf-8", "surrogatepass")
            case 4:
                made[at:at] = chance.choice(
                    (b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\u00", b"null", b"1e999", b"NaN")
                )
            case _:
                other = chance.choice(bodies())
                start = chance.randrange(len(other))
                made[at:at] = other[start : start + chance.randrange(1, 60)]
    return bytes(made)


def a_node(chance: Random, depth: int = 0) -> Any:
    """Return any JSON value."""
    match chance.randrange(9 if depth < 3 else 6):
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2:
            return chance.choice((0, -1, 7, 2**31, 2**63, 10**30))
        case 3:
            return chance.choice((0.0, 0.5, -1.5, 1e300, 5e-324))
        case 4 | 5:
            return (
                a_word(chance).encode("utf-8", "replace").decode()
            )  # a lone surrogate never comes past the check
        case 6:
            return [a_node(chance, depth + 1) for _ in range(chance.randrange(3))]
        case 7:
            return _copy(chance.choice(resources()))
        case _:
            names = ("reference", "code", "coding", "text", "value", "system", "start", "url", "extension")
            return {chance.choice(names): a_node(chance, depth + 1) for _ in range(chance.randrange(3))}


def _copy(whole: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(encode(whole))
    return made


def bent_tree(whole: dict[str, Any], chance: Random) -> dict[str, Any]:
    """Return a resource with some of its members made something else; its type stays, and all else may go."""
    made = _copy(whole)
    for _ in range(chance.randrange(1, 4)):
        _bend(made, chance)
    return {**made, "resourceType": whole["resourceType"], "id": whole["id"]}


def _bend(tree: Any, chance: Random) -> None:
    """Walk down at random, and change what is there."""
    at = tree
    while True:
        keys: list[Any] = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.75:
            at = at[key]
            continue
        match chance.randrange(5):
            case 0:
                del at[key]
            case 1 if isinstance(at, list):
                at.append(a_node(chance))
            case 2:
                at[key] = [at[key], a_node(chance)]
            case _:
                at[key] = a_node(chance)
        return
