"""Occupancy of the toy: A has 160 pupils then 150 and 140, B 140, 130 and 120; places 280 and 160 unless a test says so."""

from __future__ import annotations

import numpy as np
import pytest

from toy import toy_territory
from toy_plans import ALL_TO_A

BANDS = tuple(f"colleges_occupancy_{band}" for band in ("under_60", "60_to_75", "75_to_95", "95_to_100", "over_100"))


def test_occupancy_counts_the_places_of_open_colleges_only(measure) -> None:
    assert measure(ALL_TO_A)["occupancy"] == pytest.approx([300 / 440, 280 / 280, 260 / 280])


@pytest.mark.parametrize(
    ("places", "band"),
    [(251, 0), (250, 1), (201, 1), (200, 2), (158, 2), (157, 3), (150, 3), (149, 4)],
)
def test_bands_hold_their_lower_bound_and_full_is_not_over(measure, places: float, band: int) -> None:
    territory = toy_territory(colleges={"capacity": np.array([places, np.nan])})
    found = [measure(territory=territory)[name][1] for name in BANDS]
    assert found == [float(i == band) for i in range(5)]


def test_bands_count_every_open_college_once(measure) -> None:
    found = measure(ALL_TO_A)
    assert sum(found[name] for name in BANDS).tolist() == [2, 1, 1]


def test_pupils_above_capacity_do_not_offset_free_places(measure) -> None:
    territory = toy_territory(colleges={"capacity": np.array([100.0, 1000.0])})
    assert measure(territory=territory)["pupils_above_capacity"].tolist() == [60, 50, 40]


def test_unknown_capacities_give_no_figure(measure) -> None:
    found = measure(territory=toy_territory(colleges={"capacity": np.full(2, np.nan)}))
    for name in ("occupancy", "pupils_above_capacity", *BANDS):
        assert np.isnan(found[name]).all(), name


def test_small_colleges_are_those_open_and_under_the_size(measure) -> None:
    found = measure(ALL_TO_A)
    assert found["colleges_under_200"].tolist() == [2, 0, 0]
    assert found["colleges_under_300"].tolist() == [2, 1, 1]
