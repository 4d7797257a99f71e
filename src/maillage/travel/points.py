"""`Points`: where journeys start or end, whatever object they were given as."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Strings
from maillage.errors import Fault, InputError
from maillage.territory import Colleges, Units

Places = Units | Colleges | npt.ArrayLike
"""Anything travel times can be asked for: the tables of a territory, or an (n, 2) array of metres."""


@dataclass(frozen=True, eq=False)
class Points:
    """Named places.

    Attributes
    ----------
    name : (P,) str
    xy_m : (P, 2) float
    pupils_per_km2 : (P,) float
        NaN where unknown.
    """

    name: Strings
    xy_m: Floats
    pupils_per_km2: Floats

    def __len__(self) -> int:
        return len(self.name)

    @classmethod
    def of(cls, places: Places, what: str) -> Points:
        """Points of a table or an array; `InputError` if their coordinates are not all finite."""
        if isinstance(places, Units):
            name, xy_m = places.unit, places.xy_m
            density = np.divide(places.pupils, places.area_km2, out=np.full(len(name), np.nan), where=places.area_km2 > 0)
        elif isinstance(places, Colleges):
            name, xy_m, density = places.uai, places.xy_m, np.full(len(places), np.nan)
        else:
            xy_m = np.asarray(places, np.float64)
            if xy_m.ndim != 2 or xy_m.shape[1] != 2:
                remedy = "Give an array (n, 2) of metres in EPSG:2154, or a table of the territory"
                raise InputError([Fault(what, f"shape {xy_m.shape} instead of (n, 2)", remedy=remedy)])
            name, density = np.array([f"{what} {i}" for i in range(len(xy_m))], dtype=np.str_), np.full(len(xy_m), np.nan)
        lost = ~np.isfinite(xy_m).all(axis=1)
        if lost.any():
            rows = tuple(str(n) for n in name[lost])
            raise InputError([Fault(what, "without coordinates", "xy_m", rows, "Give their place in EPSG:2154 metres")])
        return cls(name, xy_m, density)
