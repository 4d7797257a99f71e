"""HiGHS, handed arrays: the only file that knows highspy."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from maillage.arrays import Floats
from maillage.errors import SolverError
from maillage.solver.linear import Linear

Ending = Literal["optimal", "infeasible", "stopped"]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver said, in its own words reduced to three.

    Attributes
    ----------
    ending : str
        "optimal" (within the asked gap), "infeasible" or "stopped" (a limit was met).
    values : (n,) float or None
        The best solution; None where there is none.
    bound : float
        The solver's bound; -inf where it has none.
    duals : (m,) float or None
        Row duals of a linear program solved to the end.
    """

    ending: Ending
    values: Floats | None
    bound: float
    duals: Floats | None = None


def available() -> bool:
    """Whether highspy is installed."""
    return find_spec("highspy") is not None


def version() -> str:
    """``"HiGHS 1.x.y"``."""
    highspy = _highspy()
    return f"HiGHS {highspy.Highs().version()}"


def run(
    linear: Linear,
    *,
    time_limit: float,
    gap: float = 0.0,
    threads: int | None = None,
    seed: int = 0,
    start: Floats | None = None,
    relaxed: bool = False,
) -> Answer:
    """Solve with HiGHS.

    Parameters
    ----------
    time_limit : float
        Seconds.
    gap : float
        Relative gap at which to stop.
    threads : int, optional
        HiGHS's own choice where absent.
    start : (n,) float, optional
        A solution to begin from.
    relaxed : bool
        Solve the linear relaxation, and return its duals.

    Raises
    ------
    SolverError
        HiGHS refused the model or ended in error.
    """
    highspy = _highspy()
    scale = _objective_scale(linear.cost)
    if threads is not None:
        # HiGHS keeps one pool of threads a process; without a reset a new number is refused.
        highspy.Highs.resetGlobalScheduler(True)
    highs = highspy.Highs()
    _set_options(highs, time_limit=time_limit, gap=gap, threads=threads, seed=seed)
    if highs.passModel(_model(highspy, linear, scale, relaxed)) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the model")
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        highs.setSolution(solution)
    if highs.run() == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS ended in error: {highs.modelStatusToString(highs.getModelStatus())}")
    answer = _answer(highspy, highs, linear, scale, relaxed or not linear.integer.any())
    if not _contradicts(answer, highs.getInfo().objective_function_value / scale, linear):
        return answer
    if start is None:
        return Answer("stopped", answer.values, -np.inf)
    left_s = max(time_limit - highs.getRunTime(), 0.0)
    return run(linear, time_limit=left_s, gap=gap, threads=threads, seed=seed, relaxed=relaxed)


def _contradicts(answer: Answer, told: float, linear: Linear) -> bool:
    """Whether the values are worth something else than HiGHS says: nothing that it proves then holds.

    HiGHS 1.16.0 called plans optimal at less than they cost, from a start that its presolve had changed.
    """
    if answer.values is None:
        return False
    worth = float(linear.cost @ answer.values) + linear.constant
    return abs(worth - told) > 1e-5 * max(abs(worth), abs(told), 1e-6)


def _highspy() -> Any:
    """The module, untyped; imported only when it is needed."""
    import highspy

    return highspy


def _objective_scale(cost: Floats) -> float:
    """Power of two that brings the typical coefficient near 1: HiGHS's tolerances are absolute."""
    sizes = np.abs(cost[cost != 0])
    return float(2.0 ** -np.round(np.log2(np.median(sizes)))) if len(sizes) else 1.0


def _set_options(highs: Any, *, time_limit: float, gap: float, threads: int | None, seed: int) -> None:
    options: dict[str, Any] = {
        "output_flag": False,
        "time_limit": max(time_limit, 0.0),
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-9,
        # Rounded to whole units, a plan must still respect every capacity to 1e-6 of itself.
        "mip_feasibility_tolerance": 1e-7,
        # HiGHS takes 31 bits and keeps its default where it is given more.
        "random_seed": seed % 2**31,
    }
    if threads is not None:
        options["threads"] = threads
    for name, value in options.items():
        if highs.setOptionValue(name, value) != _highspy().HighsStatus.kOk:
            raise SolverError(f"HiGHS does not take {name} = {value!r}")


def _model(highspy: Any, linear: Linear, scale: float, relaxed: bool) -> Any:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = linear.matrix.shape
    model.col_cost_ = linear.cost * scale
    model.offset_ = linear.constant * scale
    model.col_lower_, model.col_upper_ = linear.lower, linear.upper
    model.row_lower_, model.row_upper_ = linear.row_lower, linear.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_row_, model.a_matrix_.num_col_ = linear.matrix.shape
    model.a_matrix_.start_ = linear.matrix.indptr
    model.a_matrix_.index_ = linear.matrix.indices
    model.a_matrix_.value_ = linear.matrix.data
    if not relaxed and linear.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[i] for i in linear.integer.tolist()]
    return model


def _answer(highspy: Any, highs: Any, linear: Linear, scale: float, relaxed: bool) -> Answer:
    status, info = highs.getModelStatus(), highs.getInfo()
    endings = highspy.HighsModelStatus
    # Every column of ours is bounded or free of cost, so that "unbounded or infeasible" means infeasible.
    if status in (endings.kInfeasible, endings.kUnboundedOrInfeasible):
        return Answer("infeasible", None, np.inf)
    if status in (endings.kModelError, endings.kSolveError, endings.kUnbounded, endings.kLoadError, endings.kPresolveError):
        raise SolverError(f"HiGHS: {highs.modelStatusToString(status)}")
    ending: Ending = "optimal" if status in (endings.kOptimal, endings.kModelEmpty) else "stopped"
    solution = highs.getSolution()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    has_values = feasible or status == endings.kModelEmpty
    values = np.array(solution.col_value) if has_values else None
    if not relaxed:
        bound = info.mip_dual_bound / scale
        return Answer(ending, values, bound if np.isfinite(bound) else -np.inf)
    if ending == "stopped":
        return Answer(ending, values, -np.inf)
    duals = np.array(solution.row_dual) / scale
    return Answer(ending, values, linear.dual_bound(duals), duals)
