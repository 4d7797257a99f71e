"""Seconds of the first matrix in a fresh process whose kernels are already compiled and cached on disk."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.timing import Row

FIRST_MATRIX = """
import time
times = [time.perf_counter()]
import numpy as np, numba
times.append(time.perf_counter())
from maillage import Router
from maillage.kernels.elimination import depths
times.append(time.perf_counter())
depths(np.array([-1], np.int32))
times.append(time.perf_counter())
side = 20
node = np.arange(side * side).reshape(side, side)
one, other = np.r_[node[:, :-1].ravel(), node[:-1].ravel()], np.r_[node[:, 1:].ravel(), node[1:].ravel()]
lonlat = np.column_stack([node.ravel() % side, node.ravel() // side]) / 100.0
router = Router(np.r_[one, other], np.r_[other, one], node.size, lonlat)
router.customise(np.full(2 * len(one), 1000))
there, back = (router.matrix(node[0], node[1:].ravel(), direction) for direction in ("from", "to"))
assert np.array_equal(there, back)
times.append(time.perf_counter())
print(*np.diff(times))
"""


def cold_start(runs: int = 5) -> Iterator[Row]:
    """Loading the kernels; beside it the imports, and what numba itself does before it runs its first kernel."""
    taken = [_first_matrix() for _ in range(runs + 1)][1:]
    bare, imports, first, kernels = (statistics.median(seconds) for seconds in zip(*taken, strict=True))
    for tool, seconds, note in (
        ("maillage", kernels, "the other kernels: order, customise and one matrix each way, of 400 nodes"),
        ("numba's start", first, "the first kernel of the process, a tiny one; mostly numba importing scipy.linalg"),
        ("its import", imports, "`from maillage import Router` after numpy and numba"),
        ("numpy and numba", bare, "their own import"),
    ):
        yield Row("travel", "cold start, kernels cached on disk", tool, seconds, runs, seconds / kernels, note)


def _first_matrix() -> list[float]:
    """Seconds of each part, in a fresh process."""
    done = subprocess.run([sys.executable, "-c", FIRST_MATRIX], check=True, stdout=subprocess.PIPE, text=True)
    return [float(word) for word in done.stdout.split()]
