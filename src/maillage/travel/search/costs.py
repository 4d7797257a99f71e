"""What the roads of a network cost to one mode, as labels that searches add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Ints
from maillage.travel.roads.network import RoadNetwork

Labels = npt.NDArray[np.int64]
"""Centiseconds x 2**36 + decimetres: ordered by time, then by length.

Two labels below `UNREACHED` add up without overflow. A journey below it takes at most 2**26 centiseconds (186 hours; a slower
one counts as unreachable) and less than 2**36 decimetres, because no journey is longer than all roads (`LONGEST_M`).
"""

SHIFT = 36
UNREACHED = np.int64(2**62)
NO_CUTOFF_CS = 2 ** (62 - SHIFT) - 1


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
