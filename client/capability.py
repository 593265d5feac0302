"""What the journal can do, read from its CapabilityStatement and never assumed."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from client.errors import ErrorKind, JournalError

_CONDITIONAL = frozenset({"versioned", "versioned-update"})


@dataclass(frozen=True, slots=True)
class TypeCapabilities:
    """What the journal says of one resource type."""

    interactions: frozenset[str]
    search_params: frozenset[str]
    includes: frozenset[str]
    conditional_create: bool
    update_create: bool
    versioning: str


_NOTHING = TypeCapabilities(
    frozenset(), frozenset(), frozenset(), conditional_create=False, update_create=False, versioning=""
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The journal's own description. `instance_id` tells one installation from another, if it is given."""

    types: dict[str, TypeCapabilities]
    system: frozenset[str]
    fhir_version: str
    software: str
    software_version: str
    instance_id: str

    def of(self, type_: str) -> TypeCapabilities:
        """Return what is said of a type; nothing for one that is not named."""
        return self.types.get(type_, _NOTHING)

    def can(self, type_: str, interaction: str) -> bool:
        """Tell whether a type offers read, search-type, create, update, history-instance and so on."""
        return interaction in self.of(type_).interactions

    def has_search(self, type_: str, param: str) -> bool:
        """Tell whether a type can be searched by a parameter."""
        return param in self.of(type_).search_params

    def conditional_create(self, type_: str) -> bool:
        """Tell whether If-None-Exist is honoured."""
        return self.of(type_).conditional_create

    def conditional_update(self, type_: str) -> bool:
        """Tell whether the type has versions that If-Match can name."""
        return self.can(type_, "update") and self.of(type_).versioning in _CONDITIONAL

    @property
    def transaction(self) -> bool:
        """Tell whether a transaction Bundle may be posted to the base."""
        return "transaction" in self.system


class _Code(msgspec.Struct):
    code: str | None = None
    name: str | None = None


class _Type(msgspec.Struct, rename="camel"):
    type: str = ""
    interaction: list[_Code] | None = None
    search_param: list[_Code] | None = None
    search_include: list[str] | None = None
    conditional_create: bool | None = None
    update_create: bool | None = None
    versioning: str | None = None


class _Rest(msgspec.Struct):
    mode: str | None = None
    resource: list[_Type] | None = None
    interaction: list[_Code] | None = None


class _Software(msgspec.Struct):
    name: str | None = None
    version: str | None = None


class _Implementation(msgspec.Struct):
    description: str | None = None
    url: str | None = None


class _Statement(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    id: str | None = None
    fhir_version: str | None = None
    software: _Software | None = None
    implementation: _Implementation | None = None
    rest: list[_Rest] | None = None


_read = msgspec.json.Decoder(_Statement).decode


def read_capabilities(body: bytes) -> Capabilities:
    """Read a CapabilityStatement.

    Raises:
        JournalError: NOT_FHIR when it is something else.
    """
    try:
        statement = _read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, detail="no CapabilityStatement") from None
    if statement.resource_type != "CapabilityStatement":
        raise JournalError(ErrorKind.NOT_FHIR, detail="no CapabilityStatement")
    rest = next((one for one in statement.rest or () if one.mode in {"server", None}), _Rest())
    software = statement.software or _Software()
    return Capabilities(
        types={one.type: _type(one) for one in rest.resource or ()},
        system=_codes(rest.interaction),
        fhir_version=statement.fhir_version or "",
        software=software.name or "",
        software_version=software.version or "",
        instance_id=statement.id or (statement.implementation or _Implementation()).url or "",
    )


def _type(one: _Type) -> TypeCapabilities:
    """Turn one resource of the statement into its capabilities."""
    return TypeCapabilities(
        interactions=_codes(one.interaction),
        search_params=frozenset(param.name for param in one.search_param or () if param.name),
        includes=frozenset(one.search_include or ()),
        conditional_create=bool(one.conditional_create),
        update_create=bool(one.update_create),
        versioning=one.versioning or "",
    )


def _codes(codes: list[_Code] | None) -> frozenset[str]:
    """Return the codes that are there."""
    return frozenset(one.code for one in codes or () if one.code)
