"""Journeys of the toy, by hand; the arithmetic stands in each test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage.errors import InputError
from maillage.indicators import HAUTS_DE_FRANCE, CoachRule, evaluate
from maillage.indicators.access import weighted_quantile
from maillage.territory import UrbanNetworks
from toy import DISTANCE_KM, MINUTES, toy_demand, toy_territory, toy_travel
from toy_plans import ALL_TO_A, TODAY, plan_of


def test_mean_journey_is_weighted_by_pupils(measure) -> None:
    mean = measure(ALL_TO_A)["travel_mean_min"]
    today = (100 * 5 + 60 * 12 + 40 * 10 + 100 * 5) / 300
    later = (90 * 5 + 60 * 12 + 40 * 15 + 90 * 20) / 280
    assert mean[:2] == pytest.approx([today, later])


def test_nine_pupils_in_ten_and_the_longest(measure) -> None:
    found = measure(ALL_TO_A)
    # Today 200 pupils at 5 min, 240 within 10, 300 within 12: the 270th travels 12. With B closed, the 252nd of 280: 20.
    assert found["travel_p90_min"].tolist() == [12, 20, 20]
    assert found["travel_max_min"].tolist() == [12, 20, 20]


def test_shares_above_a_time_are_strict(measure) -> None:
    minutes = MINUTES.copy()
    minutes[:, 0] = [30, 30.5, 45, 46]
    found = measure(ALL_TO_A, travel=toy_travel(minutes=minutes))
    assert found["share_above_30_min"][1] == pytest.approx((60 + 40 + 90) / 280)
    assert found["share_above_45_min"][1] == pytest.approx(90 / 280)


def test_unreachable_pupils_are_told_and_kept_out_of_the_mean(measure) -> None:
    minutes, km = MINUTES.copy(), DISTANCE_KM.copy()
    minutes[0, 0] = km[0, 0] = np.inf
    found = measure(travel=toy_travel(minutes=minutes, distance_km=km))
    assert found["unreachable_pupils"].tolist() == [100, 90, 80]
    assert found["travel_mean_min"][0] == pytest.approx((60 * 12 + 40 * 10 + 100 * 5) / 200)
    assert found["travel_max_min"][0] == 12
    assert found["share_above_30_min"][0] == 0
    assert found["share_without_journey"][0] == pytest.approx(1 / 3)


def test_cutting_pupils_off_never_makes_a_plan_look_better(measure) -> None:
    everybody = measure()
    assert everybody["travel_mean_all_min"].tolist() == everybody["travel_mean_min"].tolist()
    minutes = MINUTES.copy()
    minutes[1, 0] = np.inf
    found = measure(travel=toy_travel(minutes=minutes))
    # Without u1's 12 min the mean of the others falls; counted as 90 it rises.
    assert found["travel_mean_min"][0] < everybody["travel_mean_min"][0]
    assert found["travel_mean_all_min"][0] == pytest.approx((100 * 5 + 60 * 90 + 40 * 10 + 100 * 5) / 300)
    minutes[3, 0] = 120
    found = measure(travel=toy_travel(minutes=minutes))
    assert found["travel_mean_all_min"][0] == pytest.approx((100 * 5 + 60 * 120 + 40 * 10 + 100 * 5) / 300)


def test_time_bands_hold_everybody_once(measure) -> None:
    minutes = MINUTES.copy()
    minutes[:, 0] = [15, 15.5, 30, 45]
    found = measure(ALL_TO_A, travel=toy_travel(minutes=minutes))
    # The upper end of a band is in it: 90 at 15 min, 60 at 15.5, 40 at 30, 90 at 45 of 280.
    assert found["share_within_15_min"][1] == pytest.approx(90 / 280)
    assert found["share_15_to_30_min"][1] == pytest.approx(100 / 280)
    assert found["share_30_to_45_min"][1] == pytest.approx(90 / 280)
    assert found["share_above_45_min"][1] == 0
    minutes[3, 0] = np.inf
    found = measure(ALL_TO_A, travel=toy_travel(minutes=minutes))
    bands = ("share_within_15_min", "share_15_to_30_min", "share_30_to_45_min", "share_above_45_min", "share_without_journey")
    assert sum(found[name][1] for name in bands) == pytest.approx(1)
    assert found["share_above_45_min"][1] == 0
    assert found["share_without_journey"][1] == pytest.approx(90 / 280)


def test_share_under_three_kilometres_and_pupil_kilometres(measure) -> None:
    found = measure(ALL_TO_A)
    # Today 2, 8, 8, 2 km; with B closed u2 and u3 travel 12 and 18.
    assert found["share_under_3_km"][:2] == pytest.approx([200 / 300, 90 / 280])
    assert found["pupil_km"][:2] == pytest.approx([100 * 2 + 60 * 8 + 40 * 8 + 100 * 2, 90 * 2 + 60 * 8 + 40 * 12 + 90 * 18])
    km = DISTANCE_KM.copy()
    km[0, 0] = np.inf
    assert measure(travel=toy_travel(distance_km=km))["pupil_km"][0] == pytest.approx(60 * 8 + 40 * 8 + 100 * 2)


def test_nobody_is_said_to_walk_by_car(measure) -> None:
    assert np.isnan(measure()["share_within_20_min_on_foot"]).all()


def test_who_walks_twenty_minutes_at_most(measure) -> None:
    minutes = np.array([[20.0, 9.0], [20.5, 9.0], [9.0, 25.0], [9.0, 10.0]])
    everybody = measure(travel=toy_travel(minutes=minutes, mode="walk"))
    assert everybody["share_within_20_min_on_foot"][0] == pytest.approx((100 + 100) / 300)
    means = np.array([[0, 0], [0, 0], [0, 0], [0, 1]], np.int8)
    school = toy_travel(minutes=minutes, mode="school", means=means, mean_names=("walk", "coach"))
    # u3 rides to B for its 10 minutes, and walks to A for 9.
    assert measure(travel=school)["share_within_20_min_on_foot"][0] == pytest.approx(100 / 300)
    assert measure(ALL_TO_A, travel=school)["share_within_20_min_on_foot"][1] == pytest.approx((90 + 40 + 90) / 280)


def test_one_urban_network_carries_its_own_pupils(measure) -> None:
    """u1, u2 and A are in one network, u3 and B in another."""
    networks = UrbanNetworks(unit=np.array(["", "Tao", "Tao", "Bus"]), college=np.array(["Tao", "Bus"]))
    found = measure(ALL_TO_A, territory=toy_territory(urban_networks=networks))
    # Today u1 goes to A in its own network, u2 to B in another one: 40 are carried. With B closed, only u3's 18 km count.
    assert found["bus_eligible_pupils"].tolist() == [40, 90, 80]
    assert found["newly_bus_eligible_pupils"].tolist() == [0, 90, 80]
    nobody = UrbanNetworks(unit=np.full(4, ""), college=np.full(2, ""))
    assert measure(ALL_TO_A, territory=toy_territory(urban_networks=nobody))["bus_eligible_pupils"].tolist() == [100, 190, 180]


def test_another_region_has_another_rule() -> None:
    networks = UrbanNetworks(unit=np.full(4, "Tao"), college=np.full(2, "Tao"))
    territory = toy_territory(urban_networks=networks)
    rules = {
        "nobody": HAUTS_DE_FRANCE,
        "all but the nearest": CoachRule(least_km=3, urban_exception=False, source="Invented."),
        "all": CoachRule(least_km=1, urban_exception=False, source="Haute-Garonne: more than 1 km."),
    }
    carried = {}
    for name, rule in rules.items():
        table = evaluate(territory, plan_of(territory, TODAY, 2025), toy_demand(), toy_travel(), rule)
        carried[name] = table.loc[table["indicator"] == "bus_eligible_pupils", "value"].iloc[0]
    assert carried == {"nobody": 0, "all but the nearest": 100, "all": 300}


def test_a_rule_without_a_distance_is_refused() -> None:
    with pytest.raises(InputError, match="least_km"):
        CoachRule(least_km=-1, urban_exception=True, source="")


def test_bus_eligible_from_three_kilometres(measure) -> None:
    found = measure(ALL_TO_A)
    assert found["bus_eligible_pupils"].tolist() == [100, 60 + 40 + 90, 60 + 40 + 80]
    # u3 was 2 km from B and is 18 km from A; u1 and u2 already were beyond 3 km.
    assert found["newly_bus_eligible_pupils"].tolist() == [0, 90, 80]


def test_entitlement_follows_the_road_whatever_the_means_of_travel(measure) -> None:
    """u3 walks 2 km over a footbridge to B, 4 km by road; u0 has no way by road."""
    road = DISTANCE_KM.copy()
    road[3, 1] = 4.0
    road[0, :] = np.inf
    found = measure(travel=toy_travel(mode="walk", road_km=road))
    assert found["bus_eligible_pupils"].tolist() == [60 + 40 + 100, 60 + 40 + 90, 60 + 40 + 80]
    assert found["unknown_distance_pupils"].tolist() == [100, 90, 80]
    assert found["share_under_3_km"][0] == 0
    assert found["pupil_km"][0] == pytest.approx(60 * 8 + 40 * 8 + 100 * 4)


def test_a_journey_that_does_not_exist_entitles_nobody(measure) -> None:
    km = DISTANCE_KM.copy()
    km[3, :] = np.inf, np.inf
    found = measure(ALL_TO_A, travel=toy_travel(distance_km=km))
    assert found["bus_eligible_pupils"].tolist() == [100, 100, 100]
    # u2 goes on being entitled; where u3 goes today is unknown, so that nothing new can be said of it.
    known = DISTANCE_KM.copy()
    known[3, 1] = np.inf
    assert measure(ALL_TO_A, travel=toy_travel(distance_km=known))["newly_bus_eligible_pupils"].tolist() == [0, 0, 0]


def test_exactly_three_kilometres_is_eligible(measure) -> None:
    km = DISTANCE_KM.copy()
    km[3, 0] = 3.0
    assert measure(ALL_TO_A, travel=toy_travel(distance_km=km))["newly_bus_eligible_pupils"][1] == 90


def test_units_sectored_outside_do_not_travel_here(measure) -> None:
    territory = toy_territory(units={"present": np.array([0, 0, 1, -1], np.int32)})
    found = measure((0, 0, 1, -1), territory=territory)
    assert found["travel_mean_min"][0] == pytest.approx((100 * 5 + 60 * 12 + 40 * 10) / 200)
    assert found["bus_eligible_pupils"][0] == 100


@given(
    values=arrays(float, 7, elements=st.integers(0, 60).map(float)),
    weights=arrays(float, 7, elements=st.integers(0, 9).map(float)),
    share=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
)
def test_quantile_is_that_of_the_pupils_one_by_one(values: np.ndarray, weights: np.ndarray, share: float) -> None:
    found = weighted_quantile(values[:, None], weights[:, None], share)[0]
    everyone = np.repeat(values, weights.astype(int))
    if len(everyone):
        assert found == np.quantile(everyone, share, method="inverted_cdf")
    else:
        assert np.isnan(found)
