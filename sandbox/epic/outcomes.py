"""What Epic says beside an answer: OperationOutcomes whose issues carry a number of Epic's own system."""

from __future__ import annotations

from typing import Any

SYSTEM = "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369"
NO_RESULTS = "4101"
NOT_AUTHORISED = "4118"
NOT_ENTIRE = "4119"
INVALID = "59102"
REQUIRED = "59108"
ALREADY_EXISTS = "59189"
SUPPRESSED = "59204"
_TEXTS = {
    NO_RESULTS: "Resource request returns no results.",
    NOT_AUTHORISED: "The user is not authorized to access the record.",
    NOT_ENTIRE: "This response may not contain the entire record.",
    INVALID: "A parameter or an element of the request is invalid.",
    REQUIRED: "A required parameter or element is missing.",
    ALREADY_EXISTS: "Reading already exists",
    "59203": "The client is not authorized for the resource.",
    SUPPRESSED: "The client is not authorized for a sub-resource; it has been suppressed.",
}


def issue(severity: str, code: str, number: str, text: str = "", *, expression: str = "") -> dict[str, Any]:
    """Return an issue; with a number it carries the coding and the words that go with it."""
    made: dict[str, Any] = {"severity": severity, "code": code}
    if number:
        words = _TEXTS.get(number, text)
        made["details"] = {"coding": [{"system": SYSTEM, "code": number, "display": words}], "text": words}
    if text:
        made["diagnostics"] = text
    if expression:
        made["expression"] = [expression]
    return made


def told(*issues: dict[str, Any]) -> dict[str, Any]:
    """Return an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def beside_results(
    *, is_empty: bool, is_partial: bool, is_suppressed: bool, ignored: list[str]
) -> dict[str, Any]:
    """Return what stands beside the matches of every search, also when there is nothing to say."""
    issues = []
    if is_empty:
        issues.append(issue("warning", "processing", NO_RESULTS))
    if is_partial:
        issues.append(issue("warning", "processing", NOT_ENTIRE))
    if is_suppressed:
        issues.append(issue("warning", "suppressed", SUPPRESSED))
    if ignored:
        names = ", ".join(sorted(ignored))
        issues.append(
            issue(
                "warning", "not-supported", "", f"These parameters were not recognized and ignored: {names}"
            )
        )
    return told(*(issues or [issue("information", "informational", "", "The search was carried out.")]))
