"""Means of travel: what a road costs to each. A new one is one `Mode`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats
from maillage.errors import Fault, InputError
from maillage.travel.network import RoadNetwork


@dataclass(frozen=True)
class Mode:
    """How fast one travels, on which roads, and on whose word.

    Attributes
    ----------
    name : str
    on_foot : bool
        False: follows the directions and closures that apply to cars. True: may use every path in both directions, but
        no motorway.
    speed_km_h : float or None
        Speed outside towns, never above the car's; None = the network's own car speeds.
    town_km_h : float or None
        The same in towns (segments marked urban); None = the network's own car speeds.
    town_segment_s : float
        Seconds added for each urban segment (crossings, lights).
    access_km_h : float
        Speed between a point and the road it is snapped to, in a straight line.
    source : str
        Where the figures come from.
    """

    name: str
    on_foot: bool = False
    speed_km_h: float | None = None
    town_km_h: float | None = None
    town_segment_s: float = 0.0
    access_km_h: float = 5.0
    source: str = ""

    def __post_init__(self) -> None:
        faults = []
        for name in ("speed_km_h", "town_km_h", "access_km_h"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                faults.append(Fault(f"Mode {self.name!r}", f"{value} is not a positive speed", name, remedy="Give km/h"))
        if not 0 <= self.town_segment_s < np.inf:
            faults.append(Fault(f"Mode {self.name!r}", "negative or endless penalty", "town_segment_s", remedy="Give seconds"))
        if self.on_foot and (self.speed_km_h is None or self.town_km_h is None):
            faults.append(Fault(f"Mode {self.name!r}", "on foot but without speeds", remedy="Give speed_km_h and town_km_h"))
        if faults:
            raise InputError(faults)

    def seconds(self, network: RoadNetwork) -> tuple[Floats, Floats]:
        """Seconds on each segment, from tail to head and from head to tail; inf = closed.

        Returns
        -------
        along, against : (R,) float
        """
        own = self._own_seconds(network)
        if self.on_foot:
            walked = np.where(network.walkable, own, np.inf)
            return walked, walked
        penalty_s = np.where(network.urban, self.town_segment_s, 0.0)
        return np.maximum(network.along_s, own) + penalty_s, np.maximum(network.against_s, own) + penalty_s

    def _own_seconds(self, network: RoadNetwork) -> Floats:
        """(R,) seconds at the mode's own speeds; 0 where it has none."""
        pace = [0.0 if speed is None else 3.6 / speed for speed in (self.speed_km_h, self.town_km_h)]
        return np.asarray(network.length_m * np.where(network.urban, pace[1], pace[0]))


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode(
            "car",
            town_segment_s=5.0,
            access_km_h=15.0,
            source="Speeds of the network; +5 s a segment in towns, which IGN found to bring its urban times, only about 60 % "
            "of those of navigation services, near them.",
        ),
        Mode(
            "coach",
            speed_km_h=30.0,
            town_km_h=17.5,
            access_km_h=5.0,
            source="School coach studies of Haute-Garonne: 30 km/h stops included, 15 to 20 km/h in heavy traffic.",
        ),
        Mode(
            "bicycle",
            on_foot=True,
            speed_km_h=15.0,
            town_km_h=15.0,
            access_km_h=10.0,
            source="15 km/h, a usual planning figure (assumption).",
        ),
        Mode(
            "walk",
            on_foot=True,
            speed_km_h=4.0,
            town_km_h=4.0,
            access_km_h=4.0,
            source="IGN: pedestrians at 4 km/h.",
        ),
    )
}
"""The modes known by name.

car
    The network's speeds (in BD TOPO ``vitesse_moyenne_vl``, IGN's mean speed of light vehicles); +5 s a segment in towns.
coach
    30 km/h stops included on rural roads, 17.5 in towns, never faster than a car (Haute-Garonne studies).
bicycle, walk
    15 and 4 km/h, in both directions of every road but motorways.
"""


def mode_of(mode: str | Mode) -> Mode:
    """The mode of that name, or the mode itself; `InputError` naming the known ones."""
    if isinstance(mode, Mode):
        return mode
    if mode not in MODES:
        known = ", ".join(MODES)
        raise InputError([Fault("travel_times", f"unknown mode {mode!r}", "mode", remedy=f"Use {known} or a Mode of your own")])
    return MODES[mode]
