"""FHIR's general-purpose types, as far as the screens need them."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  pydantic reads the annotations
from typing import Any

from client.models.slim import Listed, Slim


class Coding(Slim):
    """A code of a code system."""

    system: str | None = None
    version: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Slim):
    """A concept: codes of one or several systems, and text."""

    coding: Listed[Coding] = ()
    text: str | None = None

    @property
    def label(self) -> str:
        """Return what a person reads: the text, else the first display, else the first code."""
        shown = [one.display for one in self.coding] + [one.code for one in self.coding]
        return next((text for text in [self.text, *shown] if text), "")

    def has(self, code: str, *systems: str) -> bool:
        """Tell whether one of the codings is `code`, in one of the systems if any is named."""
        return any(one.code == code and (not systems or one.system in systems) for one in self.coding)


class Quantity(Slim):
    """A measured amount."""

    value: Decimal | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Range(Slim):
    """Two amounts."""

    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Slim):
    """One amount per another."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Period(Slim):
    """A span of time, as the journal wrote it."""

    start: str | None = None
    end: str | None = None


class Identifier(Slim):
    """A business identifier."""

    use: str | None = None
    type: CodeableConcept | None = None
    system: str | None = None
    value: str | None = None
    period: Period | None = None


class Reference(Slim):
    """A pointer to another resource; another host's address is data and is never fetched."""

    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None
    display: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return type and id of what is meant; empty texts for contained, logical and unusual references."""
        steps = (self.reference or "").split("/_history/")[0].split("/")
        return (steps[-2], steps[-1]) if len(steps) >= 2 and steps[-2].isalpha() else ("", "")

    def is_to(self, type_: str, id_: str) -> bool:
        """Tell whether this points to that resource."""
        return self.key == (type_, id_)


class Extension(Slim):
    """An extension with the kinds of value that this program reads."""

    url: str | None = None
    value_string: str | None = None
    value_code: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_decimal: Decimal | None = None
    value_date: str | None = None
    value_date_time: str | None = None
    value_coding: Coding | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_quantity: Quantity | None = None
    value_reference: Reference | None = None
    extension: Listed[Extension] = ()


class Extended(Slim):
    """A part that may carry extensions."""

    extension: Listed[Extension] = ()

    def extensions(self, *urls: str) -> tuple[Extension, ...]:
        """Return the extensions with one of the addresses."""
        return tuple(one for one in self.extension if one.url in urls)


class Annotation(Slim):
    """A remark with its author and time."""

    author_reference: Reference | None = None
    author_string: str | None = None
    time: str | None = None
    text: str | None = None


class Attachment(Slim):
    """Content, or where it lies. `hash` is the SHA-1 of the content in base64."""

    content_type: str | None = None
    language: str | None = None
    data: str | None = None
    url: str | None = None
    size: int | None = None
    hash: str | None = None
    title: str | None = None
    creation: str | None = None


class Meta(Extended):
    """What the journal says of the version; Epic gives none."""

    version_id: str | None = None
    last_updated: str | None = None
    profile: Listed[str] = ()
    security: Listed[Coding] = ()
    tag: Listed[Coding] = ()


class ResourceModel(Extended):
    """What every resource has."""

    resource_type: str | None = None
    id: str | None = None
    meta: Meta | None = None
    contained: Listed[dict[str, Any]] = ()
    modifier_extension: Listed[Extension] = ()
