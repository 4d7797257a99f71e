"""Everything the report tells, as plain frozen facts in no language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maillage.indicators import college_table, evaluate
from maillage.plan import Plan
from maillage.report.comparison import (
    IndicatorRow,
    PlanFacts,
    essential,
    indicator_rows,
    plan_facts,
    scenario_figures,
)
from maillage.report.diagnosis import Diagnosis, diagnose
from maillage.report.maps import Atlas, draw_atlas
from maillage.report.prospects import Prospects, prospects_of
from maillage.report.roster import CollegeFacts, roster
from maillage.report.standing import RankingFacts, ranking_facts

if TYPE_CHECKING:
    from maillage.scenario import Scenario
    from maillage.studies import Study
    from maillage.territory import Territory


@dataclass(frozen=True, eq=False)
class Facts:
    """A study, ready to be told.

    Attributes
    ----------
    territory : Territory
        For its name, sources, matches and estimates.
    base, start, until : int
        Rentrées of the data, of the new sectors, of the horizon.
    colleges : tuple of CollegeFacts
        By commune and name.
    prospects : Prospects
        How sure the projection is.
    plans : tuple of PlanFacts
        In the study's order.
    reference : PlanFacts or None
        Today's sectors, where the study holds them.
    rows, essential : tuple of IndicatorRow
        All indicators at the horizon, and those to read first.
    ranking : RankingFacts or None
        None where fewer than two scenarios have a plan.
    impossible, unsolved : tuple of (Scenario, reasons)
        Proven to have no plan; no plan found in time.
    approximate_units : int
        Units whose outline is an approximation.
    supposed : tuple of str
        Hypotheses on top of the trend that the projected pupils include.
    families_answer : bool
        The study supposes that families answer to new sectors.
    off_roads : tuple of str
        Units and collèges too far from any road, so without journeys.
    """

    territory: Territory
    title: str
    base: int
    start: int
    until: int
    variant: str
    colleges: tuple[CollegeFacts, ...]
    diagnosis: Diagnosis
    prospects: Prospects
    plans: tuple[PlanFacts, ...]
    reference: PlanFacts | None
    rows: tuple[IndicatorRow, ...]
    essential: tuple[IndicatorRow, ...]
    ranking: RankingFacts | None
    impossible: tuple[tuple[Scenario, tuple[str, ...]], ...]
    unsolved: tuple[tuple[Scenario, tuple[str, ...]], ...]
    atlas: Atlas
    approximate_units: int
    travel_mode: str
    travel_approximate: bool
    off_roads: tuple[str, ...]
    methods: tuple[str, ...]
    supposed: tuple[str, ...]
    families_answer: bool
    seed: int
    seconds: float

    def numbered(self, position: int) -> CollegeFacts | None:
        """The collège at a position of the territory; None for -1 (outside)."""
        return next((c for c in self.colleges if c.position == position), None)


def facts_of(study: Study) -> Facts:
    """Gather the facts of a study; it is not changed."""
    territory, today = study.territory, study.today
    inputs = (territory, today, study.demand, study.travel)
    figures = scenario_figures(evaluate(*inputs).assign(scenario="today"))["today"]
    whole = study.college_table()
    tables = [whole[whole["scenario"] == plan.scenario.name] for plan in study.plans]
    colleges = roster(territory, college_table(*inputs), tables, study.until)
    names = {c.uai: f"{c.name} ({c.commune})" for c in colleges}
    plans = plan_facts(study, names)
    rows = indicator_rows(plans, figures, territory.base_rentree)
    numbers = [c.number for c in sorted(colleges, key=lambda c: c.position)]
    return Facts(
        territory=territory,
        title=study.settings.title,
        base=territory.base_rentree,
        start=study.start,
        until=study.until,
        variant=study.settings.variant,
        colleges=colleges,
        diagnosis=diagnose(study, figures, colleges),
        prospects=prospects_of(study),
        plans=plans,
        reference=next((p for p in plans if p.scenario.present), None),
        rows=rows,
        essential=essential(rows),
        ranking=ranking_facts(study, plans),
        impossible=study.impossible,
        unsolved=study.unsolved,
        atlas=draw_atlas(territory, study.plans, numbers),
        approximate_units=int(territory.units.approximate.sum()),
        travel_mode=study.travel.mode,
        travel_approximate=study.travel.approximate,
        off_roads=_off_roads(study, names),
        methods=(*study.demand.method, *_answers(study), *study.travel.method.splitlines(), *_solvers(study.plans)),
        supposed=study.demand.supposed,
        families_answer=study.settings.hypotheses.avoidance.is_on,
        seed=study.settings.seed,
        seconds=study.seconds,
    )


def _off_roads(study: Study, colleges: Mapping[str, str]) -> tuple[str, ...]:
    units = study.territory.units
    named = {str(unit): str(name) for unit, name in zip(units.unit, units.name, strict=True)} | dict(colleges)
    return tuple(named.get(place, place) for place in study.travel.not_snapped)


def _answers(study: Study) -> tuple[str, ...]:
    """What is supposed of families whose sector changes, said once for all plans."""
    known = len(study.demand.method)
    return tuple(dict.fromkeys(said for plan in study.plans for said in study.demand_under(plan).method[known:]))


def _solvers(plans: Sequence[Plan]) -> tuple[str, ...]:
    """What solved the plans, each named once."""
    return tuple(dict.fromkeys(plan.method for plan in plans if plan.status != "present"))
