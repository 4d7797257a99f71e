"""Journeys of the toy, by hand; the arithmetic stands in each test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage.indicators.access import weighted_quantile
from toy import DISTANCE_KM, MINUTES, toy_territory, toy_travel
from toy_plans import ALL_TO_A


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
    assert found["share_above_30_min"][0] == pytest.approx(1 / 3)


def test_bus_eligible_from_three_kilometres(measure) -> None:
    found = measure(ALL_TO_A)
    assert found["bus_eligible_pupils"].tolist() == [100, 60 + 40 + 90, 60 + 40 + 80]
    # u3 was 2 km from B and is 18 km from A; u1 and u2 already were beyond 3 km.
    assert found["newly_bus_eligible_pupils"].tolist() == [0, 90, 80]


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
