"""Rankings over simulated futures: two futures by hand, and what a study needs for them."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from maillage import chain
from maillage.demography.demand import Demand
from maillage.errors import InputError
from maillage.ranking import acceptability, rank
from maillage.scenario import Rules, Scenario, StudySettings
from maillage.studies import Study
from toy import B, toy_demand, toy_territory, toy_travel
from toy_futures import toy_futures
from toy_plans import TODAY, plan_of

# u1, that the second scenario sends to B, has no pupils in the first future: both scenarios are alike there. In the second
# future nothing differs from the projection: B has 190 pupils for 160 places where u1 goes there, everybody else is nearer.
TWO = toy_futures({(1, 2025): 0, (1, 2026): 0}, {})


def study_of(demand: Demand, *others: tuple[int, ...]) -> Study:
    territory = toy_territory()
    assignments = (TODAY, (0, 1, 1, 1), *others)
    scenarios = tuple(Scenario(name=name, present=name == "today") for name in ("today", "nearer", "third")[: len(assignments)])
    plans = tuple(dataclasses.replace(plan_of(territory, a), scenario=s) for a, s in zip(assignments, scenarios, strict=True))
    settings = StudySettings(until=2026, start=2025)
    return Study(territory, scenarios, plans, (), (), demand, {"central": demand}, toy_travel(), settings)


def test_shares_of_first_places_by_hand() -> None:
    study = study_of(TWO)
    by_access = study.acceptability({"access": 1})
    assert by_access.index.tolist() == ["today", "nearer"]
    assert by_access["first"].tolist() == [0.5, 1.0]
    assert by_access["first_two"].tolist() == [1.0, 1.0]
    assert by_access["beats_reference"].tolist() == [0.0, 0.5]
    by_room = study.acceptability({"capacity": 1})
    assert by_room["first"].tolist() == [1.0, 0.5]
    assert by_room["mean_rank"].tolist() == [1.0, 1.5]
    # Half and half: 1 and 0 against 0 and 1 in the second future.
    assert study.acceptability({"access": 1, "capacity": 1})["first"].tolist() == [1.0, 1.0]


def test_the_futures_looked_at_are_the_first_ones_and_are_told_one_by_one() -> None:
    study, told = study_of(TWO), []
    first = study.acceptability({"access": 1}, draws=1, progress=lambda done, total: told.append((done, total)))
    assert first["first"].tolist() == [1.0, 1.0]
    study.acceptability({"access": 1}, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 1), (1, 2), (2, 2)]


def test_a_hundred_futures_unless_more_are_asked_for() -> None:
    study, told = study_of(toy_futures(*[{}] * 101)), []
    study.acceptability(progress=lambda done, total: told.append(total))
    assert told == [100] * 100
    assert study.acceptability(draws=101)["first"].between(0, 1).all()


def test_a_future_that_is_the_projection_ranks_as_the_projection() -> None:
    study = study_of(toy_futures({}), (0, 0, 0, 1))
    table = study.acceptability("balanced")
    places = study.ranking("balanced").scores["rank"]
    assert table["mean_rank"].tolist() == places.tolist()
    assert (table["first"] == 1).tolist() == (places == 1).tolist()


def test_the_same_as_ranking_each_table() -> None:
    better, weights = {"a": "lower", "b": "higher"}, {"a": 2, "b": 1}
    names = pd.Index(["x", "y", "z"], name="scenario")
    tables = [
        pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 3.0, 9.0]}, names),
        pd.DataFrame({"a": [3.0, 2.0, 1.0], "b": [5.0, 5.0, 5.0]}, names),
        pd.DataFrame({"a": [1.0, 1.0, 1.0], "b": [0.0, 0.0, 1.0]}, names),
    ]
    ranks = pd.concat([rank(t, better, weights).scores["rank"] for t in tables], axis=1)
    found = acceptability(tables, better, weights)
    assert found["mean_rank"].tolist() == pytest.approx(ranks.mean(axis=1).tolist())
    assert found["first_two"].tolist() == pytest.approx((ranks <= 2).mean(axis=1).tolist())


def test_refused() -> None:
    with pytest.raises(InputError, match=r"0 simulated futures of 0 drawn[\s\S]*draws = 200"):
        study_of(toy_demand()).acceptability()
    with pytest.raises(InputError, match="3 simulated futures of 2 drawn"):
        study_of(TWO).acceptability(draws=3)
    with pytest.raises(InputError, match="0 simulated futures of 2 drawn"):
        study_of(TWO).acceptability(draws=0)
    with pytest.raises(InputError, match="unknown weight profile"):
        study_of(TWO).acceptability("nobody")
    with pytest.raises(InputError, match="no simulated futures"):
        study_of(toy_demand()).risks()
    with pytest.raises(InputError, match="there are none"):
        acceptability([], {}, {})
    one = pd.DataFrame({"a": [1.0, 2.0]}, ["x", "y"])
    with pytest.raises(InputError, match="not of the same scenarios"):
        acceptability([one, one.iloc[::-1]], {"a": "lower"}, {"a": 1})


def test_risks_of_every_scenario() -> None:
    table = study_of(TWO).risks()
    assert table.columns.tolist() == [
        "scenario",
        "uai",
        "rentree",
        "p_over_capacity",
        "p_under_min",
        "capacity_estimated",
    ]
    at_b = table[table["uai"] == B].set_index(["scenario", "rentree"])["p_over_capacity"]
    assert at_b.to_dict() == {("today", 2025): 0, ("today", 2026): 0, ("nearer", 2025): 0.5, ("nearer", 2026): 0.5}


def test_a_study_refuses_futures_it_does_not_draw_before_it_begins() -> None:
    scenarios = [Scenario(name="careful", rules=Rules(futures=3)), Scenario(name="free")]
    with pytest.raises(InputError, match=r"scenario careful: rules\.futures = 3, but the study draws 2[\s\S]*draws = 200"):
        chain.study(toy_territory(), scenarios, StudySettings(until=2026, draws=2), travel=toy_travel())
    drawn = chain.study(toy_territory(), scenarios, StudySettings(until=2026, draws=7), travel=toy_travel())
    assert drawn.demand.draws is not None
    assert len(drawn.demand.draws) == 7
    assert drawn.variants["high"].draws is None
    assert set(drawn.acceptability()["first"]) <= {0.0, 1.0} | {k / 7 for k in range(8)}
