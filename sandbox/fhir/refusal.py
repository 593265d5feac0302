"""The one exception that every refused request ends in, and the OperationOutcome it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):
    """A request that the journal will not carry out.

    Attributes:
        status: the HTTP status of the answer.
        code: the issue type of the OperationOutcome.
        text: what is wrong, without any value of a patient.
        expression: where in the sent resource it is wrong.
        headers: extra headers of the answer.
        number: what the error is called in the terms of Epic; empty where it has no such name.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        *,
        expression: str = "",
        headers: Mapping[str, str] | None = None,
        number: str = "",
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.expression = expression
        self.headers = dict(headers or {})
        self.number = number

    def at(self, expression: str) -> Refusal:
        """Return the same refusal, placed inside an outer resource."""
        return Refusal(
            self.status,
            self.code,
            self.text,
            expression=expression,
            headers=self.headers,
            number=self.number,
        )


def outcome(code: str, text: str, *, severity: str = "error", expression: str = "") -> dict[str, Any]:
    """Return an OperationOutcome with one issue."""
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def out_of_scope() -> Refusal:
    """Return the refusal of what the granted scopes do not reach."""
    challenge = 'Bearer realm="feltjournal", error="insufficient_scope"'
    return Refusal(
        403, "forbidden", "The sign-in does not reach that far.", headers={"WWW-Authenticate": challenge}
    )
