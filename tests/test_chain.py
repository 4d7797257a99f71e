"""From official files to ranked plans, on a département small enough to follow by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import maillage
from maillage import InputError, Rules, Scenario, chain
from maillage.errors import ScenarioError, UnsolvedError
from minidata import write_minidata

SCENARIOS = (
    Scenario(name="present", present=True),
    Scenario(name="access", close=0),
    Scenario(name="close1", close=1, rules=Rules(capacity="none")),
)


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> maillage.Territory:
    return maillage.load_territory(write_minidata(tmp_path_factory.mktemp("mini")))


@pytest.fixture(scope="module")
def study(territory: maillage.Territory) -> maillage.Study:
    return maillage.study(territory, SCENARIOS, until=2030)


def test_every_scenario_has_a_proven_plan(study: maillage.Study) -> None:
    assert [plan.status for plan in study.plans] == ["present", "proven", "proven"]
    assert all(plan.breaches == () for plan in study.plans[1:])
    assert study.plan("close1").open.sum() == 2
    assert study.start == 2023
    assert study.until == 2030


def test_nearest_collège_is_best_for_access(study: maillage.Study) -> None:
    travel = study.travel.minutes
    chosen = study.plan("access").assignment
    assert np.allclose(travel[np.arange(len(chosen)), chosen], travel.min(axis=1))


def test_indicators_cover_every_scenario_and_rentree(study: maillage.Study) -> None:
    table = study.indicators()
    assert set(table["scenario"]) == {"present", "access", "close1"}
    assert set(table["rentree"]) == set(range(2022, 2031))
    assert table["value"].notna().any()
    before = table[table["rentree"] == 2022].pivot_table(index="indicator", columns="scenario", values="value", dropna=False)
    assert np.allclose(before["present"], before["close1"], equal_nan=True), "before the start every plan is today's"


def test_pupils_are_conserved_whatever_the_plan(study: maillage.Study) -> None:
    table = study.college_table()
    totals = table.groupby(["scenario", "rentree"])["pupils"].sum().unstack("scenario")
    for scenario in ("access", "close1"):
        assert np.allclose(totals[scenario], totals["present"])


def test_ranking_pareto_and_stability_agree_on_the_scenarios(study: maillage.Study) -> None:
    ranking = study.ranking().to_pandas()
    assert set(ranking["scenario"]) == {"present", "access", "close1"}
    assert len(study.pareto()) == 3
    first = study.stability(draws=200)
    assert len(first) == 3
    pd.testing.assert_frame_equal(first, study.stability(draws=200))


def test_an_executor_gives_the_same_plans(territory: maillage.Territory, study: maillage.Study) -> None:
    seen: list[tuple[str, int, int]] = []
    with ThreadPoolExecutor(1) as pool:
        again = maillage.study(territory, SCENARIOS, until=2030, executor=pool, progress=lambda *step: seen.append(step))
    for one, other in zip(study.plans, again.plans, strict=True):
        assert np.array_equal(one.assignment, other.assignment)
    assert [done for _, done, _ in seen] == [1, 2, 3, 4, 5]
    assert {total for *_, total in seen} == {5}


def test_an_impossible_scenario_is_told_and_the_others_stand(territory: maillage.Territory) -> None:
    hopeless = Scenario(name="hopeless", close=2)
    study = maillage.study(territory, [SCENARIOS[0], hopeless], until=2026)
    assert [s.name for s in study.scenarios] == ["present"]
    ((scenario, reasons),) = study.impossible
    assert scenario == hopeless
    assert any("capacity" in reason or "places" in reason for reason in reasons), reasons


def test_a_scenario_without_an_answer_in_time_is_told_apart(
    territory: maillage.Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = chain.optimise

    def too_slow(territory: maillage.Territory, scenario: Scenario, **given: Any) -> maillage.Plan:
        if scenario.present:
            return real(territory, scenario, **given)
        raise UnsolvedError("scenario 'access': no plan found in 1 s; give it more time")

    monkeypatch.setattr(chain, "optimise", too_slow)
    study = maillage.study(territory, SCENARIOS[:2], until=2026)
    assert study.impossible == ()
    ((scenario, reasons),) = study.unsolved
    assert scenario.name == "access"
    assert "more time" in reasons[0]


def test_nothing_possible_at_all_is_an_error(territory: maillage.Territory) -> None:
    with pytest.raises(ScenarioError, match="hopeless"):
        maillage.study(territory, [Scenario(name="hopeless", close=2)], until=2026)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scenarios": []}, "no scenario"),
        ({"scenarios": [SCENARIOS[0], SCENARIOS[0]]}, "used twice"),
        ({"until": 2020}, "before start"),
        ({"until": None}, "either `settings` or `until`"),
        ({"scenarios": [Scenario(name="x", close_named=("0999999Z",))]}, "unknown UAI"),
        ({"settings": maillage.StudySettings(until=2030, start=2022), "until": None}, "not after the data"),
        ({"settings": maillage.StudySettings(until=2030, weights={"own": {"acess": 1}}), "until": None}, "access"),
    ],
)
def test_bad_questions_are_refused(territory: maillage.Territory, change: dict[str, object], said: str) -> None:
    asked: dict[str, object] = {"scenarios": SCENARIOS, "until": 2030} | change
    with pytest.raises(InputError, match=said):
        maillage.study(territory, **asked)  # type: ignore[arg-type]


def test_travel_of_another_territory_is_refused(territory: maillage.Territory, study: maillage.Study) -> None:
    half = maillage.TravelTimes(study.travel.minutes[:2], study.travel.distance_km[:2], "car", True, "half")
    with pytest.raises(InputError, match="territory needs"):
        maillage.study(territory, SCENARIOS, until=2030, travel=half)


def test_unknown_names_are_refused_with_the_known_ones(study: maillage.Study) -> None:
    with pytest.raises(InputError, match="present, access, close1"):
        study.plan("nothing")
    with pytest.raises(InputError, match="balanced"):
        study.ranking("nothing")


def test_files_stay_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "mini"
    toml = write_minidata(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    maillage.study(maillage.load_territory(toml), SCENARIOS[:1], until=2025)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
