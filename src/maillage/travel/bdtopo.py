"""Reading the roads of IGN's BD TOPO V3: layer ``troncon_de_route`` of a GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from maillage.errors import Fault, InputError
from maillage.travel.segments import Segments
from maillage.travel.users import CALM, MOTOR

LAYER = "troncon_de_route"
COLUMNS = ("nature", "sens_de_circulation", "vitesse_moyenne_vl", "acces_vehicule_leger", "urbain")
OPEN_TO_CARS = {"Libre": True, "A péage": True, "Restreint aux ayants droit": False, "Physiquement impossible": False, "": True}
"""``acces_vehicule_leger``; where it is empty, the speed alone decides."""

ALONG = {"Double sens": True, "Sens direct": True, "Sens inverse": False, "Sans objet": True, "": True}
AGAINST = {"Double sens": True, "Sens direct": False, "Sens inverse": True, "Sans objet": True, "": True}
NOT_ON_FOOT = ("Type autoroutier", "Bretelle")
IN_SERVICE = "En service"


def read_troncons(path: Path) -> Segments:
    """Segments of a BD TOPO file; see `RoadNetwork.from_bdtopo`."""
    roads = _read(path)
    if "etat_de_l_objet" in roads:
        roads = roads[roads["etat_de_l_objet"].fillna(IN_SERVICE) == IN_SERVICE]
    roads["geometry"] = _single_lines(roads.geometry)
    faults = [*_geometry_faults(roads, path), *_value_faults(roads, path)]
    if faults:
        raise InputError(faults)
    line = np.asarray(shapely.force_2d(roads.geometry.to_numpy()), dtype=object)
    length_m = shapely.length(line)
    speed_km_h = roads["vitesse_moyenne_vl"].to_numpy(np.float64)
    car = (speed_km_h > 0) & roads["acces_vehicule_leger"].map(OPEN_TO_CARS).to_numpy(bool)
    seconds = np.where(car, 3.6 * length_m / np.maximum(speed_km_h, 1e-9), np.inf)
    sense = roads["sens_de_circulation"]
    along, against = (sense.map(way).to_numpy(bool) & car for way in (ALONG, AGAINST))
    calm = np.where(roads["nature"].isin(NOT_ON_FOOT), 0, CALM)
    return Segments(
        line=line,
        length_m=length_m,
        along_s=np.where(along, seconds, np.inf),
        against_s=np.where(against, seconds, np.inf),
        along_users=(calm + np.where(along, MOTOR, 0)).astype(np.uint8),
        against_users=(calm + np.where(against, MOTOR, 0)).astype(np.uint8),
        urban=_booleans(roads["urbain"]).to_numpy(bool),
        ferry=np.zeros(len(roads), bool),
        origin="BD TOPO",
    )


def _read(path: Path) -> gpd.GeoDataFrame:
    """The layer, with its columns and coordinate system checked and texts never missing."""
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if LAYER not in layers:
            remedy = f"Its layers are {', '.join(layers)}; give the BD TOPO file of the transport theme"
            raise InputError([Fault(str(path), f"no layer {LAYER!r}", remedy=remedy)])
        info = pyogrio.read_info(path, layer=LAYER)
        faults = _header_faults(info, path)
        if faults:
            raise InputError(faults)
        wanted = [name for name in (*COLUMNS, "cleabs", "etat_de_l_objet") if name in info["fields"]]
        roads = pyogrio.read_dataframe(path, layer=LAYER, columns=wanted)
    except pyogrio.errors.DataSourceError as error:
        raise InputError([Fault(str(path), f"cannot be read: {error}", remedy="Give a GeoPackage (.gpkg)")]) from None
    roads.index = roads["cleabs"].astype(str) if "cleabs" in roads else pd.Index([f"segment {i}" for i in range(len(roads))])
    for name in ("nature", "sens_de_circulation", "acces_vehicule_leger"):
        roads[name] = roads[name].fillna("").astype(str)
    return roads


def _header_faults(info: dict[str, Any], path: Path) -> list[Fault]:
    fields = {str(name) for name in info["fields"]}
    faults = [
        Fault(str(path), "missing column", name, remedy=f"The layer {LAYER} of BD TOPO V3 has it")
        for name in COLUMNS
        if name not in fields
    ]
    if not _is_lambert93(info["crs"]):
        remedy = "Project the file to EPSG:2154 (Lambert-93)"
        faults.append(Fault(str(path), f"coordinate system {info['crs'] or 'absent'} instead of EPSG:2154", remedy=remedy))
    return faults


def _is_lambert93(crs: Any) -> bool:
    return bool(crs) and pyproj.CRS.from_user_input(crs).to_2d().equals(pyproj.CRS("EPSG:2154"), ignore_axis_order=True)


def _single_lines(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Lines of one part that are stored as lines of several parts, as plain lines."""
    several = shapes.geom_type == "MultiLineString"
    return shapes.where(~several, shapes.line_merge()) if several.any() else shapes


def _geometry_faults(roads: gpd.GeoDataFrame, path: Path) -> list[Fault]:
    wrong = (roads.geom_type != "LineString") | roads.geometry.is_empty
    if not wrong.any():
        return []
    return [Fault(str(path), "not a line", "geometry", tuple(roads.index[wrong]), "Mend or delete these segments")]


def _value_faults(roads: gpd.GeoDataFrame, path: Path) -> list[Fault]:
    faults = []
    for name, known in (("sens_de_circulation", ALONG), ("acces_vehicule_leger", OPEN_TO_CARS)):
        wrong = ~roads[name].isin(list(known))
        if wrong.any():
            rows = tuple(f"{key}: {value}" for key, value in roads.loc[wrong, name].items())
            remedy = f"Known values: {', '.join(word for word in known if word)}"
            faults.append(Fault(str(path), "unknown value", name, rows, remedy))
    speed_km_h = pd.to_numeric(roads["vitesse_moyenne_vl"], errors="coerce")
    wrong = ~((speed_km_h >= 0) & (speed_km_h < np.inf))
    if wrong.any():
        rows = tuple(str(key) for key in roads.index[wrong])
        faults.append(Fault(str(path), "negative or missing speed", "vitesse_moyenne_vl", rows, "Give km/h, 0 = not drivable"))
    wrong = _booleans(roads["urbain"]).isna()
    if wrong.any():
        rows = tuple(str(key) for key in roads.index[wrong])
        faults.append(Fault(str(path), "neither true nor false", "urbain", rows, "Give a boolean"))
    return faults


def _booleans(column: pd.Series[Any]) -> pd.Series[Any]:
    """True, False or missing, from booleans, 0/1 or words."""
    words = {"true": True, "1": True, "1.0": True, "oui": True, "false": False, "0": False, "0.0": False, "non": False}
    return column.astype(str).str.lower().map(words)
