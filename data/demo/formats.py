"""Low-level writers whose bytes depend on the content alone: no time stamp, one line ending, fixed order."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pandas as pd
import pyogrio
import shapely

_MOMENT = "2025-01-01T00:00:00Z"
Rows = Sequence[Sequence[Any]]


def words(text: str) -> list[str]:
    """A list of names written as one line of text."""
    return text.split()


def write_csv(path: Path, header: Sequence[str], rows: Rows, *, separator: str = ";", bom: bool = False) -> None:
    """Text table; None is an empty field."""
    table = pd.DataFrame(list(rows), columns=list(header), dtype=object)
    path.write_bytes(table.to_csv(index=False, sep=separator, lineterminator="\n").encode("utf-8-sig" if bom else "utf-8"))


def write_xlsx(path: Path, sheets: dict[str, Rows]) -> None:
    """Workbook with one sheet an entry, its archive rewritten with a fixed date."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    raw = BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _MOMENT.encode(), content)
            target.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def write_geojson(path: Path, polygons: Sequence[shapely.Geometry], properties: Sequence[dict[str, str]]) -> None:
    """Longitude and latitude, 5 decimals, one feature a line."""
    features = []
    for polygon, values in zip(polygons, properties, strict=True):
        rings = [[[round(x, 5), round(y, 5)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]
        shape = {"type": "Polygon", "coordinates": rings}
        features.append(
            json.dumps({"type": "Feature", "geometry": shape, "properties": values}, ensure_ascii=False, separators=(",", ":"))
        )
    path.write_text(
        '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n", encoding="utf-8", newline="\n"
    )


def write_gpkg(path: Path, layer: str, table: pd.DataFrame, lines: Sequence[shapely.Geometry]) -> None:
    """GeoPackage in EPSG:2154 with a fixed date of last change."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2025-01-01T00:00:00.000Z"})
    frame = geopandas.GeoDataFrame(table, geometry=list(lines), crs=2154)
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", geometry_type="LineString")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
