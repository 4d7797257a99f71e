"""Timing that can be trusted: a warm-up that is not counted, several runs, the median; memory read from the process itself."""

from __future__ import annotations

import statistics
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt


class MissingError(Exception):
    """What a row needs is not on this machine, data or a peer: the row is left out and says why."""


@dataclass(frozen=True)
class Row:
    """One tool on one case."""

    benchmark: str
    case: str
    tool: str
    seconds: float | None
    """None where it was not measured; `note` says why."""
    runs: int
    ratio: float | None
    """Seconds of this tool over those of maillage: above 1, maillage is faster. None where there is nothing to compare."""
    note: str = ""
    peak_mib: float | None = None
    """Most memory the tool's own process had taken by then, its libraries and the instance included."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        """The row for a person to read."""
        seconds = "not measured" if self.seconds is None else f"{self.seconds:10.4f} s"
        ratio = "" if self.ratio is None else f"{self.ratio:,.1f}x"
        peak = "" if self.peak_mib is None else f"{self.peak_mib:,.0f} MiB"
        return f"{self.case:44} {self.tool:20} {seconds:>12} {ratio:>10} {peak:>10}   ({self.runs} runs) {self.note}"


@dataclass(frozen=True)
class Timed:
    """Seconds of one case, and the memory its process had taken by then."""

    seconds: float
    runs: int
    peak_mib: float


def median_seconds(work: Callable[[], object], runs: int = 5, warm_up: int = 1) -> float:
    """Median wall seconds of `runs` calls after `warm_up` calls that are not counted."""
    for _ in range(warm_up):
        work()
    return median_within(work, runs, budget_s=float("inf"))[0]


def median_within(work: Callable[[], object], runs: int, budget_s: float) -> tuple[float, int]:
    """Median wall seconds and the number of calls: `runs` of them, fewer (at least one) once `budget_s` is spent."""
    taken: list[float] = []
    while not taken or (len(taken) < runs and sum(taken) < budget_s):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), len(taken)


def rows_of(benchmark: str, case: str, seconds: dict[str, tuple[float, int, str]]) -> list[Row]:
    """Rows with ratios to the tool named maillage; `seconds` gives seconds, runs and a note for each tool."""
    ours = seconds["maillage"][0]
    return [Row(benchmark, case, tool, taken, runs, taken / ours, note) for tool, (taken, runs, note) in seconds.items()]


def peak_mib() -> float:
    """Most memory this process has held, MiB.

    Linux writes it for the program itself (VmHWM). What `getrusage` gives there also counts the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource
    import sys

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024


def checksums(table: npt.NDArray[Any]) -> list[int]:
    """A number a row that differs, but for rare chance, where the row differs."""
    return [zlib.crc32(row.tobytes()) for row in table]
