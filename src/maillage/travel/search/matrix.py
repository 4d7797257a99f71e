"""Times and distances between points on a network: snap, search from the fewer, join both ends."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.kernels.dijkstra import many_to_many
from maillage.travel.search.costs import NO_CUTOFF_CS, SHIFT, UNREACHED, Labels, RoadCosts
from maillage.travel.search.hierarchy import Descent, Metric, Seeds, Topology
from maillage.travel.search.snapping import Snapped
from maillage.travel.search.tree import Arcs, Ways


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
    seeds, ends = Ways.of(costs, centre, departing=outward), Ways.of(costs, other, departing=not outward)
    target, position = np.unique(ends.node, return_inverse=True)
    num_centres = len(centre.access_m)
    first_seed = np.concatenate([[0], np.cumsum(np.bincount(seeds.point, minlength=num_centres))])
    limit = (cutoff_cs << SHIFT) + 2**SHIFT - 1
    reached = np.empty((num_centres, len(target)), np.int64)
    if topology is None:
        arcs, start = Arcs.of(costs, outward), seeds.node.astype(np.int32)
        graph = arcs.first, arcs.entering, arcs.label
        many_to_many(*graph, first_seed, start, seeds.label, target.astype(np.int32), limit, reached)
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
