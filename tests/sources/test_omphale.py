"""Omphale workbooks: one zone, both sexes counted once, ages and years in whatever spelling, and each fault told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import maillage
from maillage.errors import InputError
from maillage.sources.discover import discover, recognise
from maillage.sources.omphale import age_class, read_omphale, variant_of
from minidata import write_minidata
from official_files import faults_of, only_fault, write_sheet
from strict_ooxml import write_strict

TITLE = [["Projections de population"], ["Scénario central"], [], ["Source : Insee"], []]
HEADER = ["ZONE", "SEXE", "TRAGE", "POP_2018", "POP_2019"]
ROWS: list[list[object]] = [
    ["Mini", 1, "[0;4]", 10.5, 11.0],
    ["Mini", 1, "[5;9]", 20.0, 21.0],
    ["Mini", 1, "[95;+", 1.0, 1.0],
    ["Mini", 2, "[0;4]", 9.5, 10.0],
    ["Mini", 2, "[5;9]", 18.0, 19.0],
    ["Mini", 2, "[95;+", 3.0, 3.5],
    ["Côtes-d'Ostre", 1, "[0;4]", 100.0, 100.0],
    ["Côtes-d'Ostre", 2, "[0;4]", 100.0, 100.0],
]
SUMS = [
    ["central", 2018, 0, 4, 20.0],
    ["central", 2018, 5, 9, 38.0],
    ["central", 2018, 95, 120, 4.0],
    ["central", 2019, 0, 4, 21.0],
    ["central", 2019, 5, 9, 40.0],
    ["central", 2019, 95, 120, 4.5],
]


def book(
    folder: Path, rows: Sequence[Sequence[object]] = ROWS, *, name: str = "Central", header: Sequence[object] = HEADER
) -> Path:
    return write_sheet(folder / f"donnees_det_{name}.xlsx", [*TITLE, header, *rows], sheet="Population")


def changed(row: int, column: int, value: object) -> list[list[object]]:
    """The rows with one cell changed."""
    return [[value if (i, j) == (row, column) else cell for j, cell in enumerate(cells)] for i, cells in enumerate(ROWS)]


def test_the_sexes_of_the_zone_are_added_up(tmp_path: Path) -> None:
    table = read_omphale(book(tmp_path), zone="Mini")
    assert list(table.columns) == ["variant", "year", "age_min", "age_max", "population"]
    assert table.to_numpy().tolist() == SUMS
    assert (table.attrs["dataset"], table.attrs["vintage"]) == ("Omphale", "years 2018-2019")


def test_strict_ooxml_is_read_alike(tmp_path: Path) -> None:
    path = write_strict(tmp_path / "donnees_det_Central.xlsx", [*TITLE, HEADER, *ROWS], "Population")
    assert read_omphale(path, zone="Mini").to_numpy().tolist() == SUMS
    assert recognise(path) == ("omphale", -1)


@pytest.mark.parametrize("zone", ["Côtes-d'Ostre", "COTES D OSTRE", "côtes d’ostre"])
def test_a_zone_is_found_in_any_spelling(zone: str, tmp_path: Path) -> None:
    table = read_omphale(book(tmp_path), zone=zone)
    assert table["population"].tolist() == [200, 200]


def test_a_zone_is_found_under_its_code(tmp_path: Path) -> None:
    rows = [["62" if cells[0] == "Mini" else cells[0], *cells[1:]] for cells in ROWS]
    assert read_omphale(book(tmp_path, rows), zone="Pas-de-Calais", code="62").to_numpy().tolist() == SUMS


@pytest.mark.parametrize(("men", "women"), [("H", "F"), ("Hommes", "Femmes"), ("M", "f"), (1.0, 2.0)])
def test_spellings_of_the_sexes(men: object, women: object, tmp_path: Path) -> None:
    rows = [[cells[0], men if cells[1] == 1 else women, *cells[2:]] for cells in ROWS]
    assert read_omphale(book(tmp_path, rows), zone="Mini").to_numpy().tolist() == SUMS


def test_totals_of_sexes_and_of_ages_are_not_counted_again(tmp_path: Path) -> None:
    totals = [
        ["Mini", "Ensemble", "[0;4]", 20.0, 21.0], ["Mini", "Ensemble", "[5;9]", 38.0, 40.0],
        ["Mini", "Ensemble", "[95;+", 4.0, 4.5], ["Mini", "Ensemble", "Ensemble", 62.0, 65.5], ["Mini", 1, "Total", 31.5, 33.0],
    ]  # fmt: skip
    assert read_omphale(book(tmp_path, [*ROWS, *totals]), zone="Mini").to_numpy().tolist() == SUMS
    without = [[cells[0], *cells[2:]] for cells in totals[:3]]
    path = book(tmp_path, without, header=["ZONE", "AGE", "2018", 2019])
    assert read_omphale(path, zone="Mini").to_numpy().tolist() == SUMS


def test_single_ages(tmp_path: Path) -> None:
    rows = [["Mini", s, age, 1.5, 2.5] for s in ("F", "H") for age in (0, "1", "99 ans", "100 ans et plus")]
    table = read_omphale(book(tmp_path, rows), zone="Mini")
    assert table[table["year"] == 2018][["age_min", "age_max", "population"]].to_numpy().tolist() == [
        [0, 0, 3], [1, 1, 3], [99, 99, 3], [100, 120, 3],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("0 à 4 ans", (0, 4)), ("de 15 à 19 ans", (15, 19)), ("5-9", (5, 9)), ("[10;14]", (10, 14)), ("[10;15[", (10, 14)),
        ("95 ans ou plus", (95, 120)), ("95+", (95, 120)), ("[95;+[", (95, 120)), ("moins de 5 ans", (0, 4)), ("12", (12, 12)),
        ("9 à 5 ans", None), ("2005-09-05", None), ("", None), ("adultes", None),
    ],
)  # fmt: skip
def test_spellings_of_ages(text: str, ages: tuple[int, int] | None) -> None:
    assert age_class(text) == ages


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("donnees_det_Central", "central"), ("donnees_det_Pop_haute", "high"), ("donnees_det_Pop_basse", "low"),
        ("donnees_det_Population basse", "low"), ("donnees_det_Fec_basse", None), ("donnees_det", None),
        ("Central_et_Pop_haute", None), ("decentralisation", None),
    ],
)  # fmt: skip
def test_the_variant_is_in_the_name(name: str, variant: str | None) -> None:
    assert variant_of(Path(f"{name}.xlsx")) == variant


def test_a_name_without_variant_is_refused(tmp_path: Path) -> None:
    fault = only_fault(lambda: read_omphale(book(tmp_path, name="Fec_basse"), zone="Mini"))
    assert "no variant" in fault.message
    assert "donnees_det_Pop_haute.xlsx" in fault.remedy


def test_an_unknown_zone_is_told_its_nearest(tmp_path: Path) -> None:
    fault = only_fault(lambda: read_omphale(book(tmp_path), zone="Cote d'Ostre", code="99"))
    assert (fault.message, fault.column) == ('no row of zone "Cote d\'Ostre"', "ZONE")
    assert "the nearest are: Côtes-d'Ostre" in fault.remedy
    assert "omphale_zone" in fault.remedy


@pytest.mark.parametrize(
    ("row", "column", "value", "where", "message"),
    [
        (1, 3, "beaucoup", "POP_2018", "not a number: 'beaucoup'"),
        (1, 4, -2.0, "population", "negative number: -2.0"),
        (1, 4, "", "population", "missing value"),
        (1, 2, "[0;4]", "TRAGE", "an age counted twice"),
        (1, 2, "[4;9]", "TRAGE", "an age counted twice"),
        (1, 2, "jeunes", "TRAGE", "not an age or ages: 'jeunes'"),
        (1, 1, "X", "SEXE", "not a sex (1 or H, 2 or F, or Ensemble): 'x'"),
    ],
)
def test_faults_of_cells(row: int, column: int, value: object, where: str, message: str, tmp_path: Path) -> None:
    faults = faults_of(lambda: read_omphale(book(tmp_path, changed(row, column, value)), zone="Mini"))
    assert (faults[0].message, faults[0].column) == (message, where)
    assert "row 8" in faults[0].rows


def test_faults_of_other_zones_do_not_concern_us(tmp_path: Path) -> None:
    assert read_omphale(book(tmp_path, changed(6, 3, "beaucoup")), zone="Mini").to_numpy().tolist() == SUMS


def test_one_sex_alone_is_refused(tmp_path: Path) -> None:
    fault = only_fault(lambda: read_omphale(book(tmp_path, [r for r in ROWS if r[1:3] != [2, "[5;9]"]]), zone="Mini"))
    assert (fault.message, fault.rows) == ("ages that are given for one sex only", ("row 8",))


@pytest.mark.parametrize(
    ("years", "message", "rows"),
    [
        (("POP_2018", "POP_2021"), "years missing in between", ("2019", "2020")),
        (("POP_2018", "POP_2018"), "a year twice", ("2018",)),
        (("hier", "demain"), "no column of a year, such as 2018 or POP_2018", ()),
    ],
)
def test_faults_of_years(years: tuple[str, str], message: str, rows: tuple[str, ...], tmp_path: Path) -> None:
    fault = only_fault(lambda: read_omphale(book(tmp_path, header=[*HEADER[:3], *years]), zone="Mini"))
    assert (fault.message, fault.rows) == (message, rows)


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "Central.xlsx", [["a", "b"], [1, 2]], sheet="Population")
    assert [fault.column for fault in faults_of(lambda: read_omphale(path, zone="Mini"))][:2] == ["zone", "age"]
    path = write_sheet(tmp_path / "Central.xlsx", [["a", "b"], [1, 2]], sheet="Ménages")
    assert "Ménages" in only_fault(lambda: read_omphale(path, zone="Mini")).remedy
    assert "no such file" in only_fault(lambda: read_omphale(tmp_path / "x_Central.xlsx", zone="Mini")).message


def test_a_folder_is_searched_for_the_three_variants(tmp_path: Path) -> None:
    paths = [book(tmp_path, name=name) for name in ("Central", "Pop_basse", "Pop_haute")]
    other = book(tmp_path, name="Fec_haute")
    found = discover(tmp_path)
    assert found.files == {"omphale": tuple(paths)}
    assert found.unrecognised == (other,)


def test_the_territory_carries_its_projection(tmp_path: Path) -> None:
    toml = write_minidata(tmp_path)
    names = [book(tmp_path, name=name).name for name in ("Central", "Pop_haute")]
    text = toml.read_text(encoding="utf-8").replace("[files]\n", f"[files]\nomphale = {names}\n")
    toml.write_text(text, encoding="utf-8")
    omphale = maillage.load_territory(toml).cohorts.omphale
    assert omphale[omphale["variant"] == "central"].to_numpy().tolist() == SUMS
    assert omphale["variant"].value_counts().to_dict() == {"central": 6, "high": 6}
    toml.write_text(text.replace("[territory]\n", '[territory]\nomphale_zone = "cotes d\'ostre"\n'), encoding="utf-8")
    territory = maillage.load_territory(toml)
    assert territory.cohorts.omphale["population"].tolist() == [200] * 4
    assert [s.vintage for s in territory.sources if s.dataset == "Omphale"] == ["years 2018-2019"] * 2
    toml.write_text(text.replace('name = "Mini"', 'name = "Maxi"'), encoding="utf-8")
    with pytest.raises(InputError, match="no row of zone 'Maxi'"):
        maillage.load_territory(toml)


def test_without_workbooks_the_projection_is_empty(tmp_path: Path) -> None:
    cohorts = maillage.load_territory(write_minidata(tmp_path)).cohorts
    assert cohorts.omphale.empty
    assert list(cohorts.omphale.columns) == ["variant", "year", "age_min", "age_max", "population"]
