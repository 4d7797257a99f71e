"""`travel_times`: the one verb of this stage."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError
from maillage.travel.approximation import Approximation
from maillage.travel.matrix import RoadCosts, time_and_length
from maillage.travel.modes import Mode, mode_of
from maillage.travel.network import RoadNetwork
from maillage.travel.points import Places, Points
from maillage.travel.router import Direction
from maillage.travel.snapping import MAX_SNAP_M, main_segments, snap
from maillage.travel.times import TravelTimes


def travel_times(
    network: RoadNetwork | None,
    origins: Places,
    destinations: Places,
    mode: str | Mode = "car",
    direction: Direction = "to",
    cutoff_min: float | None = None,
    approximation: Approximation | None = None,
) -> TravelTimes:
    """Minutes between every origin and every destination.

    Parameters
    ----------
    network : RoadNetwork or None
        None: an approximation from straight distances, marked as such.
    origins, destinations : Units, Colleges or (n, 2) array
        Places, metres in the network's coordinate system (EPSG:2154).
    mode : str or Mode
        "car", "coach", "bicycle", "walk", or a `Mode` of your own.
    direction : {"to", "from"}
        ``"to"``: the journey from the origin to the destination (to school); ``"from"``: back. The same without a network.
    cutoff_min : float, optional
        Journeys longer than this count as unreachable.
    approximation : Approximation, optional
        Its assumptions; only without a network.

    Returns
    -------
    TravelTimes
        ``minutes`` and ``distance_km`` (origins, destinations), inf = unreachable; points farther than 5 km from any road,
        points without any journey and islands of the network are listed in ``unreachable``.
        A journey of over 186 hours counts as unreachable.

    Raises
    ------
    InputError
        Unknown mode or direction, places without coordinates, cutoff not positive.

    Notes
    -----
    A point stands on the nearest road that is no motorway, between its ends, one-ways respected; the straight line to it is
    covered at the mode's access speed, and counts in the minutes and the kilometres. The kilometres are those of the fastest
    journey.

    Examples
    --------
    A road of two segments, 1 km in 60 s each, and a point halfway along the first:

    >>> network = RoadNetwork.from_arrays(
    ...     tail=[0, 1, 1, 2], head=[1, 0, 2, 1], seconds=[60.0] * 4, xy_m=[[0, 0], [1000, 0], [2000, 0]]
    ... )
    >>> times = travel_times(network, [[500.0, 0.0]], [[2000.0, 0.0]])
    >>> times.minutes.tolist(), times.distance_km.tolist()
    ([[1.5]], [[1.5]])
    """
    how = mode_of(mode)
    start, end = Points.of(origins, "origin"), Points.of(destinations, "destination")
    warnings: tuple[str, ...] = ()
    faults = _faults(network, direction, cutoff_min, approximation)
    if faults:
        raise InputError(faults)
    if network is None:
        minutes, distance_km, sentence = _as_the_crow_flies(approximation or Approximation(), start, end, how, cutoff_min)
    else:
        minutes, distance_km, warnings = _on_roads(network, start, end, how, direction, cutoff_min)
        back = ", back" if direction == "from" else ""
        sentence = (
            f"Fastest journey ({how.name}{back}{_limit(cutoff_min)}) on {network.origin} ({len(network.tail)} segments); "
            f"each point on its nearest road, motorways apart, at {how.access_km_h:g} km/h in a straight line. {how.source}"
        )
    if cutoff_min is not None:
        beyond = minutes > cutoff_min
        minutes, distance_km = (np.where(beyond, np.inf, values) for values in (minutes, distance_km))
    return TravelTimes(minutes, distance_km, how.name, network is None, sentence, warnings)


def _limit(cutoff_min: float | None) -> str:
    return "" if cutoff_min is None else f", ≤ {cutoff_min:g} min"


def _as_the_crow_flies(
    assumed: Approximation, start: Points, end: Points, mode: Mode, cutoff_min: float | None
) -> tuple[Floats, Floats, str]:
    """Minutes, kilometres, sentence. Homes are the origins, unless only the destinations tell how densely people live."""
    if np.isnan(start.pupils_per_km2).all() and not np.isnan(end.pupils_per_km2).all():
        minutes, distance_km = (values.T for values in assumed.minutes_and_km(end, start, mode))
        return minutes, distance_km, assumed.sentence(mode, end, _limit(cutoff_min))
    return *assumed.minutes_and_km(start, end, mode), assumed.sentence(mode, start, _limit(cutoff_min))


def _faults(
    network: RoadNetwork | None, direction: str, cutoff_min: float | None, approximation: Approximation | None
) -> list[Fault]:
    faults = []
    if direction not in ("to", "from"):
        faults.append(Fault("travel_times", f"unknown direction {direction!r}", remedy="Use 'to' or 'from'"))
    if cutoff_min is not None and not 0 < cutoff_min < np.inf:
        faults.append(Fault("travel_times", f"cutoff_min = {cutoff_min}", remedy="Give a positive number of minutes"))
    if network is not None and approximation is not None:
        remedy = "Leave one of them out"
        faults.append(Fault("travel_times", "both a network and an approximation were given", remedy=remedy))
    return faults


def _on_roads(
    network: RoadNetwork, origin: Points, destination: Points, mode: Mode, direction: str, cutoff_min: float | None
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Minutes, kilometres, warnings."""
    along_s, against_s = mode.seconds(network)
    usable = main_segments(network, along_s, against_s)
    left, right = snap(network, usable, origin.xy_m), snap(network, usable, destination.xy_m)
    costs = RoadCosts(network, along_s, against_s)
    cutoff_s = None if cutoff_min is None else 60 * cutoff_min
    if direction == "to":
        seconds, metres = time_and_length(costs, left, right, cutoff_s)
    else:
        seconds, metres = (values.T for values in time_and_length(costs, right, left, cutoff_s))
    access_m = left.access_m[:, None] + right.access_m[None, :]
    minutes, distance_km = seconds / 60 + 0.06 * access_m / mode.access_km_h, (metres + access_m) / 1000
    is_open = np.isfinite(along_s) | np.isfinite(against_s)
    warnings = [*_island_warning(is_open & ~usable, mode)]
    reached = np.isfinite(seconds)
    judged = np.bool_(cutoff_min is None and reached.size > 0)
    for points, access, joined in (
        (origin, left.access_m, reached.any(axis=1)),
        (destination, right.access_m, reached.any(axis=0)),
    ):
        warnings += _point_warnings(points, access, np.asarray(joined | ~judged), mode)
    return minutes, distance_km, tuple(warnings)


def _island_warning(islands: Bools, mode: Mode) -> list[str]:
    count = int(islands.sum())
    return [f"{count} segments open to {mode.name} are cut off from the main network: no point is put on them"] if count else []


def _point_warnings(points: Points, access_m: Floats, joined: Bools, mode: Mode) -> list[str]:
    warnings = []
    for name, distance_m, has_journey in zip(points.name, access_m, joined, strict=True):
        if np.isinf(distance_m):
            warnings.append(f"{name}: more than {MAX_SNAP_M / 1000:g} km from any road open to {mode.name}")
        elif not has_journey:
            warnings.append(f"{name}: no journey by {mode.name} to any place asked for")
    return warnings
