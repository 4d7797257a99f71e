"""Travel times without a road network: an approximation, always marked as one."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from maillage.arrays import Floats, Ints
from maillage.errors import Fault, InputError
from maillage.travel.modes import Mode
from maillage.travel.points import Points


@dataclass(frozen=True)
class Approximation:
    """Crow-fly distance x detour / speed by density + access, with a floor.

    ``minutes = max(least_min, access_min + 60 x detour x distance_km / speed_km_h)``; `access_min` counts for cars and
    coaches only. The speed is that of the place where the pupils live, both ways; a place of unknown density is taken as rural.
    Every figure is an assumption, to be changed where better is known.

    Attributes
    ----------
    detour : float
        Road over straight distance; 1.3 is usual on dense road networks (F. P. Boscoe, K. A. Henry, M. S. Zdeb (2012), A
        nationwide comparison of driving distance versus straight-line distance to hospitals, The Professional Geographer 64(2),
        188-196, doi:10.1080/00330124.2011.583586, find 1.417 in the United States).
    rural_km_h, suburban_km_h, urban_km_h : float
        Mean car speeds door to door.
    suburban_inhabitants_km2, urban_inhabitants_km2 : float
        Where suburban and urban begin: the thresholds of Eurostat's degree of urbanisation and INSEE's density grid.
    pupils_per_inhabitant : float
        Public collège pupils over inhabitants, turning pupils per km2 into inhabitants per km2 (Pas-de-Calais: 60,519 of
        about 1.47 million).
    access_min : float
        Getting into and out of the vehicle.
    least_min : float
        Homes are spread around the point that stands for them.
    """

    detour: float = 1.3
    rural_km_h: float = 45.0
    suburban_km_h: float = 35.0
    urban_km_h: float = 25.0
    suburban_inhabitants_km2: float = 300.0
    urban_inhabitants_km2: float = 1_500.0
    pupils_per_inhabitant: float = 0.041
    access_min: float = 3.0
    least_min: float = 5.0

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        may_be_zero = ("access_min", "least_min")
        faults = [
            Fault("Approximation", f"{value} is out of range", name, remedy="Give a positive number")
            for name, value in values.items()
            if not (0 < value < np.inf or (value == 0 and name in may_be_zero))
        ]
        if faults:
            raise InputError(faults)

    def density_class(self, places: Points) -> Ints:
        """(P,) 0 rural, 1 suburban, 2 urban; rural where the density is unknown."""
        inhabitants_km2 = np.nan_to_num(places.pupils_per_km2) / self.pupils_per_inhabitant
        return np.digitize(inhabitants_km2, [self.suburban_inhabitants_km2, self.urban_inhabitants_km2]).astype(np.int32)

    def speeds_km_h(self, mode: Mode) -> Floats:
        """(3,) speed of a mode in rural, suburban and urban places, never above the car's."""
        car = np.array([self.rural_km_h, self.suburban_km_h, self.urban_km_h])
        own = [mode.speed_km_h, mode.town_km_h, mode.town_km_h]
        return np.asarray(np.minimum(car, [np.inf if speed is None else speed for speed in own]))

    def minutes_and_km(self, homes: Points, others: Points, mode: Mode) -> tuple[Floats, Floats]:
        """Minutes and kilometres, (homes, others) each."""
        gap = homes.xy_m[:, None, :] - others.xy_m[None, :, :]
        distance_km = self.detour * np.hypot(gap[..., 0], gap[..., 1]) / 1000
        speed_km_h = self.speeds_km_h(mode)[self.density_class(homes)]
        access_min = self.access_min if mode.motor else 0.0
        return np.maximum(self.least_min, access_min + 60 * distance_km / speed_km_h[:, None]), distance_km

    def sentence(self, mode: Mode, homes: Points, limit: str = "") -> str:
        """How the times were obtained, in words."""
        rural, suburban, urban = self.speeds_km_h(mode)
        access = f"{f', {self.access_min:g} min added' if mode.motor else ''}, at least {self.least_min:g} min"
        unknown = int(np.isnan(homes.pupils_per_km2).sum())
        taken = f" Places of unknown density, taken as rural: {unknown}." if unknown else ""
        return (
            f"Approximation ({mode.name}{limit}), no road network: straight distance x {self.detour:g} at {rural:g} km/h in "
            f"rural, {suburban:g} in suburban and {urban:g} in urban places{access}.{taken}"
        )
