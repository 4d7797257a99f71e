"""Times and distances between points on a network: snap, search from the fewer, join both ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, Ints
from maillage.kernels.dijkstra import by_tail, many_to_many
from maillage.travel.network import RoadNetwork
from maillage.travel.snapping import Snapped

Labels = npt.NDArray[np.int64]
"""Centiseconds x 2**36 + decimetres: ordered by time, then by length.

Two labels below `UNREACHED` add up without overflow. A journey below it takes at most 2**26 centiseconds (186 hours; a slower
one counts as unreachable) and less than 2**36 decimetres, because no journey is longer than all roads (`LONGEST_M`).
"""

SHIFT = 36
UNREACHED = np.int64(2**62)
NO_CUTOFF_CS = 2 ** (62 - SHIFT) - 1


@dataclass(frozen=True, eq=False)
class _Legs:
    """Ways between snapped points and the nodes at the ends of their segments."""

    point: Ints
    node: Ints
    label: Labels


@dataclass(frozen=True, eq=False)
class RoadCosts:
    """A network as one mode sees it: seconds both ways (inf = closed) and metres of each segment."""

    network: RoadNetwork
    along_s: Floats
    against_s: Floats

    def part(self, seconds: Floats, segment: Ints, share: Floats) -> Labels:
        """Label of a share of each segment; `UNREACHED` where it is closed."""
        whole_s, whole_m = seconds[segment], self.network.length_m[segment]
        passable = np.isfinite(whole_s)
        centiseconds = np.rint(np.minimum(100 * np.where(passable, whole_s, 0.0) * share, NO_CUTOFF_CS + 1)).astype(np.int64)
        decimetres = np.rint(10 * whole_m * share).astype(np.int64)
        return np.where(passable, np.minimum((centiseconds << SHIFT) + decimetres, UNREACHED), UNREACHED)

    def arcs(self) -> tuple[Ints, Ints, Labels]:
        """Tail, head and label of every arc that is open, both directions."""
        tail, head = self.network.tail, self.network.head
        every, whole = np.arange(len(tail), dtype=np.int32), np.ones(len(tail))
        label = np.concatenate([self.part(seconds, every, whole) for seconds in (self.along_s, self.against_s)])
        is_open = label < UNREACHED
        return np.concatenate([tail, head])[is_open], np.concatenate([head, tail])[is_open], label[is_open]

    def legs(self, snapped: Snapped, departing: bool) -> _Legs:
        """Ways from the points to the ends of their segments (`departing`), or from these ends to the points."""
        to_head, to_tail = 1 - snapped.fraction, snapped.fraction
        if departing:
            shares = ((self.network.tail, self.against_s, to_tail), (self.network.head, self.along_s, to_head))
        else:
            shares = ((self.network.tail, self.along_s, to_tail), (self.network.head, self.against_s, to_head))
        label = np.concatenate([self.part(seconds, snapped.segment, share) for _, seconds, share in shares])
        node = np.concatenate([end[snapped.segment] for end, _, _ in shares])
        point = np.concatenate([snapped.point, snapped.point])
        keep = np.flatnonzero(label < UNREACHED)
        keep = keep[np.argsort(point[keep], kind="stable")]
        return _Legs(point[keep], node[keep], label[keep])


def time_and_length(costs: RoadCosts, start: Snapped, end: Snapped, cutoff_s: float | None) -> tuple[Floats, Floats]:
    """Seconds and metres on the road of the fastest journey from every start to every end.

    Among the fastest journeys (to 0.01 s) the shortest is measured.

    Returns
    -------
    seconds, metres : (P, Q) float
        inf = unreachable, or more than `cutoff_s`.
    """
    num_starts, num_ends = len(start.access_m), len(end.access_m)
    cutoff_cs = NO_CUTOFF_CS if cutoff_s is None else min(int(np.ceil(100 * cutoff_s)), NO_CUTOFF_CS)
    outward = num_starts <= num_ends
    centre, other = (start, end) if outward else (end, start)
    label = _search(costs, centre, other, outward, cutoff_cs)
    _shorten_on_one_segment(label, costs, centre, other, outward)
    label = label if outward else label.T
    reached = label < UNREACHED
    seconds = np.where(reached, (label >> SHIFT) / 100, np.inf)
    return seconds, np.where(reached, (label & (2**SHIFT - 1)) / 10, np.inf)


def _search(costs: RoadCosts, centre: Snapped, other: Snapped, outward: bool, cutoff_cs: int) -> Labels:
    """(C, O) least label by way of the nodes."""
    tail, head, weight = costs.arcs()
    if not outward:
        tail, head = head, tail
    first, order = by_tail(tail, costs.network.num_nodes)
    seeds, ends = costs.legs(centre, departing=outward), costs.legs(other, departing=not outward)
    target, position = np.unique(ends.node, return_inverse=True)
    num_centres = len(centre.access_m)
    reached = np.empty((num_centres, len(target)), np.int64)
    many_to_many(
        first,
        head[order],
        weight[order],
        np.concatenate([[0], np.cumsum(np.bincount(seeds.point, minlength=num_centres))]),
        seeds.node,
        seeds.label,
        target.astype(np.int32),
        (cutoff_cs << SHIFT) + 2**SHIFT - 1,
        reached,
    )
    best = np.full((num_centres, len(other.access_m)), UNREACHED)
    if len(ends.point):
        by_node = reached[:, position]
        whole = np.where(by_node < 0, UNREACHED, by_node + ends.label)
        point, first_leg = np.unique(ends.point, return_index=True)
        best[:, point] = np.minimum.reduceat(whole, first_leg, axis=1)
    return best


def _shorten_on_one_segment(label: Labels, costs: RoadCosts, centre: Snapped, other: Snapped, outward: bool) -> None:
    """Two points on one segment may be joined without passing through its ends."""
    tables = [
        pd.DataFrame({"segment": side.segment, "fraction": side.fraction, "point": side.point}) for side in (centre, other)
    ]
    pair = tables[0].merge(tables[1], on="segment", suffixes=("_centre", "_other"))
    segment = pair["segment"].to_numpy()
    step = (pair["fraction_other"] - pair["fraction_centre"]).to_numpy() * (1 if outward else -1)
    forward = costs.part(costs.along_s, segment, np.abs(step))
    backward = costs.part(costs.against_s, segment, np.abs(step))
    direct = np.where(step > 0, forward, np.where(step < 0, backward, np.minimum(forward, backward)))
    np.minimum.at(label, (pair["point_centre"].to_numpy(), pair["point_other"].to_numpy()), direct)
