"""Levels that drift: the filter against the whole covariance written out, and what little or much evidence does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.demography.local_level import Variances, filtered, fitted, stacked
from naive import level_of_area

BELIEVED = Variances(spread=0.04, step=0.002, noise=0.5)
seeds = st.integers(0, 10**6)


def random_series(seed: int, areas: int | None = None) -> tuple[np.ndarray, np.ndarray, Variances]:
    """Log ratios with holes, some of them infinite noise (nobody), and their pupils."""
    rng = np.random.default_rng(seed)
    shape = (areas or int(rng.integers(1, 8)), int(rng.integers(1, 9)))
    observed = np.where(rng.random(shape) < 0.7, rng.normal(0, 0.3, shape), np.nan)
    pupils = np.where(rng.random(shape) < 0.9, rng.integers(1, 200, shape).astype(float), 0.0)
    return observed, pupils, Variances(*(10 ** rng.uniform(-4, 0, 3)).tolist())


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_the_filter_is_the_best_linear_predictor(seed: int) -> None:
    observed, pupils, v = random_series(seed)
    level = filtered(observed, pupils, v)
    for a in range(len(observed)):
        mean, variance, own = level_of_area(observed[a].tolist(), pupils[a].tolist(), v.spread, v.step, v.noise)
        assert level.mean[a] == pytest.approx(mean, abs=1e-10)
        assert level.variance[a] == pytest.approx(variance, rel=1e-8)
        assert level.own[a] == pytest.approx(own, abs=1e-10)


def test_two_years_by_pencil() -> None:
    """Spread 4, noise 4 a pupil, one pupil: gain 1/2, then variance 2 + 2 = 4 and 1/2 again."""
    level = filtered(np.array([[2.0, 3.0]]), np.ones((1, 2)), Variances(4, 2, 4))
    assert (level.mean[0], level.variance[0], level.own[0]) == (2.0, 2.0, 0.75)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_own_weight_lies_between_0_and_1_and_grows_with_the_pupils(seed: int) -> None:
    observed, pupils, v = random_series(seed)
    fewer, more = filtered(observed, pupils, v), filtered(observed, 3 * pupils, v)
    for level in (fewer, more):
        assert ((level.own >= 0) & (level.own <= 1)).all()
        assert (level.variance >= 0).all()
        assert level.calibration >= 1
    seen = (np.isfinite(observed) & (pupils > 0)).any(axis=1)
    assert (more.own >= fewer.own - 1e-12).all()
    assert (more.variance <= fewer.variance + 1e-12).all()
    assert (fewer.own[seen] > 0).all()
    assert (fewer.own[~seen] == 0).all()
    assert (fewer.mean[~seen] == 0).all()


def test_recent_years_weigh_more_where_levels_drift() -> None:
    pupils = np.full((2, 4), 100.0)
    early, late = np.array([[1.0, 0, 0, 0], [0, 0, 0, 1.0]])
    drifting = filtered(np.stack([early, late]), pupils, Variances(1, 0.1, 10)).mean
    still = filtered(np.stack([early, late]), pupils, Variances(1, 0.0, 10)).mean
    assert drifting[1] > 2 * drifting[0] > 0
    assert still[0] == pytest.approx(still[1])


def test_where_nothing_is_known_the_belief_comes_back() -> None:
    nothing = np.full((5, 3), np.nan)
    level = fitted(nothing, np.full((5, 3), 50.0), BELIEVED)
    assert level.variances == BELIEVED
    assert level.mean.tolist() == [0.0] * 5
    assert level.variance == pytest.approx(BELIEVED.spread + 2 * BELIEVED.step)
    assert level.own.tolist() == [0.0] * 5
    assert level.calibration == 1.0
    # Two observations teach nothing of variances, but of their own areas they do.
    two = nothing.copy()
    two[0, 2], two[1, 2] = 0.5, -0.5
    level = fitted(two, np.full((5, 3), 50.0), BELIEVED)
    assert level.variances == BELIEVED
    assert level.mean[0] == -level.mean[1] > 0
    # Pupils of nobody are no evidence either.
    assert fitted(np.ones((5, 3)), np.zeros((5, 3)), BELIEVED).own.tolist() == [0.0] * 5


def test_a_single_area_is_its_larger_area() -> None:
    level = fitted(np.array([[0.3, 0.2]]), np.full((1, 2), 100.0), BELIEVED)
    assert (level.mean[0], level.variance[0], level.own[0], level.calibration) == (0.0, 0.0, 0.0, 1.0)
    assert level.variances == Variances(0.0, 0.0, 0.0)


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_the_variances_follow_the_evidence_but_not_far(factor: float) -> None:
    """Three hundred areas of ten years made with another noise: found, between the belief and the truth."""
    rng = np.random.default_rng(1)
    shape, pupils = (300, 10), np.full((300, 10), 100.0)
    true = BELIEVED.noise * factor
    walk = np.cumsum(rng.normal(0, np.sqrt(BELIEVED.step), shape), axis=1) + rng.normal(0, np.sqrt(BELIEVED.spread), (300, 1))
    found = fitted(walk + rng.normal(0, np.sqrt(true / 100), shape), pupils, BELIEVED).variances
    assert found.noise == pytest.approx(true, rel=0.25)
    assert abs(np.log(found.noise / BELIEVED.noise)) < abs(np.log(factor))
    assert found.spread == pytest.approx(BELIEVED.spread, rel=0.3)


def test_expected_years_are_no_surprise_and_a_large_one_raises_the_calibration() -> None:
    rng = np.random.default_rng(2)
    shape, pupils = (60, 4), np.full((60, 4), 100.0)
    start = rng.normal(0, np.sqrt(BELIEVED.spread), (60, 1))
    walk = start + np.cumsum(np.hstack([np.zeros((60, 1)), rng.normal(0, np.sqrt(BELIEVED.step), (60, 3))]), axis=1)
    observed = walk + rng.normal(0, np.sqrt(BELIEVED.noise / 100), shape)
    calm = filtered(observed, pupils, BELIEVED).calibration
    assert 1.0 <= calm < 1.4
    shocked = observed.copy()
    shocked[:, 3] += np.where(np.arange(60) % 2, 1.0, -1.0)
    large = filtered(shocked, pupils, BELIEVED).calibration
    assert large > 3 * calm
    # The same shock two years earlier is half forgotten; of ten areas it says nothing.
    earlier = observed.copy()
    earlier[:, 1] += np.where(np.arange(60) % 2, 1.0, -1.0)
    assert calm < filtered(earlier, pupils, BELIEVED).calibration < large
    assert filtered(shocked[:10], pupils[:10], BELIEVED).calibration == 1.0


def test_calibration_by_pencil() -> None:
    """20 areas that stray in their second year by twice what 80 % of a normal variable stay within: (1 + 1 x 4) / (1 + 1).

    Nothing is learned of the level (no spread, no step), and the first year does not count.
    """
    observed = np.column_stack([np.full(20, 50.0), np.full(20, 2 * 1.2816)])
    assert filtered(observed, np.ones((20, 2)), Variances(0.0, 0.0, 1.0)).calibration == pytest.approx(2.5)
    assert filtered(observed[:, :1], np.ones((20, 1)), Variances(0.0, 0.0, 1.0)).calibration == 1.0


def test_stacked_adds_what_is_above() -> None:
    above = filtered(np.array([[1.0], [-1.0]]), np.ones((2, 1)), Variances(1, 0, 1))
    below = filtered(np.array([[0.5], [0.0], [np.nan]]), np.ones((3, 1)), Variances(1, 0, 1))
    whole = stacked(above, below, np.array([0, 0, 1]))
    assert whole.mean.tolist() == [0.75, 0.5, -0.5]
    assert whole.variance.tolist() == [1.0, 1.0, 1.5]
    assert whole.own.tolist() == below.own.tolist()
