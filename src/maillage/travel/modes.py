"""Means of travel: what a road costs to each. A new one is one `Mode`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.roads.users import MOTOR, USER_BIT, User, may_use


@dataclass(frozen=True)
class Mode:
    """How fast one travels, on which roads, and on whose word.

    Seconds on a segment = `time_factor` x its seconds at the mode's speed + `stop_s_per_km` x km + `town_segment_s` in
    towns; on a ferry, its own seconds. Seconds of a journey = those of its segments + `journey_s` + access at both ends.

    Attributes
    ----------
    name : str
    user : {"car", "coach", "bicycle", "foot"}
        Whose rules apply: which roads are open, and in which direction.
    speed_km_h : float or None
        Speed outside towns; a car or coach is never faster than the network's own speed, which None stands for.
    town_km_h : float or None
        The same in towns (segments marked urban).
    town_segment_s : float
        Seconds added for each urban segment (crossings, lights); a segment of no length is no road and adds nothing.
    stop_s_per_km : float
        Seconds lost at stops for each kilometre, where the speeds do not count them.
    journey_s : float
        Seconds added once to each journey: waiting, getting in and out.
    time_factor : float
        The road times are multiplied by it: 1.2 for a fifth more at the hour of school. It is the same on every road, so an
        assumption, unless measured.
    access_km_h : float
        Speed between a point and the road it is snapped to, in a straight line.
    source : str
        Where the figures come from: a sentence for reports.

    Examples
    --------
    A mode of one's own in five lines:

    >>> from maillage.travel import Mode, RoadNetwork, travel_times
    >>> scooter = Mode(
    ...     "scooter", user="bicycle", speed_km_h=20, town_km_h=18, access_km_h=5,
    ...     source="20 km/h, 18 in towns (assumption).",
    ... )
    >>> road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    >>> travel_times(road, [[0.0, 0.0]], [[1000.0, 0.0]], scooter).minutes.tolist()
    [[3.0]]

    A known one changed: a car that never exceeds 80 km/h, in traffic that adds a fifth to every journey.

    >>> from dataclasses import replace
    >>> from maillage.travel import MODES
    >>> slow = replace(MODES["car"], name="car at 8", speed_km_h=80, time_factor=1.2, source="Assumption.")
    >>> round(float(travel_times(road, [[0.0, 0.0]], [[1000.0, 0.0]], slow).minutes[0, 0]), 3)
    1.2
    """

    name: str
    user: User = "car"
    speed_km_h: float | None = None
    town_km_h: float | None = None
    town_segment_s: float = 0.0
    stop_s_per_km: float = 0.0
    journey_s: float = 0.0
    time_factor: float = 1.0
    access_km_h: float = 5.0
    source: str = ""

    def __post_init__(self) -> None:
        faults = [*self._number_faults()]
        if self.user not in USER_BIT:
            remedy = f"Use {', '.join(USER_BIT)}"
            faults.append(Fault(f"Mode {self.name!r}", f"unknown user {self.user!r}", "user", remedy=remedy))
        elif not self.motor and (self.speed_km_h is None or self.town_km_h is None):
            faults.append(Fault(f"Mode {self.name!r}", "no motor and no speeds", remedy="Give speed_km_h and town_km_h"))
        if faults:
            raise InputError(faults)

    def seconds(self, network: RoadNetwork) -> tuple[Floats, Floats]:
        """Seconds on each segment, from tail to head and from head to tail; inf = closed.

        Returns
        -------
        along, against : (R,) float
        """
        own_s = self._own_seconds(network)
        added_s = np.where(network.urban & (network.length_m > 0), self.town_segment_s, 0.0)
        added_s += self.stop_s_per_km * network.length_m / 1000
        ways = ((network.along_s, network.along_users), (network.against_s, network.against_users))
        along, against = (
            np.where(may_use(users, self.user), self._travelled(network.ferry, motor_s, own_s, added_s), np.inf)
            for motor_s, users in ways
        )
        return along, against

    @property
    def motor(self) -> bool:
        """Whether it is a motor vehicle."""
        return bool(USER_BIT[self.user] & MOTOR)

    def _travelled(self, ferry: Bools, motor_s: Floats, own_s: Floats, added_s: Floats) -> Floats:
        """(R,) seconds: motor vehicles no faster than the network allows, others at their own speed, a ferry as it goes."""
        driven_s = np.maximum(motor_s, own_s) if self.motor else own_s
        return np.where(ferry, motor_s, self.time_factor * driven_s + added_s)

    def _own_seconds(self, network: RoadNetwork) -> Floats:
        """(R,) seconds at the mode's own speeds; 0 where it has none."""
        pace = [0.0 if speed is None else 3.6 / speed for speed in (self.speed_km_h, self.town_km_h)]
        return np.asarray(network.length_m * np.where(network.urban, pace[1], pace[0]))

    def _number_faults(self) -> Iterator[Fault]:
        where = f"Mode {self.name!r}"
        for name in ("speed_km_h", "town_km_h", "access_km_h"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                yield Fault(where, f"{value} is not a positive speed", name, remedy="Give km/h")
        for name in ("town_segment_s", "stop_s_per_km", "journey_s"):
            if not 0 <= getattr(self, name) < np.inf:
                yield Fault(where, "negative or endless penalty", name, remedy="Give seconds")
        if not 0 < self.time_factor < np.inf:
            yield Fault(where, f"{self.time_factor} is not a positive factor", "time_factor", remedy="Give 1 for no change")


MODES: dict[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode(
            "car",
            town_segment_s=5.0,
            access_km_h=15.0,
            source="Speeds of the network, and 5 s more for each segment in towns, which IGN found to bring its urban times, "
            "only about 60 % of those of navigation services, near them.",
        ),
        Mode(
            "coach",
            user="coach",
            speed_km_h=30.0,
            town_km_h=17.5,
            access_km_h=5.0,
            source="School coach studies of Haute-Garonne: 30 km/h stops included, 15 to 20 km/h in heavy traffic.",
        ),
        Mode(
            "coach_stops",
            user="coach",
            speed_km_h=60.0,
            town_km_h=30.0,
            stop_s_per_km=60.0,
            journey_s=180.0,
            access_km_h=5.0,
            source="60 km/h, 30 in towns, 60 s of stops a kilometre, so that 30 and 20 km/h remain as in the school coach "
            "studies of Haute-Garonne, and 3 min of waiting (assumptions).",
        ),
        Mode(
            "bicycle",
            user="bicycle",
            speed_km_h=15.0,
            town_km_h=15.0,
            access_km_h=10.0,
            source="15 km/h, a usual planning figure (assumption).",
        ),
        Mode(
            "walk",
            user="foot",
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
coach_stops
    The same studies, with the stops told apart: slower than `coach` where the road itself is slow or the journey short.
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
