"""Social mix of the toy: group shares 0.6, 25/60, 0.5 and 0.3; IPS 80, 100, 85, 120, standard deviation 20 within each unit."""

from __future__ import annotations

from math import erf, log, sqrt

import numpy as np
import pytest

from toy import toy_demand, toy_territory
from toy_plans import ALL_TO_A, SWAPPED

P = 0.45


def entropy(p: float) -> float:
    return -p * log(p) - (1 - p) * log(1 - p)


def test_today(measure) -> None:
    found = {name: values[0] for name, values in measure().items()}
    assert found["dissimilarity"] == pytest.approx(26 / 148.5)
    assert found["normalised_exposure"] == pytest.approx((13**2 / 160 + 13**2 / 140) / (300 * P * (1 - P)))
    lost = 160 * (entropy(P) - entropy(85 / 160)) + 140 * (entropy(P) - entropy(50 / 140))
    assert found["theil_h"] == pytest.approx(lost / (300 * entropy(P)))
    between = 160 * 10.5**2 + 140 * 12**2
    within = 300 * 20**2 + 100 * 7.5**2 + 60 * 12.5**2 + 40 * 25**2 + 100 * 10**2
    assert found["eta_squared"] == pytest.approx(between / (between + within))
    assert (found["ips_mean"], found["ips_min"], found["ips_max"]) == pytest.approx((98, 87.5, 110))
    assert found["ips_deviation"] == pytest.approx((160 * 10.5 + 140 * 12) / 300)


def test_swapped_pupils_take_their_group_and_ips_along(measure) -> None:
    found = {name: values[1] for name, values in measure(SWAPPED).items()}
    # A: 90 of u0 (54 disadvantaged) and 40 of u2 (20); B: 60 of u1 (25) and 90 of u3 (27).
    assert found["dissimilarity"] == pytest.approx((abs(74 - P * 130) + abs(52 - P * 150)) / (2 * 280 * P * (1 - P)))
    assert found["ips_min"] == pytest.approx((90 * 80 + 40 * 85) / 130)
    assert found["ips_max"] == pytest.approx((60 * 100 + 90 * 120) / 150)


def test_one_college_left_cannot_be_segregated(measure) -> None:
    found = measure(ALL_TO_A)
    for name in ("dissimilarity", "normalised_exposure", "theil_h", "eta_squared", "ips_deviation"):
        assert found[name][1:] == pytest.approx([0, 0], abs=1e-12), name
    assert found["ips_min"][1] == pytest.approx(found["ips_max"][1])


def test_with_private(measure) -> None:
    found = {name: values[0] for name, values in measure().items()}
    group = 60 * 0.5 * (1 + erf((93 - 118) / 25 / sqrt(2)))
    share = (135 + group) / 360
    pairs = ((160, 85), (140, 50), (60, group))
    apart = sum(abs(g - share * n) for n, g in pairs)
    assert found["dissimilarity_with_private"] == pytest.approx(apart / (2 * 360 * share * (1 - share)))
    spread = sum((g - share * n) ** 2 / n for n, g in pairs)
    assert found["normalised_exposure_with_private"] == pytest.approx(spread / (360 * share * (1 - share)))
    lost = sum(n * (entropy(share) - entropy(g / n)) for n, g in pairs)
    assert found["theil_h_with_private"] == pytest.approx(lost / (360 * entropy(share)))
    mean = (300 * 98 + 60 * 118) / 360
    between = 160 * (87.5 - mean) ** 2 + 140 * (110 - mean) ** 2 + 60 * (118 - mean) ** 2
    within = 160 * 493.75 + 140 * 650 + 60 * 625
    assert found["eta_squared_with_private"] == pytest.approx(between / (between + within))


def test_private_pupils_follow_their_factor(measure) -> None:
    fewer = measure(demand=toy_demand(private_factor=np.array([1.0, 0.0, 1.0])))
    assert fewer["eta_squared_with_private"][1] == pytest.approx(fewer["eta_squared"][1])
    assert fewer["eta_squared_with_private"][2] != pytest.approx(fewer["eta_squared"][2])


def test_no_private_college_changes_nothing(measure) -> None:
    none = np.empty(0)
    empty = {"uai": none.astype(str), "name": none.astype(str), "commune": none.astype(str), "xy_m": np.empty((0, 2))}
    territory = toy_territory(private={**empty, "pupils": none, "ips": none, "ips_sd": none})
    found = measure(territory=territory)
    for name in ("dissimilarity", "normalised_exposure", "theil_h", "eta_squared"):
        assert found[f"{name}_with_private"] == pytest.approx(found[name])


def test_a_unit_empty_today_fills_up_with_the_share_its_ips_implies(measure) -> None:
    territory = toy_territory(
        units={"pupils": np.array([100.0, 60.0, 40.0, 0.0]), "group": np.array([60.0, 25.0, 20.0, 0.0])},
    )
    found = measure(territory=territory)["dissimilarity"][1]
    group = 20 + 90 * 0.5 * (1 + erf((93 - 120) / 20 / sqrt(2)))
    share = (54 + 25 + group) / 280
    expected = (abs(79 - share * 150) + abs(group - share * 130)) / (2 * 280 * share * (1 - share))
    assert found == pytest.approx(expected)
