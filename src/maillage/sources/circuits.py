"""The planner's table of school coach circuits: one line a call of a coach at a stop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

import maillage.sources.schema as schema
from maillage.arrays import Bools, Floats
from maillage.errors import Fault
from maillage.sources.layout import Layout, Sheet, examples, header_of, lines, open_sheet
from maillage.sources.ledger import Ledger
from maillage.sources.positions import METRES, in_metropole

CIRCUITS = Layout(
    "coach circuits",
    {
        "circuit": ("circuit", "code_circuit", "nom_du_circuit", "ligne", "code_ligne"),
        "order": ("order", "ordre", "rang", "ordre_d_arret"),
        "time": ("time", "heure", "horaire", "heure_de_passage"),
        "stop": ("stop", "arret", "nom_de_l_arret", "nom_arret", "point_d_arret"),
        "lon": ("lon", "longitude"),
        "lat": ("lat", "latitude"),
        "x_m": ("x_m", "x", "x_l93", "coordonnee_x"),
        "y_m": ("y_m", "y", "y_l93", "coordonnee_y"),
        "uai": ("uai", "code_uai", "rne", "code_rne", "uai_desservi", "college_desservi"),
    },
    optional=frozenset({"order", "lon", "lat", "x_m", "y_m", "uai"}),
)

_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?"
"""A spreadsheet stores 07:15 as 07:15:00."""

_BETWEEN_CODES = r"[\s,;/+]+"


def read_circuits(path: Path, *, sheet: str | None = None, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """School coach circuits, from the planner's CSV or spreadsheet: one line a call of a coach at a stop, on a school morning.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a spreadsheet; the first by default.
    columns : mapping, optional
        Our column names to the planner's headers. Ours: ``circuit``; ``time`` (HH:MM); ``stop`` (name); where it is,
        ``lon, lat`` (degrees) or ``x_m, y_m`` (metres, EPSG:2154), one system a line; optionally ``order`` (whole numbers;
        without it the lines of a circuit stand in the order of travel) and ``uai`` (the collèges at the stop, several
        separated by a space or a comma).

    Returns
    -------
    DataFrame
        ``circuit, time_min, stop, x_m, y_m, uai``, circuits as they first appear, their calls in the order of travel:
        minutes after midnight, metres in EPSG:2154, UAI separated by spaces (empty where there is none).

    Raises
    ------
    InputError
        Every fault of the file: times that are not HH:MM or go backwards within a circuit, places missing, given in both
        systems or outside metropolitan France, a circuit with one stop, a call given twice, codes that are no UAI.
    """
    opened = open_sheet(path, [CIRCUITS.mapped(columns)], sheet=sheet)
    x_m, y_m = _places(opened)
    frame = pd.DataFrame(
        {
            "circuit": opened.text("circuit"),
            "time_min": _times(opened),
            "stop": opened.text("stop"),
            "x_m": x_m,
            "y_m": y_m,
            "uai": _codes(opened),
        }
    )
    order = _order(opened)
    number = pd.Series(pd.factorize(frame["circuit"])[0], index=frame.index)
    sorted_lines = frame.index[np.lexsort((order.fillna(0), number))]
    frame, order = frame.loc[sorted_lines], order.loc[sorted_lines]
    _note_disorder(opened, frame[order.notna()] if opened.has("order") else frame)
    _note_single(opened, frame)
    _note_repeats(opened, frame, order)
    return opened.finish(frame, schema.CIRCUITS)


def check_circuits(table: pd.DataFrame | None, known: Collection[str], file: str, ledger: Ledger) -> None:
    """Check the collèges that the stops serve against those known, public or private; a fault names the others."""
    if table is None:
        return
    served = {code for text in table["uai"] for code in text.split()}
    strangers = served - set(known)
    if strangers:
        remedy = "Correct the codes, or leave the cell empty: schools other than the collèges of the territory do not count"
        ledger.fault(file, "unknown UAI", strangers, column=header_of(table, "uai"), remedy=remedy)


def _times(opened: Sheet) -> pd.Series[float]:
    """Minutes after midnight; NaN where unread."""
    text = opened.text("time")
    parts = text.str.extract(f"^{_CLOCK}$").astype(float)
    time_min = 60 * parts[0] + parts[1]
    if opened.has("time"):
        wrong = time_min.isna()
        opened.note("time", f"not a time HH:MM: {examples(text[wrong])}", wrong, "Write 07:15")
    return time_min


def _order(opened: Sheet) -> pd.Series[float]:
    order = opened.numbers("order")
    if opened.has("order"):
        unread = order.index.isin(list(opened.told("order")))
        opened.note("order", "not a whole number", ((order % 1 != 0) & ~unread), "Number the stops of a circuit 1, 2, 3, ...")
    return order


def _codes(opened: Sheet) -> pd.Series[str]:
    """UAI separated by spaces."""
    codes = opened.codes("uai").str.replace(_BETWEEN_CODES, " ", regex=True).str.strip()
    wrong = ~codes.str.fullmatch(f"(?:{schema.UAI}(?: {schema.UAI})*)?").astype(bool)
    opened.note(
        "uai", f"not a UAI (seven digits and a letter): {examples(codes[wrong])}", wrong, "Correct it, or leave it empty"
    )
    return codes


def _places(opened: Sheet) -> tuple[Floats, Floats]:
    """Metres in EPSG:2154; NaN where a line's place cannot be told."""
    lon, lat, x_m, y_m = (opened.numbers(name).to_numpy(np.float64) for name in ("lon", "lat", "x_m", "y_m"))
    given = [np.isfinite(values) for values in (lon, lat, x_m, y_m)]
    degrees, metres = given[0] & given[1], given[2] & given[3]
    either, other = given[0] | given[1], given[2] | given[3]
    both = either & other
    # A cell that could not be read is told of already.
    unread = opened.rows.index.isin([line for name in ("lon", "lat", "x_m", "y_m") for line in opened.told(name)])
    projected = Transformer.from_crs("EPSG:4326", METRES, always_xy=True).transform(lon, lat)
    x_m, y_m = np.where(degrees, projected, (x_m, y_m)).astype(np.float64)
    placed = (degrees | metres) & ~both
    column = "lon" if opened.has("lon") or not opened.has("x_m") else "x_m"
    remedy = "Give lon and lat in degrees, or x_m and y_m in metres of EPSG:2154"
    _note(opened, column, "no coordinates", ~placed & ~both & ~unread, remedy)
    _note(opened, column, "coordinates in both systems", both, "Keep lon and lat, or x_m and y_m")
    away = placed & ~in_metropole(x_m, y_m)
    _note(
        opened, column, "coordinates outside metropolitan France", away, "Longitude first, latitude second; metres in EPSG:2154"
    )
    good = placed & ~away
    return np.where(good, x_m, np.nan), np.where(good, y_m, np.nan)


def _note(opened: Sheet, column: str, message: str, rows: Bools, remedy: str) -> None:
    opened.note(column, message, pd.Series(rows, index=opened.rows.index), remedy)


def _note_disorder(opened: Sheet, frame: pd.DataFrame) -> None:
    """Times that go backwards, wherever the order of travel is known."""
    before = frame.groupby("circuit")["time_min"].transform(lambda times: times.ffill().shift())
    message = "times go backwards within a circuit"
    opened.note("time", message, frame["time_min"] < before, "Correct the time, or put the stops in the order of travel")


def _note_single(opened: Sheet, frame: pd.DataFrame) -> None:
    if opened.has("circuit"):
        alone = ~frame.duplicated("circuit", keep=False) & (frame["circuit"] != "")
        opened.note("circuit", "a circuit with one stop", alone, "Give all its stops, or leave it out")


def _note_repeats(opened: Sheet, frame: pd.DataFrame, order: pd.Series[float]) -> None:
    """The same call twice: same circuit, time and place; or the same number in the order of a circuit."""
    read = frame.dropna(subset=["time_min", "x_m"])
    again = read[read.duplicated(["circuit", "time_min", "x_m", "y_m"])]
    if len(again):
        remedy = "Keep one line for each call"
        opened.faults.append(Fault(opened.file, "the same call again", opened.header("circuit"), lines(again.index), remedy))
    if opened.has("order"):
        numbered = frame.assign(order=order).dropna(subset=["order"])
        twice = numbered.index[numbered.duplicated(["circuit", "order"])]
        if len(twice):
            told = "the same number again in a circuit"
            opened.faults.append(
                Fault(opened.file, told, opened.header("order"), lines(twice), "Number its stops 1, 2, 3, ...")
            )
