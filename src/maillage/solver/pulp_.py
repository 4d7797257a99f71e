"""PuLP, the planner's modelling language: the only file that knows it.

A program becomes a real `LpProblem` with named columns and rows; a planner's own constraints, written in PuLP, become
rows of the program; and any solver PuLP finds on the machine can be named. PuLP's own status is not believed: at a time
limit it reads "Optimal".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from maillage.arrays import Floats
from maillage.errors import Fault, InputError, SolverError
from maillage.model.program import Program
from maillage.model.rows import Rows

Extra = Callable[[Any], object]
"""Adds constraints to the `LpProblem` it is given."""

OWN_RULE = "planner"
"""Name of the rule that holds a planner's own constraints."""

ALIASES = {
    "cbc": ("PULP_CBC_CMD", "COIN_CMD"),
    "glpk": ("GLPK_CMD",),
    "gurobi": ("GUROBI", "GUROBI_CMD"),
    "cplex": ("CPLEX_PY", "CPLEX_CMD"),
    "scip": ("SCIP_PY", "SCIP_CMD"),
}
"""Short names, and the names PuLP gives to ways of reaching that solver."""


@dataclass(frozen=True, eq=False)
class PulpAnswer:
    """What a PuLP solver left behind.

    Attributes
    ----------
    ending : str
        "optimal" (the solver claims the asked gap), "infeasible" or "stopped".
    values : (n,) float or None
    """

    ending: str
    values: Floats | None


def to_pulp(program: Program, *, rows: bool = True) -> Any:
    """The program as a named `pulp.LpProblem`.

    Parameters
    ----------
    program : Program
    rows : bool
        False: the columns alone, for a planner to add constraints to (a département has 300,000 rows).

    Returns
    -------
    pulp.LpProblem
        Its attributes ``x`` (by unit and site name), ``open`` (by site name) and ``columns`` (in the program's order)
        give the variables.
    """
    import pulp

    model = pulp.LpProblem("maillage", pulp.LpMinimize)
    columns = [
        pulp.LpVariable(name, low, None if up == np.inf else up, pulp.LpInteger if whole else pulp.LpContinuous)
        for name, low, up, whole in zip(
            program.column_names(), program.lower.tolist(), program.upper.tolist(), program.integer.tolist(), strict=True
        )
    ]
    _name_variables(program, model, columns)
    if rows:
        terms = [(columns[j], cost) for j, cost in enumerate(program.cost.tolist()) if cost]
        model += pulp.LpAffineExpression(terms, constant=program.constant)
        for name, constraint in _constraints(program, columns):
            model.addConstraint(constraint, name)
    return model


def with_extra(program: Program, extra: Extra) -> Program:
    """The program with the constraints, and the columns, that `extra` adds to its `LpProblem`.

    Raises
    ------
    InputError
        `extra` set an objective: goals belong to the scenario.
    """
    import pulp

    model = to_pulp(program, rows=False)
    extra(model)
    if model.objective is not None and len(model.objective):
        raise InputError([Fault("extra", "sets an objective", remedy="Add constraints only; goals belong to the scenario")])
    known = set(model.columns)
    new = [v for v in model.variables() if v not in known]
    position = {variable: j for j, variable in enumerate([*model.columns, *new])}
    rows = _rows_back(list(model.constraints.values()), position)
    whole = np.array([v.cat == pulp.LpInteger for v in new], bool)
    return program.with_rows(rows, tuple(v.name for v in new), *_bounds_back(new), whole)


def _bounds_back(variables: list[Any]) -> tuple[Floats, Floats]:
    lower = [-np.inf if v.lowBound is None else v.lowBound for v in variables]
    upper = [np.inf if v.upBound is None else v.upBound for v in variables]
    return np.array(lower, float), np.array(upper, float)


def available() -> tuple[str, ...]:
    """Names of the PuLP solvers installed here, short ones first."""
    import pulp

    found = pulp.listSolvers(onlyAvailable=True)
    return tuple(alias for alias, names in ALIASES.items() if set(names) & set(found)) + tuple(found)


def run(program: Program, solver: str, *, time_limit: float, gap: float, threads: int | None) -> PulpAnswer:
    """Solve with a PuLP solver, named as PuLP or `ALIASES` name it.

    Raises
    ------
    SolverError
        The solver is not installed, or failed to run.
    """
    import pulp

    options: dict[str, Any] = {"msg": False, "timeLimit": max(time_limit, 0.1), "gapRel": gap}
    if threads is not None:
        options["threads"] = threads
    name = _installed(solver)
    model = to_pulp(program)
    begun = time.perf_counter()
    try:
        model.solve(pulp.getSolver(name, **options))
    except (pulp.PulpError, OSError) as fault:
        raise SolverError(f"PuLP solver {solver}: {fault}") from fault
    return _answer(model, timed_out=time.perf_counter() - begun >= time_limit)


def _installed(solver: str) -> str:
    """PuLP's name of a way to reach the solver on this machine."""
    here = available()
    for name in ALIASES.get(solver, (solver,)):
        if name in here:
            return name
    raise SolverError(f"no solver {solver!r} on this machine; there are: {', '.join(here)}")


def _answer(model: Any, timed_out: bool) -> PulpAnswer:
    import pulp

    if model.status in (pulp.LpStatusInfeasible, pulp.LpStatusUnbounded):
        # CBC leaves the values of its last relaxation behind: they are not read.
        return PulpAnswer("stopped" if timed_out else "infeasible", None)
    if model.sol_status == pulp.LpSolutionNoSolutionFound:
        return PulpAnswer("stopped", None)
    # A column without cost in no row is not even written to the solver: any value will do.
    values = [(v.lowBound or 0.0) if v.varValue is None else v.varValue for v in model.columns]
    done = model.sol_status == pulp.LpSolutionOptimal and not timed_out
    return PulpAnswer("optimal" if done else "stopped", np.array(values, float))


def _name_variables(program: Program, model: Any, columns: list[Any]) -> None:
    problem, layout = program.problem, program.columns
    units, sites = problem.unit_names.tolist(), problem.site_names.tolist()
    pairs = zip(layout.unit.tolist(), layout.site.tolist(), strict=True)
    model.columns = columns
    model.x = {(units[u], sites[s]): columns[j] for j, (u, s) in enumerate(pairs)}
    model.open = {site: columns[j] for site, j in zip(sites, layout.open.tolist(), strict=True)}


def _constraints(program: Program, columns: list[Any]) -> list[tuple[str, Any]]:
    """Named PuLP constraints; a row bounded on both sides becomes two."""
    import pulp

    matrix, (lower, upper) = program.matrix, program.row_bounds
    found = []
    for i, name in enumerate(program.row_names()):
        at = slice(matrix.indptr[i], matrix.indptr[i + 1])
        terms = [(columns[j], a) for j, a in zip(matrix.indices[at].tolist(), matrix.data[at].tolist(), strict=True)]
        low, up = float(lower[i]), float(upper[i])
        if not terms and low <= 0 <= up:
            continue
        expression = pulp.LpAffineExpression(terms)
        if low == up:
            found.append((name, pulp.LpConstraint(expression, pulp.LpConstraintEQ, rhs=low)))
            continue
        if low > -np.inf:
            found.append((f"{name}_least", pulp.LpConstraint(expression, pulp.LpConstraintGE, rhs=low)))
        if up < np.inf:
            found.append((name, pulp.LpConstraint(expression, pulp.LpConstraintLE, rhs=up)))
    return found


def _rows_back(constraints: list[Any], position: dict[Any, int]) -> Rows:
    """PuLP constraints as rows of the program."""
    terms = [(i, position[v], a) for i, c in enumerate(constraints) for v, a in c.items()]
    row, column, value = (np.array(part) for part in zip(*terms, strict=True)) if terms else (np.array([]),) * 3
    height = len(constraints)
    matrix = sparse.csr_array((value.astype(float), (row.astype(int), column.astype(int))), shape=(height, len(position)))
    side = np.array([-c.constant for c in constraints], float)
    sense = np.array([c.sense for c in constraints], int)
    nobody = np.full(height, -1, np.int32)
    lower, upper = np.where(sense >= 0, side, -np.inf), np.where(sense <= 0, side, np.inf)
    return Rows(OWN_RULE, matrix, lower, upper, nobody, nobody, nobody)
