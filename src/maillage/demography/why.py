"""Why this figure: one collège, grade and rentrée, traced back through its cohort to what was counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maillage.arrays import Floats, Index
from maillage.demography.entrants import BIRTHS, ECOLE, HELD, OMPHALE, POPULATION
from maillage.demography.sectors import Sectors, today_sectors
from maillage.demography.trail import Trail
from maillage.errors import Fault, InputError
from maillage.territory import GRADES, Territory

if TYPE_CHECKING:
    from maillage.demography.demand import Demand

COLUMNS = ("grade", "step", "rentree", "value", "factor", "source")

_SOURCES = {
    ECOLE: "écoles at the base rentrée",
    BIRTHS: "births eleven years before",
    OMPHALE: "Omphale projection",
    POPULATION: "population by age",
    HELD: "last cohort held constant (assumption)",
}


@dataclass
class _Steps:
    """Rows gathered one after the other."""

    grade: str
    rows: list[tuple[str, str, int, float, float, str]] = field(default_factory=list)

    def add(self, step: str, rentree: int, value: float, source: str, factor: float = np.nan) -> None:
        self.rows.append((self.grade, step, rentree, value, factor, source))


def why_of(
    demand: Demand, territory: Territory, uai: str, rentree: int, grade: str | None, plan: Sectors | None
) -> pd.DataFrame:
    """See `Demand.why`."""
    trail = _refuse(demand, rentree, grade)
    (site,) = territory.positions_of((uai,), "why")
    sectors = today_sectors(territory) if plan is None else plan
    units = np.flatnonzero(np.asarray(sectors.at(rentree)) == site)
    base = int(demand.rentrees[0])
    grades = range(len(GRADES)) if grade is None else (GRADES.index(grade),)
    parts = [trace(trail, base, units, g, rentree) for g in grades]
    if demand.draws is not None:
        chosen = demand.draws[:, units][:, :, list(grades), rentree - base].sum(axis=(1, 2))
        low, high = np.quantile(chosen, (0.1, 0.9)).tolist()
        told = f"{len(demand.draws)} simulated futures"
        ends = _Steps(grade or "total")
        ends.add("80 % interval, low", rentree, low, told)
        ends.add("80 % interval, high", rentree, high, told)
        parts.append(pd.DataFrame(ends.rows, columns=list(COLUMNS)))
    return pd.concat(parts, ignore_index=True)


def _refuse(demand: Demand, rentree: int, grade: str | None) -> Trail:
    """The trail of the demand, or an error with everything that is wrong with the question."""
    faults = []
    if rentree not in demand.rentrees:
        remedy = f"Give {demand.rentrees[0]} to {demand.rentrees[-1]}"
        faults.append(Fault("why", f"rentrée {rentree} was not projected", "rentree", remedy=remedy))
    if grade is not None and grade not in GRADES:
        faults.append(Fault("why", f"unknown grade {grade!r}", "grade", remedy=f"Use {', '.join(GRADES)}"))
    if demand.trail is None:
        remedy = "Ask the demand that `project_enrolment` gave, before a future was drawn or families answered"
        faults.append(Fault("why", "the demand does not know how it was made", remedy=remedy))
    if faults or demand.trail is None:
        raise InputError(faults)
    return demand.trail


def trace(trail: Trail, base: int, units: Index, grade: int, rentree: int) -> pd.DataFrame:
    """Steps that lead to the pupils of a grade at a rentrée who live in some units.

    Parameters
    ----------
    trail : Trail
    base : int
        Base rentrée.
    units : (k,) int
        Positions of the units that go to one collège.
    grade : int
        Position in `GRADES`.
    rentree : int

    Returns
    -------
    DataFrame
        Columns ``grade, step, rentree, value, factor, source``, in order: each `value` is that of the row before times
        `factor`, where there is one; parts that are added have none. The last row is the projection itself.
    """
    steps = _Steps(GRADES[grade])
    entered = rentree - grade
    if entered <= base:
        start, value = base - entered, float(trail.first[units, base - entered].sum())
        steps.add(f"{GRADES[start]} today", base, value, "published enrolment, SEGPA and ULIS left out")
        cohort = trail.first[units, start]
    else:
        cohort, start = _entered(steps, trail, base, units, entered), 0
    for step in range(start, grade):
        before, cohort = cohort.sum(), cohort * trail.ratio[units, step]
        when = entered + step + 1
        factor = cohort.sum() / before if before > 0 else np.nan
        steps.add(f"{GRADES[step]} → {GRADES[step + 1]}", when, float(cohort.sum()), _of_ratio(trail, units, step), factor)
    _ended(steps, trail, base, units, grade, rentree, float(cohort.sum()))
    return pd.DataFrame(steps.rows, columns=list(COLUMNS))


def _entered(steps: _Steps, trail: Trail, base: int, units: Index, entered: int) -> Floats:
    """New 6e of the units at a rentrée after the base one: the children counted, the shrunk cohort, the entry."""
    k, feeders, entrants = entered - base - 1, trail.feeders, trail.entrants
    column = entered - feeders.first
    counted = feeders.raw[units, column]
    source = entrants.source[k]
    if np.isfinite(counted).all():
        # Omphale and the population by age tell the département only: it was the census that counted in the units.
        told = _SOURCES[source] if source in (ECOLE, BIRTHS) else "census by commune and age"
        steps.add("children of these units", entered, float(counted.sum()), f"{told}, in these units")
    children = float(feeders.of(entered)[units].sum())
    pull = "drawn to sector, bassin and département" if feeders.is_known(entered) else "mean trend of the last known cohorts"
    factor = children / counted.sum() if np.isfinite(counted).all() and counted.sum() > 0 else np.nan
    steps.add("children behind this 6e", entered, children, f"their own figures, grown to CM2, {pull}", factor)
    cohort: Floats = trail.entering[units, k]
    _shared_out(steps, trail, units, k, children)
    return cohort


def _shared_out(steps: _Steps, trail: Trail, units: Index, k: int, children: float) -> None:
    """From children to new 6e: the département's rate, the sector's own level, the variant, the public share supposed."""
    entered, source = trail.entrants.rentree[k], _SOURCES[trail.entrants.source[k]]
    today = trail.public_share[:, 0]
    supposed = np.divide(trail.public_share[:, k + 1], today, out=np.ones_like(today), where=today > 0)
    before = np.divide(trail.entering[:, k], supposed, out=np.zeros_like(today), where=supposed > 0)
    variant = float(trail.variant[k])
    trend = before / variant if variant > 0 else before * 0.0
    everywhere, total = float(trail.feeders.of(entered).sum()), float(trend.sum())
    rate = total / everywhere if everywhere > 0 else np.nan
    told = f"{total:.0f} new 6e for {everywhere:.0f} children: {source}"
    steps.add("at the département's rate", entered, children * rate if everywhere > 0 else 0.0, told, rate)
    own = _mean(trail.entry.level.own[trail.areas.sector[units]])
    level = f"what the sector draws beside the département ({own:.0%} its own past)"
    drawn = float(trend[units].sum())
    steps.add("new 6e, trend", entered, drawn, level, drawn / (children * rate) if children * rate > 0 else np.nan)
    if variant != 1.0:
        steps.add("new 6e of the variant", entered, float(before[units].sum()), "assumed for the variant", variant)
    new = float(trail.entering[units, k].sum())
    if not np.allclose(supposed[units], 1.0):
        factor = new / float(before[units].sum()) if before[units].sum() > 0 else np.nan
        steps.add("with the public share supposed", entered, new, "hypothesis on the public share of new 6e", factor)


def _of_ratio(trail: Trail, units: Index, step: int) -> str:
    sector = trail.areas.sector[units]
    own = _mean(trail.progression.own[sector, step])
    return f"sector's ratio ({own:.0%} its own past); département {trail.progression.everywhere[step]:.3f}"


def _mean(values: Floats) -> float:
    """Mean; 0 where a collège has no units."""
    return float(values.mean()) if len(values) else 0.0


def _ended(steps: _Steps, trail: Trail, base: int, units: Index, grade: int, rentree: int, value: float) -> None:
    """SEGPA and ULIS, the agreement with given totals, and what the hypotheses bring."""
    t = rentree - base
    placed, arrived = trail.placed[units, grade, t], trail.arrivals[units, grade, t]
    if placed.any():
        told = "as published" if t == 0 else "flows of their own, over the sectors of the bassin"
        steps.add("+ SEGPA and ULIS", rentree, float(placed.sum()), told)
    whole, factor = value + float(placed.sum()), float(trail.agreement[t])
    if factor != 1.0:
        told = "projection given for the département"
        steps.add("agreed with the totals given", rentree, whole * factor, told, factor)
    if arrived.any():
        steps.add("+ hypotheses", rentree, float(arrived.sum()), "dwellings and jobs supposed")
    final = float(trail.pupils()[units, grade, t].sum())
    steps.add("projection", rentree, final, "the steps above")
