"""The way to school as pupils make it: on foot where the collège is near, by school coach beyond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Bools
from maillage.errors import Fault, InputError
from maillage.territory import Colleges, Units
from maillage.travel.approximation import Approximation
from maillage.travel.journeys import travel_times
from maillage.travel.modes import Mode
from maillage.travel.points import Places
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.router import Direction
from maillage.travel.times import TravelTimes, merged_method

WALK_UNDER_KM = 2.0
"""Half an hour on foot at 4 km/h: an assumption. Hauts-de-France carries pupils free of charge from 3 km on, where a walk would
take 45 minutes and a coach 6; nearer, whether pupils ride is a matter of what coaches pass by."""


def school_times(
    network: RoadNetwork | None,
    origins: Places,
    destinations: Places,
    walk_under_km: float = WALK_UNDER_KM,
    *,
    coach: str | Mode = "coach",
    walk: str | Mode = "walk",
    direction: Direction = "to",
    approximation: Approximation | None = None,
) -> TravelTimes:
    """Minutes on foot where the way on foot is short, by school coach where it is not.

    Parameters
    ----------
    network : RoadNetwork or None
        None: both from straight distances, marked as an approximation.
    origins, destinations : Units, Colleges or (n, 2) array
        Places, as for `travel_times`.
    walk_under_km : float
        A journey shorter than this on foot, along the roads, is walked; any other is made by coach.
    coach, walk : str or Mode
        What carries pupils beyond and below that length.
    direction : {"to", "from"}
    approximation : Approximation, optional
        Only without a network.

    Returns
    -------
    TravelTimes
        ``mode="school"``. Minutes and kilometres of the means chosen for each pair (`means`); a pair that it cannot serve
        takes the other one, and `method` counts those. inf where neither goes.

    Raises
    ------
    InputError
        A length that is not positive, and whatever `travel_times` refuses.

    Notes
    -----
    A coach neither waits nor stops on the way here, beyond what its speed holds: time falls from just under the length to just
    above it, by 26 minutes at 2 km. A smaller length makes the fall smaller.

    Examples
    --------
    A straight road in the country: 1 km is walked at 4 km/h, 6 km are driven at 30 km/h.

    >>> network = RoadNetwork.from_arrays([0, 1], [1, 0], [360.0, 360.0], xy_m=[[0, 0], [6000, 0]])
    >>> times = school_times(network, [[5000.0, 0.0], [0.0, 0.0]], [[6000.0, 0.0]])
    >>> times.minutes.ravel().tolist()
    [15.0, 12.0]
    """
    if not 0 < walk_under_km < np.inf:
        remedy = "Give a positive number of kilometres"
        raise InputError([Fault("school_times", f"walk_under_km = {walk_under_km}", "walk_under_km", remedy=remedy)])
    foot = travel_times(network, origins, destinations, walk, direction, approximation=approximation)
    ride = travel_times(network, origins, destinations, coach, direction, approximation=approximation)
    walks, rides = np.isfinite(foot.minutes), np.isfinite(ride.minutes)
    short = foot.distance_km < walk_under_km
    walked = short | (walks & ~rides)
    sentences = [
        _rule(walked, walk_under_km, origins, destinations),
        *_counted(walked & ~short, "journeys beyond are on foot, for want of a way by coach."),
        *_counted(rides & ~walks, "journeys cannot be made on foot: by coach."),
    ]
    return replace(
        foot,
        minutes=np.where(walked, foot.minutes, ride.minutes),
        distance_km=np.where(walked, foot.distance_km, ride.distance_km),
        mode="school",
        method=merged_method(*sentences, foot.method, ride.method),
        unreachable=tuple(dict.fromkeys([*foot.unreachable, *ride.unreachable])),
        not_snapped=tuple(name for name in foot.not_snapped if name in ride.not_snapped),
        means=np.where(walked, 0, np.where(rides, 1, -1)).astype(np.int8),
        mean_names=(foot.mode, ride.mode),
    )


def _rule(walked: Bools, walk_under_km: float, origins: Places, destinations: Places) -> str:
    """The rule in words, with what it comes to."""
    rule = f"On foot under {walk_under_km:g} km of way on foot, by school coach beyond"
    if not (isinstance(origins, Units) and isinstance(destinations, Colleges)):
        return f"{rule}."
    inside = origins.present >= 0
    pupils = origins.pupils[inside]
    on_foot = walked[np.flatnonzero(inside), origins.present[inside]]
    share = float(pupils @ on_foot / pupils.sum()) if pupils.sum() > 0 else 0.0
    return f"{rule}: {share:.1%} of the pupils walk to their present collège."


def _counted(pairs: Bools, what: str) -> list[str]:
    count = int(pairs.sum())
    return [f"{count} {what}"] if count else []
