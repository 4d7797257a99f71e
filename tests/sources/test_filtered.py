"""Large tables read for a few of their rows: lines keep their numbers, and a damaged file is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import maillage.sources.filtered as filtered
from maillage.sources.filtered import open_filtered
from maillage.sources.layout import Layout
from official_files import faults_of, only_fault, write

LAYOUT = Layout("towns", {"code": ("code",), "people": ("people",)}, optional=frozenset({"people"}))


def test_rows_keep_their_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "\ufeffCode;Nom;People", "62001;A;1", "59001;B;2", '62002;"C;D";3')
    sheet = open_filtered(path, LAYOUT, "code", "^62")
    assert sheet.rows.index.tolist() == [2, 4]
    assert sheet.codes("code").tolist() == ["62001", "62002"]
    assert sheet.numbers("people").tolist() == [1, 3]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from(["62001", "59062", "2A004"]), st.integers(0, 99)), min_size=1, max_size=60))
def test_blocks_make_no_difference(rows: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtered, "_BLOCK_BYTES", 64)
    path = write(tmp_path / "t.csv", "code,people", *(f"{code},{people}" for code, people in rows))
    sheet = open_filtered(path, LAYOUT, "code", "^62")
    expected = [(line, people) for line, (code, people) in enumerate(rows, start=2) if code.startswith("62")]
    assert list(zip(sheet.rows.index, sheet.numbers("people"), strict=True)) == expected


def test_other_kinds_of_file_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"code": ["62001", "59001", "62002"], "people": [1, 2, 3]}).to_parquet(path)
    sheet = open_filtered(path, LAYOUT, "code", "^62")
    assert sheet.numbers("people").tolist() == [1, 3]
    assert sheet.rows.index.tolist() == [2, 4]


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "name;people", "A;1")
    sheet = open_filtered(path, LAYOUT, "code", "^62")
    assert [fault.column for fault in sheet.faults] == ["code"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("code;people", "62001;1", "62002", "62003;1", "62004;1;2"), "rows that do not have the 2 values of the header"),
        (("code;people",), "holds a header but no row"),
        (("",), "the file is empty"),
    ],
)
def test_damaged_files(lines: tuple[str, ...], message: str, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", *lines)
    fault = only_fault(lambda: open_filtered(path, LAYOUT, "code", "^62"))
    assert fault.message == message
    if "rows" in message:
        assert fault.rows == ("line 3", "line 5")


def test_another_encoding(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "code;people", *["62001;1"] * 20_000, "6200é;1", encoding="cp1252")
    (fault,) = faults_of(lambda: open_filtered(path, LAYOUT, "code", "^62"))
    assert "UTF-8" in fault.message
    assert "no such file" in only_fault(lambda: open_filtered(tmp_path / "x.csv", LAYOUT, "code", "^62")).message
