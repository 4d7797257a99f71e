"""Reading the roads of IGN's BD TOPO V3: layer ``troncon_de_route`` of a GeoPackage.

Sources: IGN, "BD TOPO Version 3.0, Descriptif de contenu" (2021), and the rules of its route service (cartes.gouv.fr): no light
vehicle on private roads, on those kept for "ayants droit", on paths and stairs; pedestrians everywhere but on motorways.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from maillage.arrays import Bools, Floats
from maillage.errors import Fault, InputError
from maillage.travel.roads.limits import with_departmental_limit
from maillage.travel.roads.segments import Segments, car_seconds
from maillage.travel.roads.tags import BUS_KM_H, FASTEST_KM_H, FERRY_KM_H
from maillage.travel.roads.users import MOTOR, USER_BIT, Users

LAYER = "troncon_de_route"
COLUMNS = ("nature", "sens_de_circulation", "vitesse_moyenne_vl", "acces_vehicule_leger", "urbain")
CYCLE_LANES = ("amenagement_cyclable_gauche", "amenagement_cyclable_droit")
WORDS = (
    "nature", "sens_de_circulation", "acces_vehicule_leger", "acces_pieton", "prive", "reserve_aux_bus", "importance",
    "nature_de_la_restriction", "cpx_classement_administratif", *CYCLE_LANES, *(f"sens_{lane}" for lane in CYCLE_LANES),
)  # fmt: skip
"""Columns of words; those beyond `COLUMNS` are read where the file has them."""

OPEN_TO_CARS = {"Libre": True, "A péage": True, "Restreint aux ayants droit": False, "Physiquement impossible": False, "": True}
"""``acces_vehicule_leger``; where it is empty, the speed alone decides."""

ALONG = {"Double sens": True, "Sens direct": True, "Sens inverse": False, "Sans objet": True, "": True}
AGAINST = {"Double sens": True, "Sens direct": False, "Sens inverse": True, "Sans objet": True, "": True}
MOTORWAYS = ("Type autoroutier", "Bretelle")
"""Neither on foot nor by bicycle."""

CLOSED_ON_FOOT = ("Restreint aux ayants droit", "Interdit", "Physiquement impossible")
"""``acces_pieton``; anything else is open, also a private road, as in IGN's own service."""

FERRY, STAIRS = "Bac ou liaison maritime", "Escalier"
UNSIGNED_CONTRAFLOW = "Double sens cyclable non matérialisé"
IN_SERVICE = "En service"


def read_troncons(path: Path, departmental_km_h: float | None = None) -> Segments:
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
    urban, notes = _booleans(roads["urbain"]).to_numpy(bool), list[str]()
    if departmental_km_h is not None:
        speed_km_h = with_departmental_limit(roads, speed_km_h, urban, departmental_km_h, str(path), notes)
    ferry = (roads["nature"] == FERRY).to_numpy()
    along, against = _users(roads, speed_km_h > 0, ferry, notes)
    speed_km_h = _speeds(speed_km_h, ferry, notes)
    along_s, against_s = (
        car_seconds(length_m, speed_km_h, (users & MOTOR > 0) | (ferry & (users > 0))) for users in (along, against)
    )
    return Segments(line, length_m, along_s, against_s, along, against, urban, ferry, "BD TOPO", notes=tuple(notes))


def _users(roads: gpd.GeoDataFrame, drivable: Bools, ferry: Bools, notes: list[str]) -> tuple[Users, Users]:
    """Who may go along and against each segment."""
    private = _booleans(roads["prive"]).isin([True]).to_numpy()
    car = (drivable | ferry) & ~private & roads["acces_vehicule_leger"].map(OPEN_TO_CARS).to_numpy(bool)
    foot = ~roads["nature"].isin(MOTORWAYS).to_numpy() & ~roads["acces_pieton"].isin(CLOSED_ON_FOOT).to_numpy()
    bicycle = ~roads["nature"].isin((*MOTORWAYS, STAIRS)).to_numpy()
    users = []
    for way, lane in ((ALONG, "Sens direct"), (AGAINST, "Sens inverse")):
        flow = roads["sens_de_circulation"].map(way).to_numpy(bool)
        bus = roads["reserve_aux_bus"].isin((lane, "Double sens")).to_numpy()
        can = {
            "car": car & flow,
            "coach": (car & flow) | bus,
            "bicycle": bicycle & (flow | _cycle_lane(roads, lane)),
            "foot": foot,
        }
        users.append(np.sum([bit * can[user] for user, bit in USER_BIT.items()], axis=0).astype(np.uint8))
    closed = int((private & drivable).sum())
    if closed:
        notes.append(f"Private roads with a speed, closed to motor vehicles: {closed}.")
    return users[0], users[1]


def _cycle_lane(roads: gpd.GeoDataFrame, lane: str) -> Bools:
    """Where cycles have a lane or a sign of their own in a direction."""
    found = (roads["nature_de_la_restriction"] == UNSIGNED_CONTRAFLOW).to_numpy(copy=True)
    for side in CYCLE_LANES:
        found |= ((roads[side] != "") & roads[f"sens_{side}"].isin((lane, "Double sens", "Double Sens"))).to_numpy()
    return np.asarray(found)


def _speeds(speed_km_h: Floats, ferry: Bools, notes: list[str]) -> Floats:
    """Speeds above 0 wherever something may move."""
    idle = ferry & (speed_km_h == 0)
    if idle.any():
        notes.append(f"Ferries without a speed, taken to sail at {FERRY_KM_H:g} km/h: {int(idle.sum())}.")
    return np.where(idle, FERRY_KM_H, np.where(speed_km_h > 0, speed_km_h, BUS_KM_H))


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
        wanted = [name for name in dict.fromkeys((*COLUMNS, *WORDS, "cleabs", "etat_de_l_objet")) if name in info["fields"]]
        roads = pyogrio.read_dataframe(path, layer=LAYER, columns=wanted)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:  # damaged anywhere
        raise InputError([Fault(str(path), f"cannot be read: {error}", remedy="Give a GeoPackage (.gpkg)")]) from None
    roads.index = roads["cleabs"].astype(str) if "cleabs" in roads else pd.Index([f"segment {i}" for i in range(len(roads))])
    for name in WORDS:
        roads[name] = roads[name].astype(object).fillna("").astype(str) if name in roads else ""
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
    for told, wrong in (
        ("negative or missing speed", ~(speed_km_h >= 0)),
        (f"speed above {FASTEST_KM_H:g} km/h", speed_km_h > FASTEST_KM_H),
    ):
        if wrong.any():
            rows = tuple(str(key) for key in roads.index[wrong])
            faults.append(Fault(str(path), told, "vitesse_moyenne_vl", rows, "Give km/h, 0 = not drivable"))
    wrong = _booleans(roads["urbain"]).isna()
    if wrong.any():
        rows = tuple(str(key) for key in roads.index[wrong])
        faults.append(Fault(str(path), "neither true nor false", "urbain", rows, "Give a boolean"))
    return faults


def _booleans(column: pd.Series[Any]) -> pd.Series[Any]:
    """True, False or missing, from booleans, 0/1 or words."""
    words = {"true": True, "1": True, "1.0": True, "oui": True, "false": False, "0": False, "0.0": False, "non": False}
    return column.astype(str).str.lower().map(words)
