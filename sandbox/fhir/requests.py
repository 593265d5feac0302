"""A FHIR request as the journal sees it, with the parts of the HTTP head that matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.fhir.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """Method, path below the base (split), query, head, body, and what the sign-in reaches (type, letter of the scope)."""

    method: str
    path: tuple[str, ...]
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    may: Callable[[str, str], bool]

    @property
    def prefers(self) -> frozenset[str]:
        """The preferences of the Prefer header."""
        return frozenset(part.strip() for part in self.headers.get("prefer", "").replace(";", ",").split(","))

    @property
    def is_strict(self) -> bool:
        """Whether unknown search parameters are errors."""
        return "handling=strict" in self.prefers

    def check_body_type(self, allowed: frozenset[str]) -> None:
        """Refuse a body of a type that is not among `allowed`.

        Raises:
            Refusal: 415.
        """
        given = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if given not in allowed:
            raise Refusal(415, "not-supported", f"The body must be {' or '.join(sorted(allowed))}.")

    def check_accept(self) -> None:
        """Refuse a client that takes no JSON.

        Raises:
            Refusal: 406.
        """
        accepted = [
            part.split(";")[0].strip().lower() for part in self.headers.get("accept", "*/*").split(",")
        ]
        if not any(part in JSON_TYPES or part in {"*/*", "application/*"} for part in accepted):
            raise Refusal(406, "not-supported", "The journal answers in application/fhir+json only.")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of an answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def only(request: Request, *methods: str) -> None:
    """Refuse a request by any other method.

    Raises:
        Refusal: 405.
    """
    if request.method not in methods:
        allow = ", ".join(methods)
        raise Refusal(405, "not-supported", f"Only {allow} is possible there.", headers={"Allow": allow})
