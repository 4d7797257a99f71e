"""Tables as text: CSV, spreadsheets and parquet, every cell a string until its meaning is known.

Nothing is guessed here: a file that is empty, ragged or not UTF-8 is refused with what to do about it. Rows keep the
line number they have in the file (the header is line 1), so that a later fault can name them.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound, ZipError

from maillage.errors import Fault, InputError

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
PARQUET_SUFFIXES = (".parquet",)

Wanted = Callable[[tuple[str, ...]], Sequence[int]]
"""Chooses, from the normalised header, the positions of the columns to read."""
IsHeader = Callable[[tuple[str, ...]], bool]
"""Whether a row of a spreadsheet, normalised, is its header."""


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table whose cells are still text.

    Attributes
    ----------
    file : str
        The file as it is named in faults.
    header : tuple of str
        Column names as written, all of them.
    names : tuple of str
        The same, normalised (`normalise`) and made unique.
    rows : DataFrame of str
        One column for each column asked for, under its normalised name; the index is the line number in the file.
        Missing is the empty string.
    """

    file: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    rows: pd.DataFrame


def normalise(name: str) -> str:
    """Column name without case, accents and punctuation, so that technical names and labels can be compared.

    >>> normalise("Numéro de l'école"), normalise("REP +")
    ('numero_de_l_ecole', 'rep_plus')
    """
    plain = unicodedata.normalize("NFKD", name.replace("+", " plus ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def read_table(
    path: Path, *, sheet: str | None = None, wanted: Wanted | None = None, is_header: IsHeader | None = None
) -> TextTable:
    """Read a CSV, spreadsheet or parquet file as text.

    Parameters
    ----------
    path : Path
        File to read; its suffix says the format.
    sheet : str, optional
        Sheet of a spreadsheet; the first by default.
    wanted : callable, optional
        Columns to read, all by default: wide national files are read several times faster by naming the few in use.
    is_header : callable, optional
        Finds the header of a spreadsheet with a title above it; by default, and where it finds none, the first filled row.

    Raises
    ------
    InputError
        No such file, empty file, header without rows, wrong encoding, ragged rows, unreadable spreadsheet.
    """
    file = str(path)
    if not path.is_file():
        raise InputError([_absent(path)])
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        table = _read_text(path, wanted)
    elif suffix in SHEET_SUFFIXES:
        table = _from_cells(file, sheet_cells(path, sheet), wanted, is_header)
    elif suffix in PARQUET_SUFFIXES:
        table = _read_parquet(path, wanted)
    else:
        known = ", ".join((*TEXT_SUFFIXES, *SHEET_SUFFIXES, *PARQUET_SUFFIXES))
        raise InputError([Fault(file, f"unknown kind of file {suffix!r}", remedy=f"Tables are read from {known}")])
    if table.rows.empty:
        raise InputError([Fault(file, "holds a header but no row", remedy="Export the table again, with its rows")])
    return table


def read_header(path: Path) -> tuple[str, ...]:
    """Column names of a table as written, without reading its rows; raises `InputError` as `read_table` does."""
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        return read_text_header(path)[0]
    if suffix in PARQUET_SUFFIXES:
        return tuple(_parquet_schema(path))
    cells = next((row for row in sheet_cells(path) if any(row)), [])
    return tuple(cells)


def read_text_header(path: Path) -> tuple[tuple[str, ...], str]:
    """Column names of a text file as written, and its separator."""
    with path.open("rb") as stream:
        start = stream.read(1 << 16)
    # A header longer than the block would be cut in a character: the last line of a full block is dropped.
    start = start if len(start) < 1 << 16 else start[: start.rfind(b"\n") + 1]
    return _header_of(decode(start, str(path)))


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of the sheets of a spreadsheet."""
    return tuple(_workbook(path).sheet_names)


def sheet_cells(path: Path, sheet: str | None = None) -> list[list[str]]:
    """Cells of one sheet as text, from its first row and column; the first sheet by default."""
    book = _workbook(path)
    try:
        found = book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)
    except (WorksheetNotFound, CalamineError):
        remedy = f"Its sheets are {', '.join(book.sheet_names)}"
        raise InputError([Fault(str(path), f"has no sheet {sheet!r}", remedy=remedy)]) from None
    return [[_cell(value) for value in row] for row in found.to_python(skip_empty_area=False)]


def all_sheet_cells(path: Path, name: re.Pattern[str]) -> dict[str, list[list[str]]]:
    """Cells of every sheet whose whole name matches, as text; the workbook is opened once."""
    book = _workbook(path)
    chosen = [sheet for sheet in book.sheet_names if name.fullmatch(sheet)]
    return {n: [[_cell(v) for v in row] for row in book.get_sheet_by_name(n).to_python(skip_empty_area=False)] for n in chosen}


def _workbook(path: Path) -> CalamineWorkbook:
    # calamine rather than openpyxl: INSEE publishes strict OOXML, in which openpyxl finds no sheet.
    if path.stat().st_size == 0:
        raise InputError([_empty(str(path))])
    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, ZipError, zipfile.BadZipFile, OSError) as error:
        remedy = "Open it in a spreadsheet and save it as XLSX or as CSV in UTF-8"
        raise InputError([Fault(str(path), f"is not a readable spreadsheet ({error})", remedy=remedy)]) from None


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a spreadsheet stores the code 62001 as the number 62001.0
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value).strip()


def _read_text(path: Path, wanted: Wanted | None) -> TextTable:
    file, raw = str(path), path.read_bytes()
    header, separator = _header_of(decode(raw, file))
    names = unique_names(header)
    positions = sorted(wanted(names)) if wanted else list(range(len(names)))
    ragged = _ragged_lines(raw, separator, len(header))
    if ragged:
        raise InputError([_ragged(file, len(header), ragged)])
    try:
        rows = pd.read_csv(
            io.BytesIO(raw), sep=separator, dtype=str, header=0, names=list(names), usecols=positions or [0], na_filter=False,
            keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig", index_col=False,
        )  # fmt: skip
    except pd.errors.ParserError as error:
        fault = Fault(file, f"cannot be cut into columns ({error})", remedy="Look for a double quote that is not closed")
        raise InputError([fault]) from None
    rows.index = pd.RangeIndex(2, len(rows) + 2, name="line")
    return TextTable(file, header, names, _without_blank_rows(rows.fillna("")))


def _read_parquet(path: Path, wanted: Wanted | None) -> TextTable:
    header = _parquet_schema(path)
    names = unique_names(header)
    positions = sorted(wanted(names)) if wanted else list(range(len(names)))
    read = pd.read_parquet(path, columns=[header[p] for p in positions])
    missing = read.isna().to_numpy()
    rows = read.astype(str).mask(missing, "")
    rows.columns = pd.Index([names[p] for p in positions])
    rows.index = pd.RangeIndex(2, len(rows) + 2, name="line")
    return TextTable(str(path), header, names, rows)


def _parquet_schema(path: Path) -> tuple[str, ...]:
    if path.stat().st_size == 0:
        raise InputError([_empty(str(path))])
    try:
        return tuple(pq.read_schema(path).names)
    except (OSError, ValueError) as error:
        fault = Fault(str(path), f"is not a readable parquet file ({error})", remedy="Download the file again")
        raise InputError([fault]) from None


def _from_cells(file: str, cells: list[list[str]], wanted: Wanted | None, is_header: IsHeader | None) -> TextTable:
    filled = [i for i, row in enumerate(cells) if any(row)]
    if not filled:
        raise InputError([_empty(file)])
    named = (i for i in filled if is_header and is_header(tuple(map(normalise, cells[i]))))
    first = next(named, filled[0])
    header = tuple(cells[first])
    names = unique_names(header)
    lines = pd.RangeIndex(first + 2, len(cells) + 1, name="line")
    rows = pd.DataFrame(cells[first + 1 :], columns=list(names), index=lines, dtype=str)
    positions = sorted(wanted(names)) if wanted else list(range(len(names)))
    return TextTable(file, header, names, _without_blank_rows(rows.iloc[:, positions]))


def _without_blank_rows(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty or not (rows.iloc[:, 0] == "").any():
        return rows
    return rows[(rows != "").any(axis=1)]


def decode(raw: bytes, file: str) -> str:
    """Text of a file, which must be UTF-8; `InputError` where it is empty or in another encoding."""
    if not raw.strip():
        raise InputError([_empty(file)])
    remedy = "Save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw[:4096]:
        raise InputError([Fault(file, "wrong encoding: UTF-16, not UTF-8", remedy=remedy)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"wrong encoding: not UTF-8 (byte 0x{raw[error.start]:02x}), probably Windows-1252 or Latin-1"
        raise InputError([Fault(file, message, rows=(f"line {line}",), remedy=remedy)]) from None


def _header_of(text: str) -> tuple[tuple[str, ...], str]:
    """Column names as written and the separator: the one of ``;``, ``,`` and tab that cuts the first line most often."""
    line = text[: text.find("\n")] if "\n" in text else text
    bare = re.sub(r'"[^"]*"', "", line)
    separator = max(";,\t", key=bare.count)
    return tuple(name.strip() for name in next(csv.reader([line.rstrip("\r")], delimiter=separator), [])), separator


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header normalised; those that come again numbered from 2."""
    seen: dict[str, int] = {}
    names = []
    for written in header:
        name = normalise(written)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return tuple(names)


def _absent(path: Path) -> Fault:
    if path.is_dir():
        return Fault(str(path), "is a folder, not a table", remedy="Name the file itself")
    return Fault(str(path), "no such file", remedy="Check the path")


def _empty(file: str) -> Fault:
    return Fault(file, "the file is empty", remedy="Download or export it again")


def _ragged_lines(raw: bytes, separator: str, width: int) -> list[int]:
    """Lines with more or fewer values than the header; those that hold quotes are left to the parser.

    pandas says nothing of either once it is asked for some columns only.
    """
    cut, wrong, quoted = separator.encode(), [], False
    for number, line in enumerate(raw.splitlines(), start=1):
        if b'"' in line:
            quoted ^= line.count(b'"') % 2 == 1
        elif not quoted and line.count(cut) + 1 != width and line.strip():
            wrong.append(number)
    return wrong


def _ragged(file: str, width: int, wrong: Sequence[int]) -> Fault:
    remedy = "Put a value that holds the separator between double quotes; download a file that is cut short again"
    if width == 1:
        remedy = "Delete what stands above the table: its first line must be the header"
    rows = tuple(f"line {number}" for number in wrong)
    return Fault(file, f"rows that do not have the {width} values of the header", rows=rows, remedy=remedy)
