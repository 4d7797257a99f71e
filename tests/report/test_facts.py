"""Facts of the toy study, worked out again without the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maillage.report.comparison import ESSENTIAL
from maillage.report.facts import Facts, facts_of
from maillage.report.format import Cell
from maillage.report.places import commune_names
from maillage.report.roster import LEAST_IPS_PUPILS
from maillage.studies import Study


@pytest.fixture(scope="module")
def facts(toy_study: Study) -> Facts:
    return facts_of(toy_study)


def test_collèges_are_in_alphabetical_order_not_by_ips(facts: Facts) -> None:
    communes = [c.commune for c in facts.colleges]
    assert communes == sorted(communes)
    assert [c.number for c in facts.colleges] == [1, 2, 3, 4, 5, 6]
    ips = [c.now.ips.value for c in facts.colleges]
    assert ips not in (sorted(ips), sorted(ips, reverse=True))  # type: ignore[type-var]


def test_a_collège_has_its_figures(facts: Facts, toy_study: Study) -> None:
    territory = toy_study.territory
    college = next(c for c in facts.colleges if c.uai == "0990000A")
    assert college.capacity.estimated
    assert college.now.pupils.value == pytest.approx(territory.colleges.pupils[0])
    assert not college.now.pupils.estimated
    assert college.later.pupils.estimated
    assert college.now.occupancy.value == pytest.approx(1 / 1.3)
    assert college.places == Cell(240.0, "meals", False)
    demand, mine = toy_study.demand.total()[:, -1], territory.units.present == 0
    assert college.later.pupils.value == pytest.approx(demand[mine].sum())
    assert college.change == pytest.approx(demand[mine].sum() / territory.colleges.pupils[0] - 1)


def test_a_closed_collège_has_no_pupils(facts: Facts) -> None:
    closed = next(c for c in facts.colleges if c.uai == "0990003A")
    assert [state.open for state in closed.plans] == [True, True, False, True]
    assert closed.plans[2].pupils.value == 0.0
    assert closed.plans[2].occupancy.value is None
    assert facts.plans[2].closed == (f"Val Doré ({closed.commune})",)


def test_small_collèges_tell_nothing_that_gives_their_count_away(toy_study: Study) -> None:
    demand = toy_study.demand
    shrunk = np.where(toy_study.territory.units.present[:, None, None] == 5, demand.pupils * 0.008, demand.pupils)
    few = replace(demand, pupils=np.concatenate([demand.pupils[:, :, :1], shrunk[:, :, 1:]], axis=2))
    small = facts_of(replace(toy_study, demand=few, variants={"central": few, "high": few, "low": few}))
    college = next(c for c in small.colleges if c.uai == "0990005A")
    assert 0 < (college.later.pupils.value or 0) < 5
    assert college.later.occupancy.value is None
    assert college.later.lunches.value is None
    assert college.later.ips.value is None
    assert college.change is None
    assert LEAST_IPS_PUPILS >= 25


def test_diagnosis(facts: Facts, toy_study: Study) -> None:
    d = facts.diagnosis
    total = float(toy_study.territory.colleges.pupils.sum())
    assert d.observed[-1] == (2024, pytest.approx(total))
    assert d.observed[0] == (2020, pytest.approx(total * 1.04))
    assert [name for name, _ in d.projected] == ["central", "high", "low"]
    assert d.projected[0][1][-1] == (2030, pytest.approx(toy_study.demand.total()[:, -1].sum()))
    changes = [c.change for c in facts.colleges if c.change is not None]
    assert d.losing == sum(change < 0 for change in changes)
    assert sum(d.changes) == 6
    assert sum(a for _, a, _ in d.ips_classes) == 6
    assert sum(b for _, _, b in d.ips_classes) == 2
    assert d.private_share == pytest.approx(530 / (530 + total))
    assert (d.lunch_colleges, d.places_known, d.ecole_meals) == (5, 4, 160)
    assert sum(round(cell.value or 0) for cell in d.bands_now) == 6


def test_a_uniform_projection_is_called_one(toy_study: Study) -> None:
    base = toy_study.demand.pupils[:, :, :1]
    flat = replace(toy_study.demand, pupils=base * np.linspace(1, 0.8, toy_study.demand.pupils.shape[2]))
    d = facts_of(replace(toy_study, demand=flat, variants={"central": flat, "high": flat, "low": flat})).diagnosis
    assert d.uniform
    assert d.falls == ()


def test_best_values_are_the_best(facts: Facts) -> None:
    travel = next(row for row in facts.essential if row.name == "travel_mean_min")
    shown = [cell.shown for cell in travel.values]
    assert travel.best == tuple(value == min(v for v in shown if v is not None) for value in shown)
    assert travel.best[1], "the plan of nearest collèges has the shortest journeys"
    neutral = next(row for row in facts.rows if row.better == "")
    assert not any(neutral.best)
    same = next(row for row in facts.rows if row.better and len({c.shown for c in row.values}) == 1)
    assert not any(same.best)


def test_essential_indicators_exist(facts: Facts) -> None:
    assert set(ESSENTIAL) <= {row.name for row in facts.rows}


def test_moves(facts: Facts, toy_study: Study) -> None:
    mixed, plan = facts.plans[3], toy_study.plans[3]
    moved = plan.assignment != plan.present
    assert mixed.moved_units == moved.sum() == 3
    pupils = toy_study.demand.total()[:, 1]
    assert mixed.moved_pupils.value == pytest.approx(pupils[moved].sum())
    most = int(np.flatnonzero(moved)[pupils[moved].argmax()])
    assert mixed.moved_names[0] == f"Bourg-{most + 1}"


def test_ranking_is_the_study_s_own(facts: Facts, toy_study: Study) -> None:
    assert facts.ranking is not None
    table = toy_study.ranking().to_pandas()
    assert [place.plan.scenario.name for place in facts.ranking.places] == table["scenario"].tolist()
    assert [place.score for place in facts.ranking.places] == pytest.approx(table["score"].tolist())
    stable = toy_study.stability()
    assert facts.ranking.places[0].first == stable.loc[table["scenario"][0], "first"]
    assert sum(weight for *_, weight in facts.ranking.criteria) == pytest.approx(1)


def test_one_scenario_alone_is_not_ranked(toy_study: Study) -> None:
    alone = facts_of(replace(toy_study, scenarios=toy_study.scenarios[:1], plans=toy_study.plans[:1]))
    assert alone.ranking is None


def test_today_is_known_without_its_scenario(toy_study: Study, facts: Facts) -> None:
    without = facts_of(replace(toy_study, scenarios=toy_study.scenarios[1:], plans=toy_study.plans[1:]))
    assert without.reference is None
    assert without.diagnosis.now == facts.diagnosis.now
    assert without.plans[0].code == "S1"


def test_names_of_cut_communes(toy_study: Study) -> None:
    units = toy_study.territory.units
    commune = np.array(["62001", "62001", "62002", "62003", "62003", "62004", "62004"])
    name = np.array(["Lens 1", "Lens 2", "Arras", "Liévin, Nord", "Liévin, Sud", "Centre", "Port"])
    seven = type("Seven", (), {"commune": commune, "name": name})()
    assert commune_names(seven) == {"62001": "Lens", "62002": "Arras", "62003": "Liévin", "62004": "62004"}
    assert commune_names(units)["99001"] == "Bourg-1"
