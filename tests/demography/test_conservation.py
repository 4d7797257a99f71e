"""Nobody is lost and nobody appears from nowhere, on random territories with gaps, strangers and empty places."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from maillage import project_enrolment
from maillage.demography.areas import areas_of
from maillage.demography.demand import Demand
from maillage.demography.entry import shares
from maillage.demography.sectors import today_sectors
from maillage.hypotheses import Hypotheses, Programme
from maillage.territory import Territory
from naive import aged
from territories_at_random import BASE, random_territory, with_tables
from toy_cohorts import projection

seeds = st.integers(0, 10**6)
variants = st.sampled_from(["central", "high", "low"])
NO_PAST = {"history": False, "special": False}


def sums(demand: Demand) -> np.ndarray:
    return demand.total().sum(axis=0)


@given(seeds, variants, st.integers(0, 16))
@settings(max_examples=25, deadline=None)
def test_units_add_up_to_the_new_6e_of_the_departement(seed: int, variant: str, years: int) -> None:
    territory = random_territory(seed)
    demand = project_enrolment(territory, BASE + years, variant)
    trail = demand.trail
    assert demand.pupils.shape == (len(territory.units), 4, years + 1)
    assert np.isfinite(demand.pupils).all()
    assert (demand.pupils >= 0).all()
    assert demand.total()[:, 0] == pytest.approx(territory.units.pupils)
    placed = trail.placed[:, 0, 1:].sum(axis=0)
    if territory.units.pupils.sum() > 0:
        expected = np.maximum(trail.entrants.pupils - placed, 0.0) * trail.variant + placed
        assert demand.pupils[:, 0, 1:].sum(axis=0) == pytest.approx(expected)
    # Who lives in no sector of the territory, or where nobody is, does not appear.
    assert (demand.pupils[territory.units.pupils == 0] == 0).all()


@given(seeds, st.lists(st.floats(1, 5000), min_size=3, max_size=3))
@settings(max_examples=10, deadline=None)
def test_units_add_up_to_the_totals_given(seed: int, totals: list[float]) -> None:
    territory = random_territory(seed)
    assume((sums(project_enrolment(territory, BASE + 5)) > 1e-6).all())
    rows = projection([(BASE + 1 + i, "central", total) for i, total in enumerate(totals)])
    demand = project_enrolment(with_tables(territory, projection=rows), BASE + 5)
    assert sums(demand)[1:4] == pytest.approx(totals, rel=1e-12)
    # The trend itself is not touched: each rentrée is scaled, the cohorts age as they did.
    alone = project_enrolment(territory, BASE + 5)
    assert demand.pupils == pytest.approx(alone.pupils * demand.trail.agreement)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_without_a_past_every_cohort_ages_by_one_a_year(seed: int) -> None:
    demand = project_enrolment(random_territory(seed, **NO_PAST), BASE + 8)
    assert demand.pupils[:, 1:, 1:] == pytest.approx(demand.pupils[:, :-1, :-1], rel=1e-12)
    for unit in demand.pupils[:3]:
        # The twin walks through the grades: who arrives is there, in 6e every year and in all grades at the base.
        flows = np.vstack([unit[0], np.hstack([unit[1:, :1], np.zeros((3, 8))])])
        assert unit == pytest.approx(np.array(aged(flows.tolist())))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_with_a_past_every_cohort_ages_by_the_ratio_of_its_sector(seed: int) -> None:
    territory = random_territory(seed, history=True)
    demand = project_enrolment(territory, BASE + 6)
    ordinary = demand.pupils - demand.trail.placed
    assert ordinary[:, 1:, 1:] == pytest.approx(ordinary[:, :-1, :-1] * demand.trail.ratio[:, :, None], abs=1e-9)
    assert (np.abs(np.log(demand.trail.progression.everywhere)) <= np.log(1.25) + 1e-12).all()


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_new_6e_are_shares_of_a_total_that_add_up_to_1(seed: int) -> None:
    territory = random_territory(seed)
    trail = project_enrolment(territory, BASE + 9).trail
    assume(territory.units.pupils.sum() > 0)
    share = shares(trail.entry, trail.feeders, areas_of(territory), territory.units.pupils, range(BASE + 1, BASE + 10))
    assert share.sum(axis=0) == pytest.approx(np.ones(9))
    assert (share >= 0).all()
    total = trail.entering.sum(axis=0)
    late = [source in ("omphale", "population", "held") for source in trail.entrants.source]
    assert trail.entering[:, ~np.array(late)] == pytest.approx((share * total)[:, ~np.array(late)])


def test_a_sector_whose_ecoles_are_in_no_table_keeps_its_6e() -> None:
    """Half the sectors have no école pupil at all: their collèges follow the others instead of closing."""
    territory = random_territory(3, outside=False, ecoles=True, ecole_history=False, births=False, **NO_PAST)
    units = territory.units
    ecole = np.where((units.present == 0)[:, None], 0.0, units.ecole_pupils.mean(axis=0))
    lacking = dataclasses.replace(territory, units=dataclasses.replace(units, ecole_pupils=ecole))
    demand = project_enrolment(lacking, BASE + 6).by_college(today_sectors(lacking))
    sixth = demand.pupils[:, 0]
    trend = sixth[:, 1:].sum(axis=0) / sixth[:, 0].sum()
    assert sixth[0, 1:] == pytest.approx(sixth[0, 0] * trend, rel=0.35)
    assert sixth[0, 0] > 10


# --- hypotheses -------------------------------------------------------------------------------------------------------


def a_programme(territory: Territory, seed: int, **changes: object) -> Hypotheses:
    rng = np.random.default_rng(seed)
    commune = str(rng.choice(territory.units.commune))
    stages = {int(y): int(n) for y, n in zip(range(BASE + 1, BASE + 5), rng.integers(10, 300, 4), strict=True)}
    told = {"name": "Les Champs", "communes": {commune: 1.0}, "delivered": stages, "kind": "house"} | changes
    return Hypotheses(programme=(Programme(**told),))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_hypotheses_add_the_aged_arrivals_and_nothing_else(seed: int) -> None:
    territory = random_territory(seed)
    plain = project_enrolment(territory, BASE + 9)
    built = project_enrolment(territory, BASE + 9, hypotheses=a_programme(territory, seed))
    arrivals = built.trail.arrivals
    assert arrivals.any() or territory.units.pupils.sum() == 0
    assert (built.pupils - plain.pupils) == pytest.approx(np.maximum(plain.pupils + arrivals, 0) - plain.pupils, abs=1e-9)
    assert (arrivals[..., 0] == 0).all()


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_demolitions_take_nobody_who_is_not_there(seed: int) -> None:
    territory = random_territory(seed)
    plain = project_enrolment(territory, BASE + 6)
    gone = project_enrolment(territory, BASE + 6, hypotheses=a_programme(territory, seed, demolition=True, within_share=0))
    assert (gone.pupils >= 0).all()
    assert (gone.pupils <= plain.pupils + 1e-9).all()
    floored = plain.pupils + gone.trail.arrivals < 0
    assert gone.pupils[~floored] == pytest.approx((plain.pupils + gone.trail.arrivals)[~floored], abs=1e-9)
    assert (gone.pupils[floored] == 0).all()


# --- draws ------------------------------------------------------------------------------------------------------------


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_draws_are_around_the_projection(seed: int) -> None:
    territory = random_territory(seed)
    demand = project_enrolment(territory, BASE + 7, draws=300, seed=seed)
    draws = demand.draws
    assert np.isfinite(draws).all()
    assert (draws >= 0).all()
    assert (draws[..., 0] == demand.pupils[..., 0].astype(np.float32)).all()
    assert demand.draws.tobytes() == project_enrolment(territory, BASE + 7, draws=300, seed=seed).draws.tobytes()
    assert (draws[:, demand.pupils == 0] == 0).all()
    if territory.units.pupils.sum() > 0:
        total = draws.sum(axis=(1, 2), dtype=np.float64)
        error = total.std(axis=0) / np.sqrt(len(total))
        assert (np.abs(total.mean(axis=0) - sums(demand)) <= 4 * error + 1e-3 * sums(demand)).all()


def test_the_mean_of_many_draws_is_the_projection_unit_by_unit() -> None:
    territory = random_territory(11, history=True, ecoles=True, ecole_history=True)
    demand = project_enrolment(territory, BASE + 10, draws=4000, seed=3)
    error = demand.draws.std(axis=0, dtype=np.float64) / np.sqrt(4000)
    away = (demand.draws.mean(axis=0, dtype=np.float64) - demand.pupils) / np.maximum(error, 1e-6)
    there = demand.pupils > 0
    assert there.sum() > 100
    # Cells of one territory stray together and are skewed: a few may lie further out than one in 16,000.
    assert np.abs(away[there]).max() < 5
    assert (np.abs(away[there]) < 4).mean() > 0.99


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_sums_by_place_are_sums_of_the_units_and_quantiles_rise(seed: int) -> None:
    territory = random_territory(seed, bassins=True)
    demand = project_enrolment(territory, BASE + 5, draws=20, seed=1)
    inside = territory.units.present >= 0
    by_college = demand.by_college(today_sectors(territory), territory)
    by_bassin, whole = demand.by_bassin(territory), demand.everywhere(territory)
    assert whole.pupils[0] == pytest.approx(demand.pupils[inside].sum(axis=0))
    for places in (by_college, by_bassin):
        assert places.pupils.sum(axis=0) == pytest.approx(whole.pupils[0])
        assert places.draws.sum(axis=1) == pytest.approx(whole.draws[:, 0], rel=1e-4, abs=1e-3)
        assert (np.diff(places.quantile((0.0, 0.1, 0.5, 0.9, 1.0)), axis=0) >= 0).all()
        for grade in ("6e", "3e"):
            assert (np.diff(places.quantile((0.1, 0.9), grade), axis=0) >= 0).all()
    for s in range(len(territory.colleges)):
        units = territory.units.present == s
        assert by_college.pupils[s] == pytest.approx(demand.pupils[units].sum(axis=0))
        assert by_college.draws[:, s] == pytest.approx(demand.draws[:, units].sum(axis=1), rel=1e-4, abs=1e-3)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_variants_are_on_both_sides_of_the_central_one(seed: int) -> None:
    territory = random_territory(seed)
    low, central, high = (sums(project_enrolment(territory, BASE + 12, v)) for v in ("low", "central", "high"))
    assert (low <= central + 1e-9).all()
    assert (central <= high + 1e-9).all()
    if central[-1] > 1:
        assert low[-1] < central[-1] < high[-1]


def test_an_odd_territory_is_projected_nevertheless() -> None:
    """One collège, one unit; a collège without units; nobody anywhere; no grades published."""
    base = random_territory(5, bassins=False)
    keep = np.arange(len(base.units))[:1]
    units = dataclasses.replace(
        base.units,
        **{f.name: getattr(base.units, f.name)[keep] for f in dataclasses.fields(base.units) if f.metadata.get("rows", True)},
        edges=np.empty((0, 2), np.int32),
        edge_length_m=np.empty(0),
    )
    units = dataclasses.replace(
        units, present=np.zeros(1, np.int32), pupils=np.array([100.0]), ecole_pupils=np.full((1, 5), 20)
    )
    alone = dataclasses.replace(base, units=units)
    demand = project_enrolment(alone, BASE + 6, draws=2)
    assert np.isfinite(demand.draws).all()
    assert demand.by_college(today_sectors(alone)).total()[1:].max() == 0
    nobody = dataclasses.replace(base, units=dataclasses.replace(base.units, pupils=np.zeros(len(base.units))))
    assert project_enrolment(nobody, BASE + 6, draws=2).draws.max() == 0
    silent = dataclasses.replace(
        base, colleges=dataclasses.replace(base.colleges, grade_pupils=np.full_like(base.colleges.grade_pupils, np.nan))
    )
    assert project_enrolment(silent, BASE).pupils[:, :, 0] == pytest.approx(np.repeat(base.units.pupils[:, None] / 4, 4, 1))
