"""`travel_times`: the one verb of this stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError
from maillage.travel.approximation import Approximation
from maillage.travel.lost import (
    MAX_LOST_SHARE,
    ROUNDING,
    Journeys,
    Lost,
    far_places,
    itself,
    off_network,
    perhaps_degrees,
    refuse_degrees,
    same_place,
    small_pieces,
)
from maillage.travel.modes import Mode, mode_of
from maillage.travel.points import Places, Points
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.costs import RoadCosts
from maillage.travel.search.matrix import time_and_length
from maillage.travel.search.router import Direction
from maillage.travel.search.snapping import MAX_SNAP_M, Snapped, main_segments, snap
from maillage.travel.times import TravelTimes

__all__ = ["MAX_LOST_SHARE", "direction_faults", "door_to_door", "limit_faults", "travel_times"]

UNIT_WORDS = {"m": "metres", "min": "minutes"}
"""Unit suffix of a name to its word."""


def travel_times(
    network: RoadNetwork | None,
    origins: Places,
    destinations: Places,
    mode: str | Mode = "car",
    direction: Direction = "to",
    cutoff_min: float | None = None,
    approximation: Approximation | None = None,
    *,
    max_snap_m: float = MAX_SNAP_M,
) -> TravelTimes:
    """Minutes between every origin and every destination.

    Parameters
    ----------
    network : RoadNetwork or None
        None: an approximation from straight distances, marked as such.
    origins, destinations : Units, Colleges, AccessPoints or (n, 2) array
        Places, metres in the network's coordinate system (EPSG:2154).
    mode : str or Mode
        "car", "coach", "coach_stops", "bicycle", "walk", or a `Mode` of your own.
    direction : {"to", "from"}
        ``"to"``: the journey from the origin to the destination (to school); ``"from"``: back. The same without a network.
    cutoff_min : float, optional
        Journeys longer than this count as unreachable.
    approximation : Approximation, optional
        Its assumptions; only without a network.
    max_snap_m : float
        A point farther than this from any road is not on the network; no bearing without a network.

    Returns
    -------
    TravelTimes
        ``minutes`` and ``distance_km`` (origins, destinations), inf = unreachable. Places too far from any road are named in
        ``not_snapped``; these, places more than 500 m from their road, places without a journey to any other place and small
        pieces of the network are told in ``unreachable``.
        A journey of over 186 hours counts as unreachable.

    Raises
    ------
    InputError
        Unknown mode or direction, places without coordinates or in degrees, cutoff or `max_snap_m` not positive.

    Notes
    -----
    A point stands on the nearest road that is no motorway, between its ends, one-ways respected; the straight line to it is
    covered at the mode's access speed, and counts in the minutes and the kilometres. The kilometres are those of the fastest
    journey. A point on the network is 0 min and 0 km from the very same coordinates.

    With `AccessPoints`, the minutes of a place are the mean over its points, weighted, and so are its kilometres; the cutoff
    applies to the mean. Points without a journey are left out of the mean while they hold at most 10 % of the place's weight
    (`MAX_LOST_SHARE`); beyond, the place has no journey. Points without any journey are told in ``unreachable``.

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
    faults = [*_faults(network, cutoff_min, approximation), *direction_faults(direction), *limit_faults(max_snap_m=max_snap_m)]
    if faults:
        raise InputError(faults)
    if network is None:
        found = _as_the_crow_flies(approximation or Approximation(), start, end, how, cutoff_min)
    else:
        found = _on_roads(network, start, end, how, direction, cutoff_min, max_snap_m)
    minutes, distance_km = found.minutes, found.distance_km
    if cutoff_min is not None:
        beyond = minutes > cutoff_min
        minutes, distance_km = (np.where(beyond, np.inf, values) for values in (minutes, distance_km))
    return TravelTimes(
        minutes, distance_km, how.name, network is None, " ".join((*found.sentences, *_averages(start, end))),
        (*found.warnings, *start.notes, *end.notes), start.name, end.name, found.not_snapped,
    )  # fmt: skip


def door_to_door(seconds: Floats, metres: Floats, access_m: Floats, mode: Mode, same: Bools) -> tuple[Floats, Floats]:
    """Minutes and kilometres of journeys, from what they take on the road and the straight metres at both ends.

    Who is there already (`same`) does not walk to the road and back: 0 and 0, unless the place is off the network.
    """
    minutes = seconds / 60 + 0.06 * access_m / mode.access_km_h + mode.journey_s / 60
    distance_km = (metres + access_m) / 1000
    stays = same & np.isfinite(minutes)
    return np.where(stays, 0.0, minutes), np.where(stays, 0.0, distance_km)


def direction_faults(direction: str) -> Iterator[Fault]:
    """What is wrong with a direction."""
    if direction not in ("to", "from"):
        remedy = 'Use "to" (to school) or "from" (back)'
        yield Fault("travel_times", f"unknown direction {direction!r}", "direction", remedy=remedy)


def limit_faults(**limits: float) -> Iterator[Fault]:
    """What is wrong with limits that must be positive and finite."""
    for name, value in limits.items():
        if not 0 < value < np.inf:
            unit = UNIT_WORDS[name.rpartition("_")[2]]
            yield Fault("travel_times", f"{value} is not a positive number", name, remedy=f"Give {unit}, above 0")


@dataclass(frozen=True, eq=False)
class _Found:
    """What either method finds, before the cutoff."""

    minutes: Floats
    distance_km: Floats
    sentences: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    not_snapped: tuple[str, ...] = ()


def _faults(network: RoadNetwork | None, cutoff_min: float | None, approximation: Approximation | None) -> Iterator[Fault]:
    if cutoff_min is not None:
        yield from limit_faults(cutoff_min=cutoff_min)
    if network is not None and approximation is not None:
        yield Fault("travel_times", "both a network and an approximation were given", remedy="Leave one of them out")


def _as_the_crow_flies(assumed: Approximation, start: Points, end: Points, mode: Mode, cutoff_min: float | None) -> _Found:
    """Homes are the origins, unless only the destinations tell how densely people live."""
    turned = bool(np.isnan(start.pupils_per_km2).all() and not np.isnan(end.pupils_per_km2).all())
    homes, others = (end, start) if turned else (start, end)
    by_point = assumed.minutes_and_km(homes, others, mode)
    ours = [values.T if turned else values for values in by_point]
    minutes, distance_km, _ = _means(ours[0], ours[1], start, end)
    warnings = (*perhaps_degrees(start.xy_m, "origin"), *perhaps_degrees(end.xy_m, "destination"))
    return _Found(minutes, distance_km, assumed.sentences(mode, homes, _limit(cutoff_min)), warnings)


def _on_roads(
    network: RoadNetwork,
    origin: Points,
    destination: Points,
    mode: Mode,
    direction: str,
    cutoff_min: float | None,
    max_m: float,
) -> _Found:
    along_s, against_s = mode.seconds(network)
    usable = main_segments(network, along_s, against_s)
    left, right = (snap(network, usable, points.xy_m, max_m) for points in (origin, destination))
    for points, side, what in ((origin, left, "origin"), (destination, right, "destination")):
        refuse_degrees(network, points.xy_m, side.access_m, what)
    costs = RoadCosts(network, along_s, against_s)
    # A mean over several points may lie within the cutoff although one of them does not.
    of_points = origin.several or destination.several
    cutoff_s = None if cutoff_min is None or of_points else 60 * cutoff_min
    seconds, metres, search = _searched(costs, left, right, direction, cutoff_s)
    same = same_place(origin.xy_m, destination.xy_m)
    by_point = door_to_door(seconds, metres, left.access_m[:, None] + right.access_m[None, :], mode, same)
    minutes, distance_km, has_journey = _means(by_point[0], by_point[1], origin, destination)
    off = off_network(origin, left.access_m)[:, None] | off_network(destination, right.access_m)[None, :]
    journeys = Journeys(np.isfinite(by_point[0]), has_journey, itself(same, origin, destination) | off, cutoff_s is None)
    lost = [
        Lost.of(points, access, journeys, axis)
        for points, access, axis in ((origin, left.access_m, 1), (destination, right.access_m, 0))
    ]
    warnings = (
        *small_pieces((np.isfinite(along_s) | np.isfinite(against_s)) & ~usable, mode),
        *far_places(origin, left.access_m, mode, "origin"),
        *far_places(destination, right.access_m, mode, "destination"),
        *(text for side in lost for text in side.warnings(mode, max_m)),
    )
    sentences = _sentences(network, mode, direction, cutoff_min, max_m, search)
    not_snapped = tuple(str(name) for side in lost for name in side.name[side.is_off])
    return _Found(minutes, distance_km, sentences, warnings, not_snapped)


def _means(minutes: Floats, distance_km: Floats, origin: Points, destination: Points) -> tuple[Floats, Floats, Bools]:
    """Weighted means over the points of each place, and whether there is a journey; see the notes of `travel_times`."""
    reached = np.isfinite(minutes)
    if not (origin.several or destination.several):
        return minutes, distance_km, reached
    left, right = (
        csr_array((points.share, (points.owner, np.arange(len(points.owner)))), shape=(len(points), len(points.owner)))
        for points in (origin, destination)
    )
    weight, minutes_sum, km_sum = (
        np.asarray(right @ np.asarray(left @ np.where(reached, values, 0.0)).T).T
        for values in (np.ones(reached.shape), minutes, distance_km)
    )
    has_journey = (weight >= 1 - MAX_LOST_SHARE - ROUNDING) & (weight > 0)
    nowhere = np.full(weight.shape, np.inf)
    minutes_mean, km_mean = (np.divide(total, weight, out=nowhere.copy(), where=has_journey) for total in (minutes_sum, km_sum))
    return minutes_mean, km_mean, np.asarray(has_journey)


def _searched(
    costs: RoadCosts, left: Snapped, right: Snapped, direction: str, cutoff_s: float | None
) -> tuple[Floats, Floats, str]:
    """Seconds and metres from the origins' points to the destinations' (or back), and how they were found, as a sentence."""
    start, end = (left, right) if direction == "to" else (right, left)
    found = time_and_length(costs, start, end, cutoff_s)
    how = "on a contraction hierarchy" if found.prepared else "by Dijkstra's algorithm"
    seconds, metres = (values if direction == "to" else values.T for values in (found.seconds, found.metres))
    return seconds, metres, f"Exact search, in centiseconds, {how}."


def _sentences(
    network: RoadNetwork, mode: Mode, direction: str, cutoff_min: float | None, max_m: float, search: str
) -> tuple[str, ...]:
    back = ", back" if direction == "from" else ""
    road = f"Fastest journey ({mode.name}{back}{_limit(cutoff_min)}) on {network.origin} ({len(network.tail)} segments)."
    point = (
        f"Each point on its nearest road, motorways apart, at most {max_m / 1000:g} km away and reached at "
        f"{mode.access_km_h:g} km/h in a straight line."
    )
    return road, point, search, *([mode.source] if mode.source else [])


def _averages(start: Points, end: Points) -> tuple[str, ...]:
    if not (start.several or end.several):
        return ()
    return (
        f"Minutes of a place of several inhabited points: their weighted mean, if at most {100 * MAX_LOST_SHARE:g} % of its "
        "people have no journey.",
    )


def _limit(cutoff_min: float | None) -> str:
    return "" if cutoff_min is None else f", ≤ {cutoff_min:g} min"
