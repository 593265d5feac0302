"""Answers of a journal under fuzz: JSON keeps the rules or is refused, and readers raise nothing but their own error."""

from __future__ import annotations

import json
import posixpath
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx
import msgspec

from client.answer import Answer, read_http_date
from client.auth.errors import SignInError
from client.auth.token_answer import read_token_answer
from client.bundle import read_bundle, read_deletions, read_etag, read_location, read_page, read_tombstones
from client.capability import read_capabilities
from client.errors import JournalError
from client.failures import failure, json_body
from client.json_rules import JsonError, check
from client.origin import Origin
from client.outcome import read_outcomes
from client.resource import read_resource
from client.written import read_parts, read_written
from tests.fuzz.material import NOON, a_text, a_word, bent, bodies

if TYPE_CHECKING:
    from random import Random

_OURS = Origin.of("https://journal.example/api/FHIR/R4")
_ID = re.compile(r"[A-Za-z0-9._-]{1,256}")


def check_json(chance: Random) -> None:
    """Bend a body; what passes the rules must be the same to two other parsers, and every reader must bear it.

    Raises:
        AssertionError: A body passed that breaks a rule.
    """
    body = bent(chance.choice(bodies()), chance)
    try:
        check(body)
    except JsonError:
        _without_rules(body)
        return
    tree = json.loads(body, object_pairs_hook=_unique, parse_constant=_never)
    assert msgspec.json.decode(msgspec.json.encode(tree)) == msgspec.json.decode(body)
    _read(body)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    assert len(tree) == len(pairs), "a name twice"
    return tree


def _never(text: str) -> None:
    raise AssertionError(text)


def _answer(body: bytes, **headers: str) -> Answer:
    return Answer(200, {"content-type": "application/fhir+json", **headers}, body, None, NOON)


def _without_rules(body: bytes) -> None:
    """What breaks a rule is refused by name wherever it is met first."""
    for status in (200, 422, 503):
        answer = Answer(status, {"content-type": "application/json"}, body, None, NOON)
        assert failure(answer, writes=True, origin=_OURS) is None or status != 200
    for read in (
        lambda: json_body(_answer(body), writes=False),
        lambda: read_written(_answer(body), "Patient"),
    ):
        with suppress(JournalError):
            read()
            raise AssertionError("read all the same")


def _read(body: bytes) -> None:
    with suppress(JournalError):
        found = read_resource(body)
        assert not found.id or (_ID.fullmatch(found.id) and found.id not in {".", ".."})
    with suppress(JournalError):
        for part in read_page(read_bundle(body), "Patient", None).resources:
            assert part.type == "Patient"
            assert part.body in body
    for read in (read_deletions, read_tombstones):
        with suppress(JournalError):
            read(read_bundle(body), "Observation", None)
    with suppress(JournalError):
        read_capabilities(body)
    with suppress(JournalError):
        read_written(_answer(body), "Observation")
    with suppress(JournalError):
        read_parts(_answer(body), 6)
    with suppress(JournalError, SignInError):
        read_token_answer(_answer(body), "https://issuer.example/token")
    assert len(read_outcomes(body)) <= 50


def _encoded(chance: Random) -> str:
    """Return a text as it comes off the wire: half a character has been refused before."""
    text = a_word(chance) if chance.random() < 0.8 else a_text(chance)
    return text.encode("utf-8", "replace").decode()


def check_link(chance: Random) -> None:
    """Make a link; one that is taken leads, as another library reads it, to our own origin below our base.

    Raises:
        AssertionError: A link was taken that leads elsewhere.
    """
    start = chance.choice(
        (
            "",
            "/",
            "//",
            "?",
            "https:",
            "https://journal.example",
            "https://journal.example/api/FHIR/R4",
            "/api/FHIR/R4",
            "\\",
        )
    )
    link = (
        start + chance.choice(("", "/", "?p=", "@", ":443", "/../", "/%2e%2e/", ".", ";")) + _encoded(chance)
    )
    try:
        taken = _OURS.rebuild(link)
    except JournalError:
        return
    if not _OURS.holds(taken):
        return  # the sender looks again, and refuses
    url = httpx.URL(taken)
    assert (url.scheme, url.host, url.port, url.userinfo) == ("https", "journal.example", None, b""), ascii(
        link
    )
    path = posixpath.normpath(unquote(url.path))
    assert path == "/api/FHIR/R4" or path.startswith("/api/FHIR/R4/"), ascii(link)
    assert taken.isprintable(), ascii(link)


def check_headers(chance: Random) -> None:
    """Make the headers that are read for what they say; none may end in a fault.

    Raises:
        AssertionError: A location names what can be no id.
    """
    text = _encoded(chance)
    _, id_, version = read_location(
        f"{chance.choice(('', 'Observation/', 'https://x/fhir/Observation/'))}{text}"
    )
    assert all(not one or (_ID.fullmatch(one) and one not in {".", ".."}) for one in (id_, version)), ascii(
        text
    )
    read_etag(text)
    read_http_date(f"{chance.choice(('', 'Mon, 23 Nov 2026 08:00:00 '))}{text}")
    wait = Answer(429, {"retry-after": text}, b"", None, NOON).retry_after
    assert wait is None or 0 <= wait <= 86_400
    location = Answer(302, {"location": text}, b"", None, NOON)
    assert failure(location, writes=False, origin=_OURS) is not None
