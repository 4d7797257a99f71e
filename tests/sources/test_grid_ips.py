"""Parts of a commune told apart by 200 m squares: by pencil, the commune's mean and every published figure kept."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.report.words import Words
from maillage.sources.grid_ips import grid_ips, refine
from maillage.sources.ledger import Ledger
from maillage.sources.social import IncomeLine
from maillage.sources.unit_social import FirstIps, Published, settle
from maillage.territory import GridSums
from toy import toy_territory

NONE = np.zeros(4, bool)
SPLIT = np.array(["99001", "99001", "99003", "99004"])


def grid(people, standard, imputed=(0, 0, 0, 0)) -> GridSums:
    people = np.array(people, float)
    empty = np.zeros(4)
    return GridSums(people, empty, empty, people * np.array(standard), np.zeros((4, 4)), np.array(imputed, float), 2021)


def first(commune=(90, 90, 85, 120), moved=None, line=None) -> FirstIps:
    start = np.array(commune, float)
    return FirstIps(start, start if moved is None else np.array(moved, float), NONE, line)


def test_two_parts_by_pencil() -> None:
    # 100 people at 30,000 and 300 at 20,000: 22,500 on average.
    moved, weight = grid_ips(
        first(), 40.0, SPLIT, np.array([50.0, 100, 40, 100]), grid((100, 300, 50, 50), (30e3, 20e3, 9e3, 9e3))
    )
    rich, poor = 40 * log(30 / 22.5), 40 * log(20 / 22.5)
    constant = (50 * rich + 100 * poor) / 150
    np.testing.assert_allclose(moved, [90 + rich - constant, 90 + poor - constant, 85, 120])
    assert weight.tolist() == [1, 1, 0, 0]


def test_imputed_squares_leave_the_rest_to_the_iris() -> None:
    squares = grid((100, 100, 50, 50), (30e3, 20e3, 9e3, 9e3), (25, 100, 0, 0))
    moved, weight = grid_ips(first(moved=(92, 84, 85, 120)), 40.0, SPLIT, np.array([100.0, 100, 40, 100]), squares)
    one, two = 0.75 * 40 * log(30 / 25) + 0.25 * 2, -6.0
    # The mean of the commune's parts before, 88, is kept.
    np.testing.assert_allclose(moved[:2], [88 + (one - two) / 2, 88 - (one - two) / 2])
    assert weight.tolist() == [0.75, 0, 0, 0]


@pytest.mark.parametrize("people", [(100, 0, 50, 50), (0, 0, 0, 0)])
def test_a_part_without_anybody_to_compare_with_stays(people) -> None:
    start = first(moved=(92, 84, 85, 120))
    moved, weight = grid_ips(start, 40.0, SPLIT, np.full(4, 10.0), grid(people, (30e3,) * 4))
    np.testing.assert_allclose(moved, start.moved)
    assert not weight.any()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_the_mean_of_each_commune_is_kept(seed: int) -> None:
    random = np.random.default_rng(seed)
    commune = np.array(["a", "b", "c"])[random.integers(0, 3, 12)]
    pupils = random.uniform(0, 50, 12) * random.integers(0, 2, 12)
    people = random.uniform(0, 300, 12) * random.integers(0, 2, 12)
    zero = np.zeros(12)
    squares = GridSums(
        people, zero, zero, people * random.uniform(1e4, 4e4, 12), np.zeros((12, 4)), people * random.uniform(0, 1, 12)
    )
    start = FirstIps(random.uniform(60, 130, 12), random.uniform(60, 130, 12), np.zeros(12, bool), None)
    moved, weight = grid_ips(start, 40.0, commune, pupils, squares)
    assert np.all((weight >= 0) & (weight <= 1))
    for name in np.unique(commune):
        here = commune == name
        mass = pupils[here] if pupils[here].sum() > 0 else np.ones(here.sum())
        assert mass @ moved[here] == pytest.approx(mass @ start.moved[here])


def test_refined_units_keep_every_published_figure_and_are_told_once() -> None:
    territory, ledger = toy_territory(units={"commune": SPLIT}), Ledger()
    units, colleges = territory.units, territory.colleges
    published = Published(colleges.pupils, colleges.ips, colleges.ips_sd)
    social = settle(first(line=IncomeLine(0, 40.0, 1.0, 20)), units.pupils, units.present, published, 0.45, ledger)
    squares = grid((100, 100, 50, 50), (24e3, 22e3, 9e3, 9e3), (0, 50, 0, 0))
    refined, told = refine(units, social, squares, ledger)
    assert refined.ips[0] > refined.ips[1]
    for s in (0, 1):
        here = units.present == s
        mean = np.average(refined.ips[here], weights=units.pupils[here])
        assert mean == pytest.approx(colleges.ips[s])
        variance = np.average(refined.ips_sd[here] ** 2 + (refined.ips[here] - mean) ** 2, weights=units.pupils[here])
        assert np.sqrt(variance) == pytest.approx(colleges.ips_sd[s])
    before = np.bincount(units.present, social.group)
    np.testing.assert_allclose(np.bincount(units.present, refined.group), before)
    assert np.array_equal(told.ips, refined.ips)
    quantities = [entry.quantity for entry in ledger.estimates]
    assert len(quantities) == len(set(quantities))
    (entry,) = (entry for entry in ledger.estimates if entry.quantity == "ips within communes")
    assert (entry.count, entry.total) == (2, 4)
    assert "25% of people" in entry.method
    french = Words("fr")
    assert all(french.recorded(entry.method) and french.recorded(entry.quantity) for entry in ledger.estimates)


@pytest.mark.parametrize("line", [None, IncomeLine(0, 40.0, 1.0, 20)])
def test_without_squares_or_without_a_line_nothing_changes(line) -> None:
    territory, ledger = toy_territory(units={"commune": SPLIT}), Ledger()
    units, colleges = territory.units, territory.colleges
    published = Published(colleges.pupils, colleges.ips, colleges.ips_sd)
    social = settle(first(line=line), units.pupils, units.present, published, 0.45, ledger)
    told = list(ledger.estimates)
    squares = None if line else grid((100, 100, 50, 50), (24e3, 22e3, 9e3, 9e3))
    assert refine(units, social, squares, ledger) == (units, social)
    assert ledger.estimates == told
