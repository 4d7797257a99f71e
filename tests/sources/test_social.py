"""IPS of units: published means and deviations come back exactly; the disadvantaged add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from maillage.sources.social import calibrate, fit_income, group_threshold, unit_group


def mixture(pupils: np.ndarray, ips: np.ndarray, sd: np.ndarray) -> tuple[float, float]:
    mean = float(np.average(ips, weights=pupils))
    return mean, float(np.sqrt(np.average(sd**2 + (ips - mean) ** 2, weights=pupils)))


def test_income_line_by_hand() -> None:
    income = np.exp(np.linspace(9.5, 10.5, 12))
    line = fit_income(5.0 + 10.0 * np.log(income), income, np.arange(1.0, 13.0))
    assert line is not None
    assert (line.intercept, line.slope, line.r2) == pytest.approx((5.0, 10.0, 1.0))
    assert line.ips(np.array([np.e**10, np.nan])) == pytest.approx([105.0, np.nan], nan_ok=True)


@pytest.mark.parametrize("income", [np.full(12, np.nan), np.full(12, 20000.0)])
def test_no_income_line_without_variation(income: np.ndarray) -> None:
    assert fit_income(np.linspace(80, 120, 12), income, np.ones(12)) is None


def test_calibration_by_hand() -> None:
    pupils, ips, present = np.array([100.0, 300.0, 50.0]), np.array([90.0, 110.0, 70.0]), np.array([0, 0, -1])
    result = calibrate(pupils, ips, present, np.array([95.0]), np.array([30.0]))
    assert result.ips == pytest.approx([80.0, 100.0, 70.0])  # first mean 105, published 95
    assert result.ips_sd[:2] == pytest.approx([np.sqrt(900 - 75)] * 2)  # between: (100*225 + 300*25) / 400 = 75
    assert not result.narrowed[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 200.0))
def test_published_mean_and_deviation_come_back(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    present = np.concatenate([np.arange(4), rng.integers(0, 4, 20)]).astype(np.int32)
    pupils, ips = rng.uniform(0, 300, 24), rng.normal(95, spread, 24)
    mean, sd = rng.uniform(60, 120, 4), rng.uniform(20, 38, 4)
    result = calibrate(pupils, ips, present, mean, sd)
    for j in range(4):
        mine = present == j
        assert mixture(pupils[mine], result.ips[mine], result.ips_sd[mine]) == pytest.approx((mean[j], sd[j]), abs=1e-9)
        assert np.all(result.ips_sd[mine] >= 0.5 * sd[j] - 1e-9)


def test_threshold_leaves_the_share_below() -> None:
    pupils, ips, sd = np.array([400.0, 600.0]), np.array([80.0, 110.0]), np.array([25.0, 35.0])
    theta = group_threshold(pupils, ips, sd, 0.45)
    assert pupils @ norm.cdf(theta, ips, sd) == pytest.approx(450.0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_unit_groups_add_up_and_never_exceed_the_pupils(seed: int) -> None:
    rng = np.random.default_rng(seed)
    present = np.concatenate([np.arange(3), rng.integers(-1, 3, 15)]).astype(np.int32)
    pupils, ips, sd = rng.uniform(1, 300, 18), rng.normal(95, 15, 18), rng.uniform(15, 30, 18)
    total = np.bincount(present[present >= 0], pupils[present >= 0], 3)
    wanted = total * rng.uniform(0.02, 0.98, 3)
    group = unit_group(pupils, ips, sd, present, wanted, 90.0)
    assert np.bincount(present[present >= 0], group[present >= 0], 3) == pytest.approx(wanted, abs=1e-8)
    assert np.all((group >= 0) & (group <= pupils * (1 + 1e-9)))


def test_one_normal_unit_needs_no_shift() -> None:
    expected = 200 * norm.cdf(-0.5)
    group = unit_group(np.array([200.0]), np.array([100.0]), np.array([20.0]), np.array([0]), np.array([expected]), 90.0)
    assert group == pytest.approx([expected])
