"""Why nothing fits: the rules given some play, and which of them a plan would have to bend, by how much.

Every rule a planner chose gets slack at a price of about one a pupil; what is left stretched when the total is least names
the rule and the places. One way to bend is found, the cheapest; there may be others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

import maillage.solver.highs as highs
import maillage.solver.pulp_ as pulp_
from maillage.arrays import Floats, Ints
from maillage.model.problem import Problem
from maillage.model.program import Program, program_of
from maillage.model.rows import Rows
from maillage.solver.linear import Linear
from maillage.solver.pulp_ import Extra

SHOWN = 6
"""Places named in one sentence."""

STUBBORN = ("open_exactly", "requires")
"""Rules given play only where all others are not enough: a planner asked for so many closures."""

NEGLIGIBLE = 1e-4
"""Stretch, in pupils, that is rounding."""


@dataclass(frozen=True)
class Stretch:
    """One row that had to be stretched: of which rule, for which unit, site and year, and by how much."""

    rule: str
    unit: int
    site: int
    year: int
    amount: float


def diagnose(problem: Problem, time_limit: float = 20.0, extra: Extra | None = None) -> tuple[str, ...]:
    """Sentences that name the rules no plan can keep together, where they break, and by how much.

    Parameters
    ----------
    time_limit : float
        Seconds.
    extra : callable, optional
        The planner's own constraints, as given to `solve`.

    Returns
    -------
    tuple of str
        One sentence a rule; empty if a plan exists after all, the time did not suffice, or HiGHS is not installed.
    """
    if not highs.available():
        return ()
    program = program_of(replace(problem, own_rules=extra is not None))
    program = program if extra is None else pulp_.with_extra(program, extra)
    for stubborn in (STUBBORN, ()):
        stretched = _least_stretch(program, stubborn, time_limit / 4)
        if stretched:
            return tuple(_sentence(problem, rule, stretched) for rule in dict.fromkeys(s.rule for s in stretched))
    return ()


def _least_stretch(program: Program, stubborn: tuple[str, ...], time_limit: float) -> list[Stretch]:
    """Rows that the cheapest way out stretches: of the relaxation, or of the program if the relaxation needs none."""
    blocks = [block for block in program.blocks if block.rule in _WORDS and block.rule not in stubborn and len(block)]
    linear = _elastic(program, blocks)
    for relaxed in (True, False):
        answer = highs.run(linear, time_limit=time_limit, gap=0.05, relaxed=relaxed)
        stretched = [] if answer.values is None else _stretched(blocks, answer.values[len(program.cost) :])
        if stretched:
            return stretched
    return []


def _elastic(program: Program, blocks: list[Rows]) -> Linear:
    """The program with two slack columns a row of the blocks given, one for each direction, and their price as its cost."""
    height = sum(len(block) for block in program.blocks)
    first = np.cumsum([0, *(len(block) for block in program.blocks)])
    start = {block.rule: first[i] for i, block in enumerate(program.blocks)}
    row = np.concatenate([start[b.rule] + np.arange(len(b)) for b in blocks])
    price = np.concatenate([_price(program.problem, b) for b in blocks])
    ones, slack = np.ones(len(row)), np.arange(len(row))
    more = sparse.csr_array((ones, (row, slack)), shape=(height, len(row)))
    lower, upper = program.row_bounds
    # A unit may be left unserved, never served twice; other rows stretch whichever way they are bounded.
    no_less = ~np.isfinite(upper[row]) | (np.repeat([b.rule == "each_unit_once" for b in blocks], [len(b) for b in blocks]))
    up, down = np.where(np.isfinite(lower[row]), np.inf, 0.0), np.where(no_less, 0.0, np.inf)
    count = 2 * len(row)
    return Linear(
        np.concatenate([np.zeros(len(program.cost)), price, price]),
        0.0,
        np.concatenate([program.lower, np.zeros(count)]),
        np.concatenate([program.upper, up, down]),
        np.concatenate([program.integer, np.zeros(count, bool)]),
        sparse.csr_array(sparse.hstack([program.matrix, more, -more], format="csr")),
        lower,
        upper,
    )


def _price(problem: Problem, block: Rows) -> Floats:
    """Price of one unit of slack, in pupils; what has no natural price in pupils is dear, to be bent last."""
    pupils = np.maximum(problem.demand.mean(axis=1), 1.0)
    total = float(pupils.sum())
    if block.rule == "each_unit_once":
        return np.asarray(10 * pupils[block.unit])
    if block.rule in ("neighbour_nearer", "own_unit_kept"):
        unit = block.unit if block.rule == "neighbour_nearer" else np.zeros(len(block), int)
        return np.asarray(pupils[unit])
    prices = {"open_exactly": total / problem.shape[1], "requires": total / problem.shape[1]}
    if problem.max_cost:
        prices["within_cost"] = total / abs(problem.max_cost)
    return np.full(len(block), prices.get(block.rule, 1.0))


def _stretched(blocks: list[Rows], slack: Floats) -> list[Stretch]:
    """Rows stretched beyond rounding, the most stretched first within a rule."""
    amount = slack[: len(slack) // 2] + slack[len(slack) // 2 :]
    ends: Ints = np.cumsum([0, *(len(b) for b in blocks)])
    found = []
    for block, start in zip(blocks, ends[:-1], strict=True):
        own = amount[start : start + len(block)]
        for i in np.argsort(-own, kind="stable")[: int((own > NEGLIGIBLE).sum())]:
            keys = (int(block.unit[i]), int(block.site[i]), int(block.year[i]))
            found.append(Stretch(block.rule, *keys, float(own[i])))
    return found


def _sentence(problem: Problem, rule: str, stretched: list[Stretch]) -> str:
    name, say = _WORDS[rule]
    own = [s for s in stretched if s.rule == rule]
    parts = [say(problem, s) for s in own[:SHOWN]]
    more = f"; and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
    return f"{name}{'' if name.endswith(' for') else ':'} {'; '.join(parts)}{more}"


def _at(problem: Problem, s: Stretch) -> str:
    return f"{problem.site_names[s.site]} in {problem.year(s.year)}"


Say = Callable[[Problem, Stretch], str]

_WORDS: dict[str, tuple[str, Say]] = {
    "each_unit_once": (
        "no collège left, within max_minutes and among those that may stay open, for",
        lambda p, s: f"unit {p.unit_names[s.unit]}",
    ),
    "within_capacity": ("capacity", lambda p, s: f"{s.amount:.0f} pupils too many at {_at(p, s)}"),
    "minimum_load": ("min_pupils", lambda p, s: f"{s.amount:.0f} pupils too few at {_at(p, s)}"),
    "within_limits": (
        "canteen",
        lambda p, s: f"{s.amount:.0f} meals too many for the {p.limits[s.site].name} in {p.year(s.year)}",
    ),
    "few_moved": ("max_moved_share", lambda p, s: f"{s.amount:.0f} pupils more would have to move"),
    "within_cost": ("max_cost", lambda p, s: f"cost {s.amount:.4g} above the bound"),
    "within_dissimilarity": (
        "max_dissimilarity",
        lambda p, s: f"dissimilarity {s.amount / p.mix_scale:.4f} above the bound",
    ),
    "open_exactly": (
        "close",
        lambda p, s: f"the number of open collèges would have to differ by {s.amount:.0f} from {p.open_exactly}",
    ),
    "requires": ("canteen", lambda p, s: f"{p.site_names[s.site]} would stay without its kitchen"),
    "neighbour_nearer": ("contiguous", lambda p, s: f"unit {p.unit_names[s.unit]} cut off from {p.site_names[s.site]}"),
    "own_unit_kept": ("contiguous", lambda p, s: f"{p.site_names[s.site]} would not serve the unit it stands in"),
    pulp_.OWN_RULE: ("planner's own constraints", lambda p, s: f"{s.amount:.4g} beyond"),
}
