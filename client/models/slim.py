"""The base of the slim models: every field optional, unknown fields ignored, decimals exact."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

T = TypeVar("T")
M = TypeVar("M", bound="Slim")


class UnreadableError(ValueError):
    """A resource whose form is not FHIR's. It says where the form breaks and nothing of the content."""


def _listed(value: object) -> object:
    """Give an empty list for null, and leave out the nulls that stand in for primitive extensions."""
    if value is None:
        return ()
    return [one for one in value if one is not None] if isinstance(value, list) else value


Listed = Annotated[tuple[T, ...], BeforeValidator(_listed)]


class Slim(BaseModel):
    """A read-only view of a part of a resource, named in Python's way and read by FHIR's names."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
    )


_tree = msgspec.json.Decoder(float_hook=Decimal).decode


def decode(model: type[M], body: bytes) -> M:
    """Read the bytes of a resource into a slim model.

    Raises:
        UnreadableError: when the bytes do not have the model's form.
    """
    try:
        return model.model_validate(_tree(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("not JSON") from None
    except ValidationError as error:
        places = sorted(
            {".".join(_step(step) for step in one["loc"]) for one in error.errors(include_input=False)}
        )
        raise UnreadableError(f"{model.__name__}: {', '.join(places[:5])}") from None


def _step(step: int | str) -> str:
    """Return a step of a place; positions are not told apart."""
    return step if isinstance(step, str) else "*"
