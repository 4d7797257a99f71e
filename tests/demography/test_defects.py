"""What a determined reader broke, held mended: each on figures small enough to check by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from maillage import AvoidanceResponse, Hypotheses, Programme, PublicShare, project_enrolment, today_sectors
from maillage.demography.housing import held
from maillage.demography.rounding import whole_in_groups
from maillage.demography.withholding import withheld_in_groups
from maillage.errors import InputError
from toy import A, toy_demand, toy_territory
from toy_cohorts import BASE, births, projection, territory_with

HORIZON = BASE + 10


def gone(dwellings: float) -> Hypotheses:
    programme = Programme(
        name="Tours", communes="99003", delivered=BASE + 1, dwellings=dwellings, kind="social_flat", demolition=True
    )
    return Hypotheses(programme=(programme,))


@pytest.mark.parametrize("dwellings", [50, 500, 5_000, 50_000])
def test_nobody_is_rehoused_who_did_not_live_there(dwellings: float) -> None:
    territory = territory_with()
    plain, after = project_enrolment(territory, HORIZON), project_enrolment(territory, HORIZON, hypotheses=gone(dwellings))
    change = after.pupils - plain.pupils
    assert after.pupils.min() >= 0
    assert (change[2] <= 1e-9).all(), "the commune loses"
    # Four families in five stay in the territory: a fifth of who leaves the commune leaves it.
    assert change.sum(axis=0) == pytest.approx(change[2] * 0.2, abs=1e-6)
    assert ("for want of children there" in " ".join(after.method)) == (dwellings >= 500)


def test_arrivals_that_would_leave_nobody_are_held_and_conserved() -> None:
    there = np.array([[[5.0]], [[100.0]], [[50.0]]])
    arrived = np.array([[[-8.0]], [[6.0]], [[0.0]]])
    assert held(arrived, there)[:, 0, 0].tolist() == [-5.0, 3.0, 0.0]
    assert held(arrived * 0.5, there)[:, 0, 0].tolist() == [-4.0, 3.0, 0.0]


def test_a_rentree_does_not_hang_on_the_horizon_asked_for() -> None:
    totals = projection([(BASE + 2, "central", 290.0), (BASE + 12, "central", 150.0)])
    territory = territory_with(projection=totals)
    short, long = project_enrolment(territory, BASE + 6), project_enrolment(territory, BASE + 14)
    assert np.array_equal(short.pupils, long.pupils[:, :, :7])
    assert short.rentrees.tolist() == list(range(BASE, BASE + 7))
    # Half-way between 290 / 300 and 150 / 300.
    assert short.total()[:, -1].sum() == pytest.approx(300 * (290 / 300 + 0.4 * (150 - 290) / 300))


def test_closed_collèges_count_among_the_6e_of_the_past() -> None:
    """75 of 100 CM2 at the collèges open now, 15 at one that has closed since: 90 %, not 75."""
    history = toy_territory().cohorts.history
    ecoles = pd.DataFrame({"commune": ["99001", "99003"], "rentree": 2023, "cp": 0, "ce1": 0, "ce2": 0, "cm1": 0, "cm2": 50.0})
    closed = history.iloc[:1].assign(uai="0990009Z", rentree=2024, p6e=15.0, pupils=60.0)
    told = {"history": history, "ecole_history": ecoles}
    before = project_enrolment(territory_with(**told), BASE + 1).pupils[:, 0, 1].sum()
    after = project_enrolment(territory_with(**told, closed_history=closed), BASE + 1).pupils[:, 0, 1].sum()
    assert (before, after) == pytest.approx((75 * 0.75, 75 * 0.90))


def test_newcomers_who_choose_a_private_collège_are_counted_there() -> None:
    territory = territory_with()
    built = Hypotheses(programme=(Programme(name="Prés", communes="99001", delivered=BASE + 1, dwellings=300, within_share=0),))
    plain, after = project_enrolment(territory, HORIZON), project_enrolment(territory, HORIZON, hypotheses=built)
    public = (after.total() - plain.total()).sum(axis=0)
    private = (after.private_factor - plain.private_factor) * 60
    # 300 public pupils and 60 private ones: one newcomer in six.
    assert public[-1] > 5
    assert private == pytest.approx(public / 5)


def test_the_make_up_of_pupils_follows_them_when_families_answer() -> None:
    territory = toy_territory()
    demand = project_enrolment(territory, HORIZON, draws=3, seed=1)
    plan = today_sectors(territory)
    moved = dataclasses.replace(plan, present=np.array([1, 1, 1, 1], np.int32))
    answered = demand.answered(moved, territory, AvoidanceResponse(points_if_moved=-7))
    for one in (answered, demand.future(2)):
        assert one.composition is not None
        assert one.composition.group == pytest.approx(one.composition.group_share * one.total())
        assert (one.composition.group <= one.total() + 1e-9).all()
    assert demand.answered(plan, territory, AvoidanceResponse(points_if_moved=-7)).pupils == pytest.approx(demand.pupils)


def test_changes_that_change_nothing_are_refused_or_told() -> None:
    for points, words in ((0, "changes nothing"), (-0.07, "less than 0.1 points")):
        with pytest.raises(ValueError, match=words):
            PublicShare(change_points=points, start=2030)
    late = Hypotheses(public_share=(PublicShare(change_points=-7, start=HORIZON + 5),))
    told = " ".join(project_enrolment(territory_with(), HORIZON, hypotheses=late).method)
    assert f"A change of the public share from {HORIZON + 5} is not yet counted." in told
    answers = Hypotheses(avoidance=AvoidanceResponse(points_if_moved=-3))
    assert "depends on a plan" in " ".join(project_enrolment(territory_with(), HORIZON, hypotheses=answers).method)
    with pytest.raises(ValueError, match="of no use"):
        Hypotheses(own_dwellings=False, newcomers_ips_gap=-10)


def test_newcomers_may_have_an_ips_of_their_own() -> None:
    built = {"programme": (Programme(name="Prés", communes="99001", delivered=BASE + 1, dwellings=300),)}
    alike, lower = (
        project_enrolment(territory_with(), HORIZON, hypotheses=Hypotheses(**built, newcomers_ips_gap=gap)).composition
        for gap in (0.0, -20.0)
    )
    assert alike is not None
    assert lower is not None
    assert (lower.ips[0, 1:] < alike.ips[0, 1:]).all()
    assert lower.ips[0, 0] == alike.ips[0, 0]
    assert "IPS -20.0 points from that of their unit" in " ".join(lower.method)


def test_incomplete_births_are_refused() -> None:
    rows = [(c, y, 900.0 if y < 2021 else 100.0) for c in ("99001", "99002", "99003", "99004") for y in range(2010, 2022)]
    with pytest.raises(InputError, match=r"less than half of the births of other years \(2021\)"):
        project_enrolment(territory_with(births=births(rows)), HORIZON)


def test_too_many_draws_are_refused_before_memory_is() -> None:
    with pytest.raises(InputError, match="at most 5000"):
        project_enrolment(territory_with(), HORIZON, draws=100_000)


def test_whole_numbers_in_groups() -> None:
    values, group = np.array([0.5, 0.5, 1.2, 2.4, 7.0]), np.array([0, 0, 0, 1, 1])
    assert whole_in_groups(values, group).tolist() == [1, 0, 1, 2, 7]
    assert (
        withheld_in_groups(np.array([4, 9, 30, 7, 9]), np.array([0, 0, 0, 1, 1]), 5).tolist()
        == [True, True, False] + [False] * 2
    )
    # Two that add up to 3 tell that both are small: a third goes.
    assert withheld_in_groups(np.array([1, 2, 8, 30]), np.zeros(4, int), 5).tolist() == [True, True, True, False]


def test_bounds_of_what_is_known_are_what_is_known() -> None:
    table = dataclasses.replace(
        project_enrolment(toy_territory(), BASE + 1, draws=50).by_college(today_sectors(toy_territory()), toy_territory())
    ).to_pandas()
    now = table[(table["code"] == A) & (table["rentree"] == BASE)]
    assert (now["low"] == now["pupils"]).all()
    assert (now["high"] == now["pupils"]).all()
    with pytest.raises(InputError, match="level = 1"):
        project_enrolment(toy_territory(), BASE + 1, draws=50).everywhere(toy_territory()).to_pandas(level=1)
    assert toy_demand().supposed == ()
