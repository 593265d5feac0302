"""One named hostile answer: what is asked, what is served for it, and how it must end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.contract.scripted_server import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.scripted_server import Got

SECRET = "HEMMELIG"
"""Stands in what is served; an error's own words must never hold it."""
TOKEN = "secret-token"
JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the two servers of a case are: the journal's base below its own path, and somebody else's server."""

    address: str
    path: str
    evil: str

    @property
    def base(self) -> str:
        """The journal's base address."""
        return f"{self.address}{self.path}"

    @property
    def host(self) -> str:
        """The journal's host and port."""
        return self.address.partition("//")[2]

    @property
    def evil_host(self) -> str:
        """Host and port of the other server."""
        return self.evil.partition("//")[2]


@dataclass(frozen=True, slots=True)
class Moment:
    """One request of a case, counted from 0."""

    places: Places
    number: int
    got: Got


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile answer.

    Args:
        name: Tells it from the others.
        act: What the client does, by its name in `player.ACTS`.
        serve: What the journal answers each request with.
        ends: The kind of the error, with ` open` where a write may have been carried out; or `gives` and what came of it.
        requests: How many requests the journal may see at most.
    """

    name: str
    act: str
    serve: Callable[[Moment], Reply]
    ends: str
    requests: int = 1


def body(content: bytes, kind: str = JSON) -> Callable[[Moment], Reply]:
    """Serve a body with status 200."""
    return lambda _moment: reply(200, content, kind=kind)


def raw(content: bytes) -> Callable[[Moment], Reply]:
    """Serve bytes as they are in place of an answer."""
    return lambda _moment: content


def headed(status: int, content: bytes, *headers: str) -> Callable[[Moment], Reply]:
    """Serve a body with a status and headers, in which `{evil}`, `{address}` and `{base}` are filled in."""

    def serve(moment: Moment) -> Reply:
        places = moment.places
        filled = [
            one.replace("{evil}", places.evil)
            .replace("{base}", places.base)
            .replace("{address}", places.address)
            for one in headers
        ]
        return reply(status, content, *filled)

    return serve
