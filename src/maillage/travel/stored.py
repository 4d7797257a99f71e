"""Travel times on disk: a Parquet file of one row a pair, with its provenance in the file's own metadata."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from maillage.errors import Fault, InputError

KEY = b"maillage.travel_times"
VERSION = 1
TEXTS = ("mode", "method")
LISTS = ("unreachable", "not_snapped", "mean_names", "origins", "destinations")
COLUMNS = ["origin", "destination", "minutes", "distance_km"]
DAMAGED = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, MemoryError)
"""What reading a damaged file may raise, wherever the damage is."""

MORE_COLUMNS: tuple[tuple[str, ...], ...] = ((), ("mean",), ("road_km",), ("road_km", "mean"))
"""What may follow `COLUMNS`."""


def write_times(path: Path, columns: dict[str, npt.NDArray[Any]], header: dict[str, Any]) -> None:
    """Write a table and its header; a file of that name is replaced only by a whole one.

    Raises
    ------
    InputError
        The folder does not exist or cannot be written to.
    """
    arrays = {
        name: pa.array(values) if values.dtype.kind == "f" else pa.array(values.astype(object), pa.string()).dictionary_encode()
        for name, values in columns.items()
    }
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in header.items()}
    table = pa.table(arrays).replace_schema_metadata({KEY: json.dumps(plain | {"version": VERSION}).encode()})
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise InputError([Fault(str(path), f"cannot be written: {error.strerror}", remedy="Check its folder")]) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file, write_page_checksum=True)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_times(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Columns and header of a file of `write_times`, checked.

    Raises
    ------
    InputError
        No such file, not a whole Parquet file, or not one of ours.
    """
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    try:
        with path.open("rb") as file:
            table = pq.read_table(file, page_checksum_verification=True)
        names = table.column_names  # decoded only now
    except DAMAGED as error:
        raise _foreign(path, f"not a whole Parquet file ({_first_line(error)})") from None
    header = _header(path, table.schema.metadata or {})
    if names not in [[*COLUMNS, *more] for more in MORE_COLUMNS]:
        raise _foreign(path, f"columns {', '.join(names)} instead of {', '.join(COLUMNS)}")
    columns = _columns(path, table)
    origins, destinations = header["origins"], header["destinations"]
    wanted = {"origin": np.repeat(origins, len(destinations)), "destination": np.tile(destinations, len(origins))}
    wrong = [
        name
        for name, values in columns.items()
        if not (
            np.array_equal(values, wanted[name]) if name in wanted else _as_written(name, values, header, len(wanted["origin"]))
        )
    ]
    if wrong:
        raise _foreign(path, f"the rows of {', '.join(wrong)} are not those written")
    return columns, header


def _columns(path: Path, table: pa.Table) -> dict[str, npt.NDArray[Any]]:
    """Texts and numbers as arrays; damage may show only here."""
    nested = [column.name for column in table.schema if pa.types.is_nested(column.type)]
    if nested:
        raise _foreign(path, f"the rows of {', '.join(nested)} are not those written")
    try:
        return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    except DAMAGED as error:
        raise _foreign(path, f"its columns cannot be read ({_first_line(error)})") from None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _as_written(name: str, values: npt.NDArray[Any], header: dict[str, Any], count: int) -> bool:
    if name == "mean":
        return len(values) == count and {*values} <= {"", *header["mean_names"]}
    return values.dtype == np.float64 and len(values) == count and bool((values >= 0).all())


def _header(path: Path, metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        header = json.loads(metadata[KEY])
    except (KeyError, ValueError, RecursionError):
        raise _foreign(path, "not written by TravelTimes.to_parquet") from None
    if not isinstance(header, dict) or header.get("version") != VERSION or not _complete(header):
        raise _foreign(path, f"its provenance is not that of version {VERSION}")
    return header | {name: np.array(header[name], dtype=np.str_) for name in ("origins", "destinations")}


def _complete(header: dict[str, Any]) -> bool:
    return (
        isinstance(header.get("approximate"), bool)
        and all(isinstance(header.get(name), str) for name in TEXTS)
        and all(isinstance(header.get(name), list) and all(isinstance(v, str) for v in header[name]) for name in LISTS)
    )


def _foreign(path: Path, message: str) -> InputError:
    return InputError([Fault(str(path), message, remedy="Write the times again with TravelTimes.to_parquet")])
