"""IPS, pupils by grade, mode d'hébergement, carte scolaire, positions: every official header, and every fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maillage.sources.carte_scolaire import read_sectors
from maillage.sources.education import (
    read_boarding,
    read_college_ips,
    read_ecole_ips,
    read_ecole_pupils,
)
from maillage.sources.positions import read_directory, read_positions
from official_files import IPS, IPS_HEADER, POSITION, POSITIONS_HEADER, faults_of, only_fault, write

BOARDING = (
    "rentree;uai;type_d_etablissement;secteur;code_departement;nombre_d_eleves_dans_une_formation_du_second_degre;"
    "nombre_d_eleves_2d_demi_pensionnaires;nombre_d_eleves_2d_internes"
)
SECTORS = (
    "code_departement;code_insee;libelle_commune;lieu_dit;type_et_libelle;n_de_voie_debut;n_de_voie_fin;parite;code_rne;"
    "secteur_unique"
)


# ---- IPS


def test_college_ips_of_pas_de_calais(shared_data: Path) -> None:
    table = read_college_ips(shared_data / "france/fr-en-ips-colleges-ap2022.csv")
    here = table[table["uai"].str.startswith("062")]
    public = here[here["public"]]
    assert (len(table), len(public), len(here) - len(public)) == (6973, 125, 32)
    assert public["pupils"].sum() == 60_519
    assert np.average(public["ips"], weights=public["pupils"]) == pytest.approx(89.51, abs=0.005)
    assert (public["ips"].min(), public["ips"].max()) == (62.8, 113.9)
    assert table["rentree"].unique().tolist() == [2022]
    assert (table.attrs["dataset"], table.attrs["vintage"]) == ("fr-en-ips-colleges", "rentrée 2022")


def test_college_ips_with_labels_reads_the_same(shared_data: Path) -> None:
    technical = read_college_ips(shared_data / "france/fr-en-ips-colleges-ap2022.csv")
    labels = read_college_ips(shared_data / "france/fr-en-ips-colleges-ap2022_labels.csv")
    order = ["uai", "rentree"]  # the order of rows is not stable from one export to the next
    pd.testing.assert_frame_equal(*(table.sort_values(order, ignore_index=True) for table in (technical, labels)))


def test_college_ips_after_2023_has_no_pupils(tmp_path: Path) -> None:
    header = (
        "rentree_scolaire;uai;nom_de_l_etablissement;code_insee_de_la_commune;nom_de_la_commune;secteur;ips;ecart_type_de_l_ips"
    )
    rows = ["2023-2024;0990001N;UN;99001;VILLE;public;90,5;30,0", "2024-2025;0990001N;UN;99001;VILLE;public;NS;NS"]
    table = read_college_ips(write(tmp_path / "ips.csv", header, *rows))
    assert table["pupils"].isna().all()
    assert table["ips"].tolist()[0] == 90.5
    assert np.isnan(table["ips"][1])
    assert table["rentree"].tolist() == [2023, 2024]


def test_ecole_ips_of_pas_de_calais(shared_data: Path) -> None:
    table = read_ecole_ips(shared_data / "france/fr-en-ips-ecoles-ap2022.csv")
    here = table[table["commune"].str.startswith("62")]
    assert len(table) == 30_059
    assert (len(here), here["commune"].nunique()) == (775, 453)
    assert (here["pupils"].sum(), here.loc[here["public"], "pupils"].sum()) == (90_985, 77_910)


def test_ecole_ips_from_parquet_with_secret_markers(shared_data: Path) -> None:
    table = read_ecole_ips(shared_data / "france/fr-en-ips-ecoles-ap2022_2022-2024.parquet")
    assert len(table) == 97_080
    assert sorted(table["rentree"].unique()) == [2022, 2023, 2024]
    assert table["ips"].isna().sum() == 6_926
    assert table["pupils"].isna().all()


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("540.0", "-3", "effectifs", "negative number: -3.0"),
        ("540.0", "beaucoup", "effectifs", "not a number: 'beaucoup'"),
        ("540.0", "540.5", "effectifs", "not a whole number: 540.5"),
        ("0990001N", "990001N", "uai", "not a UAI (seven digits and a letter): '990001N'"),
        ("0990001N", "", "uai", "not a UAI"),
        ("99001;", "9901;", "code_insee_de_la_commune", "not an INSEE commune code"),
        ("public", "mixte", "secteur", "neither public nor private: 'mixte'"),
        ("2022-2023", "22", "rentree_scolaire", "not a rentrée"),
        ("110.4", "1104", "ips", "not a plausible IPS"),
    ],
)
def test_faults_of_a_cell(tmp_path: Path, old: str, new: str, column: str, words: str) -> None:
    good = IPS.replace("0990001N", "0990002P")
    path = write(tmp_path / "ips.csv", IPS_HEADER, good, IPS.replace(old, new, 1))
    fault = only_fault(lambda: read_college_ips(path))
    assert words in fault.message
    assert fault.file == str(path)
    assert fault.column == column
    assert fault.rows == ("line 3",)
    assert fault.remedy


def test_secret_markers_are_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path / "ips.csv", IPS_HEADER, IPS.replace("540.0;110.4;31.3", "ns;NS;nd"))
    assert read_college_ips(path)[["pupils", "ips", "ips_sd"]].isna().all(axis=None)


def test_duplicated_uai_in_one_rentree(tmp_path: Path) -> None:
    path = write(tmp_path / "ips.csv", IPS_HEADER, IPS, IPS.replace("0990001N", "0990002P"), IPS)
    fault = only_fault(lambda: read_college_ips(path))
    assert "duplicated UAI in the same rentrée" in fault.message
    assert fault.rows == ("0990001N 2022 on lines 2, 4",)


def test_one_uai_in_two_rentrees_is_no_duplicate(tmp_path: Path) -> None:
    path = write(tmp_path / "ips.csv", IPS_HEADER, IPS, IPS.replace("2022-2023", "2023-2024"))
    assert len(read_college_ips(path)) == 2


def test_missing_column_names_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path / "ips.csv", IPS_HEADER.replace(";uai;", ";uay;"), IPS)
    fault = only_fault(lambda: read_college_ips(path))
    assert fault.column == "uai"
    assert "column missing" in fault.message
    assert "nearest is 'uay'" in fault.remedy
    assert "rentree_scolaire" in fault.remedy


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    header = IPS_HEADER.replace("secteur", "statut")
    rows = [IPS.replace("540.0", "-1"), IPS.replace("540.0", "x"), IPS.replace("0990001N", "?").replace("110.4", "oui")]
    faults = faults_of(lambda: read_college_ips(write(tmp_path / "ips.csv", header, *rows)))
    assert [fault.column for fault in faults] == ["public", "effectifs", "ips", "uai", "effectifs", "uai"]
    assert [fault.rows[0] for fault in faults[1:5]] == ["line 3", "line 4", "line 4", "line 2"]
    assert "duplicated" in faults[5].message


# ---- écoles and boarding


def test_ecole_pupils_with_labels(shared_data: Path) -> None:
    table = read_ecole_pupils(shared_data / "35-ille-et-vilaine/fr-en-ecoles-effectifs-nb_classes.csv")
    assert len(table) == 2_704
    row = table[(table["uai"] == "0350103X") & (table["rentree"] == 2022)].iloc[0]
    assert row[["cp", "ce1", "ce2", "cm1", "cm2"]].tolist() == [56, 68, 52, 56, 57]


def test_ecole_postal_code_is_never_taken_for_an_insee_code(tmp_path: Path) -> None:
    header = "rentree_scolaire;commune;code_postal;code_commune_insee;numero_ecole;secteur;" + ";".join(
        f"nombre_eleves_{grade}_hors_ulis" for grade in ("cp", "ce1", "ce2", "cm1", "cm2")
    )
    table = read_ecole_pupils(write(tmp_path / "e.csv", header, "2024;VILLE;99990;99990;0990101X;PUBLIC;5;6;7;8;9"))
    assert table.loc[0, "commune"] == ""
    assert table.loc[0, "commune_name"] == "VILLE"
    assert table.loc[0, "cm2"] == 9


def test_boarding(tmp_path: Path) -> None:
    rows = ["2024;0990001N;COLLEGE;PUBLIC;099;400;250;0", "2024;0990002P;COLLEGE;PUBLIC;099;300;ns;"]
    table = read_boarding(write(tmp_path / "b.csv", BOARDING, *rows))
    assert table.loc[0, ["pupils", "demi_pensionnaires", "internes"]].tolist() == [400, 250, 0]
    assert table.loc[1, ["demi_pensionnaires", "internes"]].isna().all()


def test_more_demi_pensionnaires_than_pupils(tmp_path: Path) -> None:
    path = write(tmp_path / "b.csv", BOARDING, "2024;0990001N;COLLEGE;PUBLIC;099;400;450;0")
    assert "more demi-pensionnaires than pupils" in only_fault(lambda: read_boarding(path)).message


# ---- carte scolaire


def test_carte_scolaire_of_ille_et_vilaine(shared_data: Path) -> None:
    table = read_sectors(shared_data / "35-ille-et-vilaine/fr-en-carte-scolaire-colleges-publics.csv")
    whole = table[table["whole"]]
    shared = whole.groupby("commune")["uai"].nunique()
    assert len(table) == 5_416
    assert (len(shared), (shared > 1).sum(), len(whole)) == (334, 13, 348)
    streets = table[~table["whole"]]
    assert streets["commune"].nunique() == 6
    assert (streets["street"] != "").all()
    assert table.groupby("commune")["weight"].sum().to_numpy() == pytest.approx(1.0)
    assert set(table["parity"]) == {"", "I", "P", "PI"}
    assert streets["number_to"].max() == 9_999


def test_plain_sectors_of_pas_de_calais(shared_data: Path) -> None:
    table = read_sectors(shared_data / "62-pas-de-calais/communes_colleges_62.csv")
    assert (len(table), table["commune"].nunique(), table["uai"].nunique()) == (929, 888, 129)
    divided = table[~table["whole"]]
    assert divided["commune"].nunique() == 24
    assert (divided["street"] == "").all()
    assert table.groupby("commune")["weight"].sum().to_numpy() == pytest.approx(1.0)


def test_street_ranges_with_technical_names(tmp_path: Path) -> None:
    rows = [
        "099;99001;Ville;;;;;;0990001N;O",
        "099;99001;Ville;;;;;;0990002P;O",
        "099;99002;Bourg;;RUE DU LAC;1.0;9999.0;PI;0990001N;N",
        "099;99002;Bourg;LA FERME;;2;40;P;0990002P;N",
        "099;99002;Bourg;LA FERME;;2;40;P;0990002P;N",
    ]
    table = read_sectors(write(tmp_path / "s.csv", SECTORS, *rows))
    assert table["whole"].tolist() == [True, True, False, False]
    assert table["weight"].tolist() == [0.5] * 4
    assert table["street"].tolist() == ["", "", "RUE DU LAC", "LA FERME"]
    assert table.loc[3, ["number_from", "number_to", "parity"]].tolist() == [2, 40, "P"]


def test_faulty_sectors(tmp_path: Path) -> None:
    rows = ["099;99001;Ville;;RUE;1;9;X;0990001N;N", "099;9900;Ville;;RUE;un;9;P;099000;N"]
    faults = faults_of(lambda: read_sectors(write(tmp_path / "s.csv", SECTORS, *rows)))
    assert {(fault.column, fault.rows) for fault in faults} == {
        ("parite", ("line 2",)),
        ("n_de_voie_debut", ("line 3",)),
        ("code_insee", ("line 3",)),
        ("code_rne", ("line 3",)),
    }


# ---- positions


def test_positions_of_france(shared_data: Path) -> None:
    name = "france/fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv"
    table = read_positions(shared_data / name)
    here = table[table["uai"].str.startswith("062")]
    assert len(table) == 7_654
    assert here["x_m"].isna().sum() == 2
    assert not here.loc[here["x_m"].isna(), "public"].any()
    assert table.loc[0, ["uai", "x_m", "y_m"]].tolist() == ["0071168G", 824876.1, 6433018.3]
    overseas = table[table["uai"].str.startswith("974")]
    assert overseas["x_m"].isna().all()


def test_positions_with_labels_and_annuaire_agree(shared_data: Path) -> None:
    folder = shared_data / "35-ille-et-vilaine"
    labels = read_positions(folder / "fr-en-adresse-et-geolocalisation.csv").set_index("uai")
    annuaire = read_positions(folder / "fr-en-annuaire-education.csv").set_index("uai")
    assert (len(labels), len(annuaire)) == (117, 116)
    both = labels.index.intersection(annuaire.index)
    assert len(both) == 116
    differing = labels.loc[both, "commune"] != annuaire.loc[both, "commune"]
    assert both[differing].tolist() == ["0350852L"]  # moved from Bruz to Saint-Erblon between the two exports
    metres = ["x_m", "y_m"]
    assert labels.loc[both, metres].to_numpy() == pytest.approx(annuaire.loc[both, metres].to_numpy(), abs=0.1)
    assert annuaire.attrs["vintage"] == "updated 2023-06-08"


def test_directory_gives_the_commune_of_ecoles(shared_data: Path) -> None:
    folder = shared_data / "35-ille-et-vilaine"
    communes = read_directory(folder / "fr-en-annuaire-education.csv").set_index("uai")["commune"]
    ecoles = read_ecole_pupils(folder / "fr-en-ecoles-effectifs-nb_classes.csv")
    latest = ecoles[ecoles["rentree"] == 2022]
    assert communes["0350122T"] == "35016"
    assert latest["uai"].isin(communes.index).mean() > 0.97


def test_positions_keep_open_colleges_only(tmp_path: Path) -> None:
    closed = POSITION.replace("0990001N", "0990002P").replace(";340;1;", ";340;2;")
    lycee = POSITION.replace("0990001N", "0990003R").replace(";340;1;", ";302;1;")
    path = write(tmp_path / "p.csv", POSITIONS_HEADER, POSITION, closed, lycee)
    assert read_positions(path)["uai"].tolist() == ["0990001N"]
    assert len(read_directory(path)) == 3


def test_positions_in_another_crs_are_projected(tmp_path: Path) -> None:
    degrees = POSITION.replace("700000.0;6600000.0;EPSG:2154", "3.0;46.5;EPSG:4326")
    utm = POSITION.replace("0990001N", "0990002P").replace("700000.0;6600000.0;EPSG:2154", "500000;5149603.36;32631")
    table = read_positions(write(tmp_path / "p.csv", POSITIONS_HEADER, degrees, utm))
    assert table["x_m"].to_numpy() == pytest.approx([700_000, 700_000], abs=1)
    assert table["y_m"].to_numpy() == pytest.approx([6_600_000, 6_600_000], abs=1)


def test_position_from_latitude_and_longitude_only(tmp_path: Path) -> None:
    row = POSITION.replace("700000.0;6600000.0;EPSG:2154", ";;")
    table = read_positions(write(tmp_path / "p.csv", POSITIONS_HEADER, row))
    assert table.loc[0, ["x_m", "y_m"]].tolist() == pytest.approx([700_000, 6_600_000], abs=1)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("3.0;46.5;EPSG:2154", "do not fit the CRS"),  # degrees said to be metres
        ("700000.0;6600000.0;EPSG:4326", "do not fit the CRS"),  # metres said to be degrees
        ("700000.0;6600000.0;EPSG:32631", "do not fit the CRS"),  # plausible, but not where latitude and longitude say
        ("6600000.0;700000.0;EPSG:2154", "do not fit the CRS"),  # axes swapped
        ("700000.0;6600000.0;", "without a CRS"),
        ("700000.0;6600000.0;EPSG:99", "unknown CRS"),
        ("700000.0;6600000.0;Lambert", "unknown CRS"),
    ],
)
def test_wrong_crs(tmp_path: Path, declared: str, words: str) -> None:
    good = POSITION.replace("0990001N", "0990002P")
    bad = POSITION.replace("700000.0;6600000.0;EPSG:2154", declared)
    fault = only_fault(lambda: read_positions(write(tmp_path / "p.csv", POSITIONS_HEADER, good, bad)))
    assert words in fault.message
    assert fault.column == "EPSG"
    assert fault.rows == ("line 3",)


def test_wrong_crs_is_seen_without_latitude_and_longitude(tmp_path: Path) -> None:
    row = POSITION.replace("700000.0;6600000.0;EPSG:2154;46.5;3.0", "3.0;46.5;EPSG:2154;;")
    assert "do not fit" in only_fault(lambda: read_positions(write(tmp_path / "p.csv", POSITIONS_HEADER, row))).message


def test_duplicated_uai_in_positions(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", POSITIONS_HEADER, POSITION, POSITION)
    fault = only_fault(lambda: read_positions(path))
    assert "duplicated UAI" in fault.message
    assert fault.rows == ("0990001N on lines 2, 3",)


def test_the_annuaire_may_list_an_establishment_twice(tmp_path: Path) -> None:
    header = (
        "identifiant_de_l_etablissement;nom_etablissement;statut_public_prive;code_commune;nom_commune;code_nature;"
        "coordx_origine;coordy_origine;epsg_origine"
    )
    row = "0990001N;Collège Un;Public;99001;Ville;340;700000;6600000;2154"
    assert len(read_positions(write(tmp_path / "a.csv", header, row, row))) == 1


def test_a_file_without_a_college(tmp_path: Path) -> None:
    lycee = POSITION.replace(";340;1;", ";302;1;")
    fault = only_fault(lambda: read_positions(write(tmp_path / "p.csv", POSITIONS_HEADER, lycee)))
    assert "none of its rows is for an open collège" in fault.message
