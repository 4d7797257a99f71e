"""The planner's pupils by commune of residence: spellings, secrets, faults, and what the territory makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.discover import discover
from maillage.sources.grades import grade_of
from maillage.sources.residents import read_residents
from maillage.territory import ECOLE_GRADES, Match
from minidata import ECOLES, write_minidata
from official_files import faults_of, only_fault, write, write_sheet

HEADER = "code_insee;rentree;niveau;secteur;effectif"
FRENCH = Words("fr")


# ---- grades


@pytest.mark.parametrize(
    ("written", "grade", "part"),
    [
        ("CP", "cp", ""),
        ("cm 2", "cm2", ""),
        ("Cours préparatoire", "cp", ""),
        ("COURS MOYEN 2EME ANNEE", "cm2", ""),
        ("6EME", "6e", ""),
        ("6e", "6e", ""),
        ("6ème", "6e", ""),
        ("6", "6e", ""),
        ("Sixième", "6e", ""),
        ("6EME SEGPA", "6e", "segpa"),
        ("ULIS 5EME", "5e", "ulis"),
        ("4èmes", "4e", ""),
        ("3EME PREPA-METIERS", "3e", "prepa_metiers"),
        ("TROISIEME", "3e", ""),
        ("MS", "other", ""),
        ("Petite section", "other", ""),
        ("2nde GT", "other", ""),
        ("ULIS", "other", ""),
    ],
)
def test_spellings_of_a_grade(written: str, grade: str, part: str) -> None:
    assert grade_of(written) == (grade, part)


@pytest.mark.parametrize("written", ["", "Total", "6EME HORS SEGPA", "7e", "CM3", "63", "CP-CE1", "Tous niveaux"])
def test_what_is_no_grade(written: str) -> None:
    assert grade_of(written) is None


@given(st.text(max_size=12))
def test_any_text_is_a_grade_or_not(text: str) -> None:
    found = grade_of(text)
    assert found is None or (found[0] in {*ECOLE_GRADES, "6e", "5e", "4e", "3e", "other"})


# ---- reading


def test_usual_headers(tmp_path: Path) -> None:
    rows = ["35238;2022;CM2;Public;1 120", "35238;2022-2023;6EME;PR;100", "2a004;2022;6EME SEGPA;PU;12"]
    table = read_residents(write(tmp_path / "r.csv", HEADER, *rows))
    assert table.drop(columns="written").to_numpy().tolist() == [
        ["35238", 2022, "cm2", True, "", 1120],
        ["35238", 2022, "6e", False, "", 100],
        ["2A004", 2022, "6e", True, "", 12],
    ]
    assert (table.attrs["dataset"], table.attrs["vintage"]) == ("residents", "rentrée 2022")


def test_the_planners_headers_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = [
        ["Commune élève", "Année", "Classe", "Nb", "École"],
        [35238, 2022, 6, 31, "0350001A"],
        [35238, 2022, "5e", None, ""],
    ]
    path = write_sheet(tmp_path / "r.xlsx", rows, sheet="BEE")
    columns = {"commune": "Commune élève", "rentree": "Année", "grade": "Classe", "pupils": "Nb", "uai": "École"}
    table = read_residents(path, sheet="BEE", columns=columns)
    assert table["grade"].tolist() == ["6e", "5e"]
    assert table["public"].all()
    assert table["uai"].tolist() == ["0350001A", ""]
    assert table["pupils"].fillna(-1).tolist() == [31, -1]


@pytest.mark.parametrize("cell", ["<5", "< 11", "ns", "", "*", "c", "Moins de 5"])
def test_secret_cells_are_missing(tmp_path: Path, cell: str) -> None:
    table = read_residents(write(tmp_path / "r.csv", HEADER, f"35238;2022;CM2;Public;{cell}"))
    assert table["pupils"].isna().tolist() == [True]


def test_a_column_called_public_may_say_yes_or_no(tmp_path: Path) -> None:
    header = HEADER.replace("secteur", "public")
    rows = ["35238;2022;CM2;oui;20", "35238;2022;CM1;N;20", "35238;2022;CE2;Privé;20"]
    assert read_residents(write(tmp_path / "r.csv", header, *rows))["public"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        (";CM2;", ";Total;", "niveau", "unknown grade: 'Total'"),
        (";31", ";-3", "effectif", "negative number"),
        (";31", ";2.5", "effectif", "not a whole number"),
        (";31", ";vingt", "effectif", "not a number: 'vingt'"),
        ("35238", "3523", "code_insee", "not an INSEE commune code"),
        (";2022;", ";22;", "rentree", "not a rentrée"),
        (";Public;", ";oui;", "secteur", "neither public nor private: 'oui'"),
    ],
)
def test_faults_of_a_cell(tmp_path: Path, old: str, new: str, column: str, words: str) -> None:
    row = "35238;2022;CM2;Public;31"
    fault = only_fault(
        lambda: read_residents(write(tmp_path / "r.csv", HEADER, "35001;2022;CM2;Public;9", row.replace(old, new)))
    )
    assert words in fault.message
    assert (fault.column, fault.rows) == (column, ("line 3",))
    assert fault.remedy


def test_the_same_row_twice(tmp_path: Path) -> None:
    rows = ["35238;2022;6EME;Public;20", "35238;2022;6e;PU;21", "35238;2022;6e;Privé;20", "35238;2022;6e SEGPA;PU;8"]
    fault = only_fault(lambda: read_residents(write(tmp_path / "r.csv", HEADER, *rows)))
    assert "same rentrée, grade, sector and school" in fault.message
    assert fault.rows == ("35238 2022 6e public on lines 2, 3",)
    with_school = [f"{row};0350001{letter}" for row, letter in zip(rows, "ABAA", strict=True)]
    assert len(read_residents(write(tmp_path / "s.csv", f"{HEADER};uai", *with_school))) == 4


def test_rows_that_cannot_be_read_are_not_duplicates_too(tmp_path: Path) -> None:
    rows = ["35238;22;6EME;Public;20", "35238;23;6EME;Public;20"]
    assert "not a rentrée" in only_fault(lambda: read_residents(write(tmp_path / "r.csv", HEADER, *rows))).message


def test_a_rentree_missing_between_two_others(tmp_path: Path) -> None:
    rows = [f"35238;{year};CM2;Public;20" for year in (2019, 2020, 2023)] + ["35238;2021;6e;Public;20"]
    fault = only_fault(lambda: read_residents(write(tmp_path / "r.csv", HEADER, *rows)))
    assert "missing between 2019 and 2023 for the grades of écoles" in fault.message
    assert fault.rows == ("2021", "2022")


def test_missing_columns_are_named(tmp_path: Path) -> None:
    faults = faults_of(lambda: read_residents(write(tmp_path / "r.csv", "code_insee;rentree;classe;n", "35238;2022;CM2;20")))
    assert {fault.column for fault in faults} == {"grade", "pupils"}


@pytest.mark.parametrize(
    "header",
    [
        "INE",
        "ine_eleve",
        "Nom",
        "Nom de famille",
        "Prénom",
        "Prénom 1",
        "Date de naissance",
        "date_naissance",
        "Adresse",
        "Adresse de l'élève",
        "Identifiant national",
        "Courriel",
        "Responsable légal 1",
    ],
)
def test_a_table_of_single_pupils_is_refused_unread(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "r.csv", f"{HEADER};{header}", "35238;2022;7e;Public;-1;DUPONT")
    fault = only_fault(lambda: read_residents(path))
    assert "pupils one by one" in fault.message
    assert "RGPD" in fault.remedy
    assert "DUPONT" not in str(fault)


@pytest.mark.parametrize("header", ["Nom de la commune", "nom_ecole", "Adresse de l'école", "Dénomination", "origine", "ligne"])
def test_names_of_places_are_no_names_of_pupils(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "r.csv", f"{HEADER};{header}", "35238;2022;CM2;Public;20;Rennes")
    assert len(read_residents(path)) == 1


# ---- the territory


def load(folder: Path, *rows: str, header: str = HEADER, more: str = "") -> maillage.Territory:
    """The small département with a table of residents."""
    toml = write_minidata(folder)
    write(folder / "onde.csv", header, *rows)
    text = toml.read_text(encoding="utf-8") + '\n[own.residents]\npath = "onde.csv"\n' + more
    toml.write_text(text, encoding="utf-8")
    territory = maillage.load_territory(toml)
    for match in territory.matches:
        assert FRENCH.recorded(match.what), match.what
        assert not match.consequence or FRENCH.recorded(match.consequence), match.consequence
    for estimate in territory.estimates:
        assert FRENCH.recorded(estimate.quantity), estimate.quantity
        assert FRENCH.recorded(estimate.method), estimate.method
    return territory


def match_of(territory: maillage.Territory, what: str) -> Match:
    (found,) = [match for match in territory.matches if what in match.what]
    return found


def resident_rows(pupils: dict[str, int], year: int = 2022) -> list[str]:
    """As many in each of the five grades."""
    return [
        f"{commune};{year};{grade};Public;{n}" for commune, n in pupils.items() for grade in ("CP", "CE1", "CE2", "CM1", "CM2")
    ]


TOTAL = sum(sum(row[1:6]) for row in ECOLES.values())
"""796 écoliers, where those below are five grades of 160."""
AT_HOME = {"99001": 50, "99002": 14, "99003": 40, "99004": 12, "99005": 30, "99006": 14}


def test_the_figures_of_this_test() -> None:
    assert sum(AT_HOME.values()) * 5 == pytest.approx(TOTAL, rel=0.1)


def test_pupils_live_where_they_are_counted(tmp_path: Path) -> None:
    territory = load(tmp_path, *resident_rows(AT_HOME))
    assert territory.units.ecole_pupils.tolist() == [[n] * 5 for n in AT_HOME.values()]
    assert not territory.units.ecole_served.any()
    assert not any(estimate.quantity == "école pupils by commune" for estimate in territory.estimates)
    assert match_of(territory, "public écoliers of the base rentrée").matched == 1
    # 99003 and 99006 share collège 0990002P by their écoliers: 40 and 14
    assert territory.units.pupils[[2, 5]] == pytest.approx([240 * 40 / 54, 240 * 14 / 54])
    residents = territory.cohorts.residents
    assert residents.columns.tolist() == ["commune", "rentree", "grade", "public", "pupils"]
    assert residents["pupils"].sum() == 5 * sum(AT_HOME.values())


def test_a_secret_number_is_replaced_by_the_ecoles_and_told(tmp_path: Path) -> None:
    plain = maillage.load_territory(write_minidata(tmp_path / "plain"))
    rows = resident_rows(AT_HOME)
    assert rows[-1] == "99006;2022;CM2;Public;14"
    territory = load(tmp_path / "secret", *rows[:-1], "99006;2022;CM2;Public;<5")
    assert territory.units.ecole_pupils[5, 4] == pytest.approx(plain.units.ecole_pupils[5, 4])
    assert territory.units.ecole_served.tolist() == [False] * 5 + [True]
    (estimate,) = [e for e in territory.estimates if e.quantity == "école pupils by commune"]
    assert (estimate.count, estimate.total) == (1, 6)
    told = match_of(territory, "rows of the table of residents with a number")
    assert told.unmatched == ("99006 2022 CM2 public",)
    last = territory.cohorts.residents.query("commune == '99006' and grade == 'cm2'")
    assert last["pupils"].isna().all()


@pytest.mark.parametrize(("factor", "year"), [(0.5, 2022), (2, 2022), (1, 2021)])
def test_a_table_of_other_pupils_only_fills_the_cohorts(tmp_path: Path, factor: float, year: int) -> None:
    plain = maillage.load_territory(write_minidata(tmp_path / "plain"))
    rows = resident_rows({commune: round(factor * n) for commune, n in AT_HOME.items()}, year)
    territory = load(tmp_path / "other", *rows)
    assert np.array_equal(territory.units.ecole_pupils, plain.units.ecole_pupils)
    assert len(territory.cohorts.residents) == 30
    if year == 2022:
        assert match_of(territory, "public écoliers of the base rentrée").matched == 0


def test_rows_are_summed_over_schools_and_parts(tmp_path: Path) -> None:
    rows = [
        "99001;2022;6EME;Public;20;0990001N",
        "99001;2022;6EME;Public;<5;0990002P",
        "99001;2022;6EME SEGPA;Public;7;0990001N",
        "99001;2022;6EME;Privé;6;0990009X",
        "99002;2022;6EME;Public;ns;0990002P",
    ]
    residents = load(tmp_path, *rows, header=f"{HEADER};uai").cohorts.residents
    assert residents.fillna({"pupils": -1}).to_numpy().tolist() == [
        ["99001", 2022, "6e", False, 6],
        ["99001", 2022, "6e", True, 27],
        ["99002", 2022, "6e", True, -1],
    ]


def test_merged_communes_and_pupils_from_elsewhere(tmp_path: Path) -> None:
    rows = ["99011;2022;CM2;Public;8", "99001;2022;CM2;Public;20", "62041;2021;6e;Public;90", "62041;2022;6e;Public;12"]
    rows += ["62765;2022;6e;Public;3", "99001;2022;MS;Public;9"]
    territory = load(tmp_path, *rows, more='[merged_communes]\n"99011" = "99001"\n')
    assert territory.cohorts.residents.to_numpy().tolist() == [["99001", 2022, "cm2", True, 28]]
    outside = match_of(territory, "communes of the table of residents")
    assert (outside.matched, outside.unmatched) == (2, ("62041 (12 pupils)", "62765 (fewer than 5 pupils)"))
    assert match_of(territory, "levels of the table of residents").unmatched == ("MS",)


@pytest.mark.parametrize("row", ["99001;2022;MS;Public;9", "62041;2022;CM2;Public;9"])
def test_a_table_about_nobody_here_is_no_fault(tmp_path: Path, row: str) -> None:
    assert load(tmp_path, row).cohorts.residents.empty


def test_an_unknown_commune_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown commune") as caught:
        load(tmp_path, "99099;2022;CM2;Public;20")
    assert "merged_communes" in str(caught.value)


def test_the_table_is_recognised_in_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", HEADER, "35238;2022;CM2;Public;20")
    assert discover(tmp_path).own == {"residents": tmp_path / "x.csv"}


def test_without_a_table_there_are_no_residents(tmp_path: Path) -> None:
    assert maillage.load_territory(write_minidata(tmp_path)).cohorts.residents.empty
