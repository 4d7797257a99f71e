"""What every measure of segregation must satisfy, whatever the figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage.indicators import dissimilarity, eta_squared, ips_deviation, normalised_exposure, theil_h

MEASURES = (dissimilarity, normalised_exposure, theil_h)
K = 6
counts = arrays(float, K, elements=st.integers(0, 900).map(float))
shares = arrays(float, K, elements=st.integers(0, 100).map(lambda n: n / 100))
everywhere = pytest.mark.parametrize("index", MEASURES, ids=lambda f: f.__name__)
Index = Callable[[np.ndarray, np.ndarray], np.ndarray]


@everywhere
@given(pupils=counts, share=shares)
def test_between_nought_and_one(index: Index, pupils: np.ndarray, share: np.ndarray) -> None:
    assume(pupils.sum() > 0)
    assert 0 <= index(pupils, pupils * share) <= 1


@everywhere
@given(pupils=counts, share=st.integers(0, 100).map(lambda n: n / 100))
def test_nought_when_all_colleges_have_the_same_share(index: Index, pupils: np.ndarray, share: float) -> None:
    assume(pupils.sum() > 0)
    assert index(pupils, pupils * share) == pytest.approx(0, abs=1e-9)


@everywhere
@given(pupils=counts, full=arrays(bool, K))
def test_one_when_every_college_has_one_group_only(index: Index, pupils: np.ndarray, full: np.ndarray) -> None:
    group = pupils * full
    assume(0 < group.sum() < pupils.sum())
    assert index(pupils, group) == pytest.approx(1)


@everywhere
@given(pupils=counts, share=shares, factor=st.sampled_from([0.01, 3.0, 1000.0]))
def test_the_size_of_the_territory_does_not_count(index: Index, pupils: np.ndarray, share: np.ndarray, factor: float) -> None:
    assume(pupils.sum() > 0)
    assert index(pupils * factor, pupils * share * factor) == pytest.approx(index(pupils, pupils * share), abs=1e-9)


@everywhere
@given(pupils=counts, share=shares)
def test_the_other_group_gives_the_same(index: Index, pupils: np.ndarray, share: np.ndarray) -> None:
    assume(pupils.sum() > 0)
    assert index(pupils, pupils * (1 - share)) == pytest.approx(index(pupils, pupils * share), abs=1e-9)


@everywhere
@given(pupils=counts, share=shares)
def test_merging_two_colleges_never_segregates(index: Index, pupils: np.ndarray, share: np.ndarray) -> None:
    assume(pupils.sum() > 0)
    group = pupils * share
    merged = np.array([pupils[0] + pupils[1], *pupils[2:]]), np.array([group[0] + group[1], *group[2:]])
    assert index(*merged) <= index(pupils, group) + 1e-9


@pytest.mark.parametrize("index", [normalised_exposure, theil_h], ids=lambda f: f.__name__)
@given(pupils=counts, share=shares)
def test_decomposes_between_and_within_two_sectors(index: Index, pupils: np.ndarray, share: np.ndarray) -> None:
    """Total = between the two halves + within each, weighted by its pupils and its own diversity."""
    group = pupils * share
    halves = [(pupils[:3], group[:3]), (pupils[3:], group[3:])]
    assume(all(n.sum() > 0 for n, _ in halves))
    overall = group.sum() / pupils.sum()
    assume(0 < overall < 1)

    def diversity(p: float) -> float:
        if index is normalised_exposure:
            return p * (1 - p)
        return -sum(q * np.log(q) for q in (p, 1 - p) if q > 0)

    between = float(index(np.array([n.sum() for n, _ in halves]), np.array([g.sum() for _, g in halves])))
    within = sum(n.sum() / pupils.sum() * diversity(g.sum() / n.sum()) * float(index(n, g)) for n, g in halves)
    assert float(index(pupils, group)) == pytest.approx(between + within / diversity(overall), abs=1e-9)


@given(pupils=counts, share=shares)
def test_exposure_is_eta_squared_of_belonging_to_the_group(pupils: np.ndarray, share: np.ndarray) -> None:
    assume(pupils.sum() > 0)
    exposure = normalised_exposure(pupils, pupils * share)
    assert eta_squared(pupils, share, share * (1 - share)) == pytest.approx(float(exposure), abs=1e-9)


@given(pupils=counts, ips=arrays(float, K, elements=st.integers(45, 185).map(float)), shift=st.integers(-40, 40))
def test_eta_squared_and_deviation_do_not_depend_on_the_origin_of_ips(pupils: np.ndarray, ips: np.ndarray, shift: int) -> None:
    assume(pupils.sum() > 0)
    variance = np.full(K, 400.0)
    assert 0 <= eta_squared(pupils, ips, variance) <= 1
    assert eta_squared(pupils, ips + shift, variance) == pytest.approx(float(eta_squared(pupils, ips, variance)), abs=1e-9)
    assert ips_deviation(pupils, ips + shift) == pytest.approx(float(ips_deviation(pupils, ips)), abs=1e-9)


def test_eta_squared_equals_the_variance_of_pupils_one_by_one() -> None:
    rng = np.random.default_rng(1)
    college = rng.integers(0, 4, 500)
    ips = rng.normal(95, 25, 500) + 8 * college
    means = np.array([ips[college == j].mean() for j in range(4)])
    variances = np.array([ips[college == j].var() for j in range(4)])
    expected = np.var(means[college]) / np.var(ips)
    assert eta_squared(np.bincount(college).astype(float), means, variances) == pytest.approx(expected)


def test_dissimilarity_is_half_the_sum_of_absolute_differences() -> None:
    """The formula of Duncan and Duncan: half the sum of |a_j / A - b_j / B|."""
    rng = np.random.default_rng(2)
    group, rest = rng.integers(0, 300, 9).astype(float), rng.integers(0, 300, 9).astype(float)
    expected = 0.5 * np.abs(group / group.sum() - rest / rest.sum()).sum()
    assert dissimilarity(group + rest, group) == pytest.approx(expected)


def test_closed_colleges_and_their_missing_ips_do_not_count() -> None:
    pupils, ips = np.array([100.0, 0.0, 300.0]), np.array([80.0, np.nan, 100.0])
    assert eta_squared(pupils, ips, np.array([225.0, np.nan, 225.0])) == pytest.approx(0.25)
    assert ips_deviation(pupils, ips) == pytest.approx((100 * 15 + 300 * 5) / 400)


def test_no_pupil_at_all_gives_no_figure() -> None:
    nobody = np.zeros((3, 2))
    for index in MEASURES:
        assert np.isnan(index(nobody, nobody)).all()
    assert np.isnan(eta_squared(nobody, nobody, nobody)).all()
