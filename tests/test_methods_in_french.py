"""Whatever demography and travel say of their method, the French report says it in French."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maillage import RoadNetwork, project_enrolment, travel_times
from maillage.report.words import Words
from maillage.travel import MODES, Mode
from maillage.travel.points import AccessPoints
from toy import toy_territory
from toy_cohorts import BASE, births, by_age, population, projection, territory_with

FRENCH = Words("fr")
COMMUNES = ("99001", "99002", "99003", "99004")
HISTORY = toy_territory().cohorts.history
RISING = {"ecole": np.arange(20.0).reshape(4, 5)}
GROUPS = {(0, 4): 300.0, (5, 9): 400.0, (10, 14): 500.0}


def cm2(pupils):
    return pd.DataFrame({"commune": ["99001"], "rentree": 2023, "cp": 0, "ce1": 0, "ce2": 0, "cm1": 0, "cm2": pupils})


def born(first, last, communes=COMMUNES, number=30.0):
    return births([(commune, year, number) for commune in communes for year in range(first, last + 1)])


TERRITORIES = {
    "nothing known": {},
    "no écoles": {"ecole": np.zeros((4, 5))},
    "one pair of rentrées": {"history": HISTORY},
    "no pair of rentrées": {"history": HISTORY[HISTORY["rentree"] == 2024]},
    "implausible ratio": {"history": HISTORY.assign(p5e=[1.0, 1.0, 90.0, 90.0])},
    "observed entry": {"history": HISTORY, "ecole_history": cm2(80.0)},
    "implausible entry": {"history": HISTORY, "ecole_history": cm2(10.0)},
    "population, écoles alike": {"population": population(GROUPS)},
    "population, écoles by grade": {"population": by_age(GROUPS), **RISING},
    "population of elsewhere": {"population": population({(0, 14): 3.0})},
    "few children": {"population": population({(5, 9): 3.0})},
    "births": {"births": born(2014, 2021)},
    "births, one year ahead": {"births": born(2014, 2019)},
    "births of elsewhere": {"births": born(2014, 2021, ("12345",))},
    "few births": {"births": born(2014, 2021, number=0.1)},
    "births with gaps": {
        "births": births([("99001", 2014, 9.0), ("99001", 2015, 9.0), ("99002", 2015, 9.0), ("12345", 2015, 9.0)])
    },
    "projection": {"projection": projection([(2025 + t, "central", 300.0) for t in range(12)])},
    "short projection": {"projection": projection([(2025, v, 200.0) for v in ("central", "high", "low")])},
    "projection without these rentrées": {"projection": projection([(2099, "central", 300.0)])},
}


@pytest.mark.parametrize("variant", ["central", "high", "low"])
@pytest.mark.parametrize("known", TERRITORIES)
def test_projections(known, variant):
    for until in (BASE, BASE + 1, BASE + 6, BASE + 12):
        demand = project_enrolment(territory_with(**TERRITORIES[known]), until, variant, draws=1)
        assert [sentence for sentence in demand.method if FRENCH.recorded(sentence) is None] == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cutoff_min", [None, 30.5])
def test_journeys(mode, cutoff_min):
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    territory = toy_territory()
    for direction in ("to", "from"):
        for network, places in ((road, [[0.0, 0.0]]), (None, [[0.0, 0.0]]), (None, territory.units)):
            times = travel_times(network, places, [[1.0, 0.0]], mode, direction, cutoff_min)
            told = FRENCH.recorded(times.method)
            assert told is not None, times.method
            assert ("retour" in told) == (network is not None and direction == "from")
            assert ("≤ 30,5 min" in told) == (cutoff_min is not None)


def test_journeys_of_a_mode_of_ones_own_between_places_of_several_points():
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    homes = AccessPoints([0, 0], [[0, 0], [500, 0]], [1, 2])
    for mode in (Mode("rocket"), Mode("scooter", user="bicycle", speed_km_h=20, town_km_h=20)):
        for network, direction in ((road, "to"), (road, "from"), (None, "to")):
            told = FRENCH.recorded(travel_times(network, homes, [[1.0, 0.0]], mode, direction).method)
            assert told is not None
            assert f"« {mode.name} »".replace(" ", "\u00a0") in told
            assert "moyenne pondérée" in told


@pytest.mark.parametrize(
    ("changes", "told"), [(0, "sans changement"), (1, "un changement de car, de 3 min"), (2, "2 changements de car")]
)
def test_changes_of_coach_are_counted_as_one_says_them(changes, told):
    sentence = (
        f"On foot at most 20 min at a time, 5 between stops; changes at most {changes}, each 3 min or more; kilometres in "
        "straight lines from stop to stop."
    )
    assert told in str(FRENCH.recorded(sentence))


def test_a_list_cut_short_is_cut_short_in_french():
    reason = "travel: no open collège can be reached from unit 99001, 99002 and {} more"
    assert str(FRENCH.recorded(reason.format(848))).endswith("99001, 99002 et 848 autres")
    assert str(FRENCH.recorded(reason.format(1))).endswith("99001, 99002 et un autre")


def test_one_speed_is_told_once():
    told = travel_times(None, [[0.0, 0.0]], [[1.0, 0.0]], "walk").method
    assert "at 4 km/h, at least" in told
    assert "à 4 km/h, au moins" in str(FRENCH.recorded(told))


def test_a_sentence_as_told():
    told = FRENCH.recorded("Grades move up with the département's ratios of 2023 to 2024: 6e → 5e 0.974.")
    assert told == "Les niveaux montent selon les taux de passage du département de 2023 à 2024\u00a0: 6e → 5e 0,974."


def test_counts_and_signs_are_set_as_french_sets_them():
    jobs = "Jobs (hypothesis) of Usine-2: 16000 from 2027 to 2035, 30 % for newcomers to the territory, 2400 households."
    told = Words("fr").recorded(jobs)
    assert told is not None
    assert "Usine-2" in told
    assert "16\u202f000 postes de 2027 à 2035" in told
    assert "2\u202f400 ménages" in told
    share = Words("fr").recorded("Public share of new 6e from 2027 (hypothesis): -2.5 points, everywhere.")
    assert share is not None
    assert "\u22122,5 points" in share
