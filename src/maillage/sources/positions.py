"""Where schools stand: adresse-et-geolocalisation and annuaire-education, brought to EPSG:2154."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

import maillage.sources.schema as schema
from maillage.arrays import Bools, Floats
from maillage.sources.layout import Layout, Sheet, open_sheet

METRES = "EPSG:2154"
"""Lambert-93, in which every coordinate of a territory is given."""

COLLEGE_NATURES = frozenset({"340", "350", "352"})
"""Nature codes of a collège (350 collège climatique, 352 collège spécialisé)."""

_TOLERANCE_DEGREES = 0.02
"""How far the declared CRS may put a point from its published latitude and longitude: some 2 km."""

_MARGIN_DEGREES = 3.0
"""The register's areas of use are narrower than the use made of them: French Guiana west of 54° W, for one."""

_METROPOLE_M = (-100_000.0, 5_900_000.0, 1_400_000.0, 7_300_000.0)
"""Bounds of metropolitan France in EPSG:2154 (west, south, east, north), with a margin."""

_COORDINATES = {
    "x": ("coordonnee_x", "coordx_origine", "coordonnee_x_origine"),
    "y": ("coordonnee_y", "coordy_origine", "coordonnee_y_origine"),
    "epsg": ("epsg", "epsg_origine"),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
}

GEOLOCATION = Layout(
    "fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre",
    {
        "uai": ("numero_uai", "code_etablissement"),
        "name": ("appellation_officielle",),
        "public": ("secteur_public_prive_libe", "secteur_public_prive"),
        "commune": ("code_commune",),
        "commune_name": ("libelle_commune", "commune"),
        "nature": ("nature_uai", "code_nature"),
        "state": ("etat_etablissement", "code_etat_etablissement"),
        **_COORDINATES,
    },
    optional=frozenset({"latitude", "longitude", "state"}),
)

ANNUAIRE = Layout(
    "fr-en-annuaire-education",
    {
        "uai": ("identifiant_de_l_etablissement",),
        "name": ("nom_etablissement",),
        "public": ("statut_public_prive",),
        "commune": ("code_commune",),
        "commune_name": ("nom_commune",),
        "nature": ("code_nature",),
        "state": ("etat",),
        "updated": ("date_maj_ligne",),
        "bassin": ("libelle_bassin_formation",),
        **_COORDINATES,
    },
    optional=frozenset({"latitude", "longitude", "state", "updated", "bassin"}),
)

LAYOUTS = (GEOLOCATION, ANNUAIRE)
_CLOSED = frozenset({"2", "FERME", "FERMEE"})


def read_positions(path: Path) -> pd.DataFrame:
    """Open collèges and where they stand.

    Reads ``fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre`` (technical names or labels) and
    ``fr-en-annuaire-education``.

    Returns
    -------
    DataFrame
        One row a collège: ``uai, name, commune, commune_name, public, x_m, y_m, nature``. Coordinates are brought to
        EPSG:2154 from the CRS that each row declares; NaN where the file gives none, and outside metropolitan France,
        where EPSG:2154 has no meaning.

    Raises
    ------
    InputError
        Every fault of the file: among them coordinates without CRS, an unknown CRS, and coordinates that in the CRS
        declared lie outside its area of use or more than some 2 km from the latitude and longitude given.

    Notes
    -----
    A UAI that the annuaire lists on several lines (establishments that it calls multi-lignes) is read from the first.
    """
    sheet = open_sheet(path, LAYOUTS)
    sheet.keep(sheet.text("nature").isin(COLLEGE_NATURES) & ~sheet.codes("state").isin(_CLOSED), "an open collège")
    _first_line_only(sheet)
    x_m, y_m = _to_metres(sheet)
    frame = pd.DataFrame(
        {
            "uai": sheet.codes("uai"),
            "name": sheet.text("name"),
            "commune": sheet.codes("commune"),
            "commune_name": sheet.text("commune_name"),
            "public": sheet.public(),
            "x_m": x_m,
            "y_m": y_m,
            "nature": sheet.text("nature"),
        }
    )
    return sheet.finish(frame, schema.POSITIONS, _vintage(sheet))


def read_directory(path: Path) -> pd.DataFrame:
    """Commune of every establishment of a positions file, écoles included: ``uai, commune, commune_name``.

    This is how écoles, whose pupil file has no INSEE code, find their commune.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, LAYOUTS)
    _first_line_only(sheet)
    columns = {"uai": sheet.codes("uai"), "commune": sheet.codes("commune"), "commune_name": sheet.text("commune_name")}
    return sheet.finish(pd.DataFrame(columns), schema.DIRECTORY, _vintage(sheet))


def read_school_bassins(path: Path) -> pd.DataFrame:
    """Bassin de formation of the collèges of a positions file that tells it (the annuaire): ``uai, bassin``.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, LAYOUTS)
    sheet.keep(sheet.text("nature").isin(COLLEGE_NATURES) & (sheet.text("bassin") != ""))
    # What is wrong with their UAIs is told by `read_positions`.
    table = pd.DataFrame({"uai": sheet.codes("uai"), "bassin": sheet.text("bassin")}).drop_duplicates("uai")
    return sheet.finish(table, schema.SCHOOL_BASSINS)


def _first_line_only(sheet: Sheet) -> None:
    if sheet.layout is ANNUAIRE:
        sheet.keep(~sheet.codes("uai").duplicated())


def _vintage(sheet: Sheet) -> str:
    latest = max(sheet.text("updated").tolist(), default="") if sheet.has("updated") else ""
    return f"updated {latest[:10]}" if latest else "undated"


def _to_metres(sheet: Sheet) -> tuple[Floats, Floats]:
    """Coordinates in EPSG:2154, judging what each row declares; notes the faults on the sheet."""
    x, y, longitude, latitude = (np.asarray(sheet.numbers(c), dtype=np.float64) for c in ("x", "y", "longitude", "latitude"))
    declared = sheet.codes("epsg").str.removeprefix("EPSG:").str.removesuffix(".0").to_numpy(dtype=str)
    placed = np.isfinite(x) & np.isfinite(y)
    unnamed = placed & (declared == "")
    _note(sheet, "coordinates without a CRS", unnamed, "Give the EPSG code of the coordinates, 2154 in metropolitan France")
    lon, lat = longitude.copy(), latitude.copy()
    for code in np.unique(declared[placed & ~unnamed]):
        rows = placed & (declared == code)
        crs = _crs(code)
        if crs is None:
            _note(sheet, f"unknown CRS 'EPSG:{code}'", rows, "Give an EPSG code that exists, such as 2154")
            continue
        lon[rows], lat[rows] = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x[rows], y[rows])
        wrong = rows & _misplaced(crs, lon, lat, longitude, latitude)
        message = f"coordinates do not fit the CRS that the row declares, EPSG:{code}"
        _note(sheet, message, wrong, "Correct the EPSG code or the coordinates")
    x_m, y_m = Transformer.from_crs("EPSG:4326", METRES, always_xy=True).transform(lon, lat)
    # Back and forth through degrees costs a few micrometres: keep what is already in metres as published.
    metres = placed & (declared == "2154")
    x_m, y_m = np.where(metres, x, x_m), np.where(metres, y, y_m)
    here = in_metropole(x_m, y_m)
    overseas = sheet.codes("commune").str.startswith(("97", "98")).to_numpy(dtype=bool)
    away = placed & ~here & ~overseas & ~sheet.rows.index.isin(list(sheet.told("epsg")))
    message = "coordinates outside metropolitan France, where the row's commune is"
    _note(sheet, message, away, "Correct the EPSG code or the coordinates")
    return np.where(here, x_m, np.nan), np.where(here, y_m, np.nan)


def in_metropole(x_m: Floats, y_m: Floats) -> Bools:
    """Whether points in EPSG:2154 lie in or near metropolitan France; False for NaN."""
    west, south, east, north = _METROPOLE_M
    return (x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north)


def _crs(code: str) -> CRS | None:
    try:
        return CRS.from_epsg(int(code))
    except (CRSError, ValueError):
        return None


def _misplaced(crs: CRS, lon: Floats, lat: Floats, longitude: Floats, latitude: Floats) -> Bools:
    """Points outside the CRS's area of use, or away from the published latitude and longitude."""
    area = crs.area_of_use
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    if area is not None:
        outside |= (lon < area.west - _MARGIN_DEGREES) | (lon > area.east + _MARGIN_DEGREES)
        outside |= (lat < area.south - _MARGIN_DEGREES) | (lat > area.north + _MARGIN_DEGREES)
    away = np.hypot((lon - longitude) * np.cos(np.radians(latitude)), lat - latitude)
    return outside | (away > _TOLERANCE_DEGREES)


def _note(sheet: Sheet, message: str, rows: Bools, remedy: str) -> None:
    sheet.note("epsg", message, pd.Series(rows, index=sheet.rows.index), remedy)
