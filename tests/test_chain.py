"""From official files to ranked plans, on a département small enough to follow by hand."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maillage
from maillage import InputError, Rules, Scenario, chain
from maillage.errors import ScenarioError, UnsolvedError
from maillage.report.words import Words
from maillage.travel.commutes import home_to_school
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


def test_the_study_s_variant_alone_has_simulated_futures(study: maillage.Study) -> None:
    assert study.demand is study.variants["central"]
    assert study.demand.draws is not None
    assert len(study.demand.draws) == study.settings.draws == 200
    assert [name for name, demand in study.variants.items() if demand.draws is not None] == ["central"]


def test_today_is_a_plan_and_its_enrolment_is_known(study: maillage.Study) -> None:
    assert study.today is next(plan for plan in study.plans if plan.scenario.present)
    without = replace(study, plans=tuple(plan for plan in study.plans if not plan.scenario.present))
    assert (without.today.assignment == study.territory.units.present).all()
    assert without.today.open.all()
    assert (without.enrolment().total() == study.enrolment().total()).all()
    assert study.enrolment().total() == pytest.approx(study.today.loads(study.demand))


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


def test_a_study_travels_as_its_settings_say(territory: maillage.Territory, study: maillage.Study) -> None:
    asked = maillage.TravelSettings(mode="school", walk_under_km=4)
    settings = maillage.StudySettings(until=2025, travel=asked)
    walking = maillage.study(territory, SCENARIOS[:2], settings)
    assert walking.travel.mode == "school"
    assert walking.travel.mean_names == ("walk", "coach")
    assert study.travel.mode == "car"
    table = walking.indicators().set_index(["scenario", "indicator", "rentree"])["value"]
    assert 0 < table["present", "share_within_20_min_on_foot", 2022] < 1
    by_hand = maillage.optimise(territory, SCENARIOS[1], travel=asked, until=2025)
    assert np.array_equal(by_hand.assignment, walking.plan("access").assignment)


def test_travel_times_are_asked_for_once(territory: maillage.Territory, study: maillage.Study) -> None:
    walk = maillage.StudySettings(until=2025, travel=maillage.TravelSettings(mode="walk"))
    with pytest.raises(InputError, match="both `travel` and travel settings"):
        maillage.study(territory, SCENARIOS[:1], walk, travel=study.travel)
    road = maillage.RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[700_000, 7_000_000], [718_000, 7_000_000]])
    with pytest.raises(InputError, match="both `network` and `travel`"):
        maillage.study(territory, SCENARIOS[:1], until=2025, network=road, travel=study.travel)
    for given in ({"roads": "roads.gpkg"}, {"rural_km_h": 90}):
        asked = maillage.StudySettings(until=2025, travel=maillage.TravelSettings.model_validate(given))
        with pytest.raises(InputError, match="given beside a network"):
            maillage.study(territory, SCENARIOS[:1], asked, network=road)
    with pytest.raises(InputError, match="a limit, but no roads"):
        maillage.study(territory, SCENARIOS[:1], asked)


def test_coaches_of_the_table_of_circuits(territory: maillage.Territory) -> None:
    """One coach, from the first commune's centre at 7:30 to the gate of the second collège at 7:45."""
    homes, colleges = territory.units, territory.colleges
    start, end = homes.xy_m[0], colleges.xy_m[1]
    calls = pd.DataFrame(
        {
            "circuit": ["A", "A"],
            "time_min": [450.0, 465.0],
            "stop": ["Mairie", "Collège"],
            "x_m": [start[0], end[0]],
            "y_m": [start[1], end[1]],
            "uai": ["", colleges.uai[1]],
        }
    )
    by_circuit = maillage.TravelSettings(mode="circuit")
    times = home_to_school(replace(territory, circuits=calls), by_circuit)
    assert times.means is not None
    assert times.mean_names[times.means[0, 1]] == "circuit"
    # The approximation's least walk from home, 5 min, then 15 min by coach.
    assert times.minutes[0, 1] == 20
    late = home_to_school(replace(territory, circuits=calls), maillage.TravelSettings(mode="circuit", bell="07:40"))
    assert np.isinf(late.minutes[0, 1])
    with pytest.raises(InputError, match="no table of coach circuits"):
        home_to_school(territory, by_circuit)


def test_circuits_that_do_not_reach_everybody_say_what_to_do(territory: maillage.Territory) -> None:
    """A coach that goes nowhere near: every unit that has no collège within a walk is cut off."""
    calls = pd.DataFrame(
        {
            "circuit": ["A", "A"], "time_min": [450.0, 465.0], "stop": ["Mairie", "Gare"],
            "x_m": [650_000.0, 651_000.0], "y_m": [6_860_000.0] * 2, "uai": ["", ""],
        }
    )  # fmt: skip
    asked = maillage.TravelSettings(mode="circuit")
    far = replace(territory, circuits=calls)
    with pytest.raises(maillage.InfeasibleError) as caught:
        maillage.optimise(far, SCENARIOS[1], until=2025, travel=asked)
    assert any("no open collège can be reached" in reason for reason in caught.value.reasons)
    assert any('mode = "school" or "coach"' in reason for reason in caught.value.reasons)
    told = [Words("fr").recorded(reason) for reason in caught.value.reasons]
    assert any(text is not None and "mesurer un réseau de cars" in text for text in told)


def test_inhabited_squares_of_the_study_file_are_a_source(tmp_path: Path) -> None:
    write_minidata(tmp_path / "mini")
    square = [shapely.box(703_000, 7_003_000, 703_200, 7_003_200)]
    gpd.GeoDataFrame({"people": [9.0]}, geometry=square, crs=2154).to_file(tmp_path / "squares.gpkg")
    text = """
territory = "mini"
[study]
until = 2025
[study.travel]
homes = "squares.gpkg"
homes_column = "people"
[[scenario]]
name = "present"
present = true
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    inputs = maillage.load_study(tmp_path / "study.toml")
    (source,) = [source for source in inputs.territory.sources if source.file == "squares.gpkg"]
    assert source.sha256 == hashlib.sha256((tmp_path / "squares.gpkg").read_bytes()).hexdigest()
    (estimate,) = [estimate for estimate in inputs.territory.estimates if estimate.quantity == "homes of pupils"]
    assert "carreaux habités, selon people" in str(Words("fr").recorded(estimate.method))
    study = maillage.study(inputs.territory, inputs.scenarios, inputs.settings)
    assert any("keep their own point" in told for told in study.travel.unreachable)
    (tmp_path / "study.toml").write_text(text.replace("squares.gpkg", "none.gpkg"), encoding="utf-8")
    with pytest.raises(InputError, match="no such file"):
        maillage.load_study(tmp_path / "study.toml")


def test_roads_of_the_study_file_take_the_place_of_the_territorys(tmp_path: Path) -> None:
    write_minidata(tmp_path / "mini")
    roads = tmp_path / "roads"
    roads.mkdir()
    line = shapely.LineString([(703_000, 7_003_000), (715_000, 7_003_000)])
    table = {"nature": ["Route à 1 chaussée"], "sens_de_circulation": ["Double sens"], "vitesse_moyenne_vl": [60],
             "acces_vehicule_leger": ["Libre"], "urbain": [False]}  # fmt: skip
    gpd.GeoDataFrame(table, geometry=[line], crs=2154).to_file(roads / "r.gpkg", layer="troncon_de_route")
    text = """
territory = "mini"
[study]
until = 2025
[study.travel]
roads = "roads/r.gpkg"
[[scenario]]
name = "present"
present = true
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    inputs = maillage.load_study(tmp_path / "study.toml")
    study = maillage.study(inputs.territory, inputs.scenarios, inputs.settings)
    assert not study.travel.approximate
    # From the centre of 99001 to that of 99003: 12 km of road at 60 km/h.
    assert study.travel.minutes[0, 1] == pytest.approx(12)
    assert any(source.file.endswith("r.gpkg") and source.rows == 1 for source in inputs.territory.sources)
    (tmp_path / "study.toml").write_text(text.replace("r.gpkg", "s.gpkg"), encoding="utf-8")
    with pytest.raises(InputError, match="no such file"):
        maillage.load_study(tmp_path / "study.toml")


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
