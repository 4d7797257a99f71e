"""Who may ride a school coach free of charge: the rule of a région, declared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError


@dataclass(frozen=True)
class CoachRule:
    """What entitles a pupil to the région's school coach.

    Attributes
    ----------
    least_km : float
        Least length of the journey from home to collège, along the roads.
    urban_exception : bool
        Not where home and collège lie in the same urban network, which then carries the pupil.
    source : str
    """

    least_km: float
    urban_exception: bool
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.least_km < np.inf:
            raise InputError([Fault("CoachRule", f"{self.least_km} km", "least_km", remedy="Give a distance of 0 km or more")])

    def entitles(self, distance_km: Floats, same_network: Bools) -> Bools:
        """Whether journeys of these lengths entitle; NaN, a pupil of another territory, does not, nor does inf: unknown."""
        return np.asarray((distance_km >= self.least_km) & (distance_km < np.inf) & ~(same_network & self.urban_exception))


HAUTS_DE_FRANCE = CoachRule(
    least_km=3.0,
    urban_exception=True,
    source="Région Hauts-de-France: free of charge from 3 km between home and school, unless both lie in one urban network; "
    "transports.hautsdefrance.fr",
)
"""The rule of Hauts-de-France, for pupils of public collèges and of private ones under contract alike."""
