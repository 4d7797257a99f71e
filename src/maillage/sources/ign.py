"""Contours of communes and IRIS (IGN, or any file of polygons), brought to EPSG:2154."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry

import maillage.sources.schema as schema
from maillage.errors import Fault, InputError
from maillage.sources.layout import Layout, Sheet
from maillage.sources.positions import METRES, in_metropole
from maillage.sources.tables import TextTable, decode, normalise

GEO_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".fgb")
_TEXTS = (".geojson", ".json")
_OVERSEAS = ("97", "98")

COMMUNES = Layout(
    "commune contours",
    {
        "commune": ("code", "code_insee", "insee_com", "insee", "codgeo", "code_commune", "com", "depcom"),
        "name": ("nom", "nom_com", "nom_offici(?:el)?", "nom_commun(?:e)?", "libelle", "libgeo", "nom_m"),
    },
)

IRIS = Layout(
    "IRIS contours",
    {
        "iris": ("code_iris", "dcomiris", "iris_code"),
        "commune": ("insee_com", "code_insee", "depcom", "code_commune"),
        "name": ("nom_iris", "lib_iris"),
    },
)

ROADS = Layout("BD TOPO troncon_de_route", {"speed": ("vitesse_moyenne_vl",), "way": ("sens_de_circulation",)})


def read_communes(path: Path) -> gpd.GeoDataFrame:
    """Contours of communes (ADMIN EXPRESS, GeoJSON by département, ...).

    Returns
    -------
    GeoDataFrame
        ``commune, name, geometry`` in EPSG:2154, valid polygons; communes overseas are left out, since EPSG:2154 has no
        meaning there.

    Raises
    ------
    InputError
        Every fault of the file: no CRS, a CRS that does not fit the coordinates, no such column, a commune given twice or
        without contour.
    """
    return _read_contours(path, COMMUNES, schema.COMMUNES)


def read_iris(path: Path) -> gpd.GeoDataFrame:
    """Contours of IRIS (Contours... IRIS, IRIS-GE): ``iris, commune, name, geometry`` in EPSG:2154, as `read_communes`."""
    return _read_contours(path, IRIS, schema.IRIS_CONTOURS)


def layers(path: Path) -> dict[str, tuple[str, ...]]:
    """Columns of each layer of a file of geometries; raises `InputError` where it cannot be opened."""
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    if path.stat().st_size == 0:
        raise InputError([Fault(str(path), "the file is empty", remedy="Download or export it again")])
    if path.suffix.lower() in _TEXTS:
        decode(path.read_bytes(), str(path))
    try:
        found = [str(name) for name, _ in pyogrio.list_layers(path)]
        return {name: tuple(str(f) for f in pyogrio.read_info(path, layer=name)["fields"]) for name in found}
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        remedy = "Contours are read from GeoJSON, GeoPackage or shapefile; one that is cut short must be downloaded again"
        # GDAL goes on with advice for its own users.
        cause = str(error).partition(" It might help")[0].rstrip(".; ")
        raise InputError([Fault(str(path), f"is not a readable file of contours ({cause})", remedy=remedy)]) from None


def count_features(path: Path) -> int:
    """Features of all layers of a file of geometries, as `layers`."""
    return sum(int(pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]) for name in layers(path))


def _read_contours(path: Path, layout: Layout, checks: schema.TableSchema) -> gpd.GeoDataFrame:
    columns = layers(path)
    layer = min(columns, key=lambda name: len(layout.missing(_names(columns[name]))), default="")
    header = columns.get(layer, ())
    names = _names(header)
    read = _read_layer(path, layer, [header[i] for i in layout.find(names).values()])
    text = {n: read[c].fillna("").astype(str) for n, c in zip(names, header, strict=True) if c in read.columns}
    sheet = Sheet(TextTable(str(path), header, names, pd.DataFrame(text, index=read.index)), layout)
    codes = {column: sheet.text(column) if column == "name" else sheet.codes(column) for column in layout.columns}
    frame = pd.DataFrame(codes, index=read.index)
    overseas = frame["commune"].str.startswith(_OVERSEAS)
    contours = _to_metres(sheet, read.geometry[~overseas])
    table = sheet.finish(frame[~overseas], checks)
    return gpd.GeoDataFrame(table, geometry=contours.to_numpy(), crs=METRES)


def _read_layer(path: Path, layer: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    try:
        read = gpd.read_file(path, layer=layer or None, columns=list(columns))
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise InputError([Fault(str(path), f"cannot be read ({error})", remedy="Download it again")]) from None
    if read.empty or "geometry" not in read.columns:
        raise InputError([Fault(str(path), "holds no contour", remedy="Download or export it again")])
    read.index = pd.RangeIndex(1, len(read) + 1, name="feature")
    return gpd.GeoDataFrame(read)


def _to_metres(sheet: Sheet, geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Valid polygons in EPSG:2154; faults of the CRS and of single contours are noted on the sheet."""
    if geometry.crs is None:
        remedy = "Save the file with its CRS (EPSG:2154 or EPSG:4326)"
        sheet.faults.append(Fault(sheet.file, "the contours have no CRS", "geometry", remedy=remedy))
        return geometry
    flat = geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~geometry.is_empty
    sheet.note("geometry", "not a polygon", ~flat, "Download or export the contours again")
    made = geometry[flat].make_valid()
    bare = pd.Series(shapely.area(made.to_numpy()) <= 0, index=made.index).reindex(geometry.index, fill_value=False)
    valid = made.to_crs(METRES)
    sheet.note("geometry", "a polygon without area", bare, "Download or export the contours again")
    bounds = valid.bounds
    corners = in_metropole(bounds["minx"].to_numpy(), bounds["miny"].to_numpy())
    corners &= in_metropole(bounds["maxx"].to_numpy(), bounds["maxy"].to_numpy())
    away = pd.Series(~corners, index=valid.index)
    message = f"wrong CRS: declared {geometry.crs.to_string()}, which puts the contours outside metropolitan France"
    sheet.note("geometry", message, away, "Give the CRS in which the coordinates really are")
    return valid.map(_polygons_only).reindex(geometry.index)


def _polygons_only(shape: BaseGeometry) -> BaseGeometry:
    """Mending an invalid ring may leave stray lines beside the polygons."""
    if shape.geom_type != "GeometryCollection":
        return shape
    return shapely.union_all([part for part in shape.geoms if part.geom_type in ("Polygon", "MultiPolygon")])


def _names(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(normalise(column) for column in columns)
