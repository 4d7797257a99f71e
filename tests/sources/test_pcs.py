"""Pupils by group of occupations: the planner's table, each of its faults, and what follows for the units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.discover import discover
from maillage.sources.pcs import read_pcs
from minidata import write_minidata
from official_files import faults_of, only_fault, write, write_sheet

HEADER = "uai;rentree;tres_favorisee;favorisee;moyenne;defavorisee"
FRENCH = Words("fr")


def load(folder: Path, *rows: str) -> maillage.Territory:
    """The small département with a table of occupations."""
    toml = write_minidata(folder)
    write(folder / "pcs.csv", HEADER, *rows)
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[own.pcs]\npath = "pcs.csv"\n', encoding="utf-8")
    return maillage.load_territory(toml)


def test_pupils_become_shares(tmp_path: Path) -> None:
    table = read_pcs(write(tmp_path / "p.csv", HEADER, "0990001n;2022-2023;30;60;90;120", "0990002P;2022;0;0;0;8"))
    assert table["uai"].tolist() == ["0990001N", "0990002P"]
    assert table["rentree"].tolist() == [2022, 2022]
    np.testing.assert_allclose(table.iloc[:, 2:], [[0.1, 0.2, 0.3, 0.4], [0, 0, 0, 1]])


def test_shares_with_the_planners_headers_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = [["RNE", "Rentrée", "A", "B", "C", "D (ouvriers, inactifs)"], ["0990001N", "2022", 0.1, 0.2, 0.3, 0.39]]
    path = write_sheet(tmp_path / "pcs.xlsx", rows)
    table = read_pcs(path, columns={"defavorisee": "D (ouvriers, inactifs)"})
    # Rounded shares are brought to a sum of 1.
    np.testing.assert_allclose(table["defavorisee"], 0.39 / 0.99)


def test_whole_per_cents_come_to_the_same(tmp_path: Path) -> None:
    table = read_pcs(write(tmp_path / "p.csv", HEADER, "0990001N;2022;10;20;30;40"))
    np.testing.assert_allclose(table["defavorisee"], 0.4)


@pytest.mark.parametrize(
    ("row", "message", "column"),
    [
        ("0990002P;2022;0.1;0.2;0.3;0.3", "the four shares do not add up to 1", "defavorisee"),
        ("0990002P;2022;1.2;0.2;0.3;0.3", "share above 1", "tres_favorisee"),
        ("0990002P;2022;-0.1;0.4;0.3;0.4", "negative number: -0.1", "tres_favorisee"),
        ("0990002P;2022;;0.4;0.3;0.3", "missing value", "tres_favorisee"),
        ("0990002P;2022;un;0.4;0.3;0.3", "not a number: 'un'", "tres_favorisee"),
        ("099;2022;0.1;0.2;0.3;0.4", "not a UAI (seven digits and a letter): '099'", "uai"),
        ("0990001N;2022;0.1;0.2;0.3;0.4", "duplicated UAI in the same rentrée", "uai"),
    ],
)
def test_each_fault_of_shares(tmp_path: Path, row: str, message: str, column: str) -> None:
    path = write(tmp_path / "p.csv", HEADER, "0990001N;2022;0.1;0.2;0.3;0.4", row)
    fault = only_fault(lambda: read_pcs(path))
    assert (fault.message, fault.column) == (message, column)


def test_a_collège_of_nobody_and_a_negative_number_of_pupils(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", HEADER, "0990001N;2022;0;0;0;0", "0990002P;2022;-4;5;60;70")
    found = {(fault.message, fault.rows) for fault in faults_of(lambda: read_pcs(path))}
    assert found == {("no pupil in any of the four groups", ("line 2",)), ("negative number: -4.0", ("line 3",))}


def test_given_pupils_take_the_place_of_imputed_ones(tmp_path: Path) -> None:
    rows = ("0990001N;2022;60;60;60;120", "0990002P;2022;24;24;48;144", "0990003R;2022;80;40;40;40")
    territory, plain = load(tmp_path / "own", *rows), maillage.load_territory(write_minidata(tmp_path / "plain"))
    units = territory.units
    groups = np.bincount(units.present, units.group)
    np.testing.assert_allclose(groups, [300 * 0.4, 240 * 0.6, 200 * 0.2])
    assert np.all(units.group <= units.pupils)
    assert territory.group_observed
    assert not plain.group_observed
    assert territory.group_share == pytest.approx((120 + 144 + 40) / 740)
    np.testing.assert_allclose(units.ips, plain.units.ips)
    (told,) = (e for e in territory.estimates if e.quantity == "group")
    assert "disadvantaged pupils of 3 collèges as given (PCS), 41.1% of them all" in told.method
    assert FRENCH.recorded(told.method) is not None


def test_collèges_without_pcs_are_imputed_at_the_same_share(tmp_path: Path) -> None:
    territory = load(tmp_path, "0990001N;2019;10;20;30;40", "0990001N;2021;10;10;30;50", "0990002P;2022;10;10;30;50")
    groups = np.bincount(territory.units.present, territory.units.group)
    np.testing.assert_allclose(groups[:2], [150, 120])
    # The other collège, of IPS 105, is under the limit that leaves half of the first two below it.
    assert 0 < groups[2] < 100
    assert not territory.group_observed
    by_what = {match.what: match for match in territory.matches}
    assert by_what["PCS of the base rentrée"].unmatched == ("0990001N",)
    assert by_what["collèges with PCS"].unmatched == ("0990003R",)
    for match in (by_what["PCS of the base rentrée"], by_what["collèges with PCS"]):
        assert FRENCH.recorded(match.what) is not None
        assert FRENCH.recorded(match.consequence) is not None


@pytest.mark.parametrize(("share", "group"), [("0;0;0;1", 300), ("0.5;0.5;0;0", 0)])
def test_all_or_nobody_disadvantaged(tmp_path: Path, share: str, group: float) -> None:
    territory = load(tmp_path, f"0990001N;2022;{share}")
    assert np.bincount(territory.units.present, territory.units.group)[0] == pytest.approx(group)


def test_an_unknown_uai_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, "0990077Z;2022;10;20;30;40", "0990009X;2022;10;20;30;40")
    (fault,) = caught.value.faults
    assert (fault.file, fault.message, fault.rows, fault.column) == ("pcs.csv", "unknown UAI", ("0990009X", "0990077Z"), "uai")


def test_a_folder_is_searched_for_the_table(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, "0990001N;2022;10;20;30;40")
    assert discover(tmp_path).own == {"pcs": path}
