"""The pin: what addresses, paths and links a transport accepts."""

from __future__ import annotations

import pytest

from client.errors import ErrorKind, JournalError
from client.origin import Origin

_OURS = Origin.of("https://journal.example/api/FHIR/R4/")


@pytest.mark.parametrize(
    "url",
    [
        "http://journal.example/fhir",
        "https://user:secret@journal.example/fhir",
        "https://journal.example/fhir?x=1",
        "https://journal.example/fhir#x",
        "https://journal.example/a/../b",
        "https://journal.example/a/%2e%2e/b",
        "https://journal.example:port/fhir",
        "ftp://journal.example/",
        "file:///etc/passwd",
        "https:///fhir",
        "",
    ],
)
def test_a_bad_address_is_refused(url: str) -> None:
    with pytest.raises(JournalError) as refusal:
        Origin.of(url)
    assert refusal.value.kind is ErrorKind.OFF_ORIGIN


def test_plain_http_only_on_request_and_only_to_this_machine() -> None:
    assert Origin.of("http://127.0.0.1:8123/fhir", plain_http=True).base == "http://127.0.0.1:8123/fhir"
    assert Origin.of("http://[::1]:8123/fhir", plain_http=True).base == "http://[::1]:8123/fhir"
    for url, plain in [("http://127.0.0.1:8123/fhir", False), ("http://journal.example/fhir", True)]:
        with pytest.raises(JournalError):
            Origin.of(url, plain_http=plain)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://journal.example/api/FHIR/R4/Patient?a=1&b=x%7Cy", "/api/FHIR/R4/Patient?a=1&b=x%7Cy"),
        ("https://JOURNAL.example:443/api/FHIR/R4?sessionID=a+b%2Bc==", "/api/FHIR/R4?sessionID=a+b%2Bc=="),
        ("https://journal.example:443:443/api/FHIR/R4?p=2", "/api/FHIR/R4?p=2"),
        ("http://journal.example/api/FHIR/R4?p=2", "/api/FHIR/R4?p=2"),
        ("/api/FHIR/R4/Observation?p=2", "/api/FHIR/R4/Observation?p=2"),
        ("Observation?p=2", "/api/FHIR/R4/Observation?p=2"),
        ("?p=2", "/api/FHIR/R4?p=2"),
        (
            "https://journal.example/api/FHIR/R4/Patient?name=Bj%C3%B8rn#part",
            "/api/FHIR/R4/Patient?name=Bj%C3%B8rn",
        ),
    ],
)
def test_a_link_is_rebuilt_on_our_base(link: str, expected: str) -> None:
    assert _OURS.rebuild(link) == f"https://journal.example{expected}"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/FHIR/R4?p=2",
        "//evil.example/api/FHIR/R4?p=2",
        "https://journal.example@evil.example/api/FHIR/R4",
        "https://journal.example:8443/api/FHIR/R4",
        "https://journal.example.evil.example/api/FHIR/R4",
        "https://journal.example/other?p=2",
        "https://journal.example/api/FHIR/R4x?p=2",
        "https://journal.example/api/FHIR/R4/../../admin",
        "https://journal.example/api/FHIR/R4/%2e%2e/%2E%2e/admin",
        "https://journal.example/api/FHIR/R4/%252e%252e/admin",
        "https://journal.example/api/FHIR/R4\\..\\admin",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/api/FHIR/R4?p=2\r\nX-Evil: 1",
        "https://[::1/api",
    ],
)
def test_a_link_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(JournalError) as refusal:
        _OURS.rebuild(link)
    assert refusal.value.kind is ErrorKind.OFF_ORIGIN
    assert "evil" not in str(refusal.value)


@pytest.mark.parametrize(
    "path", ["Patient/..", "Patient/.", "../x", "Patient//x", "/x", "Patient/a b", "a%2f", "a?b", "æ"]
)
def test_a_path_of_other_form_is_refused(path: str) -> None:
    with pytest.raises(JournalError):
        _OURS.url(path)


def test_long_epic_ids_pass_and_the_query_is_encoded() -> None:
    id_ = "eAbC.12-3_" * 13
    assert _OURS.url(f"Patient/{id_}").endswith(f"/Patient/{id_}")
    assert _OURS.url("Patient", [("identifier", "a|b&c=d"), ("name", "Å")]).endswith(
        "?identifier=a|b%26c%3Dd&name=%C3%85"
    )


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/api/FHIR/R4/x", "http://journal.example/api/FHIR/R4", "https://journal.example/x"],
)
def test_the_sender_looks_again(url: str) -> None:
    assert not _OURS.holds(url)
    assert _OURS.holds("https://journal.example/api/FHIR/R4/Patient/1")
