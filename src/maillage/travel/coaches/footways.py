"""Ways on foot between homes, stops and collèges: on roads, or as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maillage.arrays import Floats
from maillage.travel.approximation import Approximation
from maillage.travel.coaches.departures import Walks
from maillage.travel.journeys import travel_times
from maillage.travel.modes import MODES
from maillage.travel.roads.network import RoadNetwork

BLOCK = 500
"""Places that ways are sought from at once, which bounds the memory taken."""


@dataclass(frozen=True)
class Feet:
    """How pupils walk, and how far at a time.

    Attributes
    ----------
    network : RoadNetwork or None
        Roads; None: the approximation.
    approximation : Approximation
        Not used where there are roads.
    longest_min : float
    """

    network: RoadNetwork | None
    approximation: Approximation
    longest_min: float

    def ways(self, start_m: Floats, end_m: Floats, *, at_home: bool = False) -> Walks:
        """Ways within the longest walk; the least minutes of the approximation count at home only."""
        assumed = self.approximation if at_home else replace(self.approximation, least_min=0.0)
        parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))]
        for first in range(0, len(start_m), BLOCK):
            times = travel_times(
                self.network,
                start_m[first : first + BLOCK],
                end_m,
                "walk",
                cutoff_min=self.longest_min,
                approximation=None if self.network is not None else assumed,
            )
            row, column = np.nonzero(np.isfinite(times.minutes))
            parts.append((first + row, column, times.minutes[row, column], times.distance_km[row, column]))
        row, column, minutes, km = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Walks(
            first=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(start_m)))]),
            end=column,
            seconds=np.rint(60 * minutes).astype(np.int64),
            metres=np.rint(1000 * km).astype(np.int64),
        )

    def sentence(self) -> str:
        """How the times on foot were obtained, in words."""
        pace = f"at {MODES['walk'].speed_km_h:g} km/h"
        if self.network is not None:
            return f"On foot {pace} on {self.network.origin} ({len(self.network.tail)} segments)."
        assumed = self.approximation
        least = f"at least {assumed.least_min:g} min from home"
        return f"On foot {pace} on straight distance x {assumed.detour:g}, {least} (approximation, no road network)."
