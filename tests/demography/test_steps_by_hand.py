"""The steps of the projection, each worked out by pencil on the toy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from maillage import InputError, project_enrolment
from maillage.demography import entry_flows
from maillage.demography.areas import areas_of, share_of_commune
from maillage.demography.census import fitted_shares
from maillage.demography.growth import BELIEVED as GROWTH
from maillage.demography.growth import growth_of
from maillage.demography.omphale import omphale_of
from maillage.demography.private import private_pupils, public_shares
from maillage.demography.sectors import today_sectors
from maillage.demography.special import special_of
from maillage.hypotheses import AvoidanceResponse, Hypotheses, PublicShare
from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES, Bassins
from naive import level_of_area
from toy import PRIVATE, PUPILS, A, B, toy_territory
from toy_cohorts import BASE, births, by_age, cohorts_with, territory_with
from toy_plans import SWAPPED, plan_of

COMMUNES = ("99001", "99002", "99003", "99004")


def ecoles(rows):
    return pd.DataFrame(rows, columns=["commune", "rentree", *ECOLE_GRADES])


def omphale(rows):
    table = pd.DataFrame(rows, columns=["variant", "year", "population"])
    return table.assign(age_min=10, age_max=10)


def special(rows):
    return pd.DataFrame(rows, columns=["uai", "rentree", "kind", "pupils", *COLLEGE_COLUMNS])


def history(rows):
    return pd.DataFrame(rows, columns=["uai", "rentree", "pupils", *COLLEGE_COLUMNS])


# --- areas ------------------------------------------------------------------------------------------------------------


def test_sectors_and_bassins():
    units = {"present": np.array([0, 0, 1, -1], np.int32)}
    alone = areas_of(toy_territory(units=units))
    assert (alone.sector.tolist(), alone.sectors, alone.bassins) == ([0, 0, 1, 2], 3, 1)
    assert alone.bassin.tolist() == [0, 0, 0]
    assert alone.by_sector(PUPILS[:, 0]).tolist() == [160, 40, 100]
    two = Bassins(np.array(["W", "E"]), np.array([0, 0, 1, 1]), np.array([0, 1]), "by hand")
    areas = areas_of(toy_territory(units=units, bassins=two))
    # What is sectored outside belongs where its pupils live.
    assert areas.bassin.tolist() == [0, 1, 1]
    assert areas.by_bassin(areas.by_sector(PUPILS[:, 0])).tolist() == [160, 140]


def test_a_commune_in_parts_is_shared_by_ecoliers_then_collegiens_then_equally():
    commune = np.array(["99001", "99001", "99003", "99003"])
    by_ecole = toy_territory(
        units={"commune": commune, "ecole_pupils": np.array([[30.0] * 5, [10.0] * 5, [0.0] * 5, [0.0] * 5])}
    )
    assert share_of_commune(by_ecole) == pytest.approx([0.75, 0.25, 40 / 140, 100 / 140])
    nobody = {"commune": commune, "ecole_pupils": np.zeros((4, 5)), "pupils": np.zeros(4)}
    assert share_of_commune(toy_territory(units=nobody)).tolist() == [0.5] * 4


# --- growth -----------------------------------------------------------------------------------------------------------


def test_growth_from_cp_to_cm2_over_two_rentrees():
    """All communes alike: 100, 110, 100, 100, 100 in CP to CM2 of 2023; of them 105, 100, 99 and 100 % go on to 2024."""
    before = dict(zip(ECOLE_GRADES, (100.0, 110.0, 100.0, 100.0, 100.0), strict=True))
    after = dict(zip(ECOLE_GRADES, (90.0, 105.0, 110.0, 99.0, 100.0), strict=True))
    table = ecoles([(c, year, *grades.values()) for year, grades in ((2023, before), (2024, after)) for c in COMMUNES])
    territory = territory_with(ecole_history=table)
    growth = project_enrolment(territory, BASE + 1).trail.growth
    assert growth.yearly == pytest.approx([1.05, 1.0, 0.99, 1.0])
    assert growth.local == pytest.approx(np.ones(3))
    assert growth.to_cm2[0] == pytest.approx([1.05 * 0.99, 0.99, 0.99, 1.0, 1.0])
    assert growth.pairs == (2023,)
    # A, B and the rest: what is sectored outside was never seen.
    assert growth.own[2] == 0
    assert growth.variance[2] == pytest.approx(GROWTH.spread)
    text = " ".join(project_enrolment(territory, BASE + 1).method)
    assert "ratios of 2023 to 2024: CP → CE1 1.050, CE1 → CE2 1.000, CE2 → CM1 0.990, CM1 → CM2 1.000" in text
    # The cohort now in CP will be larger in CM2 than the one that is there now.
    sixth = project_enrolment(territory, BASE + 5).trail.entrants.pupils
    assert sixth[4] / sixth[0] == pytest.approx(1.05 * 0.99)


def test_a_sector_grows_at_its_own_pace_as_far_as_its_pupils_tell():
    """A's 400 children grow by 5 %, B's 400 shrink by 5 %; gain 0.0004 / (0.0004 + 0.15 / 400)."""
    areas = areas_of(toy_territory())
    before = np.full((4, 5), 50.0)
    after = before * np.array([1.05, 1.05, 0.95, 0.95])[:, None]
    growth = growth_of({2022: before, 2023: after}, areas)
    gain = 0.0004 / (0.0004 + 0.15 / 400)
    assert growth.yearly == pytest.approx(np.ones(4))
    assert growth.own[:2] == pytest.approx(gain)
    assert growth.local[:2] == pytest.approx(np.exp(gain * np.log([1.05, 0.95])))
    assert growth.variance[0] == pytest.approx(0.0004 * (1 - gain))
    assert growth.to_cm2[0] == pytest.approx(growth.local[0] ** np.arange(4, -1, -1))


def test_recent_pairs_weigh_more_and_implausible_ratios_are_left_out():
    areas = areas_of(toy_territory())
    tables = {
        2021: np.full((4, 5), 50.0),
        2022: np.full((4, 5), 50.0),
        2023: np.full((4, 5), 55.0),
        2025: np.full((4, 5), 200.0),
    }
    growth = growth_of(tables, areas)
    old = 0.5**0.5
    assert growth.yearly == pytest.approx((old * 50 + 55) / (old * 50 + 50))
    assert growth.pairs == (2021, 2022)
    doubled = growth_of({2022: np.full((4, 5), 50.0), 2023: np.full((4, 5), 100.0)}, areas)
    assert doubled.yearly.tolist() == [1.0] * 4
    assert growth_of({2021: tables[2021], 2023: tables[2023]}, areas).pairs == ()


# --- entry ------------------------------------------------------------------------------------------------------------


def test_entry_levels_of_two_sectors_with_counted_cm2():
    """40 of 75 new 6e where 100 of 150 were in CM2 the year before: A's level is log(0.8), B's log(1.4), for that cohort."""
    cm2 = {"99001": 60.0, "99002": 40.0, "99003": 30.0, "99004": 20.0}
    table = ecoles([(c, 2023, 0.0, 0.0, 0.0, 0.0, n) for c, n in cm2.items()])
    ecole = np.array([[30.0] * 5, [20.0] * 5, [15.0] * 5, [10.0] * 5])
    trail = project_enrolment(territory_with(ecole=ecole, ecole_history=table), BASE + 1).trail
    assert trail.feeders.first == 2024
    assert trail.feeders.raw[:, 0].tolist() == [60, 40, 30, 20]
    # Shrunk: the département had twice as many; 30, 20, ... believed by 75 of 125, and their sectors likewise: all say 2.
    assert trail.feeders.children[:, 0] == pytest.approx([60, 40, 30, 20])
    observed = trail.entry.observed
    assert trail.entry.rentrees == (2021, 2022, 2023, 2024)
    assert observed[:2] == pytest.approx(np.log([[40 / 75 / (2 / 3)] * 4, [35 / 75 / (1 / 3)] * 4]))
    assert np.isnan(observed[2]).all()
    # The older cohorts were not counted: their 6e count for a 9.5th of their pupils.
    v = trail.entry.within.variances
    for s, new in ((0, 40.0), (1, 35.0)):
        mean, variance, own = level_of_area(observed[s].tolist(), [new / 9.5] * 3 + [new], v.spread, v.step, v.noise)
        assert trail.entry.level.mean[s] == pytest.approx(mean)
        assert trail.entry.level.variance[s] == pytest.approx(variance)
        assert trail.entry.level.own[s] == pytest.approx(own)
        assert own > 0.8
    # CM2 of 2024 are 50 and 25 by sector: times exp(level), scaled to the département's 6e.
    weight = np.array([50, 25]) * np.exp(trail.entry.level.mean[:2])
    sixth = trail.entering[:, 0]
    assert [sixth[:2].sum(), sixth[2:].sum()] == pytest.approx(weight / weight.sum() * sixth.sum())
    # Within A, by today's pupils: 100 and 60, whose cohorts change alike.
    assert sixth[0] / sixth[1] == pytest.approx(100 / 60)


# --- moving up --------------------------------------------------------------------------------------------------------


def test_a_college_that_publishes_no_grades_in_one_of_two_rentrees_says_nothing_of_moving_up():
    """A: 42 of each grade become 40. B has 35 in 2023 and is silent in 2024: they did not vanish."""
    rows = [(A, 2023, 168.0, *[42.0] * 4), (B, 2023, 140.0, *[35.0] * 4), (A, 2024, 160.0, *[40.0] * 4)]
    silent = (B, 2024, 140.0, *[np.nan] * 4)
    for told in (history(rows), history([*rows, silent])):
        progression = project_enrolment(territory_with(history=told), BASE + 1).trail.progression
        assert progression.everywhere == pytest.approx([40 / 42] * 3)
        assert progression.own[1].tolist() == [0.0] * 3


def test_a_pair_across_a_gap_is_no_pair():
    rows = [(uai, r, 4 * n, *[n] * 4) for r, n in ((2021, 44.0), (2023, 42.0), (2024, 40.0)) for uai in (A, B)]
    progression = project_enrolment(territory_with(history=history(rows)), BASE + 1).trail.progression
    assert progression.everywhere == pytest.approx([40 / 42] * 3)
    assert "ratios of 2023 to 2024" in progression.method
    apart = project_enrolment(territory_with(history=history(rows[:4])), BASE + 1)
    assert apart.trail.progression.everywhere.tolist() == [1.0] * 3
    assert "no two consecutive rentrées" in apart.method[0]


# --- SEGPA and ULIS ---------------------------------------------------------------------------------------------------


def test_segpa_stays_with_its_college_when_the_children_of_sectors_change():
    """A hosts 4 SEGPA pupils a grade. Its own sector's young cohorts are fewer, B's more, the whole bassin's the same."""
    ecole = np.full((4, 5), 200.0)
    ecole[0], ecole[3] = [100, 120, 200, 240, 340], [300, 280, 200, 160, 60]
    segpa = special([(A, BASE, "segpa", 16.0, 4.0, 4.0, 4.0, 4.0)])
    demand = project_enrolment(territory_with(ecole=ecole, special=segpa), BASE + 5)
    placed = demand.trail.placed
    of_a = placed[:2].sum(axis=0)
    assert of_a == pytest.approx(np.full((4, 6), 4.0))
    assert placed[2:].sum() == 0
    # In the sector as its pupils are: 100 and 60.
    assert placed[0, 0, 0] == pytest.approx(4 * 100 / 160)
    # The sum of 6e stays the département's, and the rest of A falls.
    assert demand.pupils[:, 0].sum(axis=0) == pytest.approx([75.0] * 6)
    rest = demand.pupils[:2, 0].sum(axis=0) - 4
    assert rest[5] < 0.9 * rest[0]
    assert demand.total()[:, 0] == pytest.approx(PUPILS[:, 0])


def test_segpa_follows_the_cohorts_of_its_bassin():
    """120 children were behind the 6e of 2024, 100 stand in CM2 now, 80 in CM1."""
    table = ecoles([(c, 2023, 0.0, 0.0, 0.0, 0.0, 30.0) for c in COMMUNES])
    ecole = np.repeat([[20.0, 20.0, 20.0, 20.0, 25.0]], 4, axis=0)
    segpa = special([(A, BASE, "segpa", 16.0, 4.0, 4.0, 4.0, 4.0)])
    placed = project_enrolment(territory_with(ecole=ecole, special=segpa, ecole_history=table), BASE + 2).trail.placed
    assert placed[:, 0].sum(axis=0) == pytest.approx([4, 4 * 100 / 120, 4 * 80 / 120])
    assert placed[:, 1].sum(axis=0) == pytest.approx([4, 4, 4 * 100 / 120])


def test_special_totals_are_shared_over_the_grades_and_repeats_refused():
    rows = [
        (A, BASE, "segpa", 16.0, 2.0, 4.0, 4.0, 6.0),
        (B, BASE, "segpa", 8.0, *[np.nan] * 4),
        (B, BASE, "ulis", 8.0, *[np.nan] * 4),
    ]
    found = special_of(territory_with(special=special(rows)))
    assert found.at(BASE)[1, 0] == pytest.approx([1, 2, 2, 3])
    assert found.at(BASE)[1, 1] == pytest.approx([2] * 4)
    assert found.at(BASE + 3) is found.at(BASE)
    twice = special([rows[0], rows[0]])
    with pytest.raises(InputError, match=f"SEGPA and ULIS: the same uai and rentree and kind twice .{A} 2024 segpa"):
        project_enrolment(territory_with(special=twice), BASE + 1)


# --- Omphale ----------------------------------------------------------------------------------------------------------

BORN = births([(c, y, 10.0) for c in COMMUNES for y in range(2014, 2021)])
TEN = {"central": 90.0, "high": 110.0, "low": 80.0}
OMPHALE = omphale([(v, y, 100.0 if y <= 2031 else n) for v, n in TEN.items() for y in range(2025, 2034)])


def test_omphale_takes_over_after_the_births_and_the_chain_is_continuous():
    """75 new 6e for 100 children aged 10 up to 2031, whom births tell; 90 % of them later."""
    demand = project_enrolment(territory_with(births=BORN, omphale=OMPHALE), BASE + 11)
    entrants = demand.trail.entrants
    assert entrants.source == ("ecole",) * 5 + ("births",) * 2 + ("omphale",) * 2 + ("held",) * 2
    assert entrants.pupils == pytest.approx([75.0] * 7 + [67.5] * 4)
    assert entrants.children[[0, 5, 7]] == pytest.approx([75.0, 40.0, 90.0])
    assert np.isnan(entrants.children[-1])
    assert "2032 to 2033: the Omphale projection (central scenario), children aged 10" in " ".join(demand.method)
    level = territory_with(births=BORN, omphale=OMPHALE.assign(population=100.0))
    assert project_enrolment(level, BASE + 9).trail.entrants.pupils == pytest.approx([75.0] * 9)


def test_omphale_is_chained_to_the_last_cohorts_where_its_trend_is_another():
    """Births fall by a tenth a year from 2014 on, Omphale's children do not: it goes on from the mean of 2029 to 2031."""
    born = births([(c, y, 10 * 0.9 ** (y - 2014)) for c in COMMUNES for y in range(2014, 2021)])
    flat = OMPHALE.assign(population=100.0)
    ecole = 25 * 0.9 ** np.arange(5)[::-1]
    entrants = project_enrolment(
        territory_with(ecole=np.repeat([ecole], 4, axis=0), births=born, omphale=flat), BASE + 9
    ).trail.entrants
    known = entrants.pupils[:7]
    assert known[1:] / known[:-1] == pytest.approx([0.9] * 6)
    assert entrants.pupils[7:] == pytest.approx([known[4:].mean()] * 2)


def test_omphales_own_scenarios_replace_the_assumed_change_from_where_they_begin():
    """Up to 2031 the assumptions: 0.3 % a year, and 1 % for each year after the écoles. Then 110 or 80 for 100."""
    territory = territory_with(births=BORN, omphale=OMPHALE)
    for variant, sign in (("high", 1), ("low", -1)):
        demand = project_enrolment(territory, BASE + 11, variant)
        last = 1 + sign * (7 * 0.003 + 2 * 0.010)
        assert demand.trail.entering[:, 6].sum() == pytest.approx(75 * last)
        # Once it has taken over, no change is assumed on top: not in its own years, nor where its last cohort is held.
        assert demand.trail.entering[:, 7:].sum(axis=0) == pytest.approx([0.75 * TEN[variant] * last] * 4)
    low, central, high = (project_enrolment(territory, BASE + 11, v).total().sum(axis=0) for v in ("low", "central", "high"))
    assert (low[1:] < central[1:]).all()
    assert (central[1:] < high[1:]).all()


def test_without_a_scenario_of_its_own_a_variant_keeps_its_assumptions():
    only = OMPHALE[OMPHALE["variant"] == "central"]
    demand = project_enrolment(territory_with(births=BORN, omphale=only), BASE + 9, "high")
    assert demand.trail.variant[-1] == pytest.approx(1 + 9 * 0.003 + 4 * 0.010)
    assert omphale_of(territory_with(omphale=only), "high").variant == "central"
    assert omphale_of(territory_with(), "high").children == {}


def test_age_groups_of_omphale_hold_the_ten_year_olds():
    table = pd.DataFrame(
        [("central", 2030, 5, 9, 500.0), ("central", 2030, 10, 14, 500.0), ("central", 2030, 15, 19, 500.0)],
        columns=["variant", "year", "age_min", "age_max", "population"],
    )
    assert omphale_of(territory_with(omphale=table), "central").children == pytest.approx({2030: 100.0})


# --- census -----------------------------------------------------------------------------------------------------------


def test_shares_fitted_by_pencil():
    """Halves of 10 and 30 pupils, rows to weigh 1 to 3: 2.5 and 7.5 of 10."""
    shares, misfit = fitted_shares(np.full((2, 2), 0.5), np.array([10.0, 30.0]), np.array([1.0, 3.0]))
    assert shares == pytest.approx(np.array([[0.25, 0.25], [0.75, 0.75]]))
    assert misfit == pytest.approx(0, abs=1e-9)
    # A unit that has no share of any cohort gets none; nothing to fit leaves all as it was.
    kept, _ = fitted_shares(np.array([[1.0], [0.0]]), np.array([10.0]), np.array([1.0, 9.0]))
    assert kept[:, 0].tolist() == [1.0, 0.0]
    same = np.full((2, 1), 0.5)
    assert fitted_shares(same, np.array([0.0]), np.ones(2))[0] is same


def test_the_census_shares_out_cohorts_of_which_only_the_total_is_known():
    """Ages 0 to 3 of 2023 enter 6e from 2030 to 2033, from the population by age; of them 99004 has twice as many."""
    ages = [(c, 2023, a, 20.0 if c == "99004" and a <= 3 else 10.0) for c in COMMUNES for a in range(11)]
    census = pd.DataFrame(ages, columns=["commune", "year", "age", "population"])
    people = by_age({(0, 17): 18 * 100.0})
    territory = territory_with(population=people, population_communes=census)
    demand, plain = (project_enrolment(t, BASE + 9) for t in (territory, territory_with(population=people)))
    late = demand.pupils[:, 0, 6:10]
    # Columns exact: the département's total of each cohort is what it was.
    assert late.sum(axis=0) == pytest.approx(plain.pupils[:, 0, 6:10].sum(axis=0), rel=1e-9)
    # Rows near: 100 x 21 / 11 pupils' worth at 99004, against 100, 60 and 40.
    wanted = np.array([100, 60, 40, 100 * 21 / 11])
    assert late.sum(axis=1) / late.sum() == pytest.approx(wanted / wanted.sum(), rel=1e-6)
    assert demand.pupils[:, 0, :6] == pytest.approx(plain.pupils[:, 0, :6], rel=1e-9)
    text = " ".join(demand.method)
    assert "New 6e of 2030 to 2033 shared out by the census of 2023: fitted to the département's totals exactly" in text
    # The population by age tells the département; in the units it was the census that counted.
    why = demand.why(territory, A, 2030, "6e").set_index("step")["source"]
    assert why["children of these units"] == "census by commune and age, in these units"
    assert why["at the département's rate"].endswith("population by age")
    with pytest.raises(InputError, match="census: the same commune and year and age twice"):
        project_enrolment(territory_with(population_communes=pd.concat([census, census])), BASE + 1)


# --- private ----------------------------------------------------------------------------------------------------------

PRIVATE_ECOLES = ecoles([("99002", 2023, 0.0, 0.0, 0.0, 0.0, 40.0), ("99002", 2024, 10.0, 20.0, 30.0, 40.0, 50.0)])
PRIVATE_HISTORY = history([(PRIVATE, 2024, 60.0, 30.0, 10.0, 10.0, 10.0)])


def test_private_6e_come_from_private_ecoles():
    """30 private 6e after 40 CM2: three quarters of 50, 40, 30, 20, 10; then as the public ones, which stay."""
    territory = territory_with(private_ecoles=PRIVATE_ECOLES, private_history=PRIVATE_HISTORY)
    pupils, words = private_pupils(territory, np.full(8, 75.0))
    sixth = [30, 37.5, 30, 22.5, 15, 7.5, 7.5, 7.5]
    five = [10, *sixth[:-1]]
    four, three = [10, *five[:-1]], [10, 10, *five[:-2]]
    assert pupils == pytest.approx(np.sum([sixth, five, four, three], axis=0))
    assert words.startswith("Private 6e up to 2029: cohorts in private école in 2024")
    demand = project_enrolment(territory, BASE + 2)
    assert demand.private_factor == pytest.approx([1, 87.5 / 60, 107.5 / 60])
    halved, _ = private_pupils(territory, np.array([75.0] * 6 + [37.5]))
    assert halved[6] == pytest.approx(15 + 7.5 + 22.5 + 3.75)


def test_private_pupils_without_private_ecoles_follow_the_public_6e():
    pupils, words = private_pupils(toy_territory(cohorts=cohorts_with()), np.array([75.0, 60.0, 60.0]))
    assert pupils == pytest.approx([60, 57, 54])
    assert "constant share: assumption" in words
    # The total published, 60, is 1.5 times that of the history: so are new 6e, which are 20 / 40 of 50.
    scaled = territory_with(
        private_ecoles=PRIVATE_ECOLES, private_history=history([(PRIVATE, 2024, 40.0, 20.0, 10.0, 5.0, 5.0)])
    )
    assert private_pupils(scaled, np.array([75.0, 75.0]))[0] == pytest.approx([60, 37.5 + 30 + 15 + 7.5])
    # A ratio that no school can have says that the two tables do not cover the same schools.
    few = territory_with(private_ecoles=PRIVATE_ECOLES.assign(cm2=[400.0, 50.0]), private_history=PRIVATE_HISTORY)
    assert private_pupils(few, np.array([75.0, 75.0]))[0] == pytest.approx([60, 80])


def test_private_grades_move_up_at_their_own_ratios():
    before, after = (PRIVATE, 2023, 40.0, 20.0, 10.0, 10.0, 0.0), (PRIVATE, 2024, 60.0, 30.0, 18.0, 11.0, 1.0)
    pupils, _ = private_pupils(territory_with(private_history=history([before, after])), np.array([75.0, 75.0]))
    # 18 of 20 and 11 of 10 are plausible, 1 of 10 is not: grades move up by 0.9, 1.1 and 1.
    assert pupils == pytest.approx([60, 30 + 27 + 19.8 + 11])


def test_entry_flows():
    public = ecoles([("99001", 2022, 0, 0, 0, 0, 50.0), ("99001", 2023, 0, 0, 0, 0, 50.0), ("99004", 2023, 0, 0, 0, 0, 40.0)])
    territory = toy_territory(
        cohorts=dataclasses.replace(
            toy_territory().cohorts, ecole_history=public, private_ecoles=PRIVATE_ECOLES, private_history=PRIVATE_HISTORY
        )
    )
    flows = entry_flows(territory)
    assert flows.to_dict("records") == [
        {"rentree": 2024, "cm2_public": 90, "cm2_private": 40, "sixth_public": 75, "sixth_private": 30, "balance": -25}
    ]
    assert entry_flows(toy_territory()).empty


def test_public_share_by_bassin():
    """The private collège stands nearer to A; in its bassin 160 of 220 are public, in B's all; where none stands, as in all."""
    two = Bassins(np.array(["W", "E"]), np.array([0, 0, 1, 1]), np.array([0, 1]), "by hand")
    assert public_shares(toy_territory(bassins=two)) == pytest.approx([160 / 220, 160 / 220, 1, 1])
    assert public_shares(toy_territory()) == pytest.approx([300 / 360] * 4)
    three = Bassins(np.array(["W", "E", "N"]), np.array([0, 0, 1, 2]), np.array([0, 1]), "by hand")
    assert public_shares(toy_territory(bassins=three))[3] == pytest.approx(300 / 360)


# --- hypotheses on the public share -----------------------------------------------------------------------------------


def test_seven_points_fewer_from_a_rentree_are_carried_by_the_cohort():
    """Five sixths of the pupils are public; 7 points fewer of new 6e from 2026: 91.6 % of 75, up to 3e in 2029."""
    change = Hypotheses(public_share=(PublicShare(change_points=-7, start=2026),))
    demand = project_enrolment(territory_with(), BASE + 6, hypotheses=change)
    less = 75 * (1 - 0.07 / (300 / 360))
    total = demand.pupils.sum(axis=0)
    for grade in range(4):
        assert total[grade] == pytest.approx([75.0] * (2 + grade) + [less] * (5 - grade))
    assert demand.private_factor[:3] == pytest.approx([1, 1, (60 + 75 - less) / 60])
    assert "-7 points, everywhere" in " ".join(demand.method)


def test_a_public_share_above_1_is_refused():
    over = Hypotheses(public_share=(PublicShare(change_points=17, start=2026, communes=("99001",)),))
    with pytest.raises(InputError, match=r"the public share would leave 0 to 1 .*99001 from 2026"):
        project_enrolment(territory_with(), BASE + 3, hypotheses=over)
    just = Hypotheses(public_share=(PublicShare(change_points=16, start=2026, communes=("99001",)),))
    assert project_enrolment(territory_with(), BASE + 3, hypotheses=just).pupils[0, 0, 2] == pytest.approx(25 * 1.192)


# --- families and futures ---------------------------------------------------------------------------------------------


def test_families_answer_to_a_plan():
    """u1 and u2 change collège in 2025: 5 points fewer of 5/6 are 94 %; by IPS, 110 is 22.5 above 87.5, worth 4.5 points."""
    territory = territory_with()
    demand = project_enrolment(territory, BASE + 2, draws=2)
    plan = plan_of(territory, SWAPPED)
    left = demand.answered(plan, territory, AvoidanceResponse(points_if_moved=-5))
    assert left.pupils[:, 0, 1] == pytest.approx([25, 14.1, 9.4, 25])
    assert left.pupils[:, 1, 1] == pytest.approx(PUPILS[:, 0] / 4)
    assert left.pupils[:, 1, 2] == pytest.approx([25, 14.1, 9.4, 25])
    assert left.private_factor == pytest.approx([1, 1 + 1.5 / 60, 1 + 3 / 60])
    assert left.draws[:, 1] == pytest.approx(demand.draws[:, 1] * (left.pupils[1] / demand.pupils[1]), rel=1e-5)
    by_ips = demand.answered(plan, territory, AvoidanceResponse(points_per_10_ips=2))
    assert by_ips.pupils[1:3, 0, 1] == pytest.approx([15 * (1 + 0.045 * 1.2), 10 * (1 - 0.045 * 1.2)])
    assert "sensitivity, not a forecast" in left.method[-1]
    assert demand.answered(plan, territory, AvoidanceResponse()) is demand
    with pytest.raises(InputError, match="before a future was drawn or families answered"):
        left.why(territory, A, 2025)


def test_answers_start_from_the_share_that_was_supposed():
    territory = territory_with()
    change = Hypotheses(public_share=(PublicShare(change_points=-100 * 300 / 360 / 2, start=2025),))
    demand = project_enrolment(territory, BASE + 1, hypotheses=change)
    left = demand.answered(plan_of(territory, SWAPPED), territory, AvoidanceResponse(points_if_moved=-5))
    assert demand.pupils[1, 0, 1] == pytest.approx(7.5)
    assert left.pupils[1, 0, 1] == pytest.approx(7.5 * (1 - 0.05 / (300 / 720)))


def test_one_future_is_a_demand_of_its_own():
    territory = territory_with()
    demand = project_enrolment(territory, BASE + 3, draws=5, seed=2)
    future = demand.future(3)
    assert (future.pupils == demand.draws[3].astype(float)).all()
    assert future.draws is None
    assert future.rentrees.tolist() == demand.rentrees.tolist()
    assert future.private_factor == pytest.approx(
        demand.private_factor * future.pupils.sum(axis=(0, 1)) / demand.pupils.sum(axis=(0, 1))
    )
    assert future.method[-1] == "Simulated future 3, not the projection itself."
    assert future.by_college(today_sectors(territory)).draws is None
    for number in (-1, 5):
        with pytest.raises(InputError, match="Give 0 to 4"):
            demand.future(number)
    with pytest.raises(InputError, match="draws=200"):
        future.future(0)
    with pytest.raises(InputError, match="before a future was drawn"):
        future.why(territory, A, 2025)


def test_held_from_the_first_rentree_on_says_so():
    """No écoles, births or population: held, and said; forty years later still the same."""
    demand = project_enrolment(territory_with(ecole=np.zeros((4, 5))), BASE + 40)
    assert set(demand.trail.entrants.source) == {"held"}
    assert demand.total().sum(axis=0) == pytest.approx([300.0] * 41)
    assert "New 6e of 2025 to 2064: no figures: the mean grade of the collèges is held constant" in " ".join(demand.method)
