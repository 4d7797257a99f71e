"""INSEE's tables: real files where there are some, small files in the official layout for the others."""

from __future__ import annotations

from pathlib import Path

from maillage.sources.insee import (
    read_births,
    read_cog,
    read_income_communes,
    read_income_iris,
    read_iris_population,
)
from maillage.sources.population import is_population_estimate, read_population, read_population_communes
from official_files import faults_of, only_fault, write, write_sheet

CENSUS = "NIVGEO;CODGEO;LIBGEO;SEXE;AGED100;NB"
BIRTHS = "EC_MEASURE;FREQ;GEO;GEO_OBJECT;OBS_STATUS;TIME_PERIOD;OBS_VALUE"
ESTIMATE = [
    ["Estimation de population au 1er janvier"],
    ["Année 2022"],
    [],
    ["Départements", "", "Ensemble", "", "", "Hommes", "", ""],
    ["", "", "0 à 4 ans", "95 ans et plus", "Total", "0 à 4 ans", "95 ans et plus", "Total"],
    ["62", "Pas-de-Calais", 100.0, 20.0, 120.0, 50.0, 5.0, 55.0],
    [974.0, "La Réunion", 30.0, "", 30.0, 15.0, "", 15.0],
    ["France métropolitaine", "", 100.0, 20.0, 120.0, 50.0, 5.0, 55.0],
    ["Source : Insee"],
]


def test_income_of_communes(shared_data: Path) -> None:
    table = read_income_communes(shared_data / "france/cc_filosofi_2021_COM.csv")
    here = table[table["commune"].str.startswith("62")]
    assert len(table) == 34_909
    assert here["median_eur"].isna().sum() == 43
    assert here["poverty_rate"].isna().sum() == 753
    assert table.set_index("commune").loc["01001", ["median_eur", "persons"]].tolist() == [25_820, 895]
    assert table.attrs["vintage"] == "2021"


def test_income_of_iris_with_decimal_comma(shared_data: Path) -> None:
    table = read_income_iris(shared_data / "france/BASE_TD_FILO_IRIS_2021_DEC.csv").set_index("iris")
    assert len(table) == 16_026
    assert table.loc["010040101", ["median_eur", "poverty_rate"]].tolist() == [19_330, 29.0]
    assert table["median_eur"].isna().sum() == 1_209 + 327


def test_income_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", "CODGEO;MED21;TP6021", "62001;-5;12", "62002;20000;120", "62002;s;s")
    faults = {fault.column: fault for fault in faults_of(lambda: read_income_communes(path))}
    assert faults["MED21"].rows == ("line 2",)
    assert faults["TP6021"].rows == ("line 3",)
    assert faults["CODGEO"].rows == ("62002 on lines 3, 4",)


def test_a_missing_year_column_is_explained(tmp_path: Path) -> None:
    fault = only_fault(lambda: read_income_communes(write(tmp_path / "f.csv", "CODGEO;MEDIANE;TP6021", "62001;20000;12")))
    assert "medAA" in fault.message
    assert "'MEDIANE'" in fault.remedy


def test_population_estimates_in_strict_ooxml(shared_data: Path) -> None:
    path = shared_data / "france/estim-pop-dep-sexe-aq-1975-2022.xlsx"
    table = read_population(path)
    here = table[(table["departement"] == "62") & (table["year"] == 2022)].set_index("age_min")["population"]
    assert here.loc[[0, 5, 10]].tolist() == [75_827, 90_331, 99_272]
    assert table["year"].agg(["min", "max"]).tolist() == [1975, 2022]
    assert set(table["departement"]) >= {"2A", "974"}
    assert table[["age_min", "age_max"]].drop_duplicates().to_numpy().tolist()[-1] == [95, 120]
    assert is_population_estimate(path)


def test_population_estimates_count_both_sexes_once(tmp_path: Path) -> None:
    table = read_population(write_sheet(tmp_path / "estim.xlsx", ESTIMATE, sheet="2022"))
    assert table.to_numpy().tolist() == [["62", 2022, 0, 4, 100], ["62", 2022, 95, 120, 20], ["974", 2022, 0, 4, 30]]


def test_population_estimates_that_are_none(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "estim.xlsx", ESTIMATE, sheet="Population")
    assert not is_population_estimate(path)
    assert "no sheet" in only_fault(lambda: read_population(path)).message
    path = write_sheet(tmp_path / "other.xlsx", [["a", "b"], ["62", "1"]], sheet="2022")
    assert "no row of a département" in only_fault(lambda: read_population(path)).message


def test_population_estimates_with_a_faulty_cell(tmp_path: Path) -> None:
    rows = [row if row[:1] != ["62"] else [*row[:2], "beaucoup", -20.0, *row[4:]] for row in ESTIMATE]
    faults = faults_of(lambda: read_population(write_sheet(tmp_path / "estim.xlsx", rows, sheet="2022")))
    assert [fault.rows for fault in faults] == [("sheet:row 2022:6 age 0",), ("sheet:row 2022:6 age 95",)]
    assert "'beaucoup'" in faults[0].message
    assert "negative" in faults[1].message


def test_census_population(tmp_path: Path) -> None:
    rows = [
        "COM;62001;A;1;000;1,5", "COM;62001;A;2;000;2.5", "COM;62001;A;1;100;1", "COM;62002;B;1;000;10", "ARM;13201;M;1;000;9",
        "COM;59001;C;1;000;7",
    ]  # fmt: skip
    path = write(tmp_path / "BTT_TD_POP1B_2021.csv", CENSUS, *rows)
    communes = read_population_communes(path)
    assert communes.to_numpy().tolist() == [
        ["59001", 2021, 0, 7], ["62001", 2021, 0, 4], ["62001", 2021, 100, 1], ["62002", 2021, 0, 10],
    ]  # fmt: skip
    assert read_population_communes(path, departement="59")["commune"].tolist() == ["59001"]
    departements = read_population(path)
    assert departements[departements["departement"] == "62"].to_numpy().tolist() == [
        ["62", 2021, 0, 0, 14], ["62", 2021, 100, 120, 1],
    ]  # fmt: skip
    assert communes.attrs["vintage"] == "year 2021"


def test_census_needs_its_year_and_sound_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "population.csv", CENSUS, "COM;62001;A;1;jeune;-1")
    messages = " / ".join(fault.message for fault in faults_of(lambda: read_population_communes(path)))
    assert "year of the census" in messages
    assert "'jeune'" in messages
    assert "negative" in messages


def test_births_long(tmp_path: Path) -> None:
    rows = [
        "LVB;A;62001;COM;A;2023;12", "LVB;A;62001;COM;A;2024;10", "LVB;A;62;DEP;A;2024;9999", "DTH;A;62001;COM;A;2024;3",
        "LVB;A;2025-COM-62002;COM;A;2024;5",
    ]  # fmt: skip
    table = read_births(write(tmp_path / "DS_ETAT_CIVIL_NAIS_COMMUNES_data.csv", BIRTHS, *rows))
    assert table.to_numpy().tolist() == [["62001", 2023, 12], ["62001", 2024, 10], ["62002", 2024, 5]]
    assert table.attrs["vintage"] == "years 2023-2024"


def test_births_one_column_a_year(tmp_path: Path) -> None:
    table = read_births(write(tmp_path / "n.csv", "CODGEO;LIBGEO;NAISD14;NAISD15", "62001;A;3;4", "62002;B;5;"))
    assert table.dropna().to_numpy().tolist() == [["62001", 2014, 3], ["62002", 2014, 5], ["62001", 2015, 4]]
    assert len(table) == 4


def test_births_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "n.csv", BIRTHS, "LVB;A;62001;COM;A;2023;1.5", "LVB;A;62001;COM;A;2023;-1")
    messages = [fault.message for fault in faults_of(lambda: read_births(path))]
    assert [message.split(":")[0] for message in messages] == [
        "negative number", "not a whole number", "duplicated commune and year",
    ]  # fmt: skip


def test_births_of_an_unknown_layout(tmp_path: Path) -> None:
    faults = faults_of(lambda: read_births(write(tmp_path / "n.csv", "CODGEO;NAISSANCES", "62001;3")))
    assert {"commune", "year", "births"} <= {fault.column for fault in faults}
    assert any("NAISSANCES" in fault.remedy for fault in faults)


def test_iris_population(tmp_path: Path) -> None:
    header = "IRIS;COM;TYP_IRIS;LAB_IRIS;P21_POP;P21_POP0610;P21_POP1117"
    path = write(tmp_path / "base-ic-evol-struct-pop-2021.CSV", header, "620010000;62001;Z;5;800;60,5;70,25")
    table = read_iris_population(path)
    assert table.to_numpy().tolist() == [["620010000", "62001", 70.25]]
    assert table.attrs["vintage"] == "2021"


def test_cog(tmp_path: Path) -> None:
    header = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT"
    rows = ["COM,62001,32,62,62D,627,1,A,A,Ablain,6205,", "COMD,62210,,,,,0,B,B,Bourg,,62442"]
    table = read_cog(write(tmp_path / "v_commune_2025.csv", header, *rows))
    assert table.to_numpy().tolist() == [["62001", "Ablain", "", "COM"], ["62210", "Bourg", "62442", "COMD"]]
    assert table.attrs["vintage"] == "2025"
