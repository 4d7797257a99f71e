"""`TravelTimes`: minutes from every unit to every collège, and whether they are exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats, frozen
from maillage.territory import Territory


@dataclass(frozen=True, eq=False)
class TravelTimes:
    """A matrix of travel times with its provenance.

    Attributes
    ----------
    minutes : (origins, destinations) float
        One-way minutes; inf = unreachable.
    distance_km : (origins, destinations) float
        Length of that journey; inf = unreachable.
    mode : str
        "car", "coach", ...
    approximate : bool
        True where no road network was given: distance x detour / speed.
    method : str
        One sentence for reports: how the times were obtained.
    unreachable : tuple of str
        Warnings: points that did not snap, islands.
    """

    minutes: Floats
    distance_km: Floats
    mode: str
    approximate: bool
    method: str
    unreachable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "minutes", frozen(self.minutes, np.float64))
        object.__setattr__(self, "distance_km", frozen(self.distance_km, np.float64))

    def to_pandas(self, territory: Territory) -> pd.DataFrame:
        """Wide table: minutes, one row a unit, one column a collège."""
        return pd.DataFrame(self.minutes, index=territory.units.unit, columns=territory.colleges.uai)
