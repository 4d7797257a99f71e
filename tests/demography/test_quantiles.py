"""Quantiles and sums of simulated futures beside the obvious way, whatever their order in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from maillage.demography import enrolment
from maillage.demography.gathering import gathered


def _draws(count: int, places: int, years: int, seed: int, turned: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if turned:
        return rng.random((count, years, 4, places), np.float32).transpose(0, 3, 2, 1)
    return rng.random((count, places, 4, years), np.float32)


@settings(deadline=None)
@given(
    count=st.integers(1, 30),
    places=st.integers(1, 7),
    years=st.integers(1, 3),
    seed=st.integers(0, 99),
    turned=st.booleans(),
    q=st.one_of(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=1, max_size=4)),
    grade=st.sampled_from([None, "6e", "3e"]),
)
def test_quantiles_are_those_of_numpy(count, places, years, seed, turned, q, grade) -> None:
    draws = _draws(count, places, years, seed, turned)
    chosen = draws.sum(axis=2) if grade is None else draws[:, :, 0 if grade == "6e" else 3]
    found = enrolment.quantiles_of(draws, q, grade)
    np.testing.assert_allclose(found, np.quantile(chosen.astype(float), q, axis=0), rtol=1e-6)


def test_quantiles_do_not_depend_on_how_many_places_are_sorted_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = _draws(11, 7, 3, 1, True)
    before = draws.copy()
    at_once = enrolment.quantiles_of(draws, [0.1, 0.9], None)
    monkeypatch.setattr(enrolment, "SORTED_VALUES", 2 * 11 * 3)
    np.testing.assert_array_equal(enrolment.quantiles_of(draws, [0.1, 0.9], None), at_once)
    np.testing.assert_array_equal(draws, before)


@settings(deadline=None)
@given(
    count=st.integers(1, 3),
    units=st.integers(1, 8),
    years=st.integers(1, 3),
    sites=st.integers(1, 4),
    seed=st.integers(0, 99),
    turned=st.booleans(),
)
def test_sums_by_place(count, units, years, sites, seed, turned) -> None:
    draws = _draws(count, units, years, seed, turned)
    site = np.random.default_rng(seed).integers(-1, sites, (units, years))
    np.testing.assert_allclose(gathered(draws, site, sites), naive.gathered(draws.tolist(), site.tolist(), sites), rtol=1e-6)
