"""What may stand in a journal's TOML file: every table and field, and what each must look like. pydantic is imported with it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from client.errors import JournalError
from client.origin import Origin

_LIST = re.compile(r"(Group|List)/[A-Za-z0-9._-]{1,256}\Z")
_NUMBER = re.compile(r"[0-9]{9}\Z")
_FILE = re.compile(r"[A-Za-z0-9._-]{1,80}\Z")
_JOURNAL = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_PLACEHOLDER = re.compile(r"<[^<>]+>")


def _is_filled(text: str) -> str:
    if _PLACEHOLDER.search(text):
        raise PydanticCustomError("placeholder", "a placeholder of a template")
    return text


def _is_https(text: str) -> str:
    """Refuse everything but a plain https address: plain http is for the embedded journal alone, which needs none."""
    is_plain = text.startswith("https://") and text.isascii() and text.isprintable() and " " not in text
    try:
        Origin.of(text)  # what no request can be sent to is told of here, with its line
    except (JournalError, ValueError):
        is_plain = False
    if not is_plain:
        raise PydanticCustomError("https", "no https address")
    return text.rstrip("/")


def _is_file(text: str) -> str:
    """Take the name of a file beside the TOML file, and no path: what belongs to a journal lies in its folder."""
    if not _FILE.match(text) or text.startswith("."):
        raise PydanticCustomError("file-name", "no file beside this one")
    return text


def _is_list(text: str) -> str:
    if text and not _LIST.match(text):
        raise PydanticCustomError("patient-list", "no list of patients")
    return text


def _is_journal(text: str) -> str:
    if text and not _JOURNAL.match(text):
        raise PydanticCustomError("journal-name", "no name of a journal")
    return text


def _is_organisation_number(text: str) -> str:
    if text and not _NUMBER.match(text):
        raise PydanticCustomError("organisation-number", "no organisation number")
    return text


def _is_one_word(text: str) -> str:
    if len(text.split()) != 1 or not text.isprintable():
        raise PydanticCustomError("one-word", "more than one word")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_is_filled)]
Https = Annotated[str, AfterValidator(_is_filled), AfterValidator(_is_https)]
FileName = Annotated[str, AfterValidator(_is_filled), AfterValidator(_is_file)]
OneWord = Annotated[Text, AfterValidator(_is_one_word)]
Words = Annotated[list[Text], Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignInTable(_Table):
    """`[sign_in]`: how this client is known to the issuer, and which ways are open."""

    issuer: Https
    client_id: Text
    client: Literal["public", "key", "secret"] = "public"
    key: FileName | None = None
    secret: FileName | None = None
    assertion_for: Literal["issuer", "token"] = "issuer"
    scopes: Words | None = None
    ways: Annotated[list[Literal["browser", "device"]], Field(min_length=1)] = ["browser", "device"]
    bound: bool = False
    level: Annotated[list[OneWord], Field(min_length=1)] | None = None
    level_claim: OneWord = "acr"
    max_age_minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    prompt: Literal["", "consent"] = ""
    redirect_host: Literal["127.0.0.1", "localhost"] = "127.0.0.1"


class BackendTable(_Table):
    """`[backend]`: a client without a person, for those who test a journal; used by `journals check` alone."""

    client_id: Text
    key: FileName
    scopes: Words = ["system/*.rs"]
    assertion_for: Literal["issuer", "token"] = "token"


class OrganisationTable(_Table):
    """`[organisation]`: whose laptops these are, and the public key that signed entries are sealed to."""

    name: Text
    number: Annotated[str, AfterValidator(_is_filled), AfterValidator(_is_organisation_number)] = ""
    public_key: FileName | None = None


class PolicyTable(_Table):
    """`[policy]`: what the organisation has decided of these laptops."""

    no_cache: bool = False
    review_before_sending: bool = False
    clipboard: bool = False
    margin_hours: Annotated[int, Field(ge=0, le=72)] = 12
    hard_end_hours: Annotated[int, Field(ge=1, le=72)] = 72
    hide_minutes: Annotated[int, Field(ge=1, le=10)] | None = None
    lock_minutes: Annotated[int, Field(ge=1, le=30)] = 10
    wipe_address: Https | None = None
    courses: list[Text] = []
    training_journal: Annotated[str, AfterValidator(_is_journal)] = ""


class JournalForm(_Table):
    """The whole file."""

    name: Text
    environment: Literal["production", "test", "training"]
    base: Https | None = None
    embedded: bool = False
    profile: Literal["full", "epic"] = "full"
    patient_list: Annotated[str, AfterValidator(_is_filled), AfterValidator(_is_list)] = ""
    refuses_known_vitals: bool = False
    authority: FileName | None = None
    sign_in: SignInTable | None = None
    backend: BackendTable | None = None
    organisation: OrganisationTable | None = None
    policy: PolicyTable = PolicyTable()
