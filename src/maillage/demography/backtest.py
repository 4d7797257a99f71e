"""`backtest`: what the projection would have said, and what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats, is_whole
from maillage.demography.as_of import AsOf, as_of, sectors_at
from maillage.demography.baselines import BASELINES, baselines
from maillage.demography.demand import Demand
from maillage.demography.project import project_enrolment
from maillage.demography.sectors import TodaySectors
from maillage.errors import Fault, InputError
from maillage.hypotheses import Hypotheses
from maillage.territory import COLLEGE_COLUMNS, GRADES, Territory

METHOD = "projection"
FEW = 200
"""Comparisons under this cannot tell a coverage of 80 % from one of 75 or 85 %: its standard error is above 2.8 points."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """A projection made at an earlier rentrée, beside what was observed.

    Attributes
    ----------
    origin, horizon : int
    level : float
        Probability of the interval.
    table : DataFrame
        One row a collège, rentrée and grade ("6e", ..., "total"): ``uai, name, rentree, grade, observed, projection, low, high,
        last_value, trend, cohort_survival, scored, why_not, received``. `scored` is False, and `why_not` says so, where the
        collège opened in between, was not observed at the origin, or not at that rentrée. `received` marks collèges that were
        given, for the origin, the units of one that opened later.
    method : tuple of str
        Of the projection, and the rentrées of the horizon that nothing was observed of.
    """

    origin: int
    horizon: int
    level: float
    table: pd.DataFrame
    method: tuple[str, ...]

    def summary(self, grades: tuple[str, ...] = ("6e", "total")) -> pd.DataFrame:
        """Errors and coverage by rentrée, grade and method.

        Returns
        -------
        DataFrame
            Columns ``rentree, grade, method, colleges, mape, weighted_error, bias, total_error, coverage, width, thin``. All in
            per cent: `mape` mean absolute percentage error by collège; `weighted_error` sum of absolute errors over pupils;
            `bias` mean percentage error by collège; `total_error` of the sum of the collèges scored; `coverage` share of the
            observations within the interval, and `width` its mean width relative to the projection (NaN for the baselines,
            which have none); `thin` where there are too few collèges to judge a coverage.
        """
        scored = self.table[self.table["scored"] & self.table["grade"].isin(grades)]
        rows = []
        for (rentree, grade), part in scored.groupby(["rentree", "grade"], sort=True):
            rows += [{"rentree": rentree, "grade": grade, **_errors(part, name)} for name in (METHOD, *BASELINES)]
        return pd.DataFrame(rows)

    def coverage(self, grade: str = "total") -> float:
        """Share of the observations of a grade, over all rentrées, within the interval."""
        scored = self.table[self.table["scored"] & (self.table["grade"] == grade)]
        return float(((scored["observed"] >= scored["low"]) & (scored["observed"] <= scored["high"])).mean())


def backtest(
    territory: Territory,
    origin: int,
    horizon: int,
    draws: int = 400,
    seed: int = 0,
    level: float = 0.8,
    hindsight: bool = False,
) -> Backtest:
    """Project from an earlier rentrée with what was known then, and compare with what happened, collège by collège.

    Beside it stand two baselines and a plain method (`maillage.demography.baselines`). See `maillage.demography.as_of` for what
    is taken as known at the origin.

    Parameters
    ----------
    territory : Territory
        Its history must hold pupils by grade at the origin, and pupils afterwards.
    origin : int
    horizon : int
        Rentrées after the origin, 1 to 15.
    draws, seed : int
        Of the simulated futures that make the intervals.
    level : float
        Probability of the interval, between 0 and 1.
    hindsight : bool
        Use the écoles of the base rentrée where those of the origin are not known.

    Raises
    ------
    InputError
        An origin without data, a horizon that no observation follows, too few draws, a level outside 0 to 1.
    """
    _refuse(territory, origin, horizon, draws, level)
    then = as_of(territory, origin, hindsight)
    demand = project_enrolment(
        then.territory, origin + horizon, draws=draws, seed=seed, hypotheses=Hypotheses(own_dwellings=False)
    )
    plain = baselines(then.territory, horizon)
    parts = [_rows(territory, then, demand, plain, t, level) for t in range(1, horizon + 1)]
    table = pd.concat(parts, ignore_index=True)
    empty = [str(r) for r, of in table.groupby("rentree") if not of["scored"].any()]
    told = (f"Nothing was observed to compare with at {', '.join(empty)}.",) if empty else ()
    return Backtest(origin, horizon, level, table, (*demand.method, *told))


def _rows(territory: Territory, then: AsOf, demand: Demand, plain: dict[str, Floats], t: int, level: float) -> pd.DataFrame:
    rentree = then.territory.base_rentree + t
    colleges = territory.colleges
    enrolment = demand.by_college(TodaySectors(colleges.uai, sectors_at(territory, then, rentree)))
    ends = ((1 - level) / 2, (1 + level) / 2)
    history = territory.cohorts.history
    seen = history[history["rentree"].astype(int) == rentree].set_index("uai").reindex(colleges.uai)
    observed = seen[[*COLLEGE_COLUMNS, "pupils"]].to_numpy(float)
    frames = []
    for g, grade in enumerate((*GRADES, "total")):
        one = grade if grade != "total" else None
        low, high = enrolment.quantile(ends, one)[:, :, t]
        values = {name: (table[:, :, t].sum(axis=1) if one is None else table[:, g, t]) for name, table in plain.items()}
        projected = enrolment.total()[:, t] if one is None else enrolment.pupils[:, g, t]
        why_not = np.where(~then.open, "not open, or not observed, at the origin", "")
        why_not = np.where((why_not == "") & ~(observed[:, g] > 0), "not observed", why_not)
        frames.append(
            pd.DataFrame(
                {
                    "uai": colleges.uai,
                    "name": colleges.name,
                    "rentree": rentree,
                    "grade": grade,
                    "observed": observed[:, g],
                    METHOD: projected,
                    "low": low,
                    "high": high,
                    **values,
                    "scored": why_not == "",
                    "why_not": why_not,
                    "received": then.received,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _errors(part: pd.DataFrame, method: str) -> dict[str, object]:
    observed, said = part["observed"].to_numpy(float), part[method].to_numpy(float)
    error = said / observed - 1
    within = (part["observed"] >= part["low"]) & (part["observed"] <= part["high"])
    ours = method == METHOD
    return {
        "method": method,
        "colleges": len(part),
        "mape": 100 * float(np.abs(error).mean()),
        "weighted_error": 100 * float(np.abs(said - observed).sum() / observed.sum()),
        "bias": 100 * float(error.mean()),
        "total_error": 100 * float(said.sum() / observed.sum() - 1),
        "coverage": 100 * float(within.mean()) if ours else np.nan,
        "width": 100 * float(((part["high"] - part["low"]) / part[METHOD]).mean()) if ours else np.nan,
        "thin": len(part) < FEW,
    }


def _refuse(territory: Territory, origin: int, horizon: int, draws: int, level: float) -> None:
    where, faults = "backtest", []
    if not is_whole(origin):
        faults.append(Fault(where, f"origin = {origin!r}", "origin", remedy="Give a rentrée with pupils by grade"))
    if not (is_whole(horizon) and 1 <= horizon <= 15):
        faults.append(Fault(where, f"horizon = {horizon!r}", "horizon", remedy="Give 1 to 15 rentrées"))
    if not (is_whole(draws) and draws >= 50):
        faults.append(Fault(where, f"draws = {draws!r}", "draws", remedy="Give 50 or more, so that quantiles mean something"))
    if not 0 < level < 1:
        faults.append(Fault(where, f"level = {level}", "level", remedy="Give a probability such as 0.8"))
    history = territory.cohorts.history
    if faults:
        raise InputError(faults)
    later = history[history["pupils"].notna() & (history["rentree"].astype(int) > origin)] if not history.empty else history
    if later.empty or int(later["rentree"].min()) > origin + horizon:
        remedy = "Give effectifs of later rentrées, or an earlier origin"
        faults.append(Fault(where, f"no collège was observed in the {horizon} rentrées after {origin}", remedy=remedy))
    if faults:
        raise InputError(faults)
