"""The slow, obvious twin of the solver: every set of open sites and every assignment, judged one by one."""

from __future__ import annotations

import itertools

import numpy as np

from maillage.model.evaluate import evaluate
from maillage.model.problem import Problem


def brute_force(problem: Problem) -> float:
    """Least objective over all plans that respect every rule; inf where there is none. Whole units only."""
    units, sites = problem.shape
    least = np.inf
    choices = [
        [s for s in range(sites) if problem.allowed[u, s]] + ([] if problem.must_serve[u] else [-1]) for u in range(units)
    ]
    openings = [np.array(flags) for flags in itertools.product([False, True], repeat=sites)]
    for assignment in itertools.product(*choices):
        used = [s for s in assignment if s >= 0]
        if compact_breach(problem, assignment):
            continue
        for is_open in openings:
            if not is_open[used].all():
                continue
            verdict = evaluate(problem, np.array(assignment), is_open)
            if verdict.objective < least and not verdict.breaches:
                least = verdict.objective
    return least


def compact_breach(problem: Problem, assignment: tuple[int, ...]) -> bool:
    """Whether a unit lacks a neighbour in its sector with fewer borders to cross (or as many, and cheaper) to its site."""
    if not problem.contiguous:
        return False
    neighbours = {u: set() for u in range(problem.shape[0])}
    for a, b in problem.edges.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    sites_in = problem.site_unit.tolist()
    for u, s in enumerate(assignment):
        if s < 0 or u == sites_in[s]:
            continue
        steps = _steps(neighbours, sites_in[s])
        shared = sites_in.count(sites_in[s]) > 1
        if shared and sites_in[s] in neighbours[u]:
            continue
        near = [v for v in neighbours[u] if _key(problem, steps, v, s) < _key(problem, steps, u, s)]
        if u not in steps or not any(assignment[v] == s for v in near):
            return True
    return False


def _key(problem: Problem, steps: dict[int, int], u: int, s: int) -> tuple[float, float, int]:
    pupils = problem.demand[u].mean()
    return (steps.get(u, np.inf), problem.cost[u, s] / pupils if pupils > 0 else 0.0, u)


def _steps(neighbours: dict[int, set[int]], source: int) -> dict[int, int]:
    steps, front = {source: 0}, [source]
    while front:
        front = [v for u in front for v in neighbours[u] if v not in steps and not steps.update({v: steps[u] + 1})]
    return steps
