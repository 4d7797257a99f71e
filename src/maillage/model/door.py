"""The door of `Problem.from_arrays`: every fault of an instance, found before it is posed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Ints
from maillage.errors import Fault, InputError
from maillage.model.problem import Problem

WHERE = "Problem.from_arrays"
OBJECTIVES = ("cost", "dissimilarity")


@dataclass
class _Faults:
    """Faults gathered on the way in."""

    found: list[Fault] = field(default_factory=list)

    def add(self, column: str, message: str, rows: Iterable[object] = (), remedy: str = "") -> None:
        self.found.append(Fault(WHERE, message, column, tuple(str(row) for row in rows), remedy))

    def settle(self) -> None:
        if self.found:
            raise InputError(self.found)


def pose(
    arrays: dict[str, Any], settings: dict[str, Any], forced_open: tuple[int, ...], forced_closed: tuple[int, ...]
) -> Problem:
    """Check plain arrays and pose them; see `Problem.from_arrays` for their meaning.

    Raises
    ------
    InputError
        Faults of shape and value first, all at once; then, if there are none, everything that cannot be satisfied.
    """
    faults = _Faults()
    cost = _numbers(faults, "cost", arrays["cost"], None, finite=False, least=-np.inf)
    demand = _numbers(faults, "demand", arrays["demand"], None)
    demand = demand[:, None] if demand.ndim == 1 else demand
    _check_shapes(faults, cost, demand)
    faults.settle()
    units, sites = cost.shape
    capacity = _numbers(faults, "capacity", arrays["capacity"], sites, default=np.inf, finite=False)
    min_load = _numbers(faults, "min_load", arrays["min_load"], sites, default=0.0)
    opening = _numbers(faults, "opening_cost", arrays["opening_cost"], sites, default=0.0, least=-np.inf)
    group = None if arrays["group"] is None else _numbers(faults, "group", arrays["group"], units)
    edges = _positions(faults, "edges", arrays["edges"], units, (-1, 2))
    site_unit = _positions(faults, "site_unit", arrays["site_unit"], units, (sites,))
    _check_forced(faults, sites, forced_open, forced_closed)
    _check_settings(faults, settings, sites, group, edges, site_unit)
    faults.settle()
    problem = Problem(
        cost=cost,
        demand=demand,
        capacity=capacity,
        min_load=min_load,
        opening_cost=opening,
        mix_pupils=demand.mean(axis=1),
        unit_names=np.arange(units).astype(str),
        site_names=np.arange(sites).astype(str),
        forced_open=tuple(int(s) for s in forced_open),
        forced_closed=tuple(int(s) for s in forced_closed),
        group=group,
        edges=None if edges is None else np.unique(np.sort(edges, axis=1), axis=0),
        site_unit=site_unit,
        **settings,
    )
    for check in (_check_group, _check_reach, _check_places, _check_count, _check_graph):
        check(faults, problem)
    faults.settle()
    return problem


def _numbers(
    faults: _Faults,
    name: str,
    values: npt.ArrayLike | None,
    length: int | None,
    *,
    default: float = 0.0,
    finite: bool = True,
    least: float = 0.0,
) -> Floats:
    """Values as floats, never NaN, at least `least`, finite or +inf; their faults are noted and the default returned."""
    fallback = np.full(length or 0, default)
    array = fallback if values is None else _as_floats(values)
    if array is None:
        faults.add(name, "not an array of numbers")
        return fallback
    if length is not None and array.shape != (length,):
        faults.add(name, f"has shape {array.shape} where ({length},) is expected")
        return fallback
    if values is not None:
        _check_values(faults, name, array, finite, least)
    return array


def _as_floats(values: npt.ArrayLike) -> Floats | None:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _check_values(faults: _Faults, name: str, array: Floats, finite: bool, least: float) -> None:
    tests: list[tuple[str, Callable[[Floats], Bools]]] = [("NaN", np.isnan), ("below 0", lambda a: a < least)]
    tests.append(("infinite", np.isinf) if finite else ("-inf", np.isneginf))
    for message, test in tests:
        wrong = np.argwhere(test(array))
        if len(wrong):
            faults.add(name, message, (at[0] if len(at) == 1 else tuple(at) for at in wrong.tolist()))


def _positions(faults: _Faults, name: str, values: npt.ArrayLike | None, count: int, shape: tuple[int, ...]) -> Ints | None:
    """Positions of units, in an array of the shape given (-1: any length); their faults are noted and None returned."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.size == 0 and -1 in shape:
        return np.empty((0, *shape[1:]), np.int32)
    if not _fits(array.shape, shape) or not np.issubdtype(array.dtype, np.integer):
        expected = str(shape).replace("-1", "k")
        faults.add(name, f"must be integers, shape {expected}")
        return None
    outside = np.unique(array[(array < 0) | (array >= count)])
    if len(outside):
        faults.add(name, f"names units that do not exist (there are {count})", outside)
        return None
    return array.astype(np.int32)


def _fits(have: tuple[int, ...], want: tuple[int, ...]) -> bool:
    return len(have) == len(want) and all(w in (-1, h) for h, w in zip(have, want, strict=True))


def _check_shapes(faults: _Faults, cost: Floats, demand: Floats) -> None:
    if cost.ndim != 2 or 0 in cost.shape:
        faults.add("cost", f"has shape {cost.shape} where (units, sites) is expected")
    elif demand.ndim != 2 or len(demand) != len(cost) or not demand.shape[1]:
        faults.add("demand", f"has shape {demand.shape} where ({len(cost)},) or ({len(cost)}, years) is expected")


def _check_forced(faults: _Faults, sites: int, forced_open: tuple[int, ...], forced_closed: tuple[int, ...]) -> None:
    for name, forced in (("forced_open", forced_open), ("forced_closed", forced_closed)):
        wrong = [s for s in forced if not 0 <= s < sites]
        if wrong:
            faults.add(name, f"names sites that do not exist (there are {sites})", wrong)
    both = sorted(set(forced_open) & set(forced_closed))
    if both:
        faults.add("forced_open", "sites both forced open and forced closed", both)


def _check_settings(
    faults: _Faults, settings: dict[str, Any], sites: int, group: Floats | None, edges: Ints | None, site_unit: Ints | None
) -> None:
    if settings["objective"] not in OBJECTIVES:
        faults.add("objective", f"unknown: {settings['objective']!r}", remedy=f"Use one of {', '.join(OBJECTIVES)}")
    mixes = settings["objective"] == "dissimilarity" or settings["max_dissimilarity"] is not None
    if mixes and group is None:
        faults.add("group", "needed to measure dissimilarity")
    if settings["contiguous"] and (edges is None or site_unit is None):
        faults.add("contiguous", "needs `edges` and `site_unit`")
    _check_numbers(faults, settings, sites)


def _check_numbers(faults: _Faults, settings: dict[str, Any], sites: int) -> None:
    count = settings["open_exactly"]
    if count is not None and (not isinstance(count, int | np.integer) or not 0 <= count <= sites):
        faults.add("open_exactly", f"{count!r} is not a number of sites (there are {sites})")
    for name in ("max_cost", "max_dissimilarity"):
        value = settings[name]
        if value is not None and not np.isfinite(value):
            faults.add(name, f"{value!r} is not a finite number", remedy="Leave it out for no bound")


def _check_group(faults: _Faults, problem: Problem) -> None:
    if problem.group is None:
        return
    above = np.flatnonzero(problem.group > problem.mix_pupils * (1 + 1e-9))
    if len(above):
        faults.add("group", "more pupils of the group than pupils (mean over years)", above)
    elif problem.measures_dissimilarity and not 0 < problem.group.sum() < problem.mix_pupils.sum():
        faults.add("group", "all pupils or none belong to the group: dissimilarity is not defined")


def _may_open(problem: Problem) -> Bools:
    may = np.ones(problem.shape[1], bool)
    may[list(problem.forced_closed)] = False
    return may


def _check_reach(faults: _Faults, problem: Problem) -> None:
    lost = np.flatnonzero(problem.must_serve & ~(problem.allowed & _may_open(problem)).any(axis=1))
    if len(lost):
        faults.add("cost", "units with demand and no admissible site", lost, "Give each at least one finite cost")


def _check_places(faults: _Faults, problem: Problem) -> None:
    places = np.sort(problem.capacity[_may_open(problem)])[::-1]
    total = float(places[: problem.open_exactly].sum())
    short = problem.demand.sum(axis=0).max() - total
    if short > 1e-9 * max(total, 1.0):
        faults.add("capacity", f"demand above all capacity: {short:g} places missing ({total:g} in all)")


def _check_count(faults: _Faults, problem: Problem) -> None:
    count = problem.open_exactly
    if count is None:
        return
    if len(set(problem.forced_open)) > count:
        faults.add("open_exactly", f"{count} open, but more sites are forced open", problem.forced_open)
    if count > _may_open(problem).sum():
        faults.add("open_exactly", f"{count} open, but only {_may_open(problem).sum()} sites are not forced closed")


def _check_graph(faults: _Faults, problem: Problem) -> None:
    if not problem.contiguous:
        return
    from maillage.model.nearness import growth_rank

    reached = (growth_rank(problem) >= 0) & problem.allowed & _may_open(problem)
    lost = np.flatnonzero(problem.must_serve & ~reached.any(axis=1))
    if len(lost):
        faults.add("edges", "units with demand that no site can reach over neighbouring units", lost)
