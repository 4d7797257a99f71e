"""What the hypotheses are written with: places and weights, rentrées, shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

KINDS = ("house", "flat", "social_flat", "mixed")
"""Kinds of dwellings; ``mixed`` is made of the three others, in the shares of `Yields`."""


def _as_weights(value: Any) -> Any:
    """One place, or a list of them in equal shares, as places and weights."""
    if isinstance(value, str):
        return {value: 1.0}
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, 1.0)
    if not isinstance(value, Mapping):
        raise ValueError('write a code in quotation marks, a list of codes, or { "code" = weight, ... }')
    return value


def _form_of(value: Any) -> str:
    return "stages" if isinstance(value, Mapping) else "rentree"


Kind = Literal["house", "flat", "social_flat", "mixed"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]
Rentree = Annotated[int, Field(ge=1990, le=2100)]
Positive = Annotated[float, Field(gt=0)]
Stages = Annotated[
    Annotated[Rentree, Tag("rentree")] | Annotated[dict[Rentree, Positive], Tag("stages")], Discriminator(_form_of)
]
Weights = Annotated[dict[str, Positive], BeforeValidator(_as_weights)]


class Frozen(BaseModel):
    """What cannot be changed once made, and knows each of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def refuse(faults: list[str]) -> None:
    """Raise every fault of an object at once, if there is any."""
    if faults:
        raise ValueError("; ".join(faults))
