"""The change of IPS from cohort to cohort: shrinkage by pencil, consistency with the département."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.demography.drift import drift_of, fay_herriot
from maillage.errors import InputError
from maillage.territory import Territory
from toy import toy_territory


def with_ecoles(rows: list[tuple[str, int, float, float]], **changes) -> Territory:
    table = pd.DataFrame(rows, columns=["commune", "rentree", "ips", "pupils"])
    return toy_territory(cohorts=dataclasses.replace(toy_territory().cohorts, ecole_ips=table), **changes)


def test_fay_herriot_by_pencil() -> None:
    # Twice 2^2 / (A + 1) = 1.
    assert fay_herriot(np.array([0.0, 4.0]), np.ones(2)) == pytest.approx((2, 7))
    # Twice 0.5^2 / 1 < 1: nothing but chance.
    assert fay_herriot(np.array([0.0, 1.0]), np.ones(2)) == (0.5, 0.0)
    assert fay_herriot(np.array([3.0]), np.ones(1)) == (3.0, 0.0)
    # Without differences the mean is that of the most certain.
    assert fay_herriot(np.array([0.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx((0.25, 0))


@given(seed=st.integers(0, 10**6), size=st.integers(2, 40), true=st.floats(0, 5))
@settings(max_examples=60, deadline=None)
def test_fay_herriot_solves_its_equation(seed: int, size: int, true: float) -> None:
    random = np.random.default_rng(seed)
    error = random.uniform(0.01, 4, size)
    values = random.normal(1, true, size) + random.normal(0, np.sqrt(error))
    mean, variance = fay_herriot(values, error)
    weight = 1 / (variance + error)
    assert mean == pytest.approx(weight @ values / weight.sum())
    excess = weight @ (values - mean) ** 2 - (size - 1)
    assert excess == pytest.approx(0, abs=1e-6) if variance > 0 else excess <= 0


def test_two_communes_by_pencil() -> None:
    # 100 pupils, 20 CM2 a year, sigma 20, two of five cohorts renewed in two years: 2 x 2 x 400 / (25 x 20 x 4) = 0.8.
    rows = [
        ("99001", 2022, 90.0, 100.0),
        ("99001", 2024, 90.0, 100.0),
        ("99004", 2022, 90.0, 100.0),
        ("99004", 2024, 98.0, 100.0),
    ]
    drift = drift_of(with_ecoles(rows))
    np.testing.assert_allclose(drift.communes["observed"], [0, 4])
    np.testing.assert_allclose(drift.communes["error"] ** 2, 0.8)
    # A = 8 - 0.8, so nine tenths of the way from the mean; communes not known twice follow the département.
    np.testing.assert_allclose(drift.by_unit, [0.2, 2, 2, 3.8])


def test_more_than_five_years_renew_no_more_than_five_cohorts() -> None:
    rows = [(c, year, 90.0, 100.0) for c in ("99001", "99004") for year in (2022, 2028)]
    np.testing.assert_allclose(drift_of(with_ecoles(rows)).communes["error"] ** 2, 2 * 5 * 400 / (25 * 20 * 36))


def test_pupils_not_published_are_those_of_the_units_or_assumed() -> None:
    rows = [(c, year, 90.0, np.nan) for c in ("99001", "99004") for year in (2022, 2024)]
    ecole = np.zeros((4, 5))
    ecole[0] = 60
    assert drift_of(with_ecoles(rows, units={"ecole_pupils": ecole})).communes["pupils"].tolist() == [300, 100]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_pupil_weighted_mean_is_that_of_the_ecoles_and_nobody_strays_further(seed: int) -> None:
    random = np.random.default_rng(seed)
    communes = ["99001", "99002", "99003", "99004"]
    pupils = random.uniform(25, 2000, 4)
    rows = [
        (c, year, float(random.uniform(60, 130)), n) for c, n in zip(communes, pupils, strict=True) for year in (2022, 2023)
    ]
    drift = drift_of(with_ecoles(rows))
    observed, shrunk = drift.communes["observed"], drift.communes["drift"]
    assert np.average(shrunk, weights=pupils) == pytest.approx(np.average(observed, weights=pupils))
    assert np.ptp(shrunk) <= np.ptp(observed) + 1e-9


def test_communes_of_elsewhere_and_secret_figures_do_not_count() -> None:
    rows = [
        ("99001", 2022, 90.0, 100.0),
        ("99001", 2024, np.nan, 100.0),
        ("12345", 2022, 90.0, 100.0),
        ("12345", 2024, 50.0, 100.0),
    ]
    drift = drift_of(with_ecoles(rows))
    assert drift.by_unit.tolist() == [0, 0, 0, 0]
    assert drift.communes.empty


def test_a_commune_and_rentree_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice") as caught:
        drift_of(with_ecoles([("99001", 2022, 90.0, 100.0), ("99001", 2022, 91.0, 100.0)]))
    assert caught.value.faults[0].rows == ("99001 2022",)
