"""`isochrones`: the land within some minutes of a place, as polygons."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Index
from maillage.errors import Fault, InputError
from maillage.kernels.compiled import thread_count
from maillage.kernels.dijkstra import UNSEEN
from maillage.travel.journeys import direction_faults, limit_faults
from maillage.travel.lost import refuse_degrees
from maillage.travel.maps.outlines import Land
from maillage.travel.maps.parts import Parts, one_per_road, road_of_segment
from maillage.travel.modes import Mode, mode_of
from maillage.travel.points import Places, Points
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.costs import NO_CUTOFF_CS, SHIFT, RoadCosts
from maillage.travel.search.router import Direction
from maillage.travel.search.snapping import MAX_SNAP_M, Snapped, main_segments, snap
from maillage.travel.search.tree import Arcs, Ways


def isochrones(
    network: RoadNetwork,
    places: Places,
    minutes: Sequence[float] = (10, 20, 30),
    mode: str | Mode = "car",
    direction: Direction = "to",
    *,
    margin_m: float = 250.0,
    largest_hole_km2: float = 5.0,
    max_snap_m: float = MAX_SNAP_M,
) -> gpd.GeoDataFrame:
    """Land from which a place is reached within some minutes (or which is reached from it).

    Parameters
    ----------
    network : RoadNetwork
    places : Units, Colleges or (n, 2) array
        Metres in EPSG:2154.
    minutes : sequence of float
        Limits, each > 0.
    mode : str or Mode
    direction : {"to", "from"}
        ``"to"``: journeys that end at the place; ``"from"``: journeys that start there.
    margin_m : float
        Land this near to a reached part of a road, in a straight line, is in.
    largest_hole_km2 : float
        Holes up to this size are filled: a field within the town's roads is within the town.
    max_snap_m : float
        A place farther than this from any road is not on the network.

    Returns
    -------
    GeoDataFrame
        One row a place and limit, limits ascending, in EPSG:2154: ``name, minutes, mode, direction, road_km`` and a
        MultiPolygon, empty where nothing is reached. ``road_km`` is the length of the roads reached, those drawn twice (once
        a direction) counted once. The polygon of a limit lies within those of longer ones. Places off the network keep their
        rows and are named in ``attrs["not_snapped"]``.

    Raises
    ------
    InputError
        Unknown mode or direction, limits or margin not positive, places of several points: all at once.

    Notes
    -----
    Roads are cut at the very place where the limit is met, one-ways respected; ferries carry journeys and are no land. What
    the place itself takes (straight line to its road, `Mode.journey_s`) is taken off the limit; a home's own way to the road
    is not, being within the margin. The polygon is the union of the discs of `margin_m` around all reached parts, to 5 % of
    `margin_m`.

    Examples
    --------
    A straight road of 2 km at 60 km/h, and 1 minute from its middle:

    >>> network = RoadNetwork.from_arrays([0, 1], [1, 0], [240.0, 240.0], xy_m=[[0, 0], [4000, 0]])
    >>> table = isochrones(network, [[2000.0, 0.0]], [1.0])
    >>> table.road_km.tolist(), [round(v) for v in table.geometry[0].bounds]
    ([2.0], [750, -250, 3250, 250])
    """
    how, points = mode_of(mode), Points.single(places, "place")
    limits = np.unique(np.asarray(minutes, np.float64))
    faults = [*direction_faults(direction), *limit_faults(margin_m=margin_m, max_snap_m=max_snap_m)]
    if not len(limits) or not (np.isfinite(limits) & (limits > 0)).all():
        faults.append(
            Fault("isochrones", "no limit, or one that is not positive", "minutes", remedy="Give minutes, as (10, 20)")
        )
    if not 0 <= largest_hole_km2 < np.inf:
        faults.append(
            Fault("isochrones", f"{largest_hole_km2} is no area", "largest_hole_km2", remedy="Give km2, 0 for no fill")
        )
    if faults:
        raise InputError(faults)
    along_s, against_s = how.seconds(network)
    snapped = snap(network, main_segments(network, along_s, against_s), points.xy_m, max_snap_m)
    refuse_degrees(network, points.xy_m, snapped.access_m, "place")
    reach = _Reach.of(RoadCosts(network, along_s, against_s), snapped, outward=direction == "from")
    land = Land(network.line, reach.shown, margin_m, largest_hole_km2)

    def of_place(place: int) -> list[tuple[shapely.MultiPolygon, float]]:
        budget_s = 60 * limits - 3.6 * snapped.access_m[place] / how.access_km_h - how.journey_s
        reached = reach.parts(place, budget_s)
        return list(zip(land.nested(reached), (parts.km(network.length_m) for parts in reached), strict=True))

    # Threads pay, because shapely draws without holding the interpreter; each place's row is the same whatever their number.
    with ThreadPoolExecutor(thread_count()) as pool:
        rows = [row for rows in pool.map(of_place, range(len(points))) for row in rows]
    columns = {
        "name": np.repeat(points.name, len(limits)), "minutes": np.tile(limits, len(points)), "mode": how.name,
        "direction": direction, "road_km": np.array([km for _, km in rows]),
    }  # fmt: skip
    table = gpd.GeoDataFrame(columns, geometry=[shape for shape, _ in rows], crs="EPSG:2154")
    table.attrs["not_snapped"] = [str(name) for name in points.name[np.isinf(snapped.access_m)]]
    return table


@dataclass(frozen=True, eq=False)
class _Reach:
    """What is needed to say how far one gets from places, or from how far one gets to them (not `outward`)."""

    costs: RoadCosts
    snapped: Snapped
    arcs: Arcs
    seeds: Ways
    from_tail_s: Floats
    """(R,) seconds of the whole segment, for what is reached by way of its tail."""
    from_head_s: Floats
    road: Index
    shown: Bools
    """(R,) segments that can be drawn: open, on land, the first of their road."""

    @classmethod
    def of(cls, costs: RoadCosts, snapped: Snapped, outward: bool) -> _Reach:
        passing = (costs.along_s, costs.against_s) if outward else (costs.against_s, costs.along_s)
        seeds = Ways.of(costs, snapped, departing=outward)
        road = road_of_segment(costs.network)
        is_open = np.isfinite(costs.along_s) | np.isfinite(costs.against_s)
        shown = np.zeros(len(road), bool)
        shown[road[is_open & _on_land(costs.network)]] = True
        return cls(costs, snapped, Arcs.of(costs, outward), seeds, *passing, road, shown)

    def parts(self, place: int, budget_s: Floats) -> list[Parts]:
        """Parts of roads reached within each budget, ascending; ferries and segments of no length apart."""
        longest_cs = min(int(np.ceil(100 * max(budget_s[-1], 0.0))), NO_CUTOFF_CS)
        label, _ = self.arcs.tree(self.seeds.among(np.arange(len(self.snapped.access_m)) == place), longest_cs)
        node_s = np.where(label < UNSEEN, (label >> SHIFT) / 100, np.inf)
        network = self.costs.network
        touched = np.isfinite(node_s[network.tail]) | np.isfinite(node_s[network.head])
        segment = np.flatnonzero(touched & _on_land(network))
        return [self._within(float(budget), place, segment, node_s) for budget in budget_s]

    def _within(self, budget_s: float, place: int, segment: Index, node_s: Floats) -> Parts:
        network, own = self.costs.network, self.snapped.point == place
        if not 0 <= budget_s < np.inf:
            return Parts.none()
        home, here = self.snapped.segment[own], self.snapped.fraction[own]
        up, down = (_share(budget_s, seconds[home]) for seconds in (self.from_tail_s, self.from_head_s))
        left = _share(budget_s - node_s[network.tail[segment]], self.from_tail_s[segment])
        right = _share(budget_s - node_s[network.head[segment]], self.from_head_s[segment])
        pieces = Parts(
            np.concatenate([segment, segment, home, home]),
            np.concatenate([np.zeros(len(segment)), 1 - right, here, np.maximum(here - down, 0)]),
            np.concatenate([left, np.ones(len(segment)), np.minimum(here + up, 1), here]),
        )
        return one_per_road(pieces.kept(pieces.end > pieces.begin), self.road, network.tail > network.head)


def _on_land(network: RoadNetwork) -> Bools:
    return np.asarray(~network.ferry & (network.length_m > 0))


def _share(left_s: Floats | float, whole_s: Floats) -> Floats:
    """Share of segments covered in the seconds left, 0 to 1; all of those that take no time, nothing of closed ones."""
    left = np.broadcast_to(left_s, whole_s.shape)
    share = np.divide(left, whole_s, out=np.ones(len(whole_s)), where=(whole_s > 0) & np.isfinite(left))
    return np.where((left < 0) | np.isinf(whole_s), 0.0, np.clip(share, 0, 1))
