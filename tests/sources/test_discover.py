"""Files recognised by what they hold, and all of them read with their faults together."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box

from maillage.sources.discover import discover, recognise
from maillage.sources.read import read_sources
from maillage.sources.stacking import join
from official_files import IPS, IPS_HEADER, POSITION, POSITIONS_HEADER, faults_of, only_fault, write, write_sheet

SECTORS = "code_insee,code_rne"


def write_contours(path: Path, *codes: str) -> Path:
    shapes = [box(3.0 + 0.1 * i, 46.5, 3.1 + 0.1 * i, 46.6) for i in range(len(codes))]
    gpd.GeoDataFrame({"code": list(codes), "nom": list(codes)}, geometry=shapes, crs=4326).to_file(path)
    return path


def small_folder(folder: Path) -> Path:
    """A folder whose files have names that say nothing."""
    write(folder / "a.csv", POSITIONS_HEADER, POSITION)
    write(folder / "b.csv", IPS_HEADER, IPS)
    write(folder / "deep" / "c.csv", SECTORS, "99001,0990001N")
    write(folder / "d.csv", "uai;capacity", "0990001N;600")
    write(folder / "notes.txt", "rien;ici", "1;2")
    write(folder / "README.md", "not data")
    write_contours(folder / "e.geojson", "99001")
    return folder


def test_every_real_file_is_recognised(shared_data: Path) -> None:
    found = discover(shared_data)
    names = {key: [path.name for path in paths] for key, paths in found.files.items()}
    assert len(names["positions"]) == 3
    assert names["positions"][-1] == "fr-en-annuaire-education.csv"
    assert len(names["ips_colleges"]) == 2
    assert len(names["ips_ecoles"]) == 2
    assert names["college_pupils"][-1] == "fr-en-effectifs-second-degre.csv"
    assert set(names["sectors"]) == {"fr-en-carte-scolaire-colleges-publics.csv", "communes_colleges_62.csv"}
    assert names["population"] == ["estim-pop-dep-sexe-aq-1975-2022.xlsx"]
    assert names["income_communes"] == ["cc_filosofi_2021_COM.csv"]
    assert names["income_iris"] == ["BASE_TD_FILO_IRIS_2021_DEC.csv"]
    assert names["ecole_pupils"] == ["fr-en-ecoles-effectifs-nb_classes.csv"]
    assert len(names["communes"]) == 2
    assert [path.name for path in found.unrecognised] == ["fr-en-indicateurs-valeur-ajoutee-colleges_2022_2023.csv"]


def test_a_folder_is_read_without_settings(tmp_path: Path) -> None:
    tables = read_sources(small_folder(tmp_path))
    assert tables.config.territory.code == "99"
    assert tables.positions is not None
    assert tables.positions["uai"].tolist() == ["0990001N"]
    assert tables.capacity is not None
    assert tables.capacity["capacity"].tolist() == [600]
    assert tables.births is None
    unread = next(match for match in tables.matches if "recognised" in match.what)
    assert unread.unmatched == ("notes.txt",)
    assert (unread.matched, unread.total) == (5, 6)


def test_records_of_what_was_read(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    records = {record.file: record for record in read_sources(folder).records}
    assert set(records) == {"a.csv", "b.csv", "deep/c.csv", "d.csv", "e.geojson"}
    assert records["b.csv"].sha256 == hashlib.sha256((folder / "b.csv").read_bytes()).hexdigest()
    assert (records["b.csv"].dataset, records["b.csv"].vintage) == ("fr-en-ips-colleges", "rentrée 2022")
    assert records["b.csv"].rows == 1


def test_roads_iris_and_spreadsheets_are_recognised(tmp_path: Path) -> None:
    roads = tmp_path / "r.gpkg"
    line = LineString([(700_000, 6_600_000), (701_000, 6_600_000)])
    columns = {"cleabs": ["T1"], "vitesse_moyenne_vl": [50], "sens_de_circulation": ["Double sens"]}
    gpd.GeoDataFrame(columns, geometry=[line], crs=2154).to_file(roads)
    iris = tmp_path / "i.gpkg"
    columns = {"INSEE_COM": ["99001"], "CODE_IRIS": ["990010000"], "NOM_IRIS": ["Ville"]}
    gpd.GeoDataFrame(columns, geometry=[box(7e5, 6.6e6, 7.01e5, 6.601e6)], crs=2154).to_file(iris)
    canteens = write_sheet(tmp_path / "c.xlsx", [["UAI", "Couverts", "Services"], ["0990001N", 160, 2]])
    kinds = {path.name: recognise(path) for path in (roads, iris, canteens)}
    assert {name: kind and kind[0] for name, kind in kinds.items()} == {
        "r.gpkg": "roads", "i.gpkg": "iris", "c.xlsx": "canteens",
    }  # fmt: skip
    assert recognise(write(tmp_path / "x.json", '{"no": "map"}')) is None
    write_contours(tmp_path / "e.geojson", "99001")
    tables = read_sources(tmp_path)
    assert tables.roads == roads
    assert tables.iris is not None
    assert tables.canteens is not None


def test_a_table_with_other_columns_is_no_plain_sector_table(tmp_path: Path) -> None:
    assert recognise(write(tmp_path / "t.csv", "session;uai;commune;taux", "2023;0990001N;VILLE;90")) is None


def test_files_that_cannot_be_opened_are_faults_not_unrecognised(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "numéro;é", "1;2", encoding="cp1252")
    (tmp_path / "b.csv").touch()
    messages = [fault.message for fault in faults_of(lambda: discover(tmp_path))]
    assert "wrong encoding" in messages[0]
    assert "empty" in messages[1]


def test_hidden_and_lock_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / ".cache" / "a.csv", "x", "1")
    write(tmp_path / "~$places.xlsx", "lock")
    assert discover(tmp_path).unrecognised == ()


def test_the_departement_of_a_folder_must_be_clear(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", IPS_HEADER, IPS)
    assert "no contours" in only_fault(lambda: read_sources(tmp_path)).message
    write_contours(tmp_path / "e.geojson", "99001", "98801"[:2] + "001", "62001")
    fault = only_fault(lambda: read_sources(tmp_path))
    assert fault.rows == ("62", "99")
    assert read_sources(tmp_path, code="062").config.territory.code == "62"


def test_no_such_folder(tmp_path: Path) -> None:
    assert "no such" in only_fault(lambda: discover(tmp_path / "none")).message
    assert "no such file" in only_fault(lambda: read_sources(tmp_path / "none")).message


def test_a_folder_with_settings_and_the_settings_alone_read_the_same(tmp_path: Path) -> None:
    folder = small_folder(tmp_path)
    settings = {
        "territory": {"code": "99"},
        "files": {"positions": "a.csv", "ips_colleges": ["b.csv"], "communes": "e.geojson"},
        "own": {"capacity": {"path": "d.csv"}},
    }
    lines = [
        "[territory]", 'code = "99"', "[files]", 'positions = "a.csv"', 'ips_colleges = ["b.csv"]', 'communes = "e.geojson"',
        "[own.capacity]", 'path = "d.csv"',
    ]  # fmt: skip
    toml = write(folder / "territory.toml", *lines)
    records = [read_sources(source).records for source in (folder, toml)]
    records.append(read_sources(settings, base=folder).records)
    assert records[0] == records[1] == records[2]
    assert [record.file for record in records[0]] == ["a.csv", "b.csv", "e.geojson", "d.csv"]


def test_the_faults_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", POSITIONS_HEADER, POSITION.replace("0990001N", "?"))
    write(tmp_path / "b.csv", IPS_HEADER.replace("effectifs", "eleves"), IPS.replace("110.4", "x").replace("31.3", "-1"))
    write(tmp_path / "d.csv", "uai;places", "0990001N;-600")
    settings = {
        "territory": {"code": "99"},
        "files": {"positions": "a.csv", "ips_colleges": "b.csv", "births": "none.csv", "roads": "none.gpkg"},
        "own": {"capacity": {"path": "d.csv"}},
    }
    faults = faults_of(lambda: read_sources(settings, base=tmp_path))
    assert [(Path(fault.file).name, fault.column) for fault in faults] == [
        ("a.csv", "numero_uai"), ("b.csv", "ips"), ("b.csv", "ecart_type_de_l_ips"), ("none.csv", ""), ("d.csv", "places"),
        ("none.gpkg", ""),
    ]  # fmt: skip


def test_several_files_of_one_kind_the_first_wins_and_gaps_are_filled(tmp_path: Path) -> None:
    second = IPS.replace("110.4", "111.4")
    write(tmp_path / "new.csv", IPS_HEADER, IPS.replace("540.0", ""))
    write(tmp_path / "old.csv", IPS_HEADER, second, second.replace("0990001N", "0990002P"))
    settings = {"territory": {"code": "99"}, "files": {"ips_colleges": ["new.csv", "old.csv"]}}
    tables = read_sources(settings, base=tmp_path)
    assert tables.college_ips is not None
    assert tables.college_ips[["uai", "pupils", "ips"]].to_numpy().tolist() == [
        ["0990001N", 540, 110.4], ["0990002P", 540, 111.4],
    ]  # fmt: skip
    (match,) = tables.matches
    assert "old.csv" in match.what
    assert (match.matched, match.total, match.unmatched) == (0, 1, ("0990001N 2022",))


def test_rows_that_share_a_key_are_kept_together() -> None:
    first = pd.DataFrame({"commune": ["1", "1"], "uai": ["a", "b"], "weight": [0.5, 0.5]})
    second = pd.DataFrame({"commune": ["1", "2"], "uai": ["c", "d"], "weight": [1.0, 1.0]})
    joined, match = join(first, second, ("commune",), "sectors")
    assert joined["uai"].tolist() == ["a", "b", "d"]
    assert (match.matched, match.total, match.unmatched) == (0, 1, ("1",)), "they name other collèges"
    _, same = join(first, first.iloc[::-1], ("commune",), "sectors")
    assert (same.matched, same.total) == (1, 1)


def test_census_and_estimates_of_population(tmp_path: Path) -> None:
    rows = [["Départements", "", "Ensemble"], ["", "", "0 à 4 ans", "Total"], ["99", "Ailleurs", 50.0, 50.0]]
    write_sheet(tmp_path / "estim.xlsx", rows, sheet="2022")
    header = "NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB"
    for year in (2021, 2022):
        write(tmp_path / f"BTT_TD_POP1B_{year}.csv", header, "COM;99001;A;1;003;12", "COM;62001;A;1;003;7")
    files = ["estim.xlsx", "BTT_TD_POP1B_2021.csv", "BTT_TD_POP1B_2022.csv"]
    tables = read_sources({"territory": {"code": "99"}, "files": {"population": files}}, base=tmp_path)
    assert tables.population is not None
    assert tables.population.to_numpy().tolist() == [["99", 2022, 0, 4, 50], ["99", 2021, 3, 3, 12]]
    assert tables.population_communes is not None
    assert tables.population_communes["year"].tolist() == [2021, 2022]
    assert len(tables.records) == 3


def test_pas_de_calais_as_a_whole(shared_data: Path) -> None:
    tables = read_sources(shared_data, code="062")
    assert tables.config.territory.code == "62"
    assert tables.college_ips is not None
    assert tables.ecole_ips is not None
    assert tables.directory is not None
    public = tables.college_ips[tables.college_ips["uai"].str.startswith("062") & tables.college_ips["public"]]
    assert public["pupils"].sum() == 60_519
    assert np.isin([2022, 2023, 2024], tables.ecole_ips["rentree"]).all()
    # Pupils come from the CSV of 2022, the later rentrées from the parquet file.
    assert tables.ecole_ips.groupby("rentree")["pupils"].count().to_dict() == pytest.approx({2022: 30_059, 2023: 0, 2024: 0})
    assert len(tables.records) == 18
