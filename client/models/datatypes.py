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


class HumanName(Extended):
    """A name of a person."""

    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: Listed[str] = ()
    prefix: Listed[str] = ()
    suffix: Listed[str] = ()
    period: Period | None = None


class ContactPoint(Slim):
    """A telephone number or another way to reach somebody."""

    system: str | None = None
    value: str | None = None
    use: str | None = None
    rank: int | None = None
    period: Period | None = None


class Address(Extended):
    """A postal address."""

    use: str | None = None
    type: str | None = None
    text: str | None = None
    line: Listed[str] = ()
    city: str | None = None
    district: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    period: Period | None = None


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


class TimingRepeat(Slim):
    """When something repeats."""

    bounds_period: Period | None = None
    count: int | None = None
    frequency: int | None = None
    frequency_max: int | None = None
    period: Decimal | None = None
    period_max: Decimal | None = None
    period_unit: str | None = None
    day_of_week: Listed[str] = ()
    time_of_day: Listed[str] = ()
    when: Listed[str] = ()
    offset: int | None = None


class Timing(Slim):
    """When something is to happen."""

    event: Listed[str] = ()
    repeat: TimingRepeat | None = None
    code: CodeableConcept | None = None


class DoseAndRate(Slim):
    """How much at a time."""

    type: CodeableConcept | None = None
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None
    rate_quantity: Quantity | None = None
    rate_ratio: Ratio | None = None
    rate_range: Range | None = None


class Dosage(Slim):
    """How a medicine is to be taken."""

    sequence: int | None = None
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: CodeableConcept | None = None
    site: CodeableConcept | None = None
    route: CodeableConcept | None = None
    method: CodeableConcept | None = None
    dose_and_rate: Listed[DoseAndRate] = ()
    max_dose_per_period: Ratio | None = None


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
