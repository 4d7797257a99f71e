"""Children of new dwellings: by hand, by ageing the flows, and none invented when they come from next door."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from maillage.demography.housing import SCHOOL_GRADES, Arrivals, arrivals, children_by_age, flows_of_stage, programmes_of
from maillage.errors import InputError
from maillage.hypotheses import EmploymentShock, HouseYield, Hypotheses, Programme, Yields
from maillage.report.words import Words
from maillage.territory import Territory
from official_files import faults_of
from toy import toy_territory

FRENCH = Words("fr")
RENTREES = np.arange(2024, 2040)
SIMPLE = Yields(
    building_years=(0, 2),
    house=HouseYield(age_6_10=(0.5, 1.0), age_11_14=(0.0, 0.8)),
    flat=dict.fromkeys(("age_6_10", "age_11_14"), (0, 0)),
    social_flat=dict.fromkeys(("age_6_10", "age_11_14"), (0, 0)),
    occupied_share=1.0,
    from_within_share=0.0,
    rehoused_within_share=0.0,
)  # fmt: skip
"""In a house, 0.1 children of each age of école at first, 0.2 after two years; of each age of collège none, then 0.2."""


def programme(**changes: object) -> Programme:
    return Programme.model_validate(
        {"name": "Gare", "communes": "99001", "delivered": 2026, "dwellings": 10, "kind": "house", **changes}
    )


def of(*programmes: Programme, territory: Territory | None = None, rentrees: np.ndarray = RENTREES, **more: object) -> Arrivals:
    hypotheses = Hypotheses.model_validate({"programme": programmes, "yields": SIMPLE, **more})
    return arrivals(territory or toy_territory(), hypotheses, rentrees)


def with_dwellings(*rows: tuple[object, ...], territory: Territory | None = None) -> Territory:
    """The toy with a table of dwellings of its own."""
    there = territory or toy_territory()
    table = pd.DataFrame(rows, columns=["name", "commune", "year", "dwellings", "kind", "demolition"])
    return dataclasses.replace(there, cohorts=dataclasses.replace(there.cohorts, dwellings=table))


def two_in_one() -> Territory:
    """The toy, the first two units being parts of one commune."""
    units = {
        "commune": np.array(["99001", "99001", "99003", "99004"]),
        "unit": np.array(["99001-1", "99001-2", "99003", "99004"]),
    }
    return toy_territory(units=units)


def test_nothing_supposed_brings_nobody_and_says_nothing() -> None:
    nothing = arrivals(toy_territory(), Hypotheses(), RENTREES)
    assert nothing.children.shape == (4, 9, 16)
    assert not nothing.children.any()
    assert nothing.method == ()
    assert nothing.table(toy_territory()).empty


def test_flows_by_hand() -> None:
    """Ten houses by 2026: one child in each grade of the école; in 2027 a half more; in 2028 two, the rest of the collège."""
    flows = of(programme()).children[0]
    assert flows[:, :2].tolist() == np.zeros((9, 2)).tolist()
    assert flows[:, 2] == pytest.approx([1, 1, 1, 1, 1, 0, 0, 0, 0])
    # 1.5 children of each age of école where 1 moved up from below; 1 of each age of collège, where 1 of CM2 moved up to 6e.
    assert flows[:, 3] == pytest.approx([1.5, 0.5, 0.5, 0.5, 0.5, 0, 1, 1, 1])
    assert flows[:, 4] == pytest.approx([2, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1])
    assert flows[:, 5] == pytest.approx([2, 0, 0, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("kind", ["house", "flat", "social_flat", "mixed"])
def test_flows_that_move_up_make_the_yields(kind: str) -> None:
    """The stock in each grade is that of the yields at the age of the building, at every rentrée."""
    yields = Yields(from_within_share=0.0, occupied_share=0.9)
    found = of(programme(kind=kind, dwellings=200), yields=yields)
    pupils = np.array(naive.aged(found.children[0].tolist()))
    expected = 200 * 0.9 * children_by_age(yields, kind, 13)[6:]
    np.testing.assert_allclose(pupils[:, 2:], expected, atol=1e-9)
    assert not pupils[:, :2].any()


def test_collegiens_of_a_house_after_ten_years() -> None:
    found = of(programme(dwellings=100), yields=Yields(from_within_share=0.0, occupied_share=1.0))
    pupils = np.array(naive.aged(found.children[0].tolist()))
    assert pupils[5:, 2].sum() == pytest.approx(10)
    assert pupils[5:, 7].sum() == pytest.approx(17)
    assert pupils[5:, 12].sum() == pytest.approx(24)


def test_stages_add_up() -> None:
    staged = of(programme(delivered={2026: 4, 2030: 6}, dwellings=None))
    apart = of(programme(dwellings=4), programme(name="Port", delivered=2030, dwellings=6))
    np.testing.assert_allclose(staged.children, apart.children, atol=1e-12)


def test_children_by_age_keep_their_class_and_stay_after_the_last_age_of_the_building() -> None:
    found = children_by_age(SIMPLE, "house", 4)
    assert found.shape == (15, 5)
    assert found[6:11].sum(axis=0) == pytest.approx([0.5, 0.75, 1.0, 1.0, 1.0])
    assert found[:6].max() == 0
    mixed = children_by_age(SIMPLE, "mixed", 4)
    np.testing.assert_allclose(mixed, 0.4 * found)


def test_dwellings_pulled_down_take_the_children_of_old_ones_for_good() -> None:
    found = of(programme(demolition=True, occupied_share=0.5))
    assert found.children[0, :, 2] == pytest.approx([-1] * 9)
    pupils = np.array(naive.aged(found.children[0].tolist()))
    assert pupils[:, 2:] == pytest.approx(-np.ones((9, 14)))
    assert found.kinds == ("demolition",)


def test_those_from_next_door_leave_the_other_units_by_pupils() -> None:
    found = of(programme(within_share=0.6))
    # Pupils outside stand as 60, 40 and 100.
    assert found.children[:, 0, 2] == pytest.approx([1.0, -0.6 * 0.3, -0.6 * 0.2, -0.6 * 0.5])
    assert found.children[:, 0, 2].sum() == pytest.approx(0.4)


def test_families_rehoused_are_shared_over_the_other_units() -> None:
    found = of(programme(demolition=True), yields=SIMPLE.model_copy(update={"rehoused_within_share": 0.5}))
    assert found.children[:, 8, 2] == pytest.approx([-2, 0.3, 0.2, 0.5])


def test_a_programme_outside_which_nobody_lives_keeps_those_who_are_new() -> None:
    everywhere = dict.fromkeys(("99001", "99002", "99003", "99004"), 1.0)
    found = of(programme(communes=everywhere, within_share=0.6))
    assert found.children[:, 0, 2] == pytest.approx([0.1] * 4)


def test_a_commune_is_shared_by_pupils_and_units_by_weight() -> None:
    territory = two_in_one()
    assert of(programme(), territory=territory).shares[0] == pytest.approx([100 / 160, 60 / 160, 0, 0])
    by_unit = of(programme(communes={}, units={"99001-2": 3, "99004": 1}), territory=territory)
    assert by_unit.shares[0] == pytest.approx([0, 0.75, 0, 0.25])
    two = of(programme(communes={"99001": 1, "99003": 3}), territory=territory)
    assert two.shares[0] == pytest.approx([25 / 160, 15 / 160, 0.75, 0])


def test_a_commune_without_pupils_is_shared_equally() -> None:
    nobody = {"pupils": np.array([0, 0, 40.0, 100.0]), "ecole_pupils": np.zeros((4, 5))}
    territory = two_in_one()
    territory = dataclasses.replace(territory, units=dataclasses.replace(territory.units, **nobody))
    assert of(programme(), territory=territory).shares[0] == pytest.approx([0.5, 0.5, 0, 0])


def test_jobs_bring_households_from_elsewhere() -> None:
    shock = EmploymentShock(
        name="Usine",
        jobs=100,
        start=2026,
        until=2027,
        communes={"99002": 1},
        newcomer_share=0.5,
        households_per_job=0.4,
        kind="house",
    )
    found = of(employment=[shock])
    houses = of(programme(communes="99002", delivered={2026: 10, 2027: 10}, dwellings=None))
    np.testing.assert_allclose(found.children, houses.children, atol=1e-12)
    assert found.kinds == ("employment",)
    assert found.within.tolist() == [0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["99001", "99002", "99003", "99004"]), st.integers(2020, 2042), st.floats(1, 5000),
            st.sampled_from(["house", "flat", "social_flat", "mixed"]), st.booleans(), st.floats(0, 1),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_the_units_add_up_to_those_who_are_new(rows) -> None:
    """Also: each unit has its own share, less its part of those who left it, counted one by one."""
    programmes = [
        programme(name=str(i), communes=c, delivered=y, dwellings=n, kind=k, demolition=d, within_share=w)
        for i, (c, y, n, k, d, w) in enumerate(rows)
    ]
    yields = Yields()
    found = of(*programmes, yields=yields)
    expected = np.zeros((9, 16))
    by_unit = np.zeros((4, 9, 16))
    pupils = {"99001": 100, "99002": 60, "99003": 40, "99004": 100}
    for commune, year, n, kind, demolition, within in rows:
        by_age = children_by_age(yields, kind, 40)
        by_age = -np.repeat(by_age[:, -1:], 41, axis=1) if demolition else by_age
        flows = n * 0.95 * flows_of_stage(by_age, year, RENTREES) * (year > 2024)
        expected += (1 - within) * flows
        others = sum(pupils.values()) - pupils[commune]
        for u, code in enumerate(pupils):
            by_unit[u] += flows if code == commune else -within * flows * pupils[code] / others
    np.testing.assert_allclose(found.children.sum(axis=0), expected, atol=1e-6)
    np.testing.assert_allclose(found.children, by_unit, atol=1e-6)
    assert not found.children[..., 0].any()


def test_dwellings_of_the_base_or_after_the_end_bring_nobody_and_are_named() -> None:
    found = of(programme(delivered={2024: 5, 2050: 7, 2026: 1}, dwellings=None))
    np.testing.assert_allclose(found.children, of(programme(dwellings=1)).children)
    assert "Dwellings or households of 2024 or before, already among its pupils: 5 (Gare)." in found.method
    assert "Dwellings or households after 2039, not yet counted: 7 (Gare)." in found.method


def test_the_territorys_own_table_counts_unless_it_is_left_out() -> None:
    territory = with_dwellings(
        ("Port", "99002", 2027, 8, "house", False),
        ("Port", "99002", 2026, 2, "house", False),
        ("Tours", "99003", 2026, 4, "social_flat", True),
        ("Tours", "99003", 2026, 4, "flat", False),
    )
    own = programmes_of(territory)
    assert [p.name for p in own] == ["Port", "Tours (99003, social_flat, demolition)", "Tours (99003, flat)"]
    assert own[0].stages == {2026: 2, 2027: 8}
    assert (own[1].demolition, own[1].communes) == (True, {"99003": 1.0})
    found = of(territory=territory)
    assert found.names == tuple(p.name for p in own)
    np.testing.assert_allclose(found.children, of(*own).children)
    assert "Programmes that come from the territory's own table of dwellings: 3." in found.method
    assert not of(territory=territory, own_dwellings=False).children.any()


def test_every_unknown_place_is_named_with_the_nearest() -> None:
    territory = with_dwellings(("Port", "99004", 2027, 8, "house", False), territory=two_in_one())
    shock = EmploymentShock(name="Usine", jobs=100, start=2026, until=2027, communes={"Doulange": 1, "zzz": 1})
    with pytest.raises(InputError) as caught:
        of(
            programme(communes=["99001", "99005"]),
            programme(name="Quai", communes={}, units=["99001-3"]),
            programme(name="Port"),
            territory=territory,
            employment=[shock],
            rentrees=np.array([2024, 2026]),
        )
    told = [str(fault) for fault in caught.value.faults]
    assert told[0].startswith("hypotheses: programme 'Gare': unknown commune '99005'. Did you mean 9900")
    assert told[1].startswith("hypotheses: programme 'Quai': unknown unit '99001-3'. Did you mean 99001-")
    assert told[2] == "hypotheses: employment 'Usine': unknown commune 'Doulange'. Did you mean 99004 (Doulanges)?"
    assert "Known: 99001, 99003, 99004" in told[3]
    assert "counted twice (Port)" in told[4]
    assert "do not follow on each other" in told[5]
    assert len(told) == 6
    assert len(faults_of(lambda: of(rentrees=np.array([], int)))) == 1


def test_the_table_shows_each_programme_and_rentree_and_grade() -> None:
    territory = toy_territory()
    found = of(
        programme(within_share=0.6), programme(name="Tours", communes=["99001", "99004"], demolition=True), territory=territory
    )
    table = found.table(territory)
    assert len(table) == 2 * 16 * 9
    assert list(table.columns) == ["programme", "kind", "place", "rentree", "grade", "arriving", "new_to_territory"]
    row = table[(table["programme"] == "Gare") & (table["rentree"] == 2027) & (table["grade"] == "cp")].iloc[0]
    assert (row["kind"], row["place"]) == ("dwellings", "Aubrac-sur-Ys")
    assert (row["arriving"], row["new_to_territory"]) == pytest.approx((1.5, 0.6))
    gone = table[table["programme"] == "Tours"]
    assert set(gone["place"]) == {"Aubrac-sur-Ys, Doulanges"}
    assert gone["arriving"].sum() == pytest.approx(found.gross[1].sum())
    assert set(table["grade"]) == set(SCHOOL_GRADES)
    assert table["new_to_territory"].sum() == pytest.approx(found.children.sum())


def test_what_is_supposed_is_told_in_french_too() -> None:
    territory = with_dwellings(("Port", "99002", 2027, 8, "house", False))
    shock = EmploymentShock(name="Usine", jobs=100, start=2023, until=2027, communes={"99002": 1})
    several = [programme(name=f"Gare {i}", within_share=0.5, delivered=2023 + i) for i in range(5)]
    several += [programme(name=name, demolition=True) for name in "AB"]
    cases = (
        of(programme()),
        of(programme(demolition=True), employment=[shock]),
        of(*several, employment=[shock], territory=territory),
        of(employment=[shock]),
    )
    for case in cases:
        assert [sentence for sentence in case.method if FRENCH.recorded(sentence) is None] == []
        assert len(set(case.method)) == len(case.method) >= 2
    assert FRENCH.recorded(cases[0].method[0]) == "Logements neufs (hypothèse)\u00a0: 10 en un programme, en 2026."


def test_arrivals_cannot_be_written_to() -> None:
    found = of(programme())
    with pytest.raises(ValueError, match="read-only"):
        found.children[0, 0, 0] = 1
