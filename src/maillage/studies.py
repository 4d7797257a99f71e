"""`Study`: scenarios of one territory, planned and measured, ready to be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from maillage.demography.demand import Demand
from maillage.demography.enrolment import Enrolment
from maillage.errors import Fault, InputError
from maillage.indicators import breaking, college_table, evaluate
from maillage.indicators.criteria import DEFAULT_CRITERIA, criteria_table
from maillage.indicators.futures import DRAW
from maillage.plan import Plan
from maillage.ranking import WEIGHT_PROFILES, Ranking, acceptability, flips, pareto, rank, stability
from maillage.scenario import Scenario, StudySettings
from maillage.territory import Territory
from maillage.travel.times import TravelTimes

MOST_FUTURES = 100
"""Simulated futures looked at for the ranking unless more are asked for: the standard error of a share is then 0.05 at most."""


@dataclass(frozen=True, eq=False)
class Study:
    """Scenarios of one territory, planned and measured.

    Attributes
    ----------
    territory : Territory
    scenarios : tuple of Scenario
        Those that have a plan, in the order asked.
    plans : tuple of Plan
        One a scenario.
    impossible : tuple of (Scenario, reasons)
        Scenarios without a possible plan, and why: proven.
    unsolved : tuple of (Scenario, reasons)
        Scenarios for which no plan was found in time, though there may be one: nothing is proven.
    demand : Demand
        Of the variant the plans were made for, with its simulated futures (`settings.draws`).
    variants : dict of str to Demand
        All three variants.
    travel : TravelTimes
    settings : StudySettings
    seconds : float
        Wall time of the whole study.
    """

    territory: Territory
    scenarios: tuple[Scenario, ...]
    plans: tuple[Plan, ...]
    impossible: tuple[tuple[Scenario, tuple[str, ...]], ...]
    unsolved: tuple[tuple[Scenario, tuple[str, ...]], ...]
    demand: Demand
    variants: Mapping[str, Demand]
    travel: TravelTimes
    settings: StudySettings
    seconds: float = 0.0

    @property
    def start(self) -> int:
        """First rentrée under the new sectors."""
        return self.settings.start or self.territory.base_rentree + 1

    @property
    def until(self) -> int:
        """Last rentrée studied."""
        return self.settings.until

    def plan(self, name: str) -> Plan:
        """Plan of a scenario by name; `InputError` naming the known ones otherwise."""
        for scenario, plan in zip(self.scenarios, self.plans, strict=True):
            if scenario.name == name:
                return plan
        known = ", ".join(s.name for s in self.scenarios)
        raise InputError([Fault("study", f"no plan for scenario {name!r}", remedy=f"Plans exist for: {known}")])

    def demand_under(self, plan: Plan) -> Demand:
        """The demand once families have answered to a plan's sectors, as the study supposes; `demand` where they do not.

        Plans are made for `demand`: how families answer is a sensitivity of what is measured, not of what is optimised.
        """
        return self._answered(self.demand, plan)

    @property
    def today(self) -> Plan:
        """Today's sectors as a plan, whether or not the study holds that scenario."""
        held = next((plan for plan in self.plans if plan.scenario.present), None)
        first = self.plans[0]
        return held or replace(first, assignment=first.present, open=np.ones_like(first.open), status="present")

    def enrolment(self) -> Enrolment:
        """The projection of each collège under today's sectors, to the horizon, with its simulated futures where there are."""
        return self.demand.by_college(self.today, self.territory)

    def indicators(self) -> pd.DataFrame:
        """Long table: scenario, indicator, rentree, value, unit, better, estimated, nature."""
        return self._indicators.copy()

    def college_table(self) -> pd.DataFrame:
        """One row a scenario, collège and rentrée; see `maillage.indicators.college_table`."""
        return self._college_table.copy()

    def criteria(self) -> tuple[pd.DataFrame, dict[str, str]]:
        """Scenario x criterion table that the ranking works on, and which way each criterion is better.

        A criterion that the data cannot measure (canteens without known seats) is left out; see `criteria_left_out`.
        """
        table, better = self._criteria
        return table.copy(), dict(better)

    def criteria_left_out(self) -> tuple[str, ...]:
        """Criteria of the default ranking that the data cannot measure; their weights do not count."""
        return tuple(name for name in DEFAULT_CRITERIA if name not in self._criteria[1])

    def ranking(self, weights: str | Mapping[str, float] | None = None) -> Ranking:
        """Scenarios in order of their weighted score.

        Parameters
        ----------
        weights : str, mapping or None
            Name of a profile (the study's own or one of `WEIGHT_PROFILES`), criterion to weight, or None for the study's
            first profile, "balanced" where it has none.

        Raises
        ------
        InputError
            Unknown profile or criterion, negative weights, weights that are all zero.
        """
        table, better = self.criteria()
        return rank(table, better, self._weights(weights), reference=self._reference())

    def pareto(self) -> pd.DataFrame:
        """Which scenarios no other one beats on every criterion, and who beats the others."""
        table, better = self.criteria()
        return pareto(table, better)

    def stability(
        self, weights: str | Mapping[str, float] | None = None, draws: int = 2000, seed: int | None = None
    ) -> pd.DataFrame:
        """How often each scenario is first, or among the first two, when the weights move.

        `seed` defaults to the study's own.
        """
        table, better = self.criteria()
        chosen = self.settings.seed if seed is None else seed
        return stability(table, better, self._weights(weights), draws=draws, seed=chosen, reference=self._reference())

    def acceptability(
        self,
        weights: str | Mapping[str, float] | None = None,
        draws: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> pd.DataFrame:
        """How often each scenario is first, or among the first two, over the simulated futures of enrolment.

        The plans stay as they are; their criteria are measured anew in each future, and ranked with the same scaling and
        weights as `ranking`. Futures measured once are kept, so that other weights cost nothing more.

        Parameters
        ----------
        weights : str, mapping or None
            As for `ranking`.
        draws : int, optional
            Futures looked at, the first ones drawn; all of the study's where absent, 100 at most.
        progress : callable, optional
            ``progress(done, total)`` after each future.

        Returns
        -------
        DataFrame
            As `maillage.ranking.acceptability`: index scenario, columns ``first``, ``first_two``, ``mean_rank``, ``rank_1``,
            .... The standard error of a share is ``sqrt(p (1 - p) / draws)``. Tied scenarios share the better rank, so that
            shares of first places can sum to more than 1.

        Raises
        ------
        InputError
            The study has no simulated futures, or fewer than `draws`; as `ranking` otherwise.
        """
        drawn = 0 if self.demand.draws is None else len(self.demand.draws)
        wanted = min(drawn, MOST_FUTURES) if draws is None else draws
        if not 1 <= wanted <= drawn:
            raise InputError([Fault("acceptability", f"{wanted} simulated futures of {drawn} drawn", remedy=DRAW)])
        chosen = self._weights(weights)
        tables = []
        for number in range(wanted):
            tables.append(self._in_future(number))
            if progress is not None:
                progress(number + 1, wanted)
        return acceptability(tables, self._criteria[1], chosen, reference=self._reference())

    def risks(self) -> pd.DataFrame:
        """How likely each collège is to be too full, or too small, over all simulated futures of enrolment.

        Returns
        -------
        DataFrame
            One row a scenario, collège and rentrée from `start` to `until`: ``scenario, uai, rentree, p_over_capacity,
            p_under_min, capacity_estimated``, by the rules of each scenario; see `maillage.indicators.breaking`.

        Raises
        ------
        InputError
            The study has no simulated futures.
        """
        return self._per_scenario(lambda territory, plan, demand, travel: breaking(plan, demand, territory))

    def flips(self, weights: str | Mapping[str, float] | None = None) -> pd.DataFrame:
        """For each criterion, the weight at which the first place changes, and to whom: what the decision hangs on."""
        table, better = self.criteria()
        return flips(table, better, self._weights(weights), reference=self._reference())

    def profiles(self) -> dict[str, dict[str, float]]:
        """Weight profiles by name: the study file's own first, then the library's."""
        own = {name: dict(weights) for name, weights in self.settings.weights.items()}
        return own | {name: dict(weights) for name, weights in WEIGHT_PROFILES.items() if name not in own}

    def _weights(self, weights: str | Mapping[str, float] | None) -> Mapping[str, float]:
        profiles = self.profiles()
        if weights is None:
            weights = next(iter(self.settings.weights), "balanced")
        if isinstance(weights, str):
            if weights not in profiles:
                raise InputError(
                    [Fault("ranking", f"unknown weight profile {weights!r}", remedy=f"Known: {', '.join(profiles)}")]
                )
            weights = profiles[weights]
        left_out = self.criteria_left_out()
        return {name: weight for name, weight in weights.items() if name not in left_out}

    def _in_future(self, number: int) -> pd.DataFrame:
        """Scenario x criterion table of one simulated future, on the criteria of the study."""
        if number not in self._futures:
            future, names = self.demand.future(number), {item.indicator for item in DEFAULT_CRITERIA.values()}
            parts = [
                evaluate(self.territory, plan, self._answered(future, plan), self.travel, names=names).assign(
                    scenario=scenario.name
                )
                for scenario, plan in zip(self.scenarios, self.plans, strict=True)
            ]
            table, _ = criteria_table(pd.concat(parts, ignore_index=True), self.start, self.until)
            self._futures[number] = table[list(self._criteria[1])]
        return self._futures[number]

    def _answered(self, demand: Demand, plan: Plan) -> Demand:
        return demand.answered(plan, self.territory, self.settings.hypotheses.avoidance)

    def _reference(self) -> str | None:
        return next((s.name for s in self.scenarios if s.present), None)

    @cached_property
    def _futures(self) -> dict[int, pd.DataFrame]:
        """Criteria by future, filled as they are asked for."""
        return {}

    @cached_property
    def _indicators(self) -> pd.DataFrame:
        return self._per_scenario(evaluate)

    @cached_property
    def _criteria(self) -> tuple[pd.DataFrame, dict[str, str]]:
        return criteria_table(self._indicators, self.start, self.until)

    @cached_property
    def _college_table(self) -> pd.DataFrame:
        return self._per_scenario(college_table)

    def _per_scenario(self, table: Callable[[Territory, Plan, Demand, TravelTimes], pd.DataFrame]) -> pd.DataFrame:
        parts = [
            table(self.territory, plan, self.demand_under(plan), self.travel).assign(scenario=scenario.name)
            for scenario, plan in zip(self.scenarios, self.plans, strict=True)
        ]
        whole = pd.concat(parts, ignore_index=True)
        return whole[["scenario", *whole.columns.drop("scenario")]]
