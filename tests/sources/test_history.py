"""The past of the collèges: what is kept, what opened, closed, is missing or contradicts itself; by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.report.words import Words
from maillage.sources import load_territory
from maillage.sources.college_pupils import SPECIAL_GRADES
from maillage.sources.history import Histories, join_histories, special_pupils
from maillage.sources.ledger import Ledger
from maillage.territory import COLLEGE_COLUMNS, Match
from minidata import write_minidata

BASE = 2021
OPEN = pd.DataFrame(
    {"uai": ["A", "B", "P"], "public": [True, True, False], "pupils": [400.0, 300.0, 200.0]},
)
FRENCH = Words("fr")


def rows(*given: tuple[str, int, float], public: bool = True, college: bool = True, **cells: float) -> pd.DataFrame:
    """Effectifs: UAI, rentrée, pupils, a quarter in each grade; no SEGPA and no ULIS unless `cells` say so."""
    table = pd.DataFrame(given, columns=["uai", "rentree", "pupils"]).assign(public=public, college=college)
    table = table.assign(**dict.fromkeys(COLLEGE_COLUMNS, table["pupils"] / 4))
    return table.assign(**dict.fromkeys(("segpa", "ulis", *SPECIAL_GRADES), 0.0)).assign(**cells)


def joined(*tables: pd.DataFrame, known: tuple[str, ...] = ("A", "B", "P")) -> tuple[Histories, dict[str, Match]]:
    ledger = Ledger()
    found = join_histories(OPEN, pd.concat(tables, ignore_index=True), known, BASE, ledger)
    assert not ledger.faults
    for match in ledger.matches:
        assert FRENCH.recorded(match.what), match.what
        assert not match.consequence or FRENCH.recorded(match.consequence), match.consequence
    return found, {match.what: match for match in ledger.matches}


def test_rentrees_before_and_after_the_base_are_kept() -> None:
    found, told = joined(rows(("A", 2020, 390.0), ("A", 2021, 400.0), ("A", 2022, 410.0), ("B", 2020, 310.0)))
    assert found.public[["uai", "rentree", "pupils"]].to_numpy().tolist() == [
        ["A", 2020, 390.0],
        ["A", 2021, 400.0],
        ["A", 2022, 410.0],
        ["B", 2020, 310.0],
        ["B", 2021, 300.0],
    ]
    assert np.isnan(found.public["p6e"].to_numpy()).tolist() == [False] * 4 + [True]
    assert not any(match.unmatched for match in told.values())


def test_a_closed_college_is_named_with_its_last_pupils() -> None:
    found, told = joined(rows(("A", 2019, 1.0), ("B", 2019, 1.0), ("C", 2018, 250.0), ("C", 2019, 240.0), ("C", 2020, 0.0)))
    match = told["public collèges of earlier rentrées open at the base rentrée"]
    assert (match.matched, match.total, match.unmatched) == (2, 3, ("C (2019: 240 pupils)",))
    assert set(found.public["uai"]) == {"A", "B"}


def test_colleges_that_open_are_named() -> None:
    series = [("A", year, 400.0) for year in (2018, 2019, 2020, 2021, 2022)]
    _, told = joined(rows(*series, ("B", 2020, 90.0), ("D", 2022, 150.0)))
    late = told["public collèges open since the first rentrée published"]
    assert (late.matched, late.total, late.unmatched) == (1, 2, ("B (2020)",))
    after = told["public collèges of later rentrées open at the base rentrée"]
    assert (after.matched, after.total, after.unmatched) == (1, 2, ("D (2022: 150 pupils)",))


def test_a_transfer_is_one_that_closes_and_one_that_opens() -> None:
    found, told = joined(rows(("A", 2019, 400.0), ("C", 2019, 290.0), ("A", 2020, 400.0), ("B", 2020, 300.0)))
    assert told["public collèges of earlier rentrées open at the base rentrée"].unmatched == ("C (2019: 290 pupils)",)
    assert told["public collèges open since the first rentrée published"].unmatched == ("B (2020)",)
    assert found.public.query("uai == 'B'")["rentree"].tolist() == [2020, 2021]


def test_a_gap_of_one_college_is_named_and_a_year_that_nobody_has_is_none() -> None:
    others = [("A", year, 400.0) for year in (2016, 2018, 2019, 2020, 2021)]
    _, told = joined(rows(*others, ("B", 2016, 300.0), ("B", 2019, 300.0), ("B", 2020, 0.0), ("B", 2021, 300.0)))
    match = told["public collèges without a gap in their rentrées"]
    assert match.unmatched == ("B (2018, 2020)",)


def test_what_is_no_college_is_named_and_few_pupils_are_not_counted_out() -> None:
    others = rows(("L", 2019, 2.0), ("L", 2020, 1.0), ("E", 2020, 60.0), college=False)
    found, told = joined(rows(("A", 2020, 400.0), ("B", 2020, 300.0)), others)
    match = told["establishments of every rentrée that are collèges"]
    assert (match.matched, match.total) == (2, 4)
    assert match.unmatched == ("E (2020: 60 pupils)", "L (2020: fewer than 5 pupils)")
    assert set(found.public["uai"]) == {"A", "B"}


def test_what_the_other_files_know_is_a_college_whatever_its_name() -> None:
    found, told = joined(rows(("A", 2020, 400.0), college=False), known=("A",))
    assert not told["establishments of every rentrée that are collèges"].unmatched
    assert found.public.query("rentree == 2020")["pupils"].tolist() == [400]


def test_the_private_past_counts_closed_colleges_too() -> None:
    private = rows(("P", 2020, 190.0), ("Q", 2020, 80.0), ("Z", 2020, 20.0), public=False)
    private.loc[private["uai"] == "Z", "college"] = False
    found, told = joined(rows(("A", 2020, 400.0), ("B", 2020, 300.0)), private)
    assert found.private[["uai", "rentree", "pupils"]].to_numpy().tolist() == [
        ["P", 2020, 190.0],
        ["P", 2021, 200.0],
        ["Q", 2020, 80.0],
    ]
    match = told["private collèges of earlier rentrées open at the base rentrée"]
    assert (match.matched, match.unmatched) == (1, ("Q (2020: 80 pupils)",))
    assert "stay" in match.consequence


def test_special_pupils_by_hand() -> None:
    by_grade = rows(("A", 2020, 400.0), segpa=60.0, segpa_p6e=16.0, segpa_p5e=16.0, segpa_p4e=14.0, segpa_p3e=14.0)
    totals = rows(("A", 2024, 400.0), ulis=9.0, **dict.fromkeys(SPECIAL_GRADES, np.nan))
    unsummed = rows(("B", 2020, 300.0), ulis=np.nan, ulis_p6e=3.0, ulis_p5e=4.0)
    table = special_pupils(pd.concat([totals, by_grade, unsummed], ignore_index=True))
    assert table.columns.tolist() == ["uai", "rentree", "kind", "pupils", "p6e", "p5e", "p4e", "p3e"]
    assert table.fillna(-1).to_numpy().tolist() == [
        ["A", 2020, "segpa", 60, 16, 16, 14, 14],
        ["A", 2024, "ulis", 9, -1, -1, -1, -1],
        ["B", 2020, "ulis", 7, 3, 4, 0, 0],
    ]


def test_special_pupils_of_lycees_closed_and_private_collèges_are_not_among_them() -> None:
    cells = {"segpa": 16.0, "segpa_p6e": 16.0}
    other = [rows(("E", 2020, 60.0), college=False, **cells), rows(("C", 2020, 60.0), **cells)]
    private = rows(("P", 2020, 190.0), public=False, **cells)
    found, _ = joined(rows(("A", 2020, 400.0), **cells), *other, private)
    assert found.special[["uai", "pupils"]].to_numpy().tolist() == [["A", 16.0]]


def test_contradictions_of_special_pupils_are_told_not_refused() -> None:
    apart = rows(("A", 2020, 400.0), segpa=60.0, segpa_p6e=16.0, segpa_p5e=16.0)
    larger = rows(("B", 2020, 40.0), segpa=6.0, segpa_p6e=6.0, ulis=5.0, ulis_p6e=5.0)
    found, told = joined(apart, larger)
    assert told["SEGPA and ULIS whose grades add up to their total"].unmatched == ("A 2020 SEGPA",)
    assert told["SEGPA and ULIS no larger than their grade"].unmatched == ("B 2020 6e",)
    assert found.special["pupils"].tolist() == [60, 6, 5]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABCPQ"), st.integers(2017, 2024), st.integers(0, 900)), max_size=25))
def test_every_enrolment_of_an_open_college_is_kept_once(given: list[tuple[str, int, int]]) -> None:
    distinct = {(uai, year): float(pupils) for uai, year, pupils in given}
    table = rows(*((uai, year, pupils) for (uai, year), pupils in distinct.items()))
    table["public"] = ~table["uai"].isin(["P", "Q"])
    found, _ = joined(table)
    kept = {(u, r): n for u, r, n in found.public[["uai", "rentree", "pupils"]].itertuples(index=False)}
    expected = {("A", BASE): 400.0, ("B", BASE): 300.0} | {k: n for k, n in distinct.items() if k[0] in "AB"}
    assert kept == expected
    private = {(u, r): n for u, r, n in found.private[["uai", "rentree", "pupils"]].itertuples(index=False)}
    assert private == {("P", BASE): 200.0} | {k: n for k, n in distinct.items() if k[0] in "PQ"}


@pytest.mark.parametrize("effectifs", [True, False])
def test_a_territory_carries_its_histories(tmp_path: Path, effectifs: bool) -> None:
    toml = write_minidata(tmp_path)
    if not effectifs:
        toml.write_text(toml.read_text(encoding="utf-8").replace('college_pupils = "effectifs.csv"\n', ""), encoding="utf-8")
    cohorts = load_territory(toml).cohorts
    years = [2021, 2022] if effectifs else [2022]
    assert cohorts.private_history["rentree"].tolist() == years
    assert cohorts.private_history["pupils"].tolist() == [158, 150][-len(years) :]
    assert sorted(cohorts.history["rentree"].unique()) == years
    assert cohorts.special.empty
    assert cohorts.special.columns.tolist() == ["uai", "rentree", "kind", "pupils", *COLLEGE_COLUMNS]
