"""Reading tables as text: encodings, separators, formats, and what a cell means."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from maillage.sources import cells
from maillage.sources.tables import normalise, read_header, read_table, sheet_cells
from official_files import IPS, IPS_HEADER, faults_of, only_fault, write, write_sheet


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_and_byte_order_mark(tmp_path: Path, separator: str, encoding: str) -> None:
    lines = ["Numéro;Élève", "0990001N;é"]
    path = write(tmp_path / "t.csv", *(line.replace(";", separator) for line in lines), encoding=encoding)
    table = read_table(path)
    assert table.header == ("Numéro", "Élève")
    assert table.rows.to_dict("list") == {"numero": ["0990001N"], "eleve": ["é"]}
    assert read_header(path) == table.header


def test_rows_keep_their_line_number_over_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", "1;2", "", ";", "3;4")
    assert list(read_table(path).rows.index) == [2, 5]


def test_quoted_separators_stay_in_their_cell(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", '"rue; du lac";2', '"two', 'lines";3')
    assert read_table(path).rows["a"].tolist() == ["rue; du lac", "two\nlines"]


def test_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a;b\r\n1;2\r\n")
    assert read_table(path).rows.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_headers_that_normalise_alike_stay_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "REP;rep", "1;0")
    assert read_table(path).names == ("rep", "rep__2")
    assert normalise("Nombre d'élèves total Segpa") == "nombre_d_eleves_total_segpa"


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    fault = only_fault(lambda: read_table(path))
    assert "empty" in fault.message
    assert fault.file == str(path)
    assert fault.remedy


@pytest.mark.parametrize("name", ["empty.xlsx", "empty.parquet"])
def test_empty_binary_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert "empty" in only_fault(lambda: read_table(path)).message


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.parquet"])
def test_unreadable_binary_file(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "this is no spreadsheet")
    assert "not a readable" in only_fault(lambda: read_table(path)).message


def test_header_without_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", IPS_HEADER)
    assert "no row" in only_fault(lambda: read_table(path)).message


def test_windows_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", "1;2", "é;3", encoding="cp1252")
    fault = only_fault(lambda: read_table(path))
    assert "wrong encoding" in fault.message
    assert fault.rows == ("line 3",)
    assert "UTF-8" in fault.remedy


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf16_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "t.csv", "a;b", "1;2", encoding=encoding)
    assert "UTF-16" in only_fault(lambda: read_table(path)).message
    assert "UTF-16" in only_fault(lambda: read_header(path)).message


def test_rows_of_another_length_are_named_even_if_few_columns_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b;c", "1;2;3", "1;2;3;4", "5;6")
    fault = only_fault(lambda: read_table(path, wanted=lambda names: [0]))
    assert fault.rows == ("line 3", "line 4")
    assert "3 values" in fault.message


def test_quote_that_never_closes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", '"1;2', "3;4")
    assert "columns" in only_fault(lambda: read_table(path)).message


def test_missing_file_folder_and_unknown_kind(tmp_path: Path) -> None:
    assert "no such file" in only_fault(lambda: read_table(tmp_path / "none.csv")).message
    assert "folder" in only_fault(lambda: read_table(tmp_path)).message
    assert "unknown kind" in only_fault(lambda: read_table(write(tmp_path / "t.docx", "x"))).message


def test_spreadsheet_codes_stored_as_numbers(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "t.xlsx", [[None, None], ["Code", "Actif"], [62001.0, True], [None, None], ["2A004", 1.5]])
    table = read_table(path)
    assert table.rows["code"].tolist() == ["62001", "2A004"]
    assert table.rows["actif"].tolist() == ["1", "1.5"]
    assert list(table.rows.index) == [3, 5]
    assert read_header(path) == ("Code", "Actif")


def test_spreadsheet_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "t.xlsx", [["a"], [1]], sheet="Capacités")
    fault = only_fault(lambda: read_table(path, sheet="Cantines"))
    assert "Cantines" in fault.message
    assert "Capacités" in fault.remedy
    assert sheet_cells(path, "Capacités") == [["a"], ["1"]]


def test_spreadsheet_without_a_cell(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "t.xlsx", [])
    assert "empty" in only_fault(lambda: read_table(path)).message


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"Code": ["01", None], "N": [1.5, math.nan], "year": [2022, 2023]}).to_parquet(path)
    rows = read_table(path).rows
    assert rows.to_dict("list") == {"code": ["01", ""], "n": ["1.5", ""], "year": ["2022", "2023"]}
    assert read_header(path) == ("Code", "N", "year")


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12.0), ("12.5", 12.5), ("12,5", 12.5), ("1 204", 1204.0), ("1\u202f204,5", 1204.5), ("-3", -3.0), ("1.0", 1.0)],
)
def test_numbers(text: str, value: float) -> None:
    values, bad = cells.to_numbers(pd.Series([text]))
    assert values.tolist() == [value]
    assert not bad.any()


@pytest.mark.parametrize("marker", ["", "ns", "NS", "nd", "s", "so", "NA", " ns "])
def test_secret_markers_are_missing_not_faults(marker: str) -> None:
    values, bad = cells.to_numbers(pd.Series([marker, "1"]))
    assert math.isnan(values[0])
    assert values[1] == 1
    assert not bad.any()


@pytest.mark.parametrize("text", ["douze", "1.2.3", "12 élèves", "inf", "-inf", "1;2"])
def test_what_is_no_number(text: str) -> None:
    values, bad = cells.to_numbers(pd.Series([text, "1"]))
    assert math.isnan(values[0])
    assert bad.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "rentree"),
    [("2022-2023", 2022), ("2022", 2022), ("2022.0", 2022), ("2025-01-01", 2025), ("2025-09-01T00:00:00+00:00", 2025),
     ("2022/2023", 2022), (" 2024 ", 2024)],
)  # fmt: skip
def test_rentrees(text: str, rentree: int) -> None:
    values, bad = cells.to_rentrees(pd.Series([text, text]))
    assert values.tolist() == [rentree, rentree]
    assert not bad.any()


@pytest.mark.parametrize("text", ["", "22-23", "2022-2024", "1922", "rentrée", "20222"])
def test_what_is_no_rentree(text: str) -> None:
    assert cells.to_rentrees(pd.Series([text]))[1].all()


def test_sectors_and_flags() -> None:
    public, bad = cells.to_public(pd.Series(["Public", "PRIVE", "privé sous contrat", "PU", "PR", "", "autre"]))
    assert public.tolist() == [True, False, False, True, False, False, False]
    assert bad.tolist() == [False] * 5 + [True] * 2
    flags, bad = cells.to_flags(pd.Series(["1", "O", "oui", "0", "N", "", "2"]))
    assert flags.tolist() == [True, True, True, False, False, False, False]
    assert bad.tolist() == [False] * 6 + [True]


def test_departements() -> None:
    assert {cells.departement_code(code) for code in ("62", "062", " 062 ", "62.0")} == {"62"}
    assert cells.departement_code("02a") == "2A"
    assert cells.departement_code("974") == "974"
    assert cells.departement_of_uai("7200012X") == "2B"
    assert cells.departement_of_uai("9740001A") == "974"
    assert cells.departement_of_commune("97411") == "974"


def test_a_wide_table_is_read_by_the_columns_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "ips.csv", IPS_HEADER, IPS)
    table = read_table(path, wanted=lambda names: [names.index("uai"), names.index("ips")])
    assert table.rows.to_dict("list") == {"uai": ["0990001N"], "ips": ["110.4"]}
    assert len(table.header) == 12


def test_every_fault_names_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a;b", "1;2;3")
    assert all(str(path) in str(fault) for fault in faults_of(lambda: read_table(path)))
