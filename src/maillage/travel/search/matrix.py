"""Times and distances between points on a network: snap, search from the fewer, join both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, Ints
from maillage.kernels.dijkstra import by_tail, many_to_many
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.hierarchy import Descent, Metric, Seeds, Topology
from maillage.travel.search.snapping import Snapped

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

    def labels(self) -> Labels:
        """(2 R,) label of every segment, first all from tail to head, then all back; `UNREACHED` = closed."""
        every, whole = np.arange(len(self.network.tail), dtype=np.int32), np.ones(len(self.network.tail))
        return np.concatenate([self.part(seconds, every, whole) for seconds in (self.along_s, self.against_s)])

    def sorted_arcs(self, outward: bool) -> tuple[npt.NDArray[np.int64], Ints, Labels]:
        """Open arcs by the node they leave (`outward`) or enter: first arc of each node, far ends, labels."""
        label = self.labels()
        tail, head = self.network.arcs if outward else self.network.arcs[::-1]
        is_open = np.flatnonzero(label < UNREACHED)
        first, order = by_tail(tail[is_open], self.network.num_nodes)
        return first, head[is_open[order]], label[is_open[order]]

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


class Journeys(NamedTuple):
    """What a search found.

    Attributes
    ----------
    seconds, metres : (P, Q) float
        On the road, of the fastest journey; inf = unreachable, or more than the cutoff.
    prepared : bool
        Whether the network had been prepared for fast searches; the numbers are the same without.
    """

    seconds: Floats
    metres: Floats
    prepared: bool


def time_and_length(costs: RoadCosts, start: Snapped, end: Snapped, cutoff_s: float | None) -> Journeys:
    """Seconds and metres on the road of the fastest journey from every start to every end.

    Among the fastest journeys (to 0.01 s) the shortest is measured.
    """
    num_starts, num_ends = len(start.access_m), len(end.access_m)
    cutoff_cs = NO_CUTOFF_CS if cutoff_s is None else min(int(np.ceil(100 * cutoff_s)), NO_CUTOFF_CS)
    outward = num_starts <= num_ends
    centre, other = (start, end) if outward else (end, start)
    topology = costs.network.preparation.topology(len(centre.access_m))
    label = _search(costs, topology, centre, other, outward, cutoff_cs)
    _shorten_on_one_segment(label, costs, centre, other, outward)
    label = label if outward else label.T
    reached = label < UNREACHED
    seconds = np.where(reached, (label >> SHIFT) / 100, np.inf)
    return Journeys(seconds, np.where(reached, (label & (2**SHIFT - 1)) / 10, np.inf), topology is not None)


def _search(
    costs: RoadCosts, topology: Topology | None, centre: Snapped, other: Snapped, outward: bool, cutoff_cs: int
) -> Labels:
    """(C, O) least label by way of the nodes."""
    seeds, ends = costs.legs(centre, departing=outward), costs.legs(other, departing=not outward)
    target, position = np.unique(ends.node, return_inverse=True)
    num_centres = len(centre.access_m)
    first_seed = np.concatenate([[0], np.cumsum(np.bincount(seeds.point, minlength=num_centres))])
    limit = (cutoff_cs << SHIFT) + 2**SHIFT - 1
    reached = np.empty((num_centres, len(target)), np.int64)
    if topology is None:
        arcs = costs.sorted_arcs(outward)
        many_to_many(*arcs, first_seed, seeds.node, seeds.label, target.astype(np.int32), limit, reached)
    else:
        starts = Seeds(first_seed, topology.rank[seeds.node], seeds.label)
        descent = Descent.to(topology, target.astype(np.int32))
        Metric(topology, costs.labels()).matrix(starts, descent, outward, limit, reached)
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
