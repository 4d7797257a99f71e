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
from maillage.indicators import college_table, evaluate
from maillage.indicators.criteria import DEFAULT_CRITERIA, criteria_table
from maillage.plan import Plan
from maillage.ranking import WEIGHT_PROFILES, Ranking, flips, pareto, rank, stability
from maillage.scenario import Scenario, StudySettings
from maillage.territory import Territory
from maillage.travel.times import TravelTimes


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

    def _reference(self) -> str | None:
        return next((s.name for s in self.scenarios if s.present), None)

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
            table(self.territory, plan, self.demand, self.travel).assign(scenario=scenario.name)
            for scenario, plan in zip(self.scenarios, self.plans, strict=True)
        ]
        whole = pd.concat(parts, ignore_index=True)
        return whole[["scenario", *whole.columns.drop("scenario")]]
