"""Social composition by cohort: the toy by pencil, mixtures against a loop, published figures given back."""

from __future__ import annotations

import dataclasses
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.demography.composition import compose, imputed_part
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.social import calibrate
from maillage.territory import GridSums, Territory
from toy import toy_territory

COMMUNES = ["99001", "99002", "99003", "99004"]
NORMAL, FRENCH = NormalDist(), Words("fr")


def with_ecoles(*rows: tuple[str, int, float], **changes) -> Territory:
    """The toy with IPS of écoles, 100 pupils a commune."""
    table = pd.DataFrame(rows, columns=["commune", "rentree", "ips"]).assign(pupils=100.0)
    cohorts = dataclasses.replace(toy_territory().cohorts, ecole_ips=table)
    return toy_territory(cohorts=cohorts, **changes)


def falling() -> Territory:
    """Every commune's écoles lose 2 points a year."""
    return with_ecoles(*((c, year, 100.0 - 2 * (year - 2022)) for c in COMMUNES for year in (2022, 2024)))


def steady(rentrees: int) -> np.ndarray:
    """A quarter of today's pupils in each grade, for ever."""
    return np.repeat(np.repeat(toy_territory().units.pupils[:, None, None] / 4, 4, axis=1), rentrees, axis=2)


def test_a_drift_of_two_points_a_year_over_six_rentrees() -> None:
    found = compose(falling(), steady(7))
    # Years that the cohorts of 6e, 5e, 4e and 3e entered after 2024: 0000, 1000, 2100, 3210, 4321, 5432, then 5543.
    change = -2 * np.array([0, 1, 3, 6, 10, 14, 17]) / 4
    between = 4 * np.array([0, 3 / 16, 11 / 16, 1.25, 1.25, 1.25, 11 / 16])
    assert found.rentrees.tolist() == list(range(2024, 2031))
    for u, ips in enumerate((80, 100, 85, 120)):
        np.testing.assert_allclose(found.ips[u], ips + change)
        np.testing.assert_allclose(found.ips_sd[u], np.sqrt(400 + between))
    # u0: 60 of 100 disadvantaged; a cohort 2 points lower has a limit 2 / 20 deviations higher.
    limit = NORMAL.inv_cdf(0.6)
    entered = ((0, 0, 0, 0), (1, 0, 0, 0), (2, 1, 0, 0), (3, 2, 1, 0), (4, 3, 2, 1), (5, 4, 3, 2), (5, 5, 4, 3))
    np.testing.assert_allclose(found.group[0], [sum(25 * NORMAL.cdf(limit + 0.1 * k) for k in years) for years in entered])
    assert "-2.00 points a year" in found.method[1]
    assert any("more than 5 years ahead" in sentence for sentence in found.method)


@pytest.mark.parametrize("territory", [toy_territory(), falling(), with_ecoles(("99001", 2024, 90.0))])
def test_the_base_rentree_is_that_of_the_territory(territory: Territory) -> None:
    found, units = compose(territory, steady(3)), territory.units
    assert np.array_equal(found.ips[:, 0], units.ips)
    assert np.array_equal(found.ips_sd[:, 0], units.ips_sd)
    np.testing.assert_allclose(found.group[:, 0], units.group, rtol=1e-14)


def test_without_two_vintages_nothing_changes() -> None:
    territory = with_ecoles(("99001", 2024, 90.0))
    found = compose(territory, steady(5))
    assert np.array_equal(found.ips, np.repeat(territory.units.ips[:, None], 5, axis=1))
    np.testing.assert_allclose(found.group, np.repeat(territory.units.group[:, None], 5, axis=1))
    assert "as today (no école IPS of two rentrées from 2022 on)" in found.method[1]


def test_a_vintage_of_the_old_scale_is_not_compared() -> None:
    territory = with_ecoles(*((c, year, float(ips)) for c in COMMUNES for year, ips in ((2021, 110), (2022, 90))))
    assert np.array_equal(compose(territory, steady(4)).ips[:, -1], territory.units.ips)


def test_newcomers_by_pencil() -> None:
    newcomers = np.zeros((4, 4, 2))
    newcomers[0, 0, 1] = 5
    found = compose(toy_territory(), steady(2), newcomers, -20.0)
    assert found.ips[0, 1] == pytest.approx(79)
    assert found.ips_sd[0, 1] ** 2 == pytest.approx(400 + (95 * 1 + 5 * 19**2) / 100)
    assert found.group[0, 1] == pytest.approx(95 * 0.6 + 5 * NORMAL.cdf(NORMAL.inv_cdf(0.6) + 1))
    np.testing.assert_allclose(found.ips[1:, 1], [100, 85, 120])
    np.testing.assert_allclose(found.imputed_share, [0, 5 / 300])
    assert any("IPS -20.0 points" in sentence for sentence in found.method)


def test_a_unit_that_is_empty_today_follows_its_ips() -> None:
    pupils = steady(2)
    pupils[0, :, 0] = 0
    territory = toy_territory(units={"pupils": np.array([0.0, 60, 40, 100]), "group": np.array([0.0, 25, 20, 30])})
    found = compose(territory, pupils)
    assert found.ips[0].tolist() == [80, 80]
    # (93 - 80) / 20 deviations.
    np.testing.assert_allclose(found.group[0], [0, 100 * NORMAL.cdf(0.65)])
    np.testing.assert_allclose(found.group_share[0], NORMAL.cdf(0.65))


def test_imputed_pupils_are_counted_in_proportion() -> None:
    commune = np.array(["99001", "99001", "99003", "99004"])
    units = {"commune": commune, "ips_imputed": np.array([False, False, False, True])}
    people, none = np.array([200.0, 0, 50, 50]), np.zeros(4)
    grid = GridSums(people, none, none, people * 20_000, np.zeros((4, 4)), np.array([50.0, 0, 25, 0]))
    # u0 is a part of a commune, a quarter of its people in imputed squares; u2 is alone in its commune.
    assert imputed_part(toy_territory(units=units, grid=grid)).tolist() == [0.25, 0, 0, 1]
    assert imputed_part(toy_territory(units=units)).tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(compose(toy_territory(units=units, grid=grid), steady(1)).imputed_share, (25 + 100) / 300)


def test_every_sentence_is_told_in_french() -> None:
    newcomers = np.zeros((4, 4, 9))
    newcomers[:, 0, 3:] = 1
    found = [
        compose(toy_territory(), steady(9)),
        compose(falling(), steady(9), newcomers, -12.0),
        compose(with_ecoles(("99001", 2022, 90.0), ("99002", 2024, 90.0)), steady(2)),
    ]
    sentences = {sentence for composition in found for sentence in composition.method}
    assert len(sentences) >= 7
    assert [sentence for sentence in sentences if FRENCH.recorded(sentence) is None] == []


def by_loop(territory: Territory, drift, pupils, newcomers, gap, u: int, t: int) -> tuple[float, float, float]:
    """Mean, variance and disadvantaged pupils of one unit, group of pupils by group of pupils."""
    units, groups = territory.units, []
    share = units.group[u] / units.pupils[u]
    for g in range(4):
        ips = units.ips[u] + drift[u] * min(max(t - g, 0), 5)
        groups.append((pupils[u, g, t] - newcomers[u, g, t], ips))
        groups.append((newcomers[u, g, t], ips + gap[u, g, t]))
    total = sum(n for n, _ in groups)
    mean = sum(n * ips for n, ips in groups) / total
    variance = sum(n * (units.ips_sd[u] ** 2 + (ips - mean) ** 2) for n, ips in groups) / total
    limit = NORMAL.inv_cdf(share)
    group = sum(n * NORMAL.cdf(limit - (ips - units.ips[u]) / units.ips_sd[u]) for n, ips in groups)
    return mean, variance, group


@given(seed=st.integers(0, 10**6), rentrees=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_mixtures_are_those_of_a_loop_and_proper(seed: int, rentrees: int) -> None:
    random = np.random.default_rng(seed)
    rows = [(c, year, float(ips)) for c in COMMUNES for year, ips in zip((2022, 2024), random.uniform(70, 120, 2), strict=True)]
    territory = with_ecoles(*rows)
    pupils = random.uniform(0.1, 60, (4, 4, rentrees))
    newcomers = pupils * random.uniform(0, 1, pupils.shape) * (np.arange(rentrees) > 0)
    gap = random.uniform(-60, 20, pupils.shape)
    found = compose(territory, pupils, newcomers, gap)
    drift = (found.ips[:, 0] * 0) if rentrees < 2 else _drift(territory)
    for u in range(4):
        for t in range(rentrees):
            mean, variance, group = by_loop(territory, drift, pupils, newcomers, gap, u, t)
            assert found.ips[u, t] == pytest.approx(mean)
            assert found.ips_sd[u, t] ** 2 == pytest.approx(variance)
            assert found.group[u, t] == pytest.approx(group)
    total = pupils.sum(axis=1)
    assert np.all((found.group >= 0) & (found.group <= total * (1 + 1e-12)))
    assert np.all(found.ips_sd >= territory.units.ips_sd[:, None] * (1 - 1e-12))
    assert np.all((found.imputed_share >= 0) & (found.imputed_share <= 1))


def _drift(territory: Territory) -> np.ndarray:
    """Points a year, read from a rentrée in which the 6e alone have drifted."""
    only_6e = np.zeros((4, 4, 2))
    only_6e[:, 0] = 1.0
    composed = compose(territory, only_6e)
    return np.asarray(composed.ips[:, 1] - composed.ips[:, 0])


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_published_figures_come_back_whatever_the_sectors(seed: int) -> None:
    random = np.random.default_rng(seed)
    present = np.array([0, 1, *random.integers(0, 2, 2)])
    pupils, ips = random.uniform(1, 300, 4), random.uniform(50, 150, 4)
    published = random.uniform(60, 140, 2), random.uniform(5, 40, 2)
    fitted = calibrate(pupils, ips, present, *published)
    units = {"present": present, "pupils": pupils, "ips": fitted.ips, "ips_sd": fitted.ips_sd, "group": pupils / 2}
    territory = dataclasses.replace(falling(), units=dataclasses.replace(falling().units, **units))
    grades = random.dirichlet(np.ones(4), 4)[:, :, None] * pupils[:, None, None]
    found = compose(territory, np.repeat(grades, 3, axis=2))
    for s in range(2):
        n, m, sd = (values[present == s] for values in (pupils, found.ips[:, 0], found.ips_sd[:, 0]))
        mean = np.average(m, weights=n)
        assert mean == pytest.approx(published[0][s])
        assert np.sqrt(np.average(sd**2 + (m - mean) ** 2, weights=n)) == pytest.approx(published[1][s])


ONE = np.ones((4, 4, 2))
LATER = ONE * np.array([0.0, 1.0])


@pytest.mark.parametrize(
    ("given_", "column", "message"),
    [
        ((np.ones((3, 4, 2)),), "pupils", "shape"),
        ((np.ones((4, 4)),), "pupils", "shape"),
        ((-ONE,), "pupils", "negative"),
        ((ONE * np.nan,), "pupils", "missing"),
        ((ONE, None, -5.0), "newcomer_ips_gap", "without newcomers"),
        ((ONE, LATER, np.ones(3)), "newcomer_ips_gap", "shape"),
        ((ONE, LATER, np.nan), "newcomer_ips_gap", "missing"),
        ((ONE, np.ones((4, 4)), 0.0), "newcomers", "shape"),
        ((ONE, -LATER, 0.0), "newcomers", "negative"),
        ((ONE, 2 * LATER, 0.0), "newcomers", "more newcomers than pupils"),
        ((ONE, ONE, 0.0), "newcomers", "at the base rentrée"),
    ],
)
def test_each_fault(given_: tuple, column: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        compose(toy_territory(), *given_)
    assert [fault.column for fault in caught.value.faults] == [column]
