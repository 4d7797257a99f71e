"""Scenarios in order: their rank, the front, and how firm the first place is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from maillage.indicators import DEFAULT_CRITERIA, INDICATORS
from maillage.ranking import Ranking, flips, pareto, rank, stability
from maillage.report.comparison import PlanFacts, indicator_cell
from maillage.report.format import Cell

if TYPE_CHECKING:
    from maillage.studies import Study

DRAWS = 2000
"""Weight vectors drawn to judge how stable the first place is."""


@dataclass(frozen=True)
class Place:
    """A scenario's place in the ranking; shares are of the draws of weights."""

    rank: int
    plan: PlanFacts
    score: float
    efficient: bool
    beaten_by: tuple[str, ...]
    first: float
    first_two: float
    mean_rank: float


@dataclass(frozen=True)
class RankingFacts:
    """The ranking under the study's first weight profile, and what happens under others.

    Attributes
    ----------
    criteria : tuple of (name, indicator, unit, better, weight)
    left_out : tuple of str
        Criteria that the data cannot measure.
    places : tuple of Place
        Best first.
    profiles : tuple of (profile, codes in first place, codes in second place)
    values : tuple of (plan, value of each criterion)
        Best place first; means over the rentrées of the study.
    flip : (criterion, weight, weight from which, code) or None
        The least rise of one weight that puts another scenario first.
    marks : tuple of (code, x, y, efficient)
        Scenarios in the plane of the first two criteria; empty where there is only one.
    """

    profile: str
    criteria: tuple[tuple[str, str, str, str, float], ...]
    left_out: tuple[str, ...]
    places: tuple[Place, ...]
    profiles: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    values: tuple[tuple[PlanFacts, tuple[Cell, ...]], ...]
    flip: tuple[str, float, float, str] | None
    marks: tuple[tuple[str, float, float, bool], ...]


def ranking_facts(study: Study, plans: Sequence[PlanFacts]) -> RankingFacts | None:
    """Ranking, front and stability; None where fewer than two scenarios have a plan.

    The same as `Study.ranking`, `pareto` and `stability`, from one table of criteria.
    """
    if len(plans) < 2:
        return None
    code = {plan.scenario.name: plan.code for plan in plans}
    table, better = study.criteria()
    rankings = {name: rank(table, better, _measured(weights, better)) for name, weights in study.profiles().items()}
    profile = next(iter(study.settings.weights), "balanced")
    ranking = rankings[profile]
    front = pareto(table, better)
    stable = stability(table, better, ranking.weights, draws=DRAWS, seed=study.settings.seed)
    measured = {str(c): DEFAULT_CRITERIA[str(c)].indicator for c in table.columns}
    places = _places(ranking, front, stable, plans)
    return RankingFacts(
        profile=profile,
        criteria=tuple((c, i, INDICATORS[i].unit, better[c], ranking.weights[c]) for c, i in measured.items()),
        left_out=tuple(c for c in DEFAULT_CRITERIA if c not in measured),
        places=places,
        profiles=tuple(_winners(name, other, code) for name, other in rankings.items()),
        values=tuple((place.plan, _values(table, place.plan.scenario.name, measured)) for place in places),
        flip=_flip(flips(table, better, ranking.weights), code),
        marks=_marks(table, front, code),
    )


def _measured(weights: Mapping[str, float], better: Mapping[str, str]) -> dict[str, float]:
    """Weights without those of criteria that the data cannot measure; an unknown name stays, and is refused."""
    return {name: weight for name, weight in weights.items() if name in better or name not in DEFAULT_CRITERIA}


def _values(table: pd.DataFrame, scenario: str, measured: Mapping[str, str]) -> tuple[Cell, ...]:
    """The criteria of one scenario; all rest on projected enrolment but for what the plan decides."""
    values = table.loc[[scenario], list(measured)].to_numpy(dtype=float)[0].tolist()
    return tuple(indicator_cell(i, value, INDICATORS[i].unit, True) for i, value in zip(measured.values(), values, strict=True))


def _marks(table: pd.DataFrame, front: pd.DataFrame, code: Mapping[str, str]) -> tuple[tuple[str, float, float, bool], ...]:
    if table.shape[1] < 2:
        return ()
    values = table.iloc[:, :2].to_numpy(dtype=float).tolist()
    on_front = front.loc[table.index, "on_front"].tolist()
    return tuple((code[str(name)], x, y, first) for name, (x, y), first in zip(table.index, values, on_front, strict=True))


def _places(ranking: Ranking, front: pd.DataFrame, stable: pd.DataFrame, plans: Sequence[PlanFacts]) -> tuple[Place, ...]:
    by_name = {plan.scenario.name: plan for plan in plans}
    order = ranking.to_pandas()
    names = [str(name) for name in order["scenario"]]
    front, stable = front.loc[names], stable.loc[names]
    columns = (
        order["rank"],
        order["score"],
        front["on_front"],
        front["dominated_by"],
        stable["first"],
        stable["first_two"],
        stable["mean_rank"],
    )
    return tuple(
        Place(rank, by_name[name], score, efficient, tuple(by_name[other].code for other in beaten), *shares)
        for name, rank, score, efficient, beaten, *shares in zip(names, *(c.tolist() for c in columns), strict=True)
    )


def _winners(profile: str, ranking: Ranking, code: Mapping[str, str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    table = ranking.to_pandas()
    places = sorted(table["rank"].unique())
    named = [tuple(code[str(n)] for n in table.loc[table["rank"] == place, "scenario"]) for place in places[:2]]
    return profile, named[0], named[1] if len(named) > 1 else ()


def _flip(table: pd.DataFrame, code: Mapping[str, str]) -> tuple[str, float, float, str] | None:
    """The criterion whose weight has to rise least before another scenario is first."""
    possible = table.dropna(subset=["flips_at"])
    if possible.empty:
        return None
    row = possible.iloc[0]
    return str(possible.index[0]), float(row["weight"]), float(row["flips_at"]), code[str(row["first_then"])]
