"""Lunches of the toy: 60 % of A's pupils (96, 90, 84) and 50 % of B's (70, 65, 60); A cooks for both and 30 for écoles."""

from __future__ import annotations

import numpy as np
import pytest

from toy import toy_territory
from toy_plans import ALL_TO_A


def test_lunches_follow_the_pupils_to_their_new_canteen(measure) -> None:
    assert measure(ALL_TO_A)["lunches"] == pytest.approx([96 + 70, 0.6 * 280, 0.6 * 260])


def test_lunches_beyond_seats_times_sittings(measure) -> None:
    found = measure(territory=toy_territory(colleges={"seats": np.array([43.0, 40.0])}))
    assert found["canteens_over_places"].tolist() == [1, 1, 0]
    assert found["lunches_beyond_places"] == pytest.approx([10, 4, 0])
    assert found["canteen_load_max"] == pytest.approx([96 / 86, 90 / 86, 84 / 86])


def test_a_full_canteen_is_not_over(measure) -> None:
    found = measure(territory=toy_territory(colleges={"seats": np.array([48.0, 35.0])}))
    assert found["canteens_over_places"][0] == 0
    assert found["canteen_load_max"][0] == pytest.approx(1)


def test_kitchen_cooks_for_its_satellites_and_for_ecoles(measure) -> None:
    for production, over in ((196.0, 0), (195.0, 1)):
        territory = toy_territory(colleges={"production_meals": np.array([production, np.nan])})
        assert measure(territory=territory)["kitchens_over_production"][0] == over


def test_meals_whose_kitchen_closes_are_orphans(measure) -> None:
    territory = toy_territory(colleges={"kitchen": np.array([1, 1], np.int32), "ecole_meals": np.array([0.0, 30.0])})
    assert measure(ALL_TO_A, territory=territory)["orphan_meals"] == pytest.approx([0, 168 + 30, 156 + 30])
    assert measure(ALL_TO_A)["orphan_meals"].tolist() == [0, 0, 0]


def test_what_is_not_known_is_not_zero(measure) -> None:
    unknown = {"seats": np.full(2, np.nan), "production_meals": np.full(2, np.nan), "kitchen": np.full(2, -1, np.int32)}
    found = measure(territory=toy_territory(colleges=unknown))
    names = ("canteens_over_places", "lunches_beyond_places", "canteen_load_max", "kitchens_over_production", "orphan_meals")
    for name in names:
        assert np.isnan(found[name]).all(), name
    assert np.isfinite(found["lunches"]).all()


def test_one_unknown_canteen_leaves_the_others_judged(measure) -> None:
    found = measure(territory=toy_territory(colleges={"seats": np.array([43.0, np.nan])}))
    assert found["canteens_over_places"][0] == 1
    assert found["lunches_beyond_places"][0] == pytest.approx(10)


def test_a_canteen_without_a_seat_has_no_load_but_is_over(measure) -> None:
    found = measure(territory=toy_territory(colleges={"seats": np.array([0.0, 40.0])}))
    assert found["canteens_over_places"][0] == 1
    assert found["canteen_load_max"][0] == pytest.approx(70 / 80)
