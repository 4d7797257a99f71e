"""Public or private: a change of the public share, and how families answer to a new sector."""

from __future__ import annotations

from pydantic import Field, model_validator

from maillage.hypotheses.forms import Frozen, Rentree, refuse

LEAST_POINTS = 0.1
"""A change under this was probably meant as a share, not in points."""


class PublicShare(Frozen):
    """Another public share of the new 6e from a rentrée on; without one it stays as it is."""

    change_points: float = Field(
        ge=-100, le=100, description="Points of share added to that of the 6e who enter from `start` on: -7, say."
    )
    start: Rentree = Field(description="First rentrée whose new 6e are concerned.")
    communes: tuple[str, ...] = Field((), description="INSEE codes concerned; with neither communes nor collèges, everywhere.")
    colleges: tuple[str, ...] = Field((), description="UAI of collèges whose present sectors are concerned.")

    @model_validator(mode="after")
    def _in_points(self) -> PublicShare:
        if self.change_points == 0:
            refuse(["change_points = 0 changes nothing: leave it out"])
        if abs(self.change_points) < LEAST_POINTS:
            refuse([f"change_points = {self.change_points:g} is less than {LEAST_POINTS:g} points: -7 is seven points less"])
        return self


class AvoidanceResponse(Frozen):
    """How families answer when their sector changes: a sensitivity, off by default, never a forecast."""

    points_if_moved: float = Field(
        0.0, ge=-100, le=100, description="Points of public share gained (+) or lost (-) by the mere change."
    )
    points_per_10_ips: float = Field(
        0.0, ge=-100, le=100, description="Points gained for every 10 points of IPS that the new collège has above the old one."
    )
    max_points: float = Field(10.0, gt=0, le=100, description="The answer is at most so many points, in either direction.")

    @model_validator(mode="after")
    def _of_use(self) -> AvoidanceResponse:
        if "max_points" in self.model_fields_set and not self.is_on:
            refuse(["max_points is of no use without points_if_moved or points_per_10_ips"])
        return self

    @property
    def is_on(self) -> bool:
        """Whether families answer at all."""
        return self.points_if_moved != 0 or self.points_per_10_ips != 0
