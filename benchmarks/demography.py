"""Ten years of enrolment of seeded territories: the projection, its simulated futures, and their quantiles by collège.

Each row has a process of its own, so that each peak of memory is its own. Beside the library stand the same simulation written
plainly, one future after the other, and cohort survival as a spreadsheet has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.apart import apart
from benchmarks.timing import Row, Timed, median_within, peak_mib

if TYPE_CHECKING:
    from maillage.arrays import Floats
    from maillage.demography.simulate import Uncertainty
    from maillage.territory import Territory

YEARS = 10
QUANTILES = (0.1, 0.5, 0.9)
SEED = 7
FEW_DRAWS = 20
"""Futures that the plain twin simulates; its seconds are scaled to all of them."""

RUNS, BUDGET_S = 5, 60.0


@dataclass(frozen=True)
class Size:
    """What is projected; `asked` is what was asked of the library."""

    units: int
    draws: int
    colleges: int = 125
    asked: str = ""


SIZES = (
    Size(1_500, 1_000, asked="asked for: under 10 s and under 1,024 MiB"),
    Size(30_000, 200, asked="asked for: under 60 s"),
)


def run(sizes: Sequence[Size] = SIZES, runs: int = RUNS) -> Iterator[Row]:
    """Rows of each size: the library's three cases, each followed by its peer."""
    for size in sizes:
        yield from _of(size, runs)


def _of(size: Size, runs: int) -> Iterator[Row]:
    case, draws = f"{YEARS} years, no draws", f"{size.draws:,} draws"
    ours = apart(1, measure_projection, size, runs)
    yield _row(size, case, "maillage", ours, ours, "")
    theirs = apart(1, measure_survival, size, runs)
    yield _row(size, case, "pandas", theirs, ours, "cohort survival by collège: no units, no births, no bassins")
    case, few = f"{draws}, the simulation alone", min(size.draws, FEW_DRAWS)
    ours = apart(1, measure_simulation, size, runs)
    yield _row(size, case, "maillage", ours, ours, "")
    note = f"{few} draws measured, x {size.draws / few:g}; memory of these few"
    yield _row(size, case, "one draw at a time", apart(1, measure_one_by_one, size, few), ours, note)
    ours = apart(1, measure_draws, size, runs)
    yield _row(size, f"{draws}, projection", "maillage", ours, ours, "")
    ours = apart(1, measure_quantiles, size, runs)
    yield _row(size, f"{draws}, projection, by_college, quantiles", "maillage", ours, ours, size.asked)


def _row(size: Size, case: str, tool: str, taken: Timed, ours: Timed, note: str) -> Row:
    name = f"{size.units:,} x {size.colleges}: {case}"
    return Row("demography", name, tool, taken.seconds, taken.runs, taken.seconds / ours.seconds, note, taken.peak_mib)


def _timed(work: Callable[[], object], runs: int) -> Timed:
    """The median after a call that is not counted."""
    work()
    seconds, done = median_within(work, runs, BUDGET_S)
    return Timed(seconds, done, peak_mib())


def measure_projection(size: Size, runs: int) -> Timed:
    """`project_enrolment` without draws; the territory is made before."""
    from maillage import project_enrolment

    territory = _territory(size)
    return _timed(lambda: project_enrolment(territory, territory.base_rentree + YEARS), runs)


def measure_survival(size: Size, runs: int) -> Timed:
    """Cohort survival as a spreadsheet has it."""
    from benchmarks.futures import cohort_survival

    territory = _territory(size)
    return _timed(lambda: cohort_survival(territory, territory.base_rentree + YEARS), runs)


def measure_simulation(size: Size, runs: int) -> Timed:
    """`simulate` around a projection made before."""
    from maillage.demography.simulate import simulate

    pupils, uncertainty = _projected(size)
    return _timed(lambda: simulate(pupils, uncertainty, size.draws, SEED), runs)


def measure_one_by_one(size: Size, draws: int) -> Timed:
    """The plain twin of the simulation, scaled to all draws."""
    from benchmarks.futures import one_by_one

    pupils, uncertainty = _projected(size)
    taken = _timed(lambda: one_by_one(pupils, uncertainty, draws, SEED), 1)
    return Timed(taken.seconds * size.draws / draws, taken.runs, taken.peak_mib)


def measure_draws(size: Size, runs: int) -> Timed:
    """`project_enrolment` with draws."""
    from maillage import project_enrolment

    territory = _territory(size)
    return _timed(lambda: project_enrolment(territory, territory.base_rentree + YEARS, draws=size.draws, seed=SEED), runs)


def measure_quantiles(size: Size, runs: int) -> Timed:
    """The whole way: projection, draws, sums by collège, quantiles of their totals and of their 6e."""
    from maillage import project_enrolment
    from maillage.demography.sectors import today_sectors

    territory = _territory(size)

    def work() -> None:
        demand = project_enrolment(territory, territory.base_rentree + YEARS, draws=size.draws, seed=SEED)
        enrolment = demand.by_college(today_sectors(territory), territory)
        enrolment.quantile(QUANTILES)
        enrolment.quantile(QUANTILES, "6e")

    return _timed(work, runs)


def _territory(size: Size) -> Territory:
    from benchmarks.territories import synthetic

    return synthetic(size.units, size.colleges, SEED)


def _projected(size: Size) -> tuple[Floats, Uncertainty]:
    from maillage import project_enrolment
    from maillage.demography.uncertainty import uncertainty_of

    territory = _territory(size)
    demand = project_enrolment(territory, territory.base_rentree + YEARS)
    assert demand.trail is not None
    return demand.pupils, uncertainty_of(demand.trail)
