"""Road networks to measure on: New York, Paris, and seeded networks of any size.

The first two are public files in the folder that the environment variable MAILLAGE_BENCH names; where it holds none, they are
refused with the reason and their rows are left out.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.given import given_file

NEW_YORK_FILES = ("roads/dimacs_ny/USA-road-t.NY.gr.gz", "roads/dimacs_ny/USA-road-d.NY.co.gz")
PARIS_FILE = "roads/paris_hashcode2014/paris_54000.txt"

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Roads:
    """A directed road network; parallel arcs are kept as they come.

    `tail`, `head`, `weight` are (A,) int32, nodes from 0; weights in the unit of the file (centiseconds where made here).
    `lonlat` is (N, 2) degrees.
    """

    name: str
    tail: Int32s
    head: Int32s
    weight: Int32s
    lonlat: Floats
    num_nodes: int

    @property
    def num_arcs(self) -> int:
        return len(self.tail)

    def another_weight(self, seed: int) -> Int32s:
        """Another metric on the same roads: every arc slowed down or sped up by at most a third, seeded."""
        factor = np.random.default_rng(seed).uniform(0.75, 4 / 3, self.num_arcs)
        return np.maximum(np.rint(self.weight * factor), 1).astype(np.int32)

    def save(self, path: Path) -> None:
        """Write it for the processes that measure: making it again in each would count in their memory."""
        np.savez(path, name=self.name, tail=self.tail, head=self.head, weight=self.weight, lonlat=self.lonlat)

    @classmethod
    def load(cls, path: Path) -> Roads:
        with np.load(path) as file:
            lonlat = file["lonlat"]
            return cls(str(file["name"]), file["tail"], file["head"], file["weight"], lonlat, len(lonlat))


def new_york(folder: Path | None = None) -> Roads:
    """New York by travel time, 264,346 nodes and 733,846 arcs (9th DIMACS implementation challenge)."""
    arcs_file, nodes_file = (given_file(name, folder) for name in NEW_YORK_FILES)
    arcs = _dimacs_lines(arcs_file, b"a", columns=3)
    nodes = _dimacs_lines(nodes_file, b"v", columns=3)
    lonlat = np.empty((len(nodes), 2))
    lonlat[nodes[:, 0] - 1] = nodes[:, 1:] / 1e6
    tail, head, weight = np.ascontiguousarray(arcs.T)
    return Roads("New York", tail - 1, head - 1, weight, lonlat, len(nodes))


def paris(folder: Path | None = None) -> Roads:
    """Paris in seconds with its one-way streets, 11,348 junctions (Google Hash Code 2014)."""
    with given_file(PARIS_FILE, folder).open(encoding="ascii") as file:
        num_nodes, num_streets = (int(word) for word in file.readline().split()[:2])
        latlon = np.loadtxt(file, max_rows=num_nodes)
        start, end, ways, seconds, _ = np.loadtxt(file, dtype=np.int32, max_rows=num_streets).T
    back = ways == 2
    tail, head = np.concatenate([start, end[back]]), np.concatenate([end, start[back]])
    return Roads("Paris", tail, head, np.concatenate([seconds, seconds[back]]), latlon[:, ::-1].copy(), num_nodes)


def _dimacs_lines(path: Path, kind: bytes, columns: int) -> Int32s:
    """(L, columns) numbers of the lines that begin with `kind`; they come after all lines of another kind."""
    import pandas as pd

    text = gzip.decompress(path.read_bytes())
    first = text.index(b"\n" + kind + b" ") + 1
    table = pd.read_csv(
        io.BytesIO(text[first:]), sep=" ", header=None, comment="c", usecols=list(range(1, columns + 1)), dtype=np.int32
    )
    return table.to_numpy(np.int32)


CELL_M = 120.0
"""Side of a cell of the synthetic grid."""
SPEED_KM_H = np.array([45.0, 60.0, 80.0, 110.0])
"""By class of road: street, departmental, national, motorway."""
SPACING = (8, 32, 128)
"""Every so many cells runs a road of class 1, 2 and 3."""
KEPT_STREETS = 0.67
"""Share of the streets that stay where no barrier is crossed."""
ONE_WAY = 0.2
"""Share of the streets outside the tree that are open in one direction only."""
BARRIER = 2 ** (-1 / 3)
"""Each doubling of a block's side multiplies the share of streets that cross its border by this."""


def synthetic(num_nodes: int, seed: int = 1) -> Roads:
    """A seeded, planar, strongly connected network of exactly `num_nodes` nodes, about 2.5 arcs a node.

    Streets are the sides of a grid whose points are moved by chance; wider-spaced lines are faster roads. A random spanning
    tree stays open both ways, so all is connected; of the other streets most are left out and a few are one-way. Rivers and
    rails: the border of a block of s x s cells is crossed by about s**(2/3) streets, the cube root of its nodes, which is
    how the cuts of real road networks grow (Dibbelt, Strasser and Wagner 2016, doi:10.1145/2886843). A grid without
    barriers is far harder to cut than any real network.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(num_nodes)))
    start, end, road_class, barrier = _grid_edges(num_nodes, side)
    share = np.where(road_class > 0, 1.0, KEPT_STREETS) * BARRIER ** np.maximum(barrier - 2 * road_class, 0)
    short_of = rng.random(len(start)) - share
    in_tree = _spanning_tree(num_nodes, start, end, short_of)
    kept = in_tree | (short_of < 0)
    one_way = kept & ~in_tree & (road_class == 0) & (rng.random(len(start)) < ONE_WAY)
    xy_m, lonlat = _places(num_nodes, side, rng)
    length_m = np.linalg.norm(xy_m[start] - xy_m[end], axis=1)
    weight = np.maximum(np.rint(length_m / SPEED_KM_H[road_class] * 360), 1).astype(np.int32)
    both = kept & ~one_way
    tail, head = np.concatenate([start[kept], end[both]]), np.concatenate([end[kept], start[both]])
    name = f"synthetic, {num_nodes:,} nodes"
    return Roads(name, tail, head, np.concatenate([weight[kept], weight[both]]), lonlat, num_nodes)


def _grid_edges(num_nodes: int, side: int) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """Ends, class of road and height of the barrier crossed (0 = none) of every side of the grid's cells."""
    node = np.arange(num_nodes, dtype=np.int32)
    column, row = node % side, node // side
    across, down = node[(column < side - 1) & (node + 1 < num_nodes)], node[node + side < num_nodes]
    start, end = np.concatenate([across, down]), np.concatenate([across + 1, down + side])
    line, crossed = np.concatenate([row[across], column[down]]), np.concatenate([column[across], row[down]]) + 1
    road_class = np.maximum.reduce([np.where(line % s == s // 2, k, 0) for k, s in enumerate(SPACING, start=1)])
    barrier = np.log2(crossed & -crossed).astype(np.int32)
    return start, end, road_class.astype(np.int32), barrier


def _spanning_tree(num_nodes: int, start: Int32s, end: Int32s, cost: Floats) -> npt.NDArray[np.bool_]:
    """(E,) whether an edge belongs to the cheapest spanning tree."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    order = np.argsort(cost, kind="stable")
    place = np.arange(1.0, len(order) + 1)
    tree = minimum_spanning_tree(csr_array((place, (start[order], end[order])), shape=(num_nodes, num_nodes)))
    in_tree = np.zeros(len(order), np.bool_)
    in_tree[order[tree.data.astype(np.int64) - 1]] = True
    return in_tree


def _places(num_nodes: int, side: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Metres and degrees of the nodes: moved within their cells (so that no two streets cross), the whole turned by 30°."""
    node = np.arange(num_nodes)
    cell = np.column_stack([node % side, node // side]) + rng.uniform(-0.35, 0.35, (num_nodes, 2))
    turn = np.array([[np.cos(np.pi / 6), np.sin(np.pi / 6)], [-np.sin(np.pi / 6), np.cos(np.pi / 6)]])
    xy_m = cell * CELL_M @ turn
    degree_m = 111_320.0
    return xy_m, xy_m / (degree_m * np.cos(np.radians(50.5)), degree_m) + (2.5, 50.5)
