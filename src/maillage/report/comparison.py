"""Scenarios side by side: the indicators of each plan, its proof, its closures and moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maillage.indicators import INDICATORS
from maillage.indicators.registry import never
from maillage.plan import Breach, Plan
from maillage.report.diagnosis import BANDS, Figures, figures_at
from maillage.report.format import NOBODY, NOTHING, Cell
from maillage.report.places import commune_names

if TYPE_CHECKING:
    from maillage.scenario import Scenario
    from maillage.studies import Study

CUT_OFF = "share_without_journey"

ESSENTIAL = (
    CUT_OFF,
    "travel_mean_min",
    "travel_p90_min",
    "share_above_30_min",
    "newly_bus_eligible_pupils",
    "dissimilarity",
    "eta_squared",
    "eta_squared_with_private",
    "colleges_occupancy_over_100",
    "colleges_occupancy_under_60",
    "pupils_above_capacity",
    "colleges_under_200",
    "lunches_beyond_places",
    "orphan_meals",
    "moved_share",
    "open_colleges",
)
"""Indicators an assembly reads first, in order; all others are in the annex."""

NAMED_MOVES = 6
"""Communes named among those a plan moves."""


@dataclass(frozen=True)
class PlanFacts:
    """A plan as the report tells it.

    Attributes
    ----------
    code : str
        Short label: S0 for today's sectors where they come first, S1, S2, ...
    moved_units : int
        Units where pupils live that change collège.
    moved_names : tuple of str
        The communes with the most pupils among them.
    moved_pupils, moved_share : Cell
        At the study's start.
    breaches : tuple of Breach
        Each rule broken in each place, the first time it is.
    bands : tuple of Cell
        Open collèges by occupancy band at the horizon.
    """

    code: str
    scenario: Scenario
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    closed: tuple[str, ...]
    breaches: tuple[Breach, ...]
    moved_units: int
    moved_names: tuple[str, ...]
    moved_pupils: Cell
    moved_share: Cell
    bands: tuple[Cell, ...]
    figures: Mapping[str, Cell]

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self.scenario.label


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator at the horizon: today's value at the base rentrée, then one value a plan, and which are best."""

    name: str
    family: str
    unit: str
    better: str
    today: Cell
    values: tuple[Cell, ...]
    best: tuple[bool, ...]


def plan_facts(study: Study, names: Mapping[str, str]) -> tuple[PlanFacts, ...]:
    """Facts of every plan; `names` gives what people call each UAI."""
    figures = scenario_figures(study.indicators())
    first = 0 if study.plans and study.plans[0].scenario.present else 1
    return tuple(
        _plan_facts(study, plan, f"S{number}", figures[plan.scenario.name], names)
        for number, plan in enumerate(study.plans, start=first)
    )


def scenario_figures(indicators: pd.DataFrame) -> dict[str, dict[tuple[str, int], Cell]]:
    """Scenario to the cells of its indicators by (name, rentrée)."""
    figures: dict[str, dict[tuple[str, int], Cell]] = {}
    columns = ("scenario", "indicator", "rentree", "value", "unit", "estimated")
    for scenario, name, rentree, value, unit, estimated in zip(*(indicators[c].tolist() for c in columns), strict=True):
        figures.setdefault(scenario, {})[name, rentree] = indicator_cell(name, value, unit, estimated)
    return figures


def indicator_cell(name: str, value: float, unit: str, estimated: bool) -> Cell:
    """The figure of one row of `maillage.indicators.evaluate`."""
    if not np.isfinite(value):
        return NOTHING
    # What a plan itself decides (collèges open) is no estimate, whatever the year.
    decided = INDICATORS[name].estimated is never
    # Eta squared is a share of variance, and is read as one.
    return Cell(value, "share" if name.startswith("eta_squared") else unit, estimated and not decided)


def indicator_rows(plans: Sequence[PlanFacts], today: Figures, base: int) -> tuple[IndicatorRow, ...]:
    """Every registered indicator at the horizon, in the registry's order."""
    return tuple(
        IndicatorRow(
            name=name,
            # A family is the module its indicators are written in.
            family=item.values.__module__.rpartition(".")[2],
            unit=item.unit,
            better=item.better,
            today=today.get((name, base), NOTHING),
            values=(values := tuple(plan.figures.get(name, NOTHING) for plan in plans)),
            best=_best(values, item.better),
        )
        for name, item in INDICATORS.items()
    )


def essential(rows: Sequence[IndicatorRow]) -> tuple[IndicatorRow, ...]:
    """The rows of `ESSENTIAL` that have a value; that of pupils without a journey only where there are some."""
    values = {row.name: [cell.value for cell in row.values if cell.value is not None] for row in rows}
    known = {row.name: row for row in rows if values[row.name] and (row.name != CUT_OFF or any(values[CUT_OFF]))}
    return tuple(known[name] for name in ESSENTIAL if name in known)


def _plan_facts(
    study: Study, plan: Plan, code: str, figures: Mapping[tuple[str, int], Cell], names: Mapping[str, str]
) -> PlanFacts:
    horizon = figures_at(figures, study.until)
    count, moved = _moves(study, plan)
    return PlanFacts(
        code=code,
        scenario=plan.scenario,
        status=plan.status,
        objective=plan.objective,
        bound=plan.bound,
        gap=plan.gap,
        seconds=plan.seconds,
        closed=tuple(names[uai] for uai in plan.closed),
        breaches=tuple({(b.rule, b.where): b for b in reversed(plan.breaches)}.values())[::-1],
        moved_units=count,
        moved_names=moved,
        moved_pupils=figures.get(("moved_pupils", study.start), NOTHING),
        moved_share=figures.get(("moved_share", study.start), NOTHING),
        bands=tuple(horizon.get(f"colleges_occupancy_{band}", NOTHING) for band in BANDS),
        figures=horizon,
    )


def _moves(study: Study, plan: Plan) -> tuple[int, tuple[str, ...]]:
    """How many inhabited units change collège, and the communes with the most pupils among them."""
    units = study.territory.units
    pupils = study.demand.between(study.start, study.start).sum(axis=1)
    moved = np.flatnonzero((plan.assignment != plan.present) & (pupils >= NOBODY))
    per_commune: dict[str, float] = {}
    for u in moved:
        commune = str(units.commune[u])
        per_commune[commune] = per_commune.get(commune, 0.0) + float(pupils[u])
    called = commune_names(units)
    most = sorted(per_commune, key=lambda c: (-per_commune[c], c))[:NAMED_MOVES]
    return len(moved), tuple(called[c] for c in most)


def _best(values: Sequence[Cell], better: str) -> tuple[bool, ...]:
    """Which values are best as shown; none where all are equal or the indicator has no direction."""
    shown = [cell.shown for cell in values]
    known = [value for value in shown if value is not None]
    if not better or len(set(known)) < 2:
        return (False,) * len(values)
    best = min(known) if better == "lower" else max(known)
    return tuple(value == best for value in shown)
