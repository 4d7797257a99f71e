"""Tables that do not cover the territory, or not all of it: nobody vanishes, and the method says what was done."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maillage import project_enrolment
from maillage.demography.areas import Areas
from maillage.demography.births import born
from maillage.demography.feeders import local_index
from toy import toy_territory
from toy_cohorts import BASE, births, population, territory_with


def test_tables_of_another_territory_are_left_out_and_said():
    """Pupils must not vanish, or be multiplied, because a table does not cover the territory."""
    elsewhere = births([("12345", year, 10.0) for year in range(2014, 2024)])
    no_people = population({(0, 4): 0.0, (5, 9): 0.0, (10, 14): 0.0})
    two_people = population({(0, 4): 2.0, (5, 9): 2.0, (10, 14): 2.0})
    two_births = births([("99001", year, 0.2) for year in range(2014, 2024)])
    for tables, words in (
        ({"births": elsewhere}, "The table of births was left out: none in this territory."),
        ({"births": two_births}, "The table of births was left out: not one child for 10 new 6e of the same cohorts."),
        ({"population": no_people}, "The population by age was left out: 0 children of the ages of 300 public collégiens"),
        ({"population": two_people}, "The population by age was left out: 2 children of the ages of 300 public collégiens"),
    ):
        demand = project_enrolment(territory_with(**tables), BASE + 9)
        assert demand.total().sum(axis=0) == pytest.approx([300.0] * 10)
        assert words in " ".join(demand.method)


def test_an_implausible_ratio_of_6e_over_cm2_is_said():
    """75 entered 6e where the table of écoles has 10 in CM2: it does not cover the same schools."""
    ecoles = pd.DataFrame({"commune": ["99001"], "rentree": 2023, "cp": 0, "ce1": 0, "ce2": 0, "cm1": 0, "cm2": 10.0})
    history = toy_territory().cohorts.history
    demand = project_enrolment(territory_with(history=history, ecole_history=ecoles), BASE + 1)
    assert "as observed: 7.500, outside 0.5 to 1.2, so not used" in " ".join(demand.method)
    assert demand.pupils[:, 0, 1].sum() == pytest.approx(75.0)


def test_age_groups_become_ages_without_steps_and_keep_their_size():
    _, people = born(population({(0, 4): 300.0, (5, 9): 400.0, (10, 14): 500.0}))
    ages = np.array([people[2023 - a] for a in range(15)])
    assert [ages[:5].sum(), ages[5:10].sum(), ages[10:].sum()] == pytest.approx([300, 400, 500])
    assert (np.diff(ages) > 0).all()
    assert np.diff(ages).max() < 8
    # Groups with a gap between them say nothing of each other.
    _, apart = born(population({(0, 1): 10.0, (3, 4): 100.0}))
    assert [apart[2023 - a] for a in (0, 1, 3, 4)] == pytest.approx([5, 5, 50, 50])


def test_a_trend_known_from_births_alone_is_not_called_uniform():
    """Births of the cohorts now in collège and in école tell 99001 from the others, before any cohort comes from births."""
    communes = ("99001", "99002", "99003", "99004")
    rows = [(c, y, 200.0 if c == "99001" and y <= 2013 else 100.0) for c in communes for y in range(2010, 2022)]
    demand = project_enrolment(territory_with(births=births(rows)), BASE + 5)
    assert demand.total()[0, -1] < 70
    assert "every unit follows" not in " ".join(demand.method)
    assert "every unit follows" not in " ".join(project_enrolment(territory_with(), BASE).method)


def test_births_that_do_not_cover_every_commune_and_year_are_said():
    rows = [("99001", 2014, 5.0), ("99001", 2015, 5.0), ("99003", 2014, 5.0), ("99003", 2015, np.nan)]
    text = " ".join(project_enrolment(territory_with(births=births(rows)), BASE + 2).method)
    assert "Communes without births in the table, which follow their sector (2): 99002, 99004." in text
    assert "Communes that lack some years of births, given their share of those years (assumption) (1): 99003." in text


def test_an_area_of_nearly_nobody_has_a_finite_trend():
    """The least positive float as a reference: dividing by it would be infinite, and times a weight of 0 not a number."""
    nearly = np.array([5e-324, 0.0, 200.0, 100.0])
    areas = Areas(np.array([0, 0, 1, 2]), np.zeros(3, int), 3, 1)
    index = local_index(np.full((4, 1), 30.0), nearly, areas)
    assert np.isfinite(index).all()
    assert index[0] == pytest.approx(index[1])
    alone = local_index(np.full((1, 1), 30.0), nearly[:1], Areas(np.zeros(1, int), np.zeros(1, int), 1, 1))
    assert np.isfinite(alone).all()


def test_forty_years_ahead_nobody_is_negative_and_variants_stay_apart():
    low, central, high = (
        project_enrolment(territory_with(), BASE + 40, v).total().sum(axis=0) for v in ("low", "central", "high")
    )
    assert central == pytest.approx([300.0] * 41)
    assert (low[1:] < central[1:]).all()
    assert (high[1:] > central[1:]).all()
    assert low.min() > 0
