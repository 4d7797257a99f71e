"""Reading a networkx graph of roads, such as OSMnx makes (also from its GraphML, where every attribute is text)."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maillage.arrays import Floats, Ints, Objects
from maillage.errors import Fault, InputError
from maillage.travel.projection import to_lambert93
from maillage.travel.segments import Segments
from maillage.travel.users import CALM, MOTOR

if TYPE_CHECKING:
    import networkx as nx

WHERE = "networkx graph"
LIMIT_FACTOR = 0.8
"""Mean speed over speed limit (OSRM, car profile)."""

DEFAULT_KM_H = {
    "motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0, "primary": 65.0, "primary_link": 30.0,
    "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0, "tertiary_link": 20.0, "unclassified": 25.0,
    "residential": 25.0, "living_street": 10.0, "service": 15.0, "road": 25.0,
}  # fmt: skip
"""Mean car speed by OSM class where no limit is known (OSRM, car profile); other classes are closed to cars."""

FRENCH_LIMITS_KM_H = {"FR:urban": 50.0, "FR:rural": 80.0, "FR:motorway": 130.0, "FR:zone30": 30.0, "FR:walk": 20.0}
KM_H_PER_MPH = 1.609344
TOWN_CLASSES = {"residential", "living_street"}
TOWN_LIMIT_KM_H = 50.0


def read_graph(graph: nx.Graph[Any]) -> Segments:
    """Segments of a graph; see `RoadNetwork.from_networkx`."""
    faults: list[Fault] = []
    position = {node: i for i, node in enumerate(graph.nodes)}
    place = _places(graph, faults)
    edges = [(position[u], position[v], data) for u, v, data in graph.edges(data=True)]
    ends: Ints = np.array([edge[:2] for edge in edges], np.int32).reshape(-1, 2)
    length_m = _lengths(edges, faults)
    seconds, urban = _car(edges, length_m, faults)
    crs = graph.graph.get("crs", "EPSG:4326")
    line = _lines(edges, place, faults)
    if not faults:
        corners, owner = shapely.get_coordinates(line, return_index=True)
        corners, place = to_lambert93(corners, crs, faults), to_lambert93(place, crs, faults)
        line = np.asarray(shapely.linestrings(corners, indices=owner), dtype=object) if len(line) else line
    if faults:
        raise InputError(faults)
    against_s = np.full(len(edges), np.inf) if graph.is_directed() else seconds
    motorway = np.array([_word(data.get("highway")).startswith("motorway") for *_, data in edges], bool)
    calm = np.where(motorway, 0, CALM)
    return Segments(
        line=line,
        length_m=length_m,
        along_s=seconds,
        against_s=against_s,
        along_users=(calm + np.where(np.isfinite(seconds), MOTOR, 0)).astype(np.uint8),
        against_users=(calm + np.where(np.isfinite(against_s), MOTOR, 0)).astype(np.uint8),
        urban=urban,
        ferry=np.zeros(len(edges), bool),
        origin=WHERE,
        ends=ends,
        xy_m=place,
    )


def _places(graph: nx.Graph[Any], faults: list[Fault]) -> Floats:
    place = np.array([[_number(data.get(axis)) for axis in "xy"] for _, data in graph.nodes(data=True)]).reshape(-1, 2)
    wrong = [str(node) for node, row in zip(graph.nodes, place, strict=True) if not np.isfinite(row).all()]
    if wrong:
        rows = tuple(f"node {node}" for node in wrong)
        faults.append(Fault(WHERE, "nodes without coordinates", "x, y", rows, "Give every node a number x and y"))
    return place


def _lengths(edges: list[tuple[int, int, dict[str, Any]]], faults: list[Fault]) -> Floats:
    length_m = np.array([_number(data.get("length")) for *_, data in edges])
    wrong = np.flatnonzero(~((length_m >= 0) & (length_m < np.inf)))
    if len(wrong):
        rows = tuple(f"edge {i}: {edges[i][2].get('length')}" for i in wrong)
        faults.append(Fault(WHERE, "not a length in metres", "length", rows, "Give every edge its length"))
    return length_m


def _car(edges: list[tuple[int, int, dict[str, Any]]], length_m: Floats, faults: list[Fault]) -> tuple[Floats, Any]:
    """(R,) car seconds, inf = closed; (R,) bool in a town."""
    seconds, urban, wrong = np.full(len(edges), np.inf), np.zeros(len(edges), bool), []
    for i, (_, _, data) in enumerate(edges):
        highway, limit_km_h = _word(data.get("highway")), _limit(data.get("maxspeed"))
        urban[i] = highway in TOWN_CLASSES or limit_km_h <= TOWN_LIMIT_KM_H
        if "travel_time" in data:
            seconds[i] = _number(data["travel_time"])
        elif highway in DEFAULT_KM_H or not highway:
            speed_km_h = _speed(limit_km_h, data.get("speed_kph"), highway)
            seconds[i] = 3.6 * length_m[i] / speed_km_h if speed_km_h > 0 else math.nan
        if not seconds[i] >= 0:
            wrong.append(f"edge {i}")
    if wrong:
        remedy = "Give travel_time (seconds, >= 0), maxspeed (km/h, > 0) or highway"
        faults.append(Fault(WHERE, "no usable car time or speed", "travel_time, maxspeed, highway", tuple(wrong), remedy))
    return seconds, urban


def _speed(limit_km_h: float, speed_kph: Any, highway: str) -> float:
    """Mean car speed: from the limit, else as given, else by class; NaN if none is known."""
    if not math.isnan(limit_km_h):
        return LIMIT_FACTOR * limit_km_h
    if speed_kph is not None:
        return _number(speed_kph)
    return DEFAULT_KM_H.get(highway, math.nan)


def _limit(value: Any) -> float:
    """Speed limit, km/h; the least of a list; NaN where there is none that can be read."""
    limits = []
    for part in _parts(value):
        text = str(part).strip()
        if text in FRENCH_LIMITS_KM_H:
            limits.append(FRENCH_LIMITS_KM_H[text])
        elif text.endswith("mph"):
            limits.append(KM_H_PER_MPH * _number(text.removesuffix("mph")))
        else:
            limits.append(_number(text))
    known = [limit for limit in limits if not math.isnan(limit)]
    return min(known) if known else math.nan


def _word(value: Any) -> str:
    """An OSM class; the first of a list."""
    parts = _parts(value)
    return str(parts[0]) if parts else ""


def _parts(value: Any) -> list[Any]:
    """`value` as a list; GraphML writes a list as its text, ``"['30', '45']"``."""
    if isinstance(value, str) and value.startswith("["):
        value = ast.literal_eval(value)
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _lines(edges: list[tuple[int, int, dict[str, Any]]], place: Floats, faults: list[Fault]) -> Objects:
    """(R,) LineStrings from tail to head, in the graph's own coordinates."""
    lines = np.empty(len(edges), dtype=object)
    wrong = []
    for i, (tail, head, data) in enumerate(edges):
        shape = data.get("geometry")
        if isinstance(shape, str):
            shape = shapely.from_wkt(shape, on_invalid="ignore")
        if "geometry" not in data:
            shape = shapely.LineString([place[tail], place[head]])
        elif not isinstance(shape, shapely.LineString) or shape.is_empty:
            wrong.append(f"edge {i}")
            continue
        start = np.asarray(shape.coords[0])
        forward = np.hypot(*(start - place[tail])) <= np.hypot(*(start - place[head]))
        lines[i] = shape if forward else shape.reverse()
    if wrong:
        faults.append(Fault(WHERE, "not a line", "geometry", tuple(wrong), "Give a LineString or leave it out"))
    return lines
