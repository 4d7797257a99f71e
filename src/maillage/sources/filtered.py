"""Large national tables read for one département: rows are chosen while the file is read, so that they alone are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from maillage.errors import Fault, InputError
from maillage.sources.layout import Layout, Sheet
from maillage.sources.tables import TEXT_SUFFIXES, TextTable, read_table, read_text_header, unique_names

_BLOCK_BYTES = 1 << 24


def open_filtered(path: Path, layout: Layout, column: str, pattern: str) -> Sheet:
    """Open a table with only those rows whose `column` holds a match of `pattern`; the other rows are not checked.

    Parameters
    ----------
    path : Path
        CSV is read in blocks; the other kinds of file whole.
    layout : Layout
    column : str
        One of our columns. Where the file lacks it, every row is read, so that its absence is told with the other faults.
    pattern : str
        Regular expression that RE2 and Python read alike.

    Raises
    ------
    InputError
        No such file, empty, header without rows, wrong encoding, ragged rows.
    """
    if path.suffix.lower() not in TEXT_SUFFIXES or not path.is_file():
        sheet = Sheet(read_table(path, wanted=lambda names: sorted(set(layout.find(names).values()))), layout)
        if sheet.has(column):
            sheet.keep(sheet.text(column).str.contains(pattern, regex=True))
        return sheet
    header, separator = read_text_header(path)
    names = unique_names(header)
    found = layout.find(names)
    wanted = [names[i] for i in sorted(set(found.values()))] or [names[0]]
    about = _Reading(path, names, separator, tuple(wanted), names[found[column]] if column in found else None, pattern)
    return Sheet(TextTable(str(path), header, names, _rows(about)), layout)


@dataclass(frozen=True)
class _Reading:
    """A text file, the columns wanted, and the one (if any) whose match of `pattern` keeps a row."""

    path: Path
    names: tuple[str, ...]
    separator: str
    wanted: tuple[str, ...]
    chosen: str | None
    pattern: str

    def batches(self, note: Callable[[Any], str], *, threads: bool) -> Iterator[pa.RecordBatch]:
        """Blocks of rows, the columns wanted as text; `note` is told of rows of another width."""
        read = pa_csv.ReadOptions(column_names=list(self.names), skip_rows=1, block_size=_BLOCK_BYTES, use_threads=threads)
        parse = pa_csv.ParseOptions(delimiter=self.separator, invalid_row_handler=note)
        text = dict.fromkeys(self.wanted, pa.string())
        convert = pa_csv.ConvertOptions(include_columns=list(self.wanted), column_types=text)
        with pa_csv.open_csv(self.path, read_options=read, parse_options=parse, convert_options=convert) as reader:
            yield from reader


def _rows(about: _Reading) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    ragged, line = False, 2

    def note(_: Any) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    try:
        for batch in about.batches(note, threads=True):
            kept, index = batch, pd.RangeIndex(line, line + batch.num_rows)
            if about.chosen is not None:
                mask = pc.match_substring_regex(batch.column(about.chosen), pattern=about.pattern)
                kept, index = batch.filter(mask), index[mask.to_numpy(zero_copy_only=False)]
            parts.append(kept.to_pandas().set_axis(index))
            line += batch.num_rows
    except pa.ArrowInvalid as error:
        remedy = "Save it as CSV in UTF-8, or download it again"
        cause = "not UTF-8" if "UTF8" in str(error) else "it is cut short, or a double quote is not closed"
        raise InputError([Fault(str(about.path), f"cannot be read as a table: {cause}", remedy=remedy)]) from None
    if ragged:
        raise InputError([_ragged(about)])
    if line == 2:
        raise InputError([Fault(str(about.path), "holds a header but no row", remedy="Export the table again, with its rows")])
    return pd.concat(parts).rename_axis("line")


def _ragged(about: _Reading) -> Fault:
    """Read again for the numbers of the rows of another width, which several threads do not know."""
    numbers: list[int] = []

    def note(row: Any) -> str:
        numbers.append(row.number)
        return "skip"

    for _ in about.batches(note, threads=False):
        pass
    remedy = "Put a value that holds the separator between double quotes; download a file that is cut short again"
    rows = tuple(f"line {number}" for number in numbers)
    return Fault(str(about.path), f"rows that do not have the {len(about.names)} values of the header", "", rows, remedy)
