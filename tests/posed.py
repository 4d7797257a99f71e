"""Small random problems for hypothesis: whole numbers, one rule or several."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from maillage.model.problem import Limit, Problem

RULES = ("capacity", "minimum", "opening", "exactly", "forced", "limits", "soft_limits", "requires", "moved", "max_cost")
RULES += ("dissimilarity", "max_dissimilarity", "deviation", "weighted_mix", "contiguous", "years")


@st.composite
def problems(draw: st.DrawFn, rules: tuple[str, ...], units: int = 4, sites: int = 3) -> Problem:
    """A problem with the rules named, and no other."""
    return posed(rules, draw(st.integers(0, 10_000)), units, sites)


def posed(rules: tuple[str, ...], seed: int, units: int = 4, sites: int = 3) -> Problem:
    """The problem of a seed."""
    rng = np.random.default_rng(seed)
    years = 2 if "years" in rules else 1
    demand = rng.integers(1, 9, (units, years)).astype(float)
    if rng.random() < 0.3:
        demand[rng.integers(units)] = 0
    cost = demand.mean(axis=1, keepdims=True) * rng.integers(1, 12, (units, sites))
    if rng.random() < 0.3:
        cost[rng.integers(units), rng.integers(sites)] = np.inf
    problem = Problem(
        cost=cost,
        demand=demand,
        capacity=np.full(sites, np.inf),
        min_load=np.zeros(sites),
        opening_cost=np.zeros(sites),
        mix_pupils=demand.mean(axis=1),
        unit_names=np.arange(units).astype(str),
        site_names=np.array([f"S{s}" for s in range(sites)]),
    )
    for rule in rules:
        problem = dataclasses.replace(problem, **_change(rule, problem, rng))
    return problem


def _change(rule: str, problem: Problem, rng: np.random.Generator) -> dict[str, Any]:
    units, sites = problem.shape
    total = float(problem.demand.sum(axis=0).max())
    group = np.floor(problem.mix_pupils * rng.random(units) * 10) / 10
    group[int(np.argmax(problem.mix_pupils))] = 0.5
    changes: dict[str, Any] = {
        "capacity": {"capacity": np.ceil(total * rng.uniform(0.3, 0.8, sites))},
        "minimum": {"min_load": np.floor(total * rng.uniform(0.1, 0.4, sites))},
        "opening": {"opening_cost": rng.integers(0, 40, sites).astype(float)},
        "exactly": {"open_exactly": int(rng.integers(1, sites + 1))},
        "forced": {"forced_open": (0,), "forced_closed": (1,)},
        "limits": {"limits": _limits(problem, rng)},
        "soft_limits": {"limits": _limits(problem, rng), "overflow_cost": 3.0},
        "requires": {"requires": np.array([[1, 0], [2, 0]]), "opening_cost": rng.integers(0, 40, sites).astype(float)},
        "moved": _moved(problem, rng),
        "max_cost": {"max_cost": float(np.where(problem.allowed, problem.cost, 0).max(axis=1).sum() * rng.uniform(0.5, 0.9))},
        "dissimilarity": {"group": group, "objective": "dissimilarity"},
        "max_dissimilarity": {"group": group, "max_dissimilarity": float(rng.uniform(0.1, 0.6))},
        "deviation": {
            "index_sum": rng.integers(-9, 9, units).astype(float) * (problem.mix_pupils > 0),
            "deviation_weight": 7.0,
        },
        "weighted_mix": {"group": group, "dissimilarity_weight": 50.0},
        "contiguous": _graph(units, sites, rng),
        "years": {},
    }
    return changes[rule]


def _limits(problem: Problem, rng: np.random.Generator) -> tuple[Limit, ...]:
    total = float(problem.demand.sum(axis=0).max())
    seats = Limit("seats of S1", np.array([1]), np.array([0.5]), 0.0, np.ceil(total * 0.2))
    kitchen = Limit(
        "kitchen of S0", np.array([0, 2]), np.array([0.5, 1.0]), 2.0, np.ceil(total * rng.uniform(0.3, 0.7)), owner=0
    )
    return (seats, kitchen)


def _moved(problem: Problem, rng: np.random.Generator) -> dict[str, Any]:
    present = rng.integers(0, problem.shape[1], problem.shape[0]).astype(np.int32)
    present[0] = -1
    pupils = problem.demand.mean(axis=1)
    return {"present": present, "moved_pupils": pupils, "max_moved": float(np.floor(pupils.sum() * 0.3))}


def _graph(units: int, sites: int, rng: np.random.Generator) -> dict[str, Any]:
    path = np.column_stack([np.arange(units - 1), np.arange(1, units)])
    chord = np.sort(rng.choice(units, 2, replace=False))[None]
    edges = np.unique(np.concatenate([path, chord]), axis=0)
    # Sites may share a unit.
    return {"edges": edges, "site_unit": rng.integers(0, units, sites), "contiguous": True}
