"""Projected enrolment: by hand on the toy, as properties on random territories, and on the real Pas-de-Calais figures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage import InputError, project_enrolment
from toy import PUPILS, A, B, toy_territory
from toy_cohorts import BASE, births, by_age, cohorts_with, population, projection, territory_with


def test_cohorts_alike_stay_as_they_are():
    demand = project_enrolment(territory_with(), BASE + 8)
    assert demand.rentrees.tolist() == list(range(BASE, BASE + 9))
    assert demand.pupils == pytest.approx(np.repeat(PUPILS[:, :1, None] / 4, 4, axis=1).repeat(9, axis=2))
    assert demand.private_factor == pytest.approx(np.ones(9))
    text = " ".join(demand.method)
    assert "2025 to 2029: cohorts in école in 2024" in text
    assert "2030 to 2032: no figures: the last cohort is held constant (assumption)" in text
    assert "every unit follows the département's trend" in text


def test_base_keeps_unit_totals_and_the_grades_of_the_college():
    grades = np.array([[64.0, 48.0, 32.0, 16.0], [35.0] * 4])
    demand = project_enrolment(toy_territory(colleges={"grade_pupils": grades}, cohorts=cohorts_with()), BASE)
    assert demand.pupils[0, :, 0] == pytest.approx([40, 30, 20, 10])
    assert demand.pupils[2, :, 0] == pytest.approx([10] * 4)
    assert demand.total()[:, 0] == pytest.approx(PUPILS[:, 0])
    silent = toy_territory(colleges={"grade_pupils": np.array([grades[0], [np.nan] * 4])}, cohorts=cohorts_with())
    assert project_enrolment(silent, BASE).pupils[3, :, 0] == pytest.approx([40, 30, 20, 10])


def test_progression_ratios_by_hand():
    """The toy's history: 77 pupils in every grade of 2023, 75 in every grade of 2024; 42 to 40 at A, 35 to 35 at B.

    One pair of rentrées of two small collèges says little of them: they are drawn to the département's 75 / 77, almost wholly.
    """
    demand = project_enrolment(toy_territory(), BASE + 1)
    ratio = demand.pupils[:, 1, 1] / (PUPILS[:, 0] / 4)
    assert ratio == pytest.approx(75 / 77, rel=1e-3)
    assert ratio[[1, 3]] == pytest.approx(ratio[[0, 2]])
    assert ratio[0] < 75 / 77 < ratio[2]
    assert "6e → 5e 0.974" in demand.method[0]


def test_implausible_progression_is_replaced_and_said():
    history = toy_territory().cohorts.history
    history = history.assign(p5e=np.where(history["rentree"] == 2024, 2 * history["p5e"], history["p5e"]))
    demand = project_enrolment(toy_territory(cohorts=cohorts_with(history=history)), BASE + 1)
    assert "replaced by 1: 6e → 5e" in demand.method[0]
    assert demand.pupils[:, 1, 1] == pytest.approx(demand.pupils[:, 0, 0])


def test_observed_ratio_of_6e_over_cm2_comes_first():
    """75 entered 6e in 2024 where 100 were in CM2 in 2023; 75 a cohort in école now give 56.25 new 6e."""
    history = toy_territory().cohorts.history
    ecoles = pd.DataFrame({"commune": ["99001", "99003"], "rentree": 2023, "cp": 0, "ce1": 0, "ce2": 0, "cm1": 0, "cm2": 50.0})
    demand = project_enrolment(toy_territory(cohorts=cohorts_with(history=history, ecole_history=ecoles)), BASE + 1)
    assert demand.pupils[:, 0, 1].sum() == pytest.approx(75 * 0.75)
    assert "as observed: 0.750" in " ".join(demand.method)


def test_population_gives_the_public_share_and_the_cohorts_not_yet_at_school():
    """100 children a year aged 10 to 14 for 75 collégiens a grade (0.75), 80 a year aged 5 to 9, 60 a year under 5."""
    groups = {(0, 4): 300.0, (5, 9): 400.0, (10, 14): 500.0, (15, 19): 900.0, (95, 120): 7.0}
    demand = project_enrolment(territory_with(population=by_age(groups)), BASE + 12)
    sixth = demand.pupils[:, 0].sum(axis=0)
    assert sixth == pytest.approx([75.0] + [60.0] * 5 + [45.0] * 7)
    assert demand.total().sum(axis=0)[-1] == pytest.approx(4 * 45)
    assert demand.private_factor[-1] == pytest.approx(180 / 300)
    assert "0.750 of the children of their ages" in " ".join(demand.method)
    assert "2030 to 2034: population by age, 1 January 2024" in " ".join(demand.method)
    assert "2035 to 2036: no figures" in " ".join(demand.method)


def test_latest_population_counts():
    old = population({(0, 17): 1.0}, year=2019)
    groups = {(0, 4): 300.0, (5, 9): 400.0, (10, 14): 500.0}
    both = pd.concat([population(groups), old])
    alone = project_enrolment(territory_with(population=population(groups)), BASE + 9)
    assert project_enrolment(territory_with(population=both), BASE + 9).pupils.tobytes() == alone.pupils.tobytes()


def test_ecoles_grow_where_their_cohorts_do():
    """u0's youngest cohorts are half, u3's double: u0 loses and u3 gains, less than their own figures say."""
    ecole = np.full((4, 5), 200.0)
    ecole[0], ecole[3] = [100, 120, 200, 240, 340], [300, 280, 200, 160, 60]
    demand = project_enrolment(territory_with(ecole=ecole), BASE + 5)
    start, end = demand.pupils[:, 0, 0], demand.pupils[:, 0, 5]
    assert start[0] * 0.5 < end[0] < start[0] * 0.9
    assert start[3] * 1.1 < end[3] < start[3] * 1.5
    # The département's own cohorts do not change.
    assert demand.pupils[:, 0].sum(axis=0) == pytest.approx([75.0] * 6)
    assert "every unit follows" not in " ".join(demand.method)


def test_births_follow_the_ecoles_and_then_population_or_nothing():
    """Ten births a commune to 2018, then five in 99001: 30 of 40 and 5 of 40 of the école cohorts' 75."""
    communes = ("99001", "99002", "99003", "99004")
    rows = [(c, y, 5.0 if c == "99001" and y > 2018 else 10.0) for c in communes for y in range(2014, 2022)]
    demand = project_enrolment(territory_with(births=births([*rows, ("98765", 2020, 3.0)])), BASE + 10)
    sixth = demand.pupils[:, 0].sum(axis=0)
    assert sixth[:6] == pytest.approx([75.0] * 6)
    assert sixth[6:] == pytest.approx([75 * 35 / 40] * 5)
    assert demand.pupils[0, 0, 6] < demand.pupils[3, 0, 6]
    text = " ".join(demand.method)
    assert "2030 to 2032: births eleven years before" in text
    assert "2033 to 2034: no figures" in text  # births stop in 2021
    assert "Births of communes unknown here were left out (1): 98765." in text
    # Where births stop, the population carries on, from the same école cohorts.
    ages = by_age({(0, 1): 80.0, (2, 9): 640.0})
    longer = project_enrolment(territory_with(births=births(rows), population=ages), BASE + 10)
    assert longer.pupils[:, 0, :9] == pytest.approx(demand.pupils[:, 0, :9])
    assert "2033 to 2034: population by age" in " ".join(longer.method)


def test_births_without_any_cohort_in_common_are_chained_to_the_last_ones():
    rows = [(c, y, n) for c in ("99001", "99004") for y, n in ((2019, 30.0), (2020, 30.0), (2021, 30.0), (2022, 15.0))]
    sixth = project_enrolment(territory_with(births=births(rows)), BASE + 9).pupils[:, 0].sum(axis=0)
    assert sixth == pytest.approx([75.0] * 9 + [37.5])


def test_no_ecoles_at_all():
    nothing = np.zeros((4, 5))
    flat = project_enrolment(territory_with(ecole=nothing), BASE + 3)
    assert flat.total().sum(axis=0) == pytest.approx([300.0] * 4)
    groups = {(0, 4): 300.0, (5, 9): 400.0, (10, 14): 500.0}
    falling = project_enrolment(territory_with(ecole=nothing, population=by_age(groups)), BASE + 3)
    assert "2025 to 2027: no figures: the mean grade of the collèges is held constant" in " ".join(flat.method)
    assert falling.pupils[:, 0].sum(axis=0) == pytest.approx([75.0] + [60.0] * 3)


def test_a_unit_outside_the_territory_has_no_pupils_ever():
    units = {"present": np.array([0, 0, 1, -1], np.int32), "pupils": np.array([100.0, 60.0, 40.0, 0.0])}
    demand = project_enrolment(territory_with(units=units), BASE + 6, draws=3)
    assert demand.pupils[3].max() == 0
    assert demand.draws[:, 3].max() == 0
    empty = project_enrolment(territory_with(units={"pupils": np.zeros(4)}), BASE + 2)
    assert empty.pupils.max() == 0
    assert empty.private_factor.tolist() == [1.0, 1.0, 1.0]


def test_variants_are_ordered_and_said():
    central, high, low = (project_enrolment(territory_with(), BASE + 10, v) for v in ("central", "high", "low"))
    for other, sign in ((high, 1), (low, -1)):
        away = sign * (other.total().sum(axis=0) / central.total().sum(axis=0) - 1)
        assert away[0] == 0
        assert (np.diff(away) > 0).all()
        assert away[[1, 5, 10]] == pytest.approx([0.002, 0.010, 0.060], abs=0.005)
        assert "variant (assumptions)" in " ".join(other.method)
    assert "variant" not in " ".join(central.method)


def test_totals_agree_with_a_projection_given():
    rows = [(2025, "central", 290.0), (2027, "central", 250.0), (2024, "central", 1.0), (2026, "high", 999.0)]
    demand = project_enrolment(territory_with(projection=projection(rows)), BASE + 5)
    total = demand.total().sum(axis=0)
    # Base as published; 2026 between the factors of its neighbours; after 2027 its factor stays.
    assert total == pytest.approx([300, 290, 270, 250, 250, 250])
    assert total[[1, 3]] == pytest.approx([290.0, 250.0], rel=1e-14)
    assert "brought to the projection given" in " ".join(demand.method)
    assert "the last factor after 2027" in " ".join(demand.method)
    assert "far from 1" not in " ".join(demand.method)
    # A variant without totals of its own takes the factors of the central one, and stays on its side of it.
    low = project_enrolment(territory_with(projection=projection(rows)), BASE + 5, "low")
    assert "no rentrée of this horizon in the low variant: the factors of the central variant" in " ".join(low.method)
    alone = project_enrolment(territory_with(), BASE + 5, "low").total().sum(axis=0)
    assert low.total().sum(axis=0) == pytest.approx(alone * total / 300)
    misspelt = project_enrolment(territory_with(projection=projection([(2025, "Central", 290.0)])), BASE + 5)
    assert "in the central variant: nothing was reconciled" in " ".join(misspelt.method)
    public_and_private = project_enrolment(territory_with(projection=projection([(2025, "central", 370.0)])), BASE + 1)
    assert "check that the projection counts the public collège pupils" in " ".join(public_and_private.method)


def test_draws():
    territory = territory_with()
    one, same, other = (project_enrolment(territory, BASE + 6, draws=400, seed=s) for s in (5, 5, 6))
    assert one.draws.shape == (400, 4, 4, 7)
    assert one.draws.tobytes() == same.draws.tobytes()
    assert one.draws.tobytes() != other.draws.tobytes()
    assert (one.draws >= 0).all()
    assert (one.draws[..., 0] == one.pupils[..., 0].astype(np.float32)).all()
    # Unbiased, within four standard errors; wider with the horizon.
    total = one.draws.sum(axis=(1, 2))
    error = total.std(axis=0) / np.sqrt(len(total))
    assert (np.abs(total.mean(axis=0) - one.total().sum(axis=0)) <= 4 * error + 1e-3).all()
    assert (np.diff(total.std(axis=0)[[0, 1, 3, 6]]) > 0).all()
    # Coherent along a cohort: what a unit has in 6e it has in 5e a year later, but for those who come and go.
    sixth, fifth = np.log(one.draws[:, 0, 0, 3]), np.log(one.draws[:, 0, 1, 4])
    assert np.corrcoef(sixth, fifth)[0, 1] > 0.85
    # Small units stray farther than large ones.
    spread = one.draws[:, :, 0, 1].std(axis=0) / one.pupils[:, 0, 1]
    assert spread[2] > spread[0]
    assert project_enrolment(territory, BASE + 1).draws is None


positive = st.floats(0, 500, allow_nan=False)


@st.composite
def territories(draw):
    ecole = np.array(draw(st.lists(positive, min_size=20, max_size=20))).reshape(4, 5)
    pupils = np.array(draw(st.lists(positive, min_size=4, max_size=4)))
    tables = {}
    if draw(st.booleans()):
        ages = draw(st.lists(positive, min_size=18, max_size=18))
        tables["population"] = population({(age, age): people for age, people in enumerate(ages)})
    if draw(st.booleans()):
        first = draw(st.integers(2012, 2020))
        rows = [(c, y, draw(positive)) for c in ("99001", "99003") for y in range(first, 2023)]
        tables["births"] = births(rows)
    return territory_with(ecole=ecole, units={"pupils": pupils}, **tables)


@settings(max_examples=60, deadline=None)
@given(territories(), st.sampled_from(["central", "high", "low"]), st.integers(0, 14))
def test_properties(territory, variant, years):
    demand = project_enrolment(territory, BASE + years, variant, draws=2)
    assert demand.pupils.shape == (4, 4, years + 1)
    assert np.isfinite(demand.pupils).all()
    assert (demand.pupils >= 0).all()
    assert np.isfinite(demand.draws).all()
    assert (demand.draws >= 0).all()
    # Nobody is lost or found at the base, and each cohort moves up one grade a year (here with ratios of 1, or 1 +- 0.002).
    assert demand.total()[:, 0] == pytest.approx(territory.units.pupils)
    ratio = {"central": 1.0, "high": 1.002, "low": 0.998}[variant]
    assert demand.pupils[:, 1:, 1:] == pytest.approx(ratio * demand.pupils[:, :-1, :-1])
    # A unit without public collégiens stays without.
    assert (demand.pupils[territory.units.pupils == 0] == 0).all()


@settings(max_examples=30, deadline=None)
@given(territories(), st.lists(st.floats(1, 1000), min_size=3, max_size=3))
def test_any_projection_is_met_exactly(territory, totals):
    if territory.units.pupils.sum() == 0:
        return
    rows = projection([(BASE + 1 + i, "central", total) for i, total in enumerate(totals)])
    given_totals = dataclasses.replace(territory, cohorts=dataclasses.replace(territory.cohorts, projection=rows))
    if (project_enrolment(territory, BASE + 3).total().sum(axis=0) < 1e-6).any():
        return
    found = project_enrolment(given_totals, BASE + 3).total().sum(axis=0)
    assert found[1:] == pytest.approx(totals, rel=1e-12)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"births": births([("99001", 2018, 1.0), ("99001", 2018, 2.0)])}, r"same commune and year twice \(99001 2018\)"),
        ({"births": births([("99001", 2018, -1.0)])}, "negative births"),
        ({"births": births([("99001", 2015, 1.0), ("99001", 2018, 2.0)])}, r"missing in between \(2016, 2017\)"),
        ({"population": population({(0, 4): -5.0})}, "not a population"),
        ({"population": population({(0, 4): np.nan})}, "not a population"),
        ({"population": population({(0, np.inf): 5.0})}, "not a population"),
        ({"population": population({(0, 4): 5.0, (4, 6): 5.0})}, "age 4 counted twice"),
        ({"projection": projection([(2025, "central", 1.0), (2025, "central", 2.0)])}, "the same rentrée twice"),
        ({"projection": projection([(2025, "central", -1.0)])}, "not a number of pupils"),
        ({"history": pd.concat([toy_territory().cohorts.history] * 2)}, f"twice .*{A} 2023.*{B} 2024"),
    ],
)
def test_tables_that_contradict_themselves(tables, message):
    with pytest.raises(InputError, match=message):
        project_enrolment(territory_with(**tables), BASE + 12)


def test_bad_arguments_all_at_once():
    with pytest.raises(InputError) as caught:
        project_enrolment(toy_territory(), BASE - 1, "middle", draws=-1, seed=-2)
    assert [fault.column for fault in caught.value.faults] == ["until", "variant", "draws", "seed"]
    assert "from 2024 (the base rentrée of Toy)" in str(caught.value)
    assert "central, high, low" in str(caught.value)
    with pytest.raises(InputError, match="until = 20240"):
        project_enrolment(toy_territory(), 20240)


@pytest.mark.parametrize("until", [BASE + 0.5, str(BASE + 1), None, True])
def test_what_is_no_whole_number_is_refused(until):
    with pytest.raises(InputError) as caught:
        project_enrolment(toy_territory(), until, draws=10.0, seed="1", hypotheses={"programme": []})
    assert [fault.column for fault in caught.value.faults] == ["until", "draws", "seed", "hypotheses"]
    assert f"until = {until!r}" in str(caught.value)
    assert "maillage.Hypotheses(" in str(caught.value)


def test_whole_numbers_of_arrays_are_whole():
    assert project_enrolment(toy_territory(), np.int64(BASE + 1), draws=np.int32(2)).draws.shape[0] == 2


def test_a_commune_in_parts_shares_its_births_and_gaps_follow_those_of_the_others():
    from maillage.demography.births import births_by_unit

    commune = np.array(["99001", "99001", "99003", "99004"])
    table = births([("99001", 2020, 8.0), ("99001", 2021, 4.0), ("99003", 2021, 5.0)])
    shared = births_by_unit(territory_with(units={"commune": commune}, births=table))
    # u0 and u1 have 25 and 15 pupils a cohort in école; 99003 had 5 births where 99001 had 4, so 10 where it had 8.
    assert shared.by_unit == pytest.approx(np.array([[5.0, 2.5], [3.0, 1.5], [10.0, 5.0], [0.0, 0.0]]))


def test_pas_de_calais_by_its_published_figures():
    """60,519 public pupils in 2022, 15,582 public école pupils a cohort, and the children by age of 1 January 2022.

    Public collégiens are 0.761 of their ages; the cohorts born 2019 to 2021 make about 44,000 pupils by 2033.
    """
    groups = {(0, 4): 75_827.0, (5, 9): 90_331.0, (10, 14): 99_272.0, (15, 19): 94_643.0}
    scale = 60_519 / 300
    territory = territory_with(
        ecole=np.repeat(PUPILS[:, :1] / 300 * 15_582, 5, axis=1),
        units={"pupils": PUPILS[:, 0] * scale},
        population=population(groups, year=2022),
    )
    territory = dataclasses.replace(territory, base_rentree=2022)
    demand = project_enrolment(territory, 2033)
    total, sixth = demand.total().sum(axis=0), demand.pupils[:, 0].sum(axis=0)
    assert total[[0, 5, -1]] == pytest.approx([60_519, 54_355, 44_016], abs=200)
    # The five cohorts of an age group keep its size: 0.761 of 90,331 and of 75,827.
    assert [sixth[1:6].sum(), sixth[6:11].sum()] == pytest.approx([0.761 * 90_331, 0.761 * 75_827], rel=2e-3)
    # No step where one age group ends and the next begins: the cohorts fall by less than 6 % a year.
    assert (sixth[1:] / sixth[:-1] > 0.94).all()
    assert "écoles without pupils by grade" in " ".join(demand.method)


def test_births_since_the_college_cohorts_place_the_school_cohorts():
    """99001 had 200 births a year for those now in collège and 100 since, the others 100: its level today is above its future.

    Half the births of a unit of A's sector, which has some thirty 6e among sixty: of its 25 6e some 17 are left, as of its
    neighbour's 15 some 15, and B's sector gains what they lose.
    """
    communes = ("99001", "99002", "99003", "99004")
    rows = [(c, y, 200.0 if c == "99001" and y <= 2013 else 100.0) for c in communes for y in range(2010, 2022)]
    demand = project_enrolment(territory_with(births=births(rows)), BASE + 7)
    sixth = demand.pupils[:, 0, 1]
    assert sixth.sum() == pytest.approx(75)
    # Births of 2014 over those of 2010 to 2013, shrunk: 0.5 at 99001, 1 elsewhere; then all scaled to 75.
    relative = sixth / (PUPILS[:, 0] / 4)
    assert relative[:3] == pytest.approx([0.66, 1.04, 1.23], abs=0.02)
    assert relative[3] == pytest.approx(relative[2])
    assert demand.pupils[:, 0, 7] == pytest.approx(demand.pupils[:, 0, 1])
