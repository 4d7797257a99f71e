"""From a file's own header to our columns: which names a dataset has used, and the faults of one file collected.

A `Layout` says what a published table calls its columns. A `Sheet` is one file read under a layout: it turns cells
into values and notes every fault on the way, so that `Sheet.finish` can raise them all at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

import maillage.sources.cells as cells
from maillage.errors import Fault, InputError
from maillage.sources.schema import TableSchema, table_faults
from maillage.sources.tables import TextTable, normalise, read_table

T = TypeVar("T", bool, int, float)


@dataclass(frozen=True)
class Layout:
    """How one dataset names its columns.

    Attributes
    ----------
    dataset : str
        Name of the dataset.
    columns : mapping of str to tuple of str
        Our column name to the normalised names it has had (full-match regular expressions; the first found wins).
    optional : frozenset of str
        Our columns that a file may lack.
    """

    dataset: str
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = field(default_factory=frozenset)

    def find(self, names: Sequence[str]) -> dict[str, int]:
        """Position in the header of each of our columns that it has."""
        found = {}
        for column, patterns in self.columns.items():
            hits = (i for pattern in patterns for i, name in enumerate(names) if re.fullmatch(pattern, name))
            position = next(hits, None)
            if position is not None:
                found[column] = position
        return found

    def missing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Required columns of ours that the header does not have."""
        found = self.find(names)
        return tuple(c for c in self.columns if c not in found and c not in self.optional)

    def mapped(self, columns: Mapping[str, str] | None) -> Layout:
        """The same layout with the planner's own header for some columns, which thereby become required."""
        own = {ours: (re.escape(normalise(theirs)),) for ours, theirs in (columns or {}).items()}
        return Layout(self.dataset, {**self.columns, **own}, self.optional - own.keys())


class Sheet:
    """One file under one layout: text in, typed columns out, faults noted."""

    def __init__(self, table: TextTable, layout: Layout) -> None:
        self.layout = layout
        self.file = table.file
        self.rows = table.rows
        self._names = {column: table.names[i] for column, i in layout.find(table.names).items()}
        self._written = {column: table.header[i] for column, i in layout.find(table.names).items()}
        self._absent = layout.missing(table.names)
        self.faults = [self._missing(column, table) for column in self._absent]
        self._told: dict[str, set[Any]] = {}

    def has(self, column: str) -> bool:
        """Whether the file has this column of ours."""
        return column in self._names

    def header(self, column: str) -> str:
        """The file's own name of one of our columns."""
        return self._written.get(column, column)

    def keep(self, mask: pd.Series[bool], what: str = "") -> None:
        """Go on with these rows only; faults of the others do not concern us. None of them is a fault if `what` names them."""
        self.rows = self.rows[mask]
        if what and self.rows.empty and not self.faults:
            self.faults.append(Fault(self.file, f"none of its rows is for {what}", remedy="Check that it is the right file"))

    def text(self, column: str) -> pd.Series[str]:
        """The column without surrounding spaces; empty strings where the file does not have it."""
        if column not in self._names:
            return pd.Series("", index=self.rows.index, dtype=str)
        return self.rows[self._names[column]].str.strip()

    def codes(self, column: str) -> pd.Series[str]:
        """Identifiers, in capitals."""
        return self.text(column).str.upper()

    def numbers(self, column: str) -> pd.Series[float]:
        """Numbers; NaN where missing or secret, and where the file does not have the column."""
        if column not in self._names:
            return pd.Series(np.nan, index=self.rows.index)
        return self._read(column, cells.to_numbers, "not a number")

    def rentrees(self, column: str = "rentree") -> pd.Series[int]:
        """Years in which the school year starts."""
        return self._read(column, cells.to_rentrees, "not a rentrée, such as 2024 or 2024-2025")

    def public(self, column: str = "public") -> pd.Series[bool]:
        """True for public, False for private."""
        return self._read(column, cells.to_public, "neither public nor private")

    def flags(self, column: str) -> pd.Series[bool]:
        """True for yes; False for no and where the file does not have the column."""
        return self._read(column, cells.to_flags, "neither yes nor no")

    def finish(self, frame: pd.DataFrame, schema: TableSchema, vintage: str = "") -> pd.DataFrame:
        """Check the table against its schema and return it, or raise every fault of the file.

        The table's `attrs` carry ``dataset``, ``vintage`` and ``headers`` (see `header_of`); its index is renumbered from 0.
        """
        faults = [*self.faults, *table_faults(frame, schema, self.file, self.header, self._absent, self._told)]
        if faults:
            raise InputError(faults)
        result = frame.reset_index(drop=True)
        result.attrs = {"dataset": self.layout.dataset, "vintage": vintage or vintage_of(result), "headers": self._written}
        return result

    def note(self, column: str, message: str, bad: pd.Series[bool], remedy: str = "") -> None:
        """Note a fault of the rows where `bad` is true, if there are any."""
        if bad.any():
            self._told.setdefault(column, set()).update(bad.index[bad])
            self.faults.append(Fault(self.file, message, self.header(column), lines(bad.index[bad]), remedy))

    def told(self, column: str) -> frozenset[Any]:
        """Lines of a column of which a fault is noted already."""
        return frozenset(self._told.get(column, ()))

    def _read(
        self, column: str, parse: Callable[[pd.Series[str]], tuple[pd.Series[T], pd.Series[bool]]], message: str
    ) -> pd.Series[T]:
        text = self.text(column)
        values, bad = parse(text)
        if column in self._names:
            self.note(column, f"{message}: {examples(text[bad])}", bad, "Correct the cell, or leave it empty if unknown")
        return values

    def _missing(self, column: str, table: TextTable) -> Fault:
        patterns = self.layout.columns[column]
        plain = [re.sub(r"\\(.)", r"\1", pattern.replace(r"\d\d", "AA").replace(".*", "...")) for pattern in patterns]
        near = dict(zip(table.names, table.header, strict=True))
        free = {name: written for name, written in near.items() if name not in self._names.values()}
        close = difflib.get_close_matches(plain[0], list(free), n=1, cutoff=0.4)
        header = ", ".join(name or "(blank)" for name in table.header[:12]) + (", ..." if len(table.header) > 12 else "")
        nearest = f"; the nearest is {free[close[0]]!r}" if close else ""
        # A title above the table leaves most of its line blank.
        title = "; delete what stands above the table: its first line must be the header" if "" in table.header else ""
        remedy = f"Its header is: {header}{nearest}{title}"
        return Fault(self.file, f"column missing (looked for {' or '.join(plain)})", column, remedy=remedy)


def open_sheet(path: Path, layouts: Sequence[Layout], *, sheet: str | None = None, titled: bool = False) -> Sheet:
    """Read a file under the first layout that it has in full, else under the one it comes closest to.

    `titled`: the header of a spreadsheet may stand below a title.
    """
    chosen: list[Layout] = []

    def wanted(names: tuple[str, ...]) -> list[int]:
        chosen.append(min(layouts, key=lambda layout: len(layout.missing(names))))
        return sorted(set(chosen[0].find(names).values())) or list(range(len(names)))

    def is_header(names: tuple[str, ...]) -> bool:
        return any(not layout.missing(names) for layout in layouts)

    table = read_table(path, sheet=sheet, wanted=wanted, is_header=is_header if titled else None)
    return Sheet(table, chosen[0])


def header_of(table: pd.DataFrame, column: str) -> str:
    """The file's own name of a column of a table read; ours where several files were joined."""
    headers: Mapping[str, str] = table.attrs.get("headers", {})
    return headers.get(column, column)


def lines(index: pd.Index[Any]) -> tuple[str, ...]:
    """Line numbers as faults show them; features for a file of geometries, whose index says so."""
    return tuple(f"{index.name or 'line'} {n}" for n in index)


def examples(values: pd.Series[Any]) -> str:
    """The first few distinct values, quoted."""
    distinct = list(dict.fromkeys(values.tolist()))
    return ", ".join(repr(v) for v in distinct[:3]) + (", ..." if len(distinct) > 3 else "")


def vintage_of(table: pd.DataFrame) -> str:
    """Years a table covers, in words."""
    for column, word in (("rentree", "rentrée"), ("year", "year")):
        if column in table.columns and len(table):
            first, last = int(table[column].min()), int(table[column].max())
            return f"{word} {first}" if first == last else f"{word}s {first}-{last}"
    return "undated"
