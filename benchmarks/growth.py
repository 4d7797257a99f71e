"""How time and memory grow with the network: seeded roads of 10 thousand to a million nodes, a process for each size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.apart import apart
from benchmarks.roads import Roads, synthetic
from benchmarks.timing import median_within, peak_mib

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
SOURCES, TARGETS = 125, 5_000
SEED = 5
RUNS, BUDGET_S = 5, 20.0


@dataclass(frozen=True)
class Size:
    """One network; seconds are medians, memory is the most its process had taken, libraries and network included."""

    benchmark: str
    nodes: int
    arcs: int
    shortcuts: int
    """Arcs of the hierarchy, both directions counted once."""
    order_s: float
    customise_s: float
    new_targets_s: float
    same_targets_s: float
    peak_mib: float
    """After the matrices; `to_all_peak_mib` counts the table of all nodes too."""
    to_all_s: float
    to_all_peak_mib: float

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        """The row for a person to read."""
        return (
            f"{self.nodes:>9,} nodes {self.arcs:>9,} arcs {self.shortcuts:>9,} shortcuts   "
            f"order {self.order_s:7.3f} s   customise {self.customise_s:7.4f} s   "
            f"{SOURCES} x {TARGETS:,}: {self.new_targets_s:7.4f} s, again {self.same_targets_s:7.4f} s   "
            f"{self.peak_mib:5,.0f} MiB   to all {self.to_all_s:7.4f} s {self.to_all_peak_mib:5,.0f} MiB"
        )


def run(sizes: Sequence[int] = SIZES, threads: int = 2) -> Iterator[Size]:
    with tempfile.TemporaryDirectory() as folder:
        for num_nodes in sizes:
            file = Path(folder) / f"{num_nodes}.npz"
            apart(1, _save, num_nodes, file)
            yield apart(threads, measure, file)


def _save(num_nodes: int, file: Path) -> None:
    """Made in a process of its own: it takes more memory than routing on it."""
    synthetic(num_nodes, SEED).save(file)


def measure(file: Path) -> Size:
    """One network; a tiny one first, so that no clock counts the loading of the kernels."""
    _measure(synthetic(2_000, SEED), runs=1)
    return _measure(Roads.load(file), RUNS)


def _measure(roads: Roads, runs: int) -> Size:
    from maillage import Router

    rng = np.random.default_rng(SEED)
    nodes, size = roads.num_nodes, min(TARGETS, roads.num_nodes)
    sources, targets = rng.choice(nodes, SOURCES, replace=False), rng.choice(nodes, size, replace=False)
    draws = iter([rng.choice(nodes, size, replace=False) for _ in range(runs)])

    def make() -> Router:
        return Router(roads.tail, roads.head, nodes, roads.lonlat)

    order_s, _ = median_within(make, runs, BUDGET_S)
    router = make()
    customise_s, _ = median_within(lambda: router.customise(roads.weight), runs, BUDGET_S)
    router.matrix(sources, targets)
    new_targets_s, _ = median_within(lambda: router.matrix(sources, next(draws)), runs, BUDGET_S)
    router.matrix(sources, targets)
    same_targets_s, _ = median_within(lambda: router.matrix(sources, targets), runs, BUDGET_S)
    peak = peak_mib()
    to_all_s, _ = median_within(lambda: router.matrix(sources), runs, BUDGET_S)
    counts, matrices_s = (nodes, roads.num_arcs, router.num_shortcuts), (new_targets_s, same_targets_s)
    return Size("growth", *counts, order_s, customise_s, *matrices_s, peak, to_all_s, peak_mib())
