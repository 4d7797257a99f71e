"""What a planner supposes of the years to come: dwellings, jobs, the public share, how families answer to a new sector.

Nothing here is a forecast: `Hypotheses()` supposes nothing, and every rate is a field that can be changed.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from maillage.hypotheses.arriving import EmploymentShock, Programme
from maillage.hypotheses.forms import KINDS, Frozen, refuse
from maillage.hypotheses.public import AvoidanceResponse, PublicShare
from maillage.hypotheses.yields import (
    AGES,
    FlatYield,
    HouseYield,
    KindYield,
    MixedShares,
    SocialFlatYield,
    Yields,
)

__all__ = [
    "AGES",
    "KINDS",
    "AvoidanceResponse",
    "EmploymentShock",
    "FlatYield",
    "HouseYield",
    "Hypotheses",
    "KindYield",
    "MixedShares",
    "Programme",
    "PublicShare",
    "SocialFlatYield",
    "Yields",
]


class Hypotheses(Frozen):
    """All that is supposed; by default nothing but the territory's own table of dwellings, where it has one."""

    own_dwellings: bool = Field(True, description="Count the programmes of the territory's own table of dwellings.")
    programme: tuple[Programme, ...] = Field((), description="Dwellings built or pulled down.")
    employment: tuple[EmploymentShock, ...] = Field((), description="Jobs created.")
    newcomers_ips_gap: float = Field(
        0.0,
        ge=-100,
        le=100,
        description="IPS of the pupils of new dwellings and jobs less that of their unit's others (points).",
    )
    yields: Yields = Yields()
    public_share: tuple[PublicShare, ...] = Field((), description="Changes of the public share of new 6e; they add up.")
    avoidance: AvoidanceResponse = AvoidanceResponse()

    @model_validator(mode="after")
    def _one_name_each(self) -> Hypotheses:
        names = [programme.name for programme in self.programme] + [shock.name for shock in self.employment]
        twice = sorted({name for name in names if names.count(name) > 1})
        refuse([f"name used twice: {', '.join(twice)}"] if twice else [])
        return self

    @model_validator(mode="after")
    def _of_use(self) -> Hypotheses:
        some = self.programme or self.employment or self.own_dwellings
        if "newcomers_ips_gap" in self.model_fields_set and not some:
            refuse(["newcomers_ips_gap is of no use without programmes or employment"])
        return self
