"""Children that dwellings bring, by kind, by age, and by age of the building."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from pydantic import Field, model_validator

from maillage.hypotheses.forms import KINDS, Frozen, Share, refuse

AGES = ((6, 10), (11, 14))
"""First and last age of the classes that yields are given for: those of the école and of the collège."""


class KindYield(Frozen):
    """Children in an occupied dwelling of one kind, by class of age, one number for each age of the building in `Yields`."""

    age_6_10: tuple[float, ...] = Field(description="Children of 6 to 10 years in an occupied dwelling: école, CP to CM2.")
    age_11_14: tuple[float, ...] = Field(description="Of 11 to 14 years: collège.")

    def by_class(self) -> tuple[tuple[float, ...], ...]:
        """In the order of `AGES`."""
        return self.age_6_10, self.age_11_14


class HouseYield(KindYield):
    """The same for houses."""

    age_6_10: tuple[float, ...] = (0.20, 0.30, 0.30, 0.15)
    age_11_14: tuple[float, ...] = (0.10, 0.17, 0.24, 0.13)


class FlatYield(KindYield):
    """The same for flats that are sold or let at market prices."""

    age_6_10: tuple[float, ...] = (0.09, 0.12, 0.12, 0.08)
    age_11_14: tuple[float, ...] = (0.05, 0.08, 0.10, 0.07)


class SocialFlatYield(KindYield):
    """The same for flats let by social landlords."""

    age_6_10: tuple[float, ...] = (0.24, 0.27, 0.24, 0.19)
    age_11_14: tuple[float, ...] = (0.15, 0.19, 0.20, 0.16)


class MixedShares(Frozen):
    """What ``mixed`` dwellings are made of."""

    house: Share = 0.40
    flat: Share = 0.35
    social_flat: Share = 0.25

    @model_validator(mode="after")
    def _whole(self) -> MixedShares:
        total = self.house + self.flat + self.social_flat
        refuse([f"the shares make {total:g}, not 1"] if abs(total - 1) > 1e-6 else [])
        return self


class Yields(Frozen):
    """Children that dwellings bring, and who of them is new to the territory; docs/hypotheses.md says where rates come from."""

    building_years: tuple[int, ...] = Field(
        (0, 5, 10, 20),
        description="Ages of the building that the yields are given for (years); in a line between, then constant.",
    )
    house: HouseYield = HouseYield()
    flat: FlatYield = FlatYield()
    social_flat: SocialFlatYield = SocialFlatYield()
    mixed: MixedShares = Field(MixedShares(), description="Shares of the three kinds in mixed dwellings.")
    occupied_share: Share = Field(0.95, description="Share of the dwellings of a programme that are lived in all year.")
    from_within_share: Share = Field(
        0.67, description="Share of the families in new dwellings who come from within the territory."
    )
    rehoused_within_share: Share = Field(
        0.8, description="Share of the families of dwellings pulled down who stay in the territory."
    )

    @model_validator(mode="after")
    def _coherent(self) -> Yields:
        years, faults = self.building_years, []
        if not years or years[0] != 0 or any(after <= before for before, after in pairwise(years)):
            faults.append("building_years should start at 0 and grow")
        given = [(f"{kind}.{name}", values) for kind in KINDS[:3] for name, values in getattr(self, kind)]
        uneven = [name for name, values in given if len(values) != len(years)]
        if uneven:
            faults.append(f"give {len(years)} numbers, as many as building_years: {', '.join(uneven)}")
        odd = [name for name, values in given if any(not 0 <= value <= 5 for value in values)]
        if odd:
            faults.append(f"not children in a dwelling (0 to 5): {', '.join(odd)}")
        refuse(faults)
        return self

    def parts(self, kind: str) -> Mapping[str, float]:
        """Kinds that are no mixture, and their shares in `kind`."""
        return dict(self.mixed) if kind == "mixed" else {kind: 1.0}
