"""What travel times tell beside their figures: places without a journey, far from their road, given in degrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from maillage.arrays import Bools, Floats, Strings
from maillage.errors import Fault, InputError
from maillage.travel.modes import Mode
from maillage.travel.points import Points
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.snapping import ISLAND_NODES, ISLAND_SHARE

MAX_LOST_SHARE = 0.1
"""A place of several points keeps its minutes while at most this share of its people has no journey; assumption."""

FAR_ACCESS_M = 500.0
"""A straight way to the road longer than this is told; assumption."""

FAR_NAMED = 5
"""Places named of those far from their road."""

ROUNDING = 1e-9
"""Shares that are sums of floats are compared with this much to spare."""

DEGREES = (180.0, 90.0)
"""Largest longitude and latitude."""


def same_place(left_m: Floats, right_m: Floats) -> Bools:
    """(n, m) pairs of points with the very same coordinates."""
    every = np.concatenate([left_m, right_m]) + 0.0  # -0.0 is 0.0
    number = np.unique(every, axis=0, return_inverse=True)[1].reshape(-1)
    return np.asarray(number[: len(left_m), None] == number[None, len(left_m) :])


def off_network(points: Points, access_m: Floats) -> Bools:
    """(P,) places without any point (K,) near a road."""
    nearest_m = np.full(len(points), np.inf)
    np.minimum.at(nearest_m, points.owner, access_m)
    return np.asarray(np.isinf(nearest_m))


def itself(same: Bools, origin: Points, destination: Points) -> Bools:
    """(origins, destinations) pairs of places that share a point, from the pairs of points that are the same."""
    if not (origin.several or destination.several):
        return same
    shared = np.zeros((len(origin), len(destination)), bool)
    row, column = np.nonzero(same)
    shared[origin.owner[row], destination.owner[column]] = True
    return shared


def looks_like_degrees(xy_m: Floats) -> bool:
    """Whether all coordinates could be longitudes and latitudes."""
    return bool(len(xy_m) and (np.abs(xy_m) <= DEGREES).all())


def perhaps_degrees(xy_m: Floats, what: str) -> Iterator[str]:
    """A sentence where points (P, 2) could be longitudes and latitudes, and no network tells."""
    if looks_like_degrees(xy_m) and xy_m.any():
        yield f"{what}s: these look like degrees; give EPSG:2154 metres"


def refuse_degrees(network: RoadNetwork, xy_m: Floats, access_m: Floats, what: str) -> None:
    """`InputError` where no point is near a road, and all look like degrees while the network does not."""
    if looks_like_degrees(xy_m) and np.isinf(access_m).all() and network.num_nodes and not looks_like_degrees(network.xy_m):
        message = "no point near a road, and these look like degrees"
        raise InputError([Fault(what, message, "xy_m", remedy="Give EPSG:2154 metres")])


def small_pieces(aside: Bools, mode: Mode) -> Iterator[str]:
    """A sentence on the segments (R,) that no point is put on because little else hangs together with them."""
    count = int(aside.sum())
    if count:
        yield (
            f"No point is put on small pieces of the network (under {ISLAND_NODES} nodes and under {100 * ISLAND_SHARE:g} % of "
            f"the largest); segments open to {mode.name} there: {count}"
        )


def far_places(points: Points, access_m: Floats, mode: Mode, what: str) -> Iterator[str]:
    """A sentence on the places farther than `FAR_ACCESS_M` from their road, by their farthest point on the network."""
    away_m = np.zeros(len(points))
    np.maximum.at(away_m, points.owner, np.where(np.isfinite(access_m), access_m, 0.0))
    far = np.flatnonzero(away_m > FAR_ACCESS_M)
    if len(far):
        farthest = far[np.argsort(-away_m[far], kind="stable")][:FAR_NAMED]
        named = ", ".join(f"{points.name[i]} ({away_m[i] / 1000:.1f} km)" for i in farthest)
        yield (
            f"Over {FAR_ACCESS_M / 1000:g} km from any road open to {mode.name}, reached in a straight line at "
            f"{mode.access_km_h:g} km/h: {len(far)} of {len(points)} {what}s, the farthest {named}"
        )


@dataclass(frozen=True, eq=False)
class Journeys:
    """Which journeys there are.

    Attributes
    ----------
    by_point : (K, L) bool
        Between the points of the places.
    by_place, own : (origins, destinations) bool
        Between the places; pairs that tell nothing of it: a place and itself, or one off the network.
    judged : bool
        False: a cutoff left out longer journeys, so that none is missed.
    """

    by_point: Bools
    by_place: Bools
    own: Bools
    judged: bool

    def elsewhere(self, axis: int) -> Bools:
        """Whether each origin (`axis` 1) or destination (0) has a journey elsewhere; to itself counts where nothing else is."""
        return np.asarray((self.by_place & (~self.own | self.own.all(axis=axis, keepdims=True))).any(axis=axis))


@dataclass(frozen=True, eq=False)
class Lost:
    """Who has no journey: shares (P,) of the people too far from any road, and of those without any journey.

    `is_off` (P,) are places too far from any road, `is_stuck` those that get nowhere, or (`stays`) only to themselves.
    """

    name: Strings
    far_share: Floats
    stuck_share: Floats
    is_off: Bools
    is_stuck: Bools
    stays: Bools

    @classmethod
    def of(cls, points: Points, access_m: Floats, journeys: Journeys, axis: int) -> Self:
        """What is lost among the origins (`axis` 1) or destinations (0), whose points (K,) are `access_m` from their road."""
        judged = journeys.judged and journeys.by_place.size > 0
        stuck = ~journeys.by_point.any(axis=axis) & judged
        far_share, stuck_share = (
            np.bincount(points.owner, np.where(lost, points.share, 0.0), len(points)).astype(np.float64)
            for lost in (np.isinf(access_m), stuck)
        )
        is_off = far_share > (MAX_LOST_SHARE + ROUNDING if points.several else 0)
        is_stuck = ~journeys.elsewhere(axis) & judged
        return cls(points.name, far_share, stuck_share, is_off, is_stuck, np.asarray(journeys.by_place.any(axis=axis)))

    def warnings(self, mode: Mode, max_m: float) -> Iterator[str]:
        """One sentence a place concerned."""
        road = f"more than {max_m / 1000:g} km from any road open to {mode.name}"
        columns = (self.name, self.far_share, self.stuck_share, self.is_off, self.is_stuck, self.stays)
        for name, far, stuck, is_off, is_stuck, stays in zip(*columns, strict=True):
            if is_off:
                yield (
                    f"{name}: {road}"
                    if far > 1 - ROUNDING
                    else f"{name}: {100 * far:.0f} % of its people are {road}: no journey"
                )
            elif is_stuck:
                yield f"{name}: no journey by {mode.name} to any {'other ' if stays else ''}place asked for"
            elif stuck > 0:
                yield f"{name}: {100 * stuck:.0f} % of its people have no journey by {mode.name}: left out of its mean"
