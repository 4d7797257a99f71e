"""Who comes, and who leaves: programmes of dwellings, jobs."""

from __future__ import annotations

from pydantic import Field, model_validator

from maillage.hypotheses.forms import Frozen, Kind, Name, Positive, Rentree, Share, Stages, Weights, refuse


class Programme(Frozen):
    """Dwellings that are built, or pulled down, in some place.

    Dwellings delivered by the rentrée of a year have their families in by that rentrée.
    """

    name: Name = Field(description="Name of the programme, shown in reports.")
    communes: Weights = Field(
        default_factory=dict, description="INSEE code, list of codes (equal shares), or code and weight; or give `units`."
    )
    units: Weights = Field(
        default_factory=dict, description="The same with identifiers of units, where the place is known better."
    )
    delivered: Stages = Field(
        description="Rentrée by which the dwellings are lived in (or gone); or rentrée and dwellings, for several stages."
    )
    dwellings: Positive | None = Field(
        None, le=100_000, description="Dwellings, all of them; not needed where `delivered` counts them."
    )
    kind: Kind = Field("mixed", description="house, flat, social_flat, or mixed.")
    demolition: bool = Field(False, description="True: dwellings lost; their pupils leave.")
    occupied_share: Share | None = Field(
        None, description="Share of these dwellings that are lived in; that of the yields if absent."
    )
    within_share: Share | None = Field(
        None,
        description="Share of the families who come from the territory (stay in it, when pulled down); the yields' if absent.",
    )

    @model_validator(mode="after")
    def _coherent(self) -> Programme:
        faults = []
        if bool(self.communes) == bool(self.units):
            faults.append(f"programme {self.name!r}: give communes or units, one of the two")
        if isinstance(self.delivered, dict):
            counted = sum(self.delivered.values())
            if not self.delivered:
                faults.append(f"programme {self.name!r}: delivered names no rentrée")
            elif self.dwellings is not None and abs(self.dwellings - counted) > 1e-6 * counted:
                faults.append(f"programme {self.name!r}: dwellings = {self.dwellings:g}, but delivered makes {counted:g}")
        elif self.dwellings is None:
            faults.append(f"programme {self.name!r}: say how many dwellings")
        refuse(faults)
        return self

    @property
    def stages(self) -> dict[int, float]:
        """Rentrée to dwellings delivered or lost by then, earliest first."""
        if isinstance(self.delivered, dict):
            return dict(sorted(self.delivered.items()))
        return {self.delivered: float(self.dwellings or 0.0)}


class EmploymentShock(Frozen):
    """Jobs created, some of them filled by households who move into the territory from elsewhere."""

    name: Name = Field(description="Name of the employer or of the project, shown in reports.")
    jobs: Positive = Field(description="Jobs created in all.")
    start: Rentree = Field(description="First rentrée by which newcomers have settled.")
    until: Rentree = Field(description="Last rentrée of their arrival.")
    profile: tuple[Share, ...] = Field(
        (), description="Share of the jobs for each rentrée from start to until; equal shares if absent."
    )
    communes: Weights = Field(
        description="Where the newcomers settle: INSEE code, list of codes (equal shares), or code and weight."
    )
    newcomer_share: Share = Field(
        0.3, description="Share of the jobs filled by people who move into the territory (assumption)."
    )
    households_per_job: float = Field(
        0.9, gt=0, le=1, description="Households for each job that newcomers fill: couples who take two are one (assumption)."
    )
    kind: Kind = Field("mixed", description="Kind of dwellings whose yields give their children.")

    @model_validator(mode="after")
    def _coherent(self) -> EmploymentShock:
        faults = []
        rentrees = self.until - self.start + 1
        if rentrees < 1:
            faults.append(f"employment {self.name!r}: until = {self.until} is before start = {self.start}")
        elif self.profile and len(self.profile) != rentrees:
            faults.append(f"employment {self.name!r}: profile has {len(self.profile)} shares for {rentrees} rentrées")
        if self.profile and abs(sum(self.profile) - 1) > 1e-6:
            faults.append(f"employment {self.name!r}: the shares of profile make {sum(self.profile):g}, not 1")
        if not self.communes:
            faults.append(f"employment {self.name!r}: communes names no place")
        refuse(faults)
        return self

    @property
    def households(self) -> dict[int, float]:
        """Rentrée to households of newcomers settled by then since the rentrée before."""
        rentrees = range(self.start, self.until + 1)
        shares = self.profile or (1 / len(rentrees),) * len(rentrees)
        newcomers = self.jobs * self.newcomer_share * self.households_per_job
        return {rentree: newcomers * share for rentree, share in zip(rentrees, shares, strict=True)}
