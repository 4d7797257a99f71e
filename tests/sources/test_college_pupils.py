"""Pupils of collèges by grade, SEGPA and ULIS among them: every official header, and every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillage.sources.college_pupils import SPECIAL_GRADES, read_college_pupils
from official_files import only_fault, write

NEW_PUPILS = (
    "rentree_scolaire;code_dept;code_commune;commune;numero_college;denomination_principale;patronyme;secteur;rep;rep0;"
    "nombre_eleves_total;nombre_total_de_6emes;nombre_total_de_5emes;nombre_total_de_4emes;nombre_total_de_3emes;"
    "nombre_d_eleves_total_segpa;nombre_d_eleves_total_ulis"
)


def test_college_pupils_with_technical_names(shared_data: Path) -> None:
    table = read_college_pupils(shared_data / "france/fr-en-college-effectifs-niveau-sexe-lv_2020.csv")
    public = table[table["uai"].str.startswith("062") & table["public"]]
    assert len(public) == 125
    assert public["pupils"].sum() == 62_025
    assert public["p6e"].sum() == 15_465
    assert public["priority"].value_counts().to_dict() == {"": 83, "REP": 32, "REP+": 10}
    assert (public[["p6e", "p5e", "p4e", "p3e"]].sum(axis=1) == public["pupils"]).all()
    assert (table["commune"] == "").all()


def test_college_pupils_with_long_labels(shared_data: Path) -> None:
    table = read_college_pupils(shared_data / "35-ille-et-vilaine/fr-en-college-effectifs-niveau-sexe-lv.csv")
    assert len(table) == 374
    row = table[(table["uai"] == "0351906G") & (table["rentree"] == 2019)].iloc[0]
    assert row[["pupils", "p6e", "p5e", "p4e", "p3e", "segpa", "ulis"]].tolist() == [665, 155, 178, 147, 185, 0, 11]
    assert row["name"] == "COLLEGE BOURGCHEVREUIL"
    assert row["public"]


def test_college_pupils_since_2024(tmp_path: Path) -> None:
    rows = [
        "2025-01-01;099;99001;VILLE;0990001N;COLLEGE;UN;PUBLIC;0;1;400;110;100;100;90;12;10",
        "2025-01-01;099;99002;BOURG;0990002P;COLLEGE;DEUX;PUBLIC;1;0;300;80;75;75;70;0;0",
    ]
    table = read_college_pupils(write(tmp_path / "pupils.csv", NEW_PUPILS, *rows))
    assert table["rentree"].tolist() == [2025, 2025]
    assert table["priority"].tolist() == ["REP+", "REP"]
    assert table["commune"].tolist() == ["99001", "99002"]
    assert table.loc[0, ["pupils", "p6e", "p3e", "segpa", "ulis"]].tolist() == [400, 110, 90, 12, 10]


def test_second_degre_totals_of_colleges_only(shared_data: Path) -> None:
    table = read_college_pupils(shared_data / "35-ille-et-vilaine/fr-en-effectifs-second-degre.csv")
    assert len(table) == 531
    assert table["rentree"].agg(["min", "max"]).tolist() == [2015, 2019]
    assert table.set_index(["uai", "rentree"]).loc[("0350002M", 2018), "pupils"] == 768
    assert table["p6e"].isna().all()


@pytest.mark.parametrize(("value", "words"), [("-80", "negative"), ("8O", "not a number: '8O'")])
def test_faulty_grades(tmp_path: Path, value: str, words: str) -> None:
    row = f"2024;099;99001;VILLE;0990001N;COLLEGE;UN;PUBLIC;0;0;400;{value};100;100;90;0;0"
    fault = only_fault(lambda: read_college_pupils(write(tmp_path / "pupils.csv", NEW_PUPILS, row)))
    assert words in fault.message
    assert fault.column == "nombre_total_de_6emes"


def test_priority_that_is_neither_yes_nor_no(tmp_path: Path) -> None:
    row = "2024;099;99001;VILLE;0990001N;COLLEGE;UN;PUBLIC;peut-être;0;400;110;100;100;90;0;0"
    assert "neither yes nor no" in only_fault(lambda: read_college_pupils(write(tmp_path / "p.csv", NEW_PUPILS, row))).message


# ---- SEGPA and ULIS by grade

PARTS = ("total", "hors_segpa_hors_ulis", "segpa", "ulis")
TECHNICAL = (
    "rentree_scolaire;commune;numero_college;denomination_principale;patronyme;secteur;rep;rep_plus;nombre_eleves_total;"
    "nombre_eleves_total_hors_segpa_hors_ulis;nombre_eleves_segpa;nombre_eleves_ulis;"
) + ";".join(f"{grade}eme_{part}" for grade in (6, 5, 4, 3) for part in PARTS)
LABELS = (
    "Rentrée scolaire;Commune;Numéro du collège;Dénomination principale;Patronyme;Secteur;REP;REP +;"
    "Nombre d'élèves total (nombre d'élèves dans les formations du 1er cycle);Nombre d'élèves total hors Segpa hors ULIS;"
    "Nombre d'élèves total Segpa;Nombre d'élèves total ULIS;"
) + ";".join(
    f"{word} {grade}èmes{part}"
    for grade in (6, 5, 4, 3)
    for word, part in (
        ("Nombre total de", ""),
        ("Nombre de", " hors Segpa hors ULIS"),
        ("Nombre de", " Segpa"),
        ("Nombre de", " ULIS"),
    )
)
ROW = "2021;VILLE;0990001N;COLLEGE;UN;PUBLIC;0;0;414;350;50;14;110;93;13;4;104;89;12;3;100;84;12;4;100;84;13;3"


@pytest.mark.parametrize("header", [TECHNICAL, LABELS])
def test_segpa_and_ulis_by_grade_in_both_headers(tmp_path: Path, header: str) -> None:
    row = read_college_pupils(write(tmp_path / "p.csv", header, ROW)).iloc[0]
    assert row[["pupils", "p6e", "p5e", "p4e", "p3e", "segpa", "ulis"]].tolist() == [414, 110, 104, 100, 100, 50, 14]
    assert row[list(SPECIAL_GRADES)].tolist() == [13, 12, 12, 13, 4, 3, 4, 3]
    assert list(SPECIAL_GRADES)[:2] == ["segpa_p6e", "segpa_p5e"]


def test_since_2024_segpa_and_ulis_have_totals_only(tmp_path: Path) -> None:
    row = "2024;099;99001;VILLE;0990001N;COLLEGE;UN;PUBLIC;0;0;400;110;100;100;90;12;10"
    table = read_college_pupils(write(tmp_path / "p.csv", NEW_PUPILS, row))
    assert table[list(SPECIAL_GRADES)].isna().all(axis=None)
    assert table.loc[0, ["segpa", "ulis"]].tolist() == [12, 10]


def test_negative_segpa_of_a_grade_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", TECHNICAL, ROW.replace(";93;13;4;", ";93;-13;4;"))
    fault = only_fault(lambda: read_college_pupils(path))
    assert (fault.column, fault.rows) == ("6eme_segpa", ("line 2",))
    assert "negative" in fault.message


def test_one_college_and_rentree_twice_names_every_row(tmp_path: Path) -> None:
    other, later = ROW.replace(";414;", ";420;"), ROW.replace("2021;", "2022;", 1)
    fault = only_fault(lambda: read_college_pupils(write(tmp_path / "p.csv", TECHNICAL, ROW, later, other, other)))
    assert "duplicated UAI in the same rentrée" in fault.message
    assert fault.rows == ("0990001N 2021 on lines 2, 4, 5",)


@pytest.mark.parametrize(
    ("name", "college"),
    [
        ("COLLEGE", True),
        ("COLLÈGE PRIVÉ", True),
        ("Collège", True),
        ("LYCEE PROFESSIONNEL", False),
        ("EREA", False),
        ("", True),
    ],
)
def test_what_is_a_college_by_its_name(tmp_path: Path, name: str, college: bool) -> None:
    table = read_college_pupils(write(tmp_path / "p.csv", TECHNICAL, ROW.replace(";COLLEGE;", f";{name};")))
    assert table["college"].tolist() == [college]


def test_segpa_and_ulis_of_all_establishments_of_ille_et_vilaine(shared_data: Path) -> None:
    table = read_college_pupils(shared_data / "35-ille-et-vilaine/fr-en-college-effectifs-niveau-sexe-lv.csv")
    public = table[table["public"]]
    totals = public.groupby("rentree")[["segpa", "ulis"]].sum()
    assert totals.to_numpy().tolist() == [[1393, 288], [1413, 317], [1396, 340]]
    by_grade = public.groupby("rentree")[list(SPECIAL_GRADES)].sum()
    assert by_grade.iloc[:, :4].sum(axis=1).tolist() == [1393, 1413, 1396]
    assert by_grade.iloc[:, 4:].sum(axis=1).tolist() == [288, 317, 340]
    assert public.loc[public["rentree"] == 2021, "college"].sum() == 62


def test_segpa_by_grade_of_france(shared_data: Path) -> None:
    table = read_college_pupils(shared_data / "france/fr-en-college-effectifs-niveau-sexe-lv_2020.csv")
    assert (table[list(SPECIAL_GRADES)[:4]].sum(axis=1) == table["segpa"]).all()
    assert table["college"].all()
