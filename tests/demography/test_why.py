"""Why a figure: the steps lead to the projection, for every collège of the demo, grade, rentrée, plan and hypothesis."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maillage import InputError, project_enrolment
from maillage.demography.demand import Demand
from maillage.demography.sectors import Sectors, today_sectors
from maillage.hypotheses import Hypotheses, Programme, PublicShare
from maillage.sources import load_territory
from maillage.territory import COLLEGE_COLUMNS, GRADES, Territory
from toy import A, B, toy_demand, toy_territory
from toy_cohorts import BASE, births, projection, territory_with
from toy_plans import ALL_TO_A, SWAPPED, plan_of

ROOT = Path(__file__).resolve().parents[2]
ADDED = {"+ SEGPA and ULIS", "+ hypotheses"}


@pytest.fixture(scope="module")
def demo() -> Territory:
    return load_territory(ROOT / "data")


def carried_out(rows: pd.DataFrame) -> float:
    """The last row of one cohort, from the steps above it: factors multiply, rows marked + are added."""
    value = float(rows["value"].iloc[0])
    for row in rows.iloc[1:-1].itertuples():
        if row.step in ADDED:
            assert np.isnan(row.factor)
            value += row.value
        elif np.isfinite(row.factor):
            value *= row.factor
            assert value == pytest.approx(row.value, abs=1e-6)
        else:
            # From nobody: a factor would say nothing.
            assert value == 0 or row.step == "children behind this 6e"
            value = row.value
    return value


def assert_leads_to(demand: Demand, territory: Territory, uai: str, rentree: int, plan: Sectors | None = None) -> pd.DataFrame:
    """Every cohort of a collège adds up by its own steps, and the four to the figure of `by_college`."""
    told = demand.why(territory, uai, rentree, plan=plan)
    of_college = demand.by_college(plan or today_sectors(territory))
    site = list(territory.colleges.uai).index(uai)
    t = rentree - BASE
    for g, grade in enumerate(GRADES):
        rows = told[told["grade"] == grade]
        last = rows.iloc[-1]
        assert last["step"] == "projection"
        assert last["rentree"] == rentree
        assert last["value"] == pytest.approx(of_college.pupils[site, g, t], abs=1e-6)
        assert carried_out(rows) == pytest.approx(last["value"], rel=1e-9, abs=1e-6)
    ends = told.loc[told["step"] == "projection", "value"]
    assert ends.sum() == pytest.approx(of_college.total()[site, t], abs=1e-6)
    return told


def test_every_college_of_the_demo(demo: Territory) -> None:
    demand = project_enrolment(demo, BASE + 11)
    assert demo.base_rentree == BASE
    assert (demand.trail.agreement[1:] != 1).all(), "the demo has totals to agree with"
    assert demand.trail.placed.sum() > 0, "and SEGPA"
    rentrees = (BASE, BASE + 1, BASE + 5, BASE + 8, BASE + 11)
    for number, uai in enumerate(demo.colleges.uai):
        told = assert_leads_to(demand, demo, str(uai), rentrees[number % 5])
        assert np.isfinite(told["value"]).all()
    for rentree in rentrees:
        told = assert_leads_to(demand, demo, str(demo.colleges.uai[0]), rentree)
        one = demand.why(demo, str(demo.colleges.uai[0]), rentree, "4e")
        pd.testing.assert_frame_equal(one, told[told["grade"] == "4e"].reset_index(drop=True))


def test_the_steps_of_one_cohort_of_the_toy() -> None:
    demand = project_enrolment(territory_with(), BASE + 4)
    told = demand.why(territory_with(), A, BASE + 3, "5e")
    entry = ["children of these units", "children behind this 6e", "at the département's rate", "new 6e, trend"]
    assert told["step"].tolist() == [*entry, "6e → 5e", "projection"]
    assert told["rentree"].tolist() == [BASE + 2] * 4 + [BASE + 3] * 2
    assert told["value"].tolist() == pytest.approx([40.0] * 6)
    assert told["factor"].tolist()[1:5] == pytest.approx([1, 1, 1, 1])
    assert "75 new 6e for 75 children: écoles at the base rentrée" in told["source"][2]
    # A cohort that is in collège today starts from what was published.
    old = demand.why(territory_with(), A, BASE + 1, "3e")
    assert old["step"].tolist() == ["4e today", "4e → 3e", "projection"]
    assert old["value"].tolist() == pytest.approx([40.0] * 3)
    assert demand.why(territory_with(), A, BASE, "3e")["step"].tolist() == ["3e today", "projection"]


def rich_territory() -> Territory:
    """The toy with births that fall, SEGPA and totals to agree with."""
    rows = [(c, y, 12.0 - (y - 2010) / 2) for c in ("99001", "99002", "99003", "99004") for y in range(2010, 2021)]
    segpa = pd.DataFrame([(A, BASE, "segpa", 16.0, *[4.0] * 4)], columns=["uai", "rentree", "kind", "pupils", *COLLEGE_COLUMNS])
    totals = projection([(BASE + 1, "central", 310.0), (BASE + 9, "central", 280.0)])
    return territory_with(births=births(rows), special=segpa, projection=totals, history=toy_territory().cohorts.history)


SUPPOSED = Hypotheses(
    programme=(
        Programme(name="Built", communes={"99001": 1.0}, delivered={2026: 200.0}),
        Programme(name="Gone", communes={"99003": 1.0}, delivered={2027: 3000.0}, demolition=True),
    ),
    public_share=(PublicShare(change_points=-7, start=2026),),
)


@pytest.mark.parametrize("variant", ["central", "high", "low"])
@pytest.mark.parametrize("hypotheses", [None, SUPPOSED])
def test_with_agreement_hypotheses_variants_and_plans(variant: str, hypotheses: Hypotheses | None) -> None:
    territory = rich_territory()
    demand = project_enrolment(territory, BASE + 12, variant, hypotheses=hypotheses)
    plans = (None, plan_of(territory, SWAPPED, BASE + 2), plan_of(territory, ALL_TO_A, BASE + 2))
    for plan in plans:
        for uai in (A, B):
            for rentree in range(BASE, BASE + 13):
                told = assert_leads_to(demand, territory, uai, rentree, plan)
                assert "nan" not in " ".join(told["source"])
    steps = set(demand.why(territory, A, BASE + 5)["step"])
    assert ("with the public share supposed" in steps) == (hypotheses is not None)
    assert ("new 6e of the variant" in steps) == (variant != "central")
    assert {"+ SEGPA and ULIS", "agreed with the totals given"} <= steps
    assert ("+ hypotheses" in steps) == (hypotheses is not None)


@pytest.mark.filterwarnings("error")
def test_a_college_that_closes_has_nobody() -> None:
    territory = territory_with()
    told = project_enrolment(territory, BASE + 3, draws=3).why(territory, B, BASE + 3, plan=plan_of(territory, ALL_TO_A, 2025))
    assert (told["value"] == 0).all()


def test_intervals_come_last() -> None:
    territory = territory_with()
    demand = project_enrolment(territory, BASE + 2, draws=60, seed=4)
    whole, one = demand.why(territory, A, BASE + 2), demand.why(territory, A, BASE + 2, "6e")
    of_college = demand.by_college(today_sectors(territory))
    for told, grade in ((whole, None), (one, "6e")):
        ends = told.tail(2)
        assert ends["step"].tolist() == ["80 % interval, low", "80 % interval, high"]
        assert ends["value"].tolist() == pytest.approx(of_college.quantile((0.1, 0.9), grade)[:, 0, 2].tolist(), rel=1e-5)
        assert ends["grade"].unique().tolist() == [grade or "total"]
        assert ends["source"].unique().tolist() == ["60 simulated futures"]


def test_questions_that_cannot_be_answered() -> None:
    territory = territory_with()
    demand = project_enrolment(territory, BASE + 2)
    with pytest.raises(InputError) as caught:
        demand.why(territory, A, BASE + 3, "2de")
    assert [fault.column for fault in caught.value.faults] == ["rentree", "grade"]
    assert "Give 2024 to 2026" in str(caught.value)
    with pytest.raises(InputError, match=r"unknown UAI \(0620001A\)"):
        demand.why(territory, "0620001A", BASE + 1)
    with pytest.raises(InputError, match="does not know how it was made"):
        toy_demand().why(territory, A, BASE + 1)
    with pytest.raises(InputError, match="does not know how it was made"):
        dataclasses.replace(demand, trail=None).why(territory, A, BASE + 1)
