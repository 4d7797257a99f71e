"""What a study supposes reaches its figures: dwellings in the demand, families' answers in the indicators."""

from __future__ import annotations

import numpy as np
import pytest

from maillage import AvoidanceResponse, Hypotheses, Programme, PublicShare, Scenario, StudySettings, study, write_report
from maillage.report.facts import facts_of
from toy import B, toy_territory, toy_travel

BASE = 2024
SCENARIOS = [
    Scenario(name="present", present=True),
    Scenario(name="close", close=1, close_named=(B,), rules={"canteen": "none", "capacity": "none"}),
]


def studied(**supposed):
    settings = StudySettings(until=BASE + 6, draws=0, hypotheses=Hypotheses(**supposed))
    return study(toy_territory(), SCENARIOS, settings, travel=toy_travel())


def pupils(found, scenario, rentree):
    table = found.college_table()
    return table[(table["scenario"] == scenario) & (table["rentree"] == rentree)]["pupils"].sum()


def test_dwellings_bring_pupils_to_the_collège_of_their_commune():
    plain, built = studied(), studied(programme=(Programme(name="Les Prés", communes="99004", delivered=2025, dwellings=200),))
    gained = built.demand.total() - plain.demand.total()
    assert gained[3, -1] > 10
    # Two movers in three come from the territory itself.
    assert (gained[:3, -1] < 0).all()
    assert gained[:, -1].sum() == pytest.approx(gained[3, -1] * (1 - 0.67), rel=0.05)
    assert "New dwellings (hypothesis): 200 in one programme" in " ".join(facts_of(built).methods)


def test_a_change_of_the_public_share_moves_pupils_between_public_and_private():
    """Seven points of a public share of 300 / 360, from 2026 on: 8.4 % of each new cohort, four cohorts by 2029."""
    plain, changed = studied(), studied(public_share=(PublicShare(change_points=-7, start=2026),))
    lost = 1 - changed.demand.total().sum(axis=0) / plain.demand.total().sum(axis=0)
    assert lost[:2] == pytest.approx([0, 0], abs=1e-12)
    assert lost[5:] == pytest.approx(0.07 / (300 / 360))
    private = (changed.demand.private_factor - plain.demand.private_factor) * 60
    assert private == pytest.approx(plain.demand.total().sum(axis=0) - changed.demand.total().sum(axis=0))


def test_families_answer_to_new_sectors_in_what_is_measured_and_not_in_what_is_optimised(tmp_path):
    answer = AvoidanceResponse(points_if_moved=-5, max_points=10)
    plain, answered = studied(), studied(avoidance=answer)
    assert answered.plan("close").objective == plain.plan("close").objective
    assert pupils(answered, "present", BASE + 6) == pytest.approx(pupils(plain, "present", BASE + 6))
    assert pupils(answered, "close", BASE + 1) < pupils(plain, "close", BASE + 1)
    # After four rentrées every cohort of the units that were B's has lost 5 points of its public share.
    moved = plain.demand.total()[2:, 5].sum()
    told = pupils(plain, "close", BASE + 5) - pupils(answered, "close", BASE + 5)
    assert told == pytest.approx(moved * 0.05 / (300 / 360))
    demand = answered.demand_under(answered.plan("close"))
    assert demand.pupils[:2] == pytest.approx(plain.demand.pupils[:2])
    assert np.any(["sensitivity, not a forecast" in said for said in facts_of(answered).methods])
    for found, words in (
        (plain, "ces réactions ne sont pas simulées ici"),
        (answered, "test de sensibilité, non une prévision"),
    ):
        report = write_report(found, tmp_path / "rapport.html", language="fr").read_text(encoding="utf-8")
        assert words in report
