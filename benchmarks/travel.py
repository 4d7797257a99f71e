"""Travel times between many places on New York's roads: the library beside its peers, each in a process of its own.

Every tool is compared with the library, number by number, before it is timed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np

from benchmarks.apart import apart
from benchmarks.cold_start import cold_start
from benchmarks.peers import PEERS, Nodes, installed
from benchmarks.roads import Floats, Int32s, Roads, new_york, synthetic
from benchmarks.timing import MissingError, Row, Timed, checksums, median_within, peak_mib

ORDER = "order and topology, once"
KEPT_ORDER = "the same, order kept on disk"
CUSTOMISE = "new weights alone"
NEW_TARGETS = "new targets"
SAME_TARGETS = "same targets again"
NEW_METRIC = "new weights and matrix"
TO_ALL = "to all nodes"
INTO_KEPT = "to all nodes, array kept"
CASES = (ORDER, KEPT_ORDER, CUSTOMISE, NEW_TARGETS, SAME_TARGETS, NEW_METRIC, TO_ALL, INTO_KEPT)


@dataclass(frozen=True)
class Spec:
    """What is asked of every tool."""

    make: Callable[[], Roads] = new_york
    sources: int = 125
    targets: int = 5_000
    seed: int = 11
    threads: int = 2
    runs: int = 5
    """Of each case; five times as many of the library's cases that take milliseconds."""
    budget_s: float = 10.0
    """A peer is not asked again once it has taken so long; the library once it has taken three times as long."""
    peers: tuple[str, ...] = tuple(PEERS)

    def chosen_sources(self, roads: Roads) -> Nodes:
        return np.random.default_rng(self.seed).choice(roads.num_nodes, self.sources, replace=False)

    def chosen_targets(self, roads: Roads, draw: int = 0) -> Nodes:
        return np.random.default_rng((self.seed, draw)).choice(roads.num_nodes, self.targets, replace=False)

    def new_weight(self, roads: Roads) -> Int32s:
        return roads.another_weight(self.seed)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the library found, for the peers to be compared with."""

    matrix: Int32s
    matrix_of_new_weights: Int32s
    to_all_of_new_weights: list[int]
    """A checksum a source: the whole table would count in the peers' memory."""


def run() -> Iterator[Row]:
    """The first matrix of a process, then every case on New York's roads."""
    yield from cold_start()
    yield from matrices(Spec())


def matrices(spec: Spec) -> Iterator[Row]:
    """Rows of every case and tool; what is not on this machine gives one row that says so."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roads.npz"
        try:
            name = apart(1, _save, spec.make, file)
        except MissingError as missing:
            yield Row("travel", "matrices", "all", None, 0, None, str(missing))
        else:
            yield from _on_roads(spec, file, name)


def _save(make: Callable[[], Roads], file: Path) -> str:
    roads = make()
    roads.save(file)
    return roads.name


def _on_roads(spec: Spec, file: Path, name: str) -> Iterator[Row]:
    ours, answers = apart(spec.threads, measure_ours, spec, file)
    rows = partial(_rows, spec, name, ours)
    yield from rows("maillage", ours, _threads(spec.threads))
    if spec.threads > 1:
        alone, _ = apart(1, measure_ours, spec, file)
        yield from rows("maillage, 1 thread", alone, _threads(1))
    for peer in spec.peers:
        try:
            kind = installed(peer)
        except MissingError as missing:
            yield Row("travel", name, peer, None, 0, None, str(missing))
            continue
        note = f"{_threads(spec.threads if kind.parallel else 1)}, {kind.note}"
        if kind.few and kind.few < spec.sources:
            note += f"; {kind.few} sources measured, x {spec.sources / kind.few:g}"
        yield from rows(peer, apart(spec.threads, measure_peer, spec, file, peer, answers), note)


def _rows(spec: Spec, name: str, ours: dict[str, Timed], tool: str, taken: dict[str, Timed], note: str) -> Iterator[Row]:
    size = f"{spec.sources} x {spec.targets:,}"
    words = {NEW_TARGETS: f"{size}, ", SAME_TARGETS: f"{size}, ", TO_ALL: f"{spec.sources} ", INTO_KEPT: f"{spec.sources} "}
    for case in CASES:
        if case in taken:
            one = taken[case]
            ratio = one.seconds / ours[case].seconds
            yield Row("travel", f"{name}: {words.get(case, '')}{case}", tool, one.seconds, one.runs, ratio, note, one.peak_mib)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def measure_ours(spec: Spec, file: Path) -> tuple[dict[str, Timed], Answers]:
    """The library's seconds and answers; the kernels are loaded before the clock runs."""
    _measure_ours(replace(spec, targets=min(spec.targets, 500), runs=1), synthetic(2_000))
    return _measure_ours(spec, Roads.load(file))


def _measure_ours(spec: Spec, roads: Roads) -> tuple[dict[str, Timed], Answers]:
    from maillage import Router

    sources, targets = spec.chosen_sources(roads), spec.chosen_targets(roads)
    topology = (roads.tail, roads.head, roads.num_nodes, roads.lonlat)
    draws = cycle([spec.chosen_targets(roads, draw) for draw in range(1, spec.runs + 1)])
    weights = cycle([spec.new_weight(roads), roads.weight])
    taken: dict[str, Timed] = {}

    def timed(case: str, work: Callable[[], object], times: int = 5) -> None:
        seconds, runs = median_within(work, times * spec.runs, 3 * spec.budget_s)
        taken[case] = Timed(seconds, runs, peak_mib())

    timed(ORDER, lambda: Router(*topology), times=1)
    with tempfile.TemporaryDirectory() as folder:
        router = Router(*topology, cache=folder)
        timed(KEPT_ORDER, lambda: Router(*topology, cache=folder), times=1)
    timed(CUSTOMISE, lambda: router.customise(roads.weight))
    matrix = router.matrix(sources, targets)
    timed(NEW_TARGETS, lambda: router.matrix(sources, next(draws)))
    router.matrix(sources, targets)
    timed(SAME_TARGETS, lambda: router.matrix(sources, targets))

    def change_weights() -> None:
        router.customise(next(weights))
        router.matrix(sources, targets)

    timed(NEW_METRIC, change_weights)
    router.customise(spec.new_weight(roads))
    of_new_weights = router.matrix(sources, targets)
    timed(TO_ALL, lambda: router.matrix(sources))
    to_all = router.matrix(sources)
    timed(INTO_KEPT, lambda: router.matrix(sources, out=to_all))
    return taken, Answers(matrix, of_new_weights, checksums(to_all))


def measure_peer(spec: Spec, file: Path, name: str, answers: Answers) -> dict[str, Timed]:
    """A peer's seconds, scaled to all sources where only a few are measured."""
    roads, kind = Roads.load(file), installed(name)
    sources, targets = spec.chosen_sources(roads)[: kind.few], spec.chosen_targets(roads)
    share = spec.sources / len(sources)

    def timed(work: Callable[[], object], scale: float, runs: int) -> Timed:
        seconds, done = median_within(work, runs, spec.budget_s)
        return Timed(seconds * scale, done, peak_mib())

    peer = kind(synthetic(100), spec.threads)  # its libraries are loaded before the clock runs

    def prepare() -> None:
        nonlocal peer
        peer = kind(roads, spec.threads)

    order = timed(prepare, 1.0, 1)
    compare(name, peer.matrix(sources, targets), answers.matrix)
    matrix = timed(lambda: peer.matrix(sources, targets), share, spec.runs)
    change = timed(lambda: peer.reweigh(spec.new_weight(roads)), 1.0, 1)
    compare(name, peer.matrix(sources, targets), answers.matrix_of_new_weights)
    both = Timed(change.seconds + matrix.seconds, matrix.runs, change.peak_mib)
    taken = {ORDER: order, CUSTOMISE: change, NEW_TARGETS: matrix, SAME_TARGETS: matrix, NEW_METRIC: both}
    everywhere = peer.to_all(sources)
    if everywhere is not None:
        if checksums(_whole(name, everywhere)) != answers.to_all_of_new_weights[: len(sources)]:
            raise AssertionError(f"{name} and maillage differ, to all nodes")
        del everywhere
        taken[TO_ALL] = timed(lambda: peer.to_all(sources), share, spec.runs)
    return taken


def compare(name: str, theirs: Floats, ours: Int32s) -> None:
    """Refuse to time a tool that does not find the same, to the last unit."""
    differing = np.count_nonzero(_whole(name, theirs) != ours[: len(theirs)])
    if differing:
        raise AssertionError(f"{name} and maillage differ in {differing} of {theirs.size} times")


def _whole(name: str, values: Floats) -> Int32s:
    """Whole numbers, -1 where infinite."""
    known = np.isfinite(values)
    rounded = np.where(known, values, -1).astype(np.int32)
    if not np.array_equal(rounded[known], values[known]):
        raise AssertionError(f"{name} does not give whole numbers for whole weights")
    return rounded
