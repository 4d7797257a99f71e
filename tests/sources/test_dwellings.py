"""The planner's table of dwellings: any header, French kinds, every fault; joined to the communes of the territory."""

from __future__ import annotations

from pathlib import Path

import pytest

import maillage
from maillage.demography.housing import programmes_of
from maillage.hypotheses import KINDS
from maillage.report.words import Words
from maillage.sources.discover import discover
from maillage.sources.dwellings import COLUMNS, KIND_OF, read_dwellings
from minidata import write_minidata
from official_files import faults_of, only_fault, write, write_sheet

FRENCH = Words("fr")
HEADER = "name;commune;year;dwellings;kind;demolition"


def load(folder: Path, *rows: str, more: str = "") -> maillage.Territory:
    """The small département with a table of dwellings."""
    toml = write_minidata(folder)
    write(folder / "logements.csv", HEADER, *rows)
    text = toml.read_text(encoding="utf-8") + '\n[own.dwellings]\npath = "logements.csv"\n' + more
    toml.write_text(text, encoding="utf-8")
    return maillage.load_territory(toml)


def test_our_own_headers(tmp_path: Path) -> None:
    table = read_dwellings(
        write(tmp_path / "l.csv", HEADER, "Gare;99001;2027;120;house;", "Tours;99003;2028;80;social_flat;oui")
    )
    assert list(table.columns) == COLUMNS
    assert table.iloc[0].tolist() == ["Gare", "99001", 2027, 120.0, "house", False]
    assert table.iloc[1].tolist() == ["Tours", "99003", 2028, 80.0, "social_flat", True]
    assert table.attrs["dataset"] == "dwellings"


def test_the_planners_headers_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = [
        ["Opération", "Code INSEE", "Mise en service", "Nb logements", "Type"],
        ["Gare", "99001", "2027-2028", 120, "Collectif"],
        ["Bourg", "99002", 2026, 12, "Maison"],
        ["Quai", "99002", 2026, 30, None],
    ]
    path = write_sheet(tmp_path / "plh.xlsx", rows, sheet="PLH")
    table = read_dwellings(path, sheet="PLH", columns={"year": "Mise en service"})
    assert table["year"].tolist() == [2027, 2026, 2026]
    assert table["kind"].tolist() == ["flat", "house", "mixed"]
    assert not table["demolition"].any()


def test_every_spelling_is_a_kind() -> None:
    assert set(KIND_OF.values()) == set(KINDS)


def test_every_fault_at_once(tmp_path: Path) -> None:
    rows = [
        "Gare;99001;2027;120;house;",
        "Gare;99001;2027;20;maison;non",
        ";99001;2027;10;flat;",
        "Port;9901;2027;10;flat;",
        "Quai;99001;soon;10;flat;",
        "Rue;99001;2027;0;flat;",
        "Pont;99001;2027;many;flat;",
        "Cour;99001;2027;10;castle;perhaps",
        "Parc;99001;2027;;flat;",
    ]
    path = write(tmp_path / "l.csv", HEADER, *rows)
    found = {
        (fault.column, fault.message.split(":")[0].split(" (")[0]): fault.rows
        for fault in faults_of(lambda: read_dwellings(path))
    }
    assert found == {
        ("name", "duplicated programme, commune, rentrée and kind"): ("Gare 99001 2027 house False on lines 2, 3",),
        ("name", "missing value"): ("line 4",),
        ("commune", "not an INSEE commune code"): ("line 5",),
        ("year", "not a rentrée, such as 2024 or 2024-2025"): ("line 6",),
        ("dwellings", "not a number of dwellings"): ("line 7",),
        ("dwellings", "not a number"): ("line 8",),
        ("kind", "not a kind of dwellings"): ("line 9",),
        ("demolition", "neither yes nor no"): ("line 9",),
        ("dwellings", "missing value"): ("line 10",),
    }


@pytest.mark.parametrize("column", ["name", "commune", "year", "dwellings"])
def test_a_missing_column_is_one_fault(tmp_path: Path, column: str) -> None:
    path = write(tmp_path / "l.csv", HEADER.replace(column, "x"), "Gare;99001;2027;120;house;")
    assert only_fault(lambda: read_dwellings(path)).column == column


def test_a_territory_keeps_its_programmes(tmp_path: Path) -> None:
    territory = load(tmp_path, "Gare;99001;2027;120;flat;", "Gare;99001;2028;60;flat;", "Loin;98001;2027;10;flat;")
    assert territory.cohorts.dwellings["name"].tolist() == ["Gare", "Gare"]
    (programme,) = programmes_of(territory)
    assert (programme.name, programme.stages, programme.communes) == ("Gare", {2027: 120.0, 2028: 60.0}, {"99001": 1.0})
    (match,) = (m for m in territory.matches if m.what == "programmes of dwellings in the département")
    assert (match.matched, match.total, match.unmatched) == (2, 3, ("Loin (98001)",))
    assert FRENCH.recorded(match.what) is not None
    assert FRENCH.recorded(match.consequence) is not None
    (source,) = (s for s in territory.sources if s.dataset == "dwellings")
    assert source.rows == 3
    assert FRENCH.recorded(source.dataset) is not None


def test_without_a_table_there_is_no_programme(tmp_path: Path) -> None:
    territory = maillage.load_territory(write_minidata(tmp_path))
    assert territory.cohorts.dwellings.empty
    assert list(territory.cohorts.dwellings.columns) == COLUMNS
    assert programmes_of(territory) == ()


def test_a_merged_commune_is_the_present_one_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    merged = '\n[merged_communes]\n"99050" = "99002"\n'
    territory = load(tmp_path / "good", "Bourg;99050;2027;12;house;", more=merged)
    assert territory.cohorts.dwellings["commune"].tolist() == ["99002"]
    fault = only_fault(lambda: load(tmp_path / "bad", "Bourg;99050;2027;12;house;", "Gare;99001;2027;12;house;"))
    assert (fault.file, fault.message, fault.column, fault.rows) == ("logements.csv", "unknown commune", "commune", ("99050",))


def test_a_folder_without_settings_recognises_it(tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", "Programme;Code INSEE;Livraison;Logements", "Gare;99001;2027;120")
    assert discover(tmp_path).own == {"dwellings": path}
