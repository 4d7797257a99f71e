"""Reading roads from any table of lines, noded or not."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maillage.arrays import Floats, Index, Ints, Objects
from maillage.errors import Fault, InputError
from maillage.travel.roads.access import CLASS_USERS
from maillage.travel.roads.kinds import TAG_KEYS, Kind, kind_of, of_kinds, open_road, remarked, told
from maillage.travel.roads.noding import Noded, node
from maillage.travel.roads.projection import to_lambert93
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.tags import FASTEST_KM_H
from maillage.travel.roads.users import MOTOR

WHERE = "from_geodataframe"
CLASS_NAMES = ("highway", "fclass", "type")
"""Columns that may hold OpenStreetMap's class, the first with it counts."""

LEVEL_NAMES = ("level", "layer")
ONE_WAY_LETTERS = {"f": "yes", "t": "-1", "b": "no"}
"""Geofabrik's shapefiles: forward, towards, both."""

NOTHING = {"", "nan", "none", "<na>", "null"}


def read_lines(
    lines: gpd.GeoDataFrame,
    speed_km_h: str | None,
    default_km_h: float | None,
    columns: dict[str, str],
    level: str | None,
    crossings: bool,
    snap_m: float,
    rural_km_h: float,
) -> Segments:
    """Segments of a table of lines; see `RoadNetwork.from_geodataframe`."""
    faults = _faults(lines, speed_km_h, default_km_h, columns, level, snap_m, rural_km_h)
    if faults:
        raise InputError(faults)
    parts, row = _single_lines(lines, faults)
    if faults:
        raise InputError(faults)
    num_short = len(lines) - len(np.unique(row))
    kinds, kind = _kinds(lines, columns, rural_km_h)
    kept = np.array([found.kept for found in kinds], bool)[kind[row]]
    parts, row = parts[kept], row[kept]
    if not len(parts):
        raise InputError(
            [Fault(WHERE, "no roads in it that anybody may use", remedy="Give lines, and classes of roads in use")]
        )
    found = node(parts, _levels(lines, level)[row], crossings, snap_m)
    source = row[found.owner]
    length_m = shapely.length(found.line)
    roads = of_kinds(kinds, kind[source], found.line, length_m, _crossing_seconds(kinds, kind[source], source, length_m))
    roads = _with_speeds(roads, lines, source, speed_km_h, default_km_h)
    notes = (*told(remarked(kinds, kind.tolist()), "Roads"), *_noding_notes(found, len(parts), num_short, crossings))
    return replace(roads, ends=found.ends, xy_m=found.xy_m, origin="lines", notes=notes)


def _faults(
    lines: gpd.GeoDataFrame,
    speed: str | None,
    default_km_h: float | None,
    columns: dict[str, str],
    level: str | None,
    snap_m: float,
    rural_km_h: float,
) -> list[Fault]:
    if not isinstance(lines, gpd.GeoDataFrame):
        return [Fault(WHERE, f"{type(lines).__name__} instead of a GeoDataFrame", remedy="Read the file by geopandas")]
    faults = [
        Fault(WHERE, "no such column", name, remedy=f"The table has {', '.join(map(str, lines.columns))}")
        for name in (speed, level, *columns.values())
        if name is not None and name not in lines
    ]
    faults += [
        Fault(WHERE, f"{key!r} is no key that is read", "columns", remedy=f"Keys are {', '.join(sorted(TAG_KEYS))}")
        for key in columns
        if key not in TAG_KEYS
    ]
    if lines.crs is None:
        faults.append(Fault(WHERE, "no coordinate system", "crs", remedy="Set it: lines.set_crs('EPSG:2154')"))
    for name, value in (("default_km_h", default_km_h), ("rural_km_h", rural_km_h)):
        if value is not None and not 0 < value <= FASTEST_KM_H:
            message = f"{value} is not a positive speed of at most {FASTEST_KM_H:g}"
            faults.append(Fault(WHERE, message, name, remedy="Give km/h"))
    if not 0 <= snap_m < np.inf:
        faults.append(Fault(WHERE, f"{snap_m} is not 0 or more", "snap_m", remedy="Mend it"))
    return [*faults, *_row_faults(lines, speed)]


def _row_faults(lines: gpd.GeoDataFrame, speed: str | None) -> list[Fault]:
    """Faults of single rows: their shapes and speeds."""
    shapes = lines.geometry.to_numpy()
    corner, owner = shapely.get_coordinates(shapes, return_index=True)
    unplaced = np.zeros(len(lines), bool)
    unplaced[owner[~np.isfinite(corner).all(axis=1)]] = True
    no_line = (~lines.geom_type.isin(("LineString", "MultiLineString")) | lines.geometry.is_empty).to_numpy(bool)
    mend = "Mend or leave out these rows"
    judged = [("not a line", "geometry", no_line, mend), ("vertices without coordinates", "geometry", unplaced, mend)]
    if speed is not None and speed in lines:
        given = pd.to_numeric(lines[speed], errors="coerce")
        bad = ((given < 0) | np.isinf(given) | (given.isna() & lines[speed].notna())).to_numpy(bool)
        fast = (given > FASTEST_KM_H).to_numpy(bool) & ~bad
        judged.append(("negative, endless or no number", speed, bad, "Give km/h, 0 = closed"))
        judged.append((f"speed above {FASTEST_KM_H:g} km/h", speed, fast, "Give km/h, 0 = closed"))
    return [Fault(WHERE, told, column, _rows(lines, wrong), remedy) for told, column, wrong, remedy in judged if wrong.any()]


def _rows(lines: gpd.GeoDataFrame, wrong: pd.Series[bool] | np.ndarray) -> tuple[str, ...]:
    return tuple(f"row {label}" for label in lines.index[np.asarray(wrong, bool)])


def _single_lines(lines: gpd.GeoDataFrame, faults: list[Fault]) -> tuple[Objects, Index]:
    """Lines of one part in EPSG:2154, and the row each comes from."""
    whole = shapely.line_merge(shapely.force_2d(lines.geometry.to_numpy()))
    single = lines.geom_type.to_numpy() == "LineString"
    whole[single] = shapely.force_2d(lines.geometry.to_numpy()[single])  # never turned round by the merge
    parts, row = shapely.get_parts(whole, return_index=True)
    corner, owner = shapely.get_coordinates(parts, return_index=True)
    corner = to_lambert93(corner, lines.crs, faults)
    parts = np.asarray(shapely.linestrings(corner, indices=owner), dtype=object) if len(parts) else parts
    long = shapely.length(parts) > 0
    return parts[long], row[long]


def _kinds(lines: gpd.GeoDataFrame, columns: dict[str, str], rural_km_h: float) -> tuple[list[Kind], Index]:
    """Kinds of road, and the kind of each row."""
    names = {key: columns.get(key, key) for key in TAG_KEYS if columns.get(key, key) in lines}
    if "highway" not in names:
        classes = [name for name in CLASS_NAMES if name in lines and lines[name].isin(list(CLASS_USERS)).mean() >= 0.5]
        names |= {"highway": classes[0]} if classes else {}
    keys = sorted(names)
    texts = pd.DataFrame({key: _texts(lines[names[key]], key) for key in keys}, index=range(len(lines)))
    label = texts.agg("\x1f".join, axis=1) if len(keys) > 1 else texts[keys[0]] if keys else pd.Series("", range(len(lines)))
    kind, _ = pd.factorize(label)
    first = np.unique(kind, return_index=True)[1]
    found = [{key: text for key in keys if (text := str(texts.at[i, key]))} for i in first]
    return [kind_of(tags, rural_km_h) if "highway" in tags or "route" in tags else open_road(tags) for tags in found], kind


def _texts(column: pd.Series[str], key: str) -> list[str]:
    """Values as a tag would have them; a speed of 0 is one that is not known, as in Geofabrik's files."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    words = [_text(value, key) for value in values]
    return [words[code] if code >= 0 else "" for code in codes]


def _text(value: object, key: str) -> str:
    text = str(int(value)) if isinstance(value, (float, np.floating)) and float(value).is_integer() else str(value).strip()
    if text.lower() in NOTHING and not (key == "maxspeed" and text == "none"):
        return ""
    if key.startswith("oneway"):
        return ONE_WAY_LETTERS.get(text.lower(), text.lower())
    return "" if key.startswith("maxspeed") and text == "0" else text


def _levels(lines: gpd.GeoDataFrame, level: str | None) -> Ints:
    """(L,) level of each row: as given, else 1 for bridges and -1 for tunnels."""
    name = level or next((known for known in LEVEL_NAMES if known in lines), None)
    given = pd.to_numeric(lines[name], errors="coerce") if name else pd.Series(np.nan, lines.index)
    raised = sum(
        sign * lines[known].map(_stands).to_numpy(int) for known, sign in (("bridge", 1), ("tunnel", -1)) if known in lines
    )
    known = given.to_numpy(float)
    return np.where(np.isnan(known), raised, np.nan_to_num(known)).astype(np.int32)


def _stands(value: object) -> bool:
    return str(value).strip().lower() not in NOTHING | {"0", "0.0", "no", "f", "false"}


def _crossing_seconds(kinds: list[Kind], kind: Index, source: Index, length_m: Floats) -> Floats:
    """(R,) each segment's share of its ferry's duration."""
    total_m = np.bincount(source, length_m)[source]
    return np.array([found.ferry_s for found in kinds])[kind] * length_m / np.where(total_m > 0, total_m, 1.0)


def _with_speeds(
    roads: Segments, lines: gpd.GeoDataFrame, source: Index, speed: str | None, default_km_h: float | None
) -> Segments:
    """Speeds of the table's own column and the default speed put in; a fault where a road has none at all."""
    given = np.full(len(source), np.nan)
    if speed is not None:
        given = pd.to_numeric(lines[speed], errors="coerce").to_numpy(float)[source]
    columns, unknown = {}, np.zeros(len(source), bool)
    for side in ("along", "against"):
        users, seconds = getattr(roads, f"{side}_users"), getattr(roads, f"{side}_s")
        km_h = np.where(np.isnan(given) & np.isnan(seconds), np.nan if default_km_h is None else default_km_h, given)
        own_s = 3.6 * roads.length_m / np.where(km_h > 0, km_h, np.nan)
        motor = (users & MOTOR > 0) & (km_h != 0)
        columns[f"{side}_users"] = np.where(motor | roads.ferry, users, users & ~np.uint8(MOTOR)).astype(np.uint8)
        timed = np.where(np.isnan(km_h) | roads.ferry, seconds, own_s)
        columns[f"{side}_s"] = np.where(motor | roads.ferry, timed, np.inf)
        unknown |= np.isnan(columns[f"{side}_s"])
    if unknown.any():
        rows = tuple(f"row {label}" for label in lines.index[np.unique(source[unknown])])
        remedy = "Name a column of speeds (speed_km_h), of limits or classes (columns), or give default_km_h"
        raise InputError([Fault(WHERE, "roads of unknown speed", rows=rows, remedy=remedy)])
    return replace(roads, **columns)


def _noding_notes(found: Noded, num_lines: int, num_short: int, crossings: bool) -> tuple[str, ...]:
    notes = [f"Lines cut where they meet: {num_lines} into {len(found.line)} segments."]
    if num_short:
        notes.append(f"Lines of no length, left out: {num_short}.")
    if found.num_snapped:
        notes.append(f"Ends moved onto another line near them: {found.num_snapped}.")
    if found.num_crossings and crossings:
        notes.append(
            f"Crossings where neither line has a vertex, taken as junctions: {found.num_crossings}; bridges and tunnels "
            "among them need a column of levels."
        )
    return tuple(notes)
