"""Timing that can be trusted: a warm-up that is not counted, several runs, the median."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One tool on one case."""

    benchmark: str
    case: str
    tool: str
    seconds: float
    runs: int
    ratio: float
    """Seconds of this tool over those of maillage: above 1, maillage is faster."""
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def median_seconds(work: Callable[[], object], runs: int = 5, warm_up: int = 1) -> float:
    """Median wall seconds of `runs` calls after `warm_up` calls that are not counted."""
    for _ in range(warm_up):
        work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def rows_of(benchmark: str, case: str, seconds: dict[str, tuple[float, int, str]]) -> list[Row]:
    """Rows with ratios to the tool named maillage; `seconds` gives seconds, runs and a note for each tool."""
    ours = seconds["maillage"][0]
    return [Row(benchmark, case, tool, taken, runs, taken / ours, note) for tool, (taken, runs, note) in seconds.items()]
