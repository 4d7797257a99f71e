"""Many-to-many travel times: the library's kernel beside scipy and networkx on the same seeded grid of roads."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.timing import Row, median_seconds, rows_of
from maillage import Router

SIDE = 200
SOURCES = 125
TARGETS = 1_000
NETWORKX_SOURCES = 5
SEED = 7


def grid(side: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Directed arcs (both ways) of a square grid with seeded weights, int32 centiseconds."""
    node = np.arange(side * side).reshape(side, side)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    other = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    weight = np.random.default_rng(seed).integers(500, 6_000, len(tail)).astype(np.int32)
    return tail, head, weight, side * side


def run() -> Iterator[Row]:
    tail, head, weight, nodes = grid(SIDE, SEED)
    rng = np.random.default_rng(SEED + 1)
    sources, targets = rng.choice(nodes, SOURCES, replace=False), rng.choice(nodes, TARGETS, replace=False)
    router = Router(tail, head, nodes)
    router.customise(weight)
    graph = csr_array((weight.astype(float), (tail, head)), shape=(nodes, nodes))
    theirs = dijkstra(graph, indices=sources)[:, targets]
    assert np.array_equal(router.matrix(sources, targets), theirs.astype(np.int32))

    peer = nx.DiGraph()
    peer.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True))

    def with_networkx() -> None:
        for source in sources[:NETWORKX_SOURCES].tolist():
            nx.single_source_dijkstra_path_length(peer, source)

    share = SOURCES / NETWORKX_SOURCES
    seconds = {
        "maillage": (median_seconds(lambda: router.matrix(sources, targets)), 5, ""),
        "scipy": (median_seconds(lambda: dijkstra(graph, indices=sources)[:, targets], runs=3), 3, "to all nodes"),
        "networkx": (
            median_seconds(with_networkx, runs=1, warm_up=0) * share,
            1,
            f"{NETWORKX_SOURCES} sources measured, x {share:.0f}",
        ),
    }
    yield from rows_of("matrix", f"{nodes} nodes, {SOURCES} x {TARGETS}", seconds)
