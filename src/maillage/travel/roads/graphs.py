"""Reading a networkx graph of roads, such as OSMnx makes (also from its GraphML, where every attribute is text)."""

from __future__ import annotations

import ast
import gzip
import math
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Index, Ints, Objects
from maillage.errors import Fault, InputError
from maillage.travel.roads.access import CLASS_USERS, contraflow, verdict
from maillage.travel.roads.kinds import TAG_KEYS, Kind, of_kinds, open_road, remarked, told
from maillage.travel.roads.projection import to_lambert93
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.tags import DEFAULT_KM_H, FASTEST_KM_H, RURAL_KM_H, limits_km_h, number
from maillage.travel.roads.users import CALM, EVERYONE, MOTOR, USER_BIT

if TYPE_CHECKING:
    import networkx as nx

WHERE = "networkx graph"
Edge = tuple[int, int, dict[str, Any]]

EDGE_KEYS = TAG_KEYS - {"oneway", "junction", "route", "area", "duration"}
"""Tags that count on an edge: the direction of traffic is that of the edge itself."""

FIRST_BYTES = 2_000


def read_graph(graph: nx.Graph[Any] | str | Path, rural_km_h: float = RURAL_KM_H) -> Segments:
    """Segments of a graph; see `RoadNetwork.from_networkx`."""
    if isinstance(graph, (str, Path)):
        return replace(read_graph(_graphml(Path(graph)), rural_km_h), origin=f"OSMnx ({Path(graph).name})")
    faults: list[Fault] = []
    position = {node: i for i, node in enumerate(graph.nodes)}
    place = _places(graph, faults)
    edges = [(position[u], position[v], data) for u, v, data in graph.edges(data=True)]
    line = _lines(edges, place, faults)
    crs = graph.graph.get("crs", "EPSG:4326")
    if not faults:
        corners, owner = shapely.get_coordinates(line, return_index=True)
        corners, place = to_lambert93(corners, crs, faults), to_lambert93(place, crs, faults)
        line = np.asarray(shapely.linestrings(corners, indices=owner), dtype=object) if len(line) else line
    length_m, notes = _lengths(edges, line, faults)
    table = _table(edges, rural_km_h)
    if not 0 < rural_km_h <= FASTEST_KM_H:
        message = f"{rural_km_h} is not a positive speed of at most {FASTEST_KM_H:g}"
        faults.append(Fault(WHERE, message, "rural_km_h", remedy="Give km/h"))
    if faults:  # speeds are judged all the same
        line, length_m = np.full(len(edges), shapely.LineString([(0, 0), (0, 0)]), dtype=object), np.nan_to_num(length_m)
    halved = ~table.one_way & graph.is_directed()
    roads = of_kinds(table.kinds, table.kind, line, length_m, np.full(len(edges), np.nan), halved)
    roads = _in_their_direction(roads, edges, table, graph.is_directed(), faults)
    if faults:
        raise InputError(faults)
    counts = remarked(table.kinds, table.kind.tolist())
    ends: Ints = np.array([edge[:2] for edge in edges], np.int32).reshape(-1, 2)
    num_fast = int((table.paced & ~table.timed & (table.speed_km_h > FASTEST_KM_H)).sum())
    if num_fast:
        notes = (*notes, f"Edges with a speed_kph above {FASTEST_KM_H:g} km/h, which is left aside: {num_fast}.")
    return replace(roads, ends=ends, xy_m=place, origin=WHERE, notes=(*told(counts, "Edges"), *notes))


def _graphml(path: Path) -> nx.Graph[Any]:
    """The graph of a GraphML file; a file that declares entities of its own is refused, for they can be made to blow up."""
    import networkx as nx

    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    remedy = "Give a graph that OSMnx saved by save_graphml"
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            if b"<!DOCTYPE" in file.read(FIRST_BYTES):
                raise InputError([Fault(str(path), "a document type of its own is not accepted", remedy=remedy)])
        return nx.read_graphml(path)
    except (ParseError, nx.NetworkXError, OSError, EOFError, zlib.error, KeyError, ValueError) as error:
        raise InputError([Fault(str(path), f"no GraphML that can be read: {error}", remedy=remedy)]) from None


@dataclass(frozen=True, eq=False)
class _Table:
    """Kinds of edge, the kind of each, and what the graph says of each edge's time, speed and one-way.

    `timed` and `paced` mark the edges whose time or speed is given and counts; NaN there is one that cannot be read.
    """

    kinds: list[Kind]
    kind: Index
    timed: Bools
    travel_s: Floats
    paced: Bools
    speed_km_h: Floats
    one_way: Bools
    contraflow: Bools


def _table(edges: list[Edge], rural_km_h: float) -> _Table:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    kinds: list[Kind] = []
    limited: list[bool] = []
    kind = np.zeros(len(edges), np.intp)
    for i, (_, _, data) in enumerate(edges):
        tags = tuple((key, text) for key in sorted(EDGE_KEYS & data.keys()) if (text := _text(key, data[key])))
        if tags not in seen:
            seen[tags] = len(kinds)
            kinds.append(_kind(dict(tags), rural_km_h))
            limited.append(not math.isnan(limits_km_h(dict(tags), rural_km_h)[0]))
        kind[i] = seen[tags]
    timed, travel_s = _numbers(edges, "travel_time")
    paced, speed_km_h = _numbers(edges, "speed_kph")
    if kinds:
        paced &= ~np.array(limited, bool)[kind]
    return _Table(
        kinds=kinds,
        kind=kind,
        timed=timed,
        travel_s=travel_s,
        paced=paced,
        speed_km_h=speed_km_h,
        one_way=np.array([_text("oneway", data.get("oneway")) in ("yes", "true", "1", "-1") for *_, data in edges], bool),
        contraflow=np.array([contraflow({k: _text(k, v) for k, v in data.items() if "cycl" in k}) for *_, data in edges], bool),
    )


def _numbers(edges: list[Edge], name: str) -> tuple[Bools, Floats]:
    """Edges that have an attribute, and its numbers, NaN where it is none."""
    given = np.array([data.get(name) is not None for *_, data in edges], bool)
    return given, np.array([number(data.get(name)) for *_, data in edges], np.float64)


def _kind(tags: dict[str, str], rural_km_h: float) -> Kind:
    """An edge without a class is open to all, of an unknown class to no motor vehicle; of several, to whom may use them all."""
    classes = tags["highway"].split(";") if "highway" in tags else []
    users = EVERYONE
    for highway in classes:
        users &= CLASS_USERS.get(highway, CALM)
    slowest = {"highway": min(classes, key=lambda highway: DEFAULT_KM_H.get(highway, 0.0))} if classes else {}
    return open_road(tags | slowest, users, rural_km_h)


def _in_their_direction(roads: Segments, edges: list[Edge], table: _Table, directed: bool, faults: list[Fault]) -> Segments:
    """Times as the graph gives them; on a directed edge, the way back is for walkers, and for cycles if nothing forbids it."""
    motor = roads.along_users & MOTOR > 0
    seconds = np.where(table.timed, table.travel_s, roads.along_s)
    by_speed = table.paced & ~table.timed & ~(table.speed_km_h > FASTEST_KM_H)
    speed = np.where(table.speed_km_h > 0, table.speed_km_h, math.nan)
    seconds = np.where(motor, np.where(by_speed, 3.6 * roads.length_m / speed, seconds), math.inf)
    wrong = np.flatnonzero(motor & ~(seconds >= 0))
    if len(wrong):
        rows = tuple(f"edge {i}" for i in wrong)
        remedy = "Give travel_time (seconds, >= 0), speed_kph or maxspeed (km/h, > 0) or highway"
        faults.append(Fault(WHERE, "no usable car time or speed", "travel_time, maxspeed, highway", rows, remedy))
    seconds = np.where(motor, seconds, math.inf)
    if not directed:
        return replace(roads, along_s=seconds, against_s=seconds, against_users=roads.along_users)
    cycles = np.where(table.one_way & ~table.contraflow, 0, USER_BIT["bicycle"])
    back = (roads.along_users & (USER_BIT["foot"] | cycles)).astype(np.uint8)
    return replace(roads, along_s=seconds, against_s=np.full(len(edges), math.inf), against_users=back)


def _places(graph: nx.Graph[Any], faults: list[Fault]) -> Floats:
    place = np.array([[number(data.get(axis)) for axis in "xy"] for _, data in graph.nodes(data=True)]).reshape(-1, 2)
    wrong = [str(node) for node, row in zip(graph.nodes, place, strict=True) if not np.isfinite(row).all()]
    if wrong:
        rows = tuple(f"node {node}" for node in wrong)
        faults.append(Fault(WHERE, "nodes without coordinates", "x, y", rows, "Give every node a number x and y"))
    return place


def _lengths(edges: list[Edge], line: Objects, faults: list[Fault]) -> tuple[Floats, tuple[str, ...]]:
    """(R,) metres, as given or measured on the map; and a sentence on the latter."""
    absent = np.array([data.get("length") is None for *_, data in edges], bool)
    length_m = np.array([number(data.get("length")) for *_, data in edges], np.float64)
    if absent.any() and not faults:
        length_m = np.where(absent, shapely.length(line), length_m)
    wrong = np.flatnonzero(~((length_m >= 0) & (length_m < np.inf)) & ~absent)
    if len(wrong):
        rows = tuple(f"edge {i}: {edges[i][2].get('length')}" for i in wrong)
        faults.append(Fault(WHERE, "not a length in metres", "length", rows, "Give every edge its length, or leave it out"))
    return length_m, ((f"Edges without a length, measured on the map: {int(absent.sum())}.",) if absent.any() else ())


def _text(key: str, value: Any) -> str:
    """An attribute as a tag; of a list (an edge made of several ways), all classes and speeds, or the value that closes it."""
    if isinstance(value, str) and value.startswith("["):  # as GraphML writes a list
        value = _listed(value)
    if isinstance(value, (list, tuple)):
        parts = [str(part) for part in value]
        if key == "highway" or key.startswith("maxspeed"):
            return ";".join(parts)
        closing = [part for part in parts if verdict(part) is False]
        return (closing or parts or [""])[0]
    if value is None or value == "" or value != value:
        return ""
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


def _listed(text: str) -> list[str]:
    """The parts of a list written as text; none where it cannot be read."""
    try:
        return [str(part) for part in ast.literal_eval(text)]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # also a number of more digits than Python reads
        return []


def _lines(edges: list[Edge], place: Floats, faults: list[Fault]) -> Objects:
    """(R,) LineStrings from tail to head, in the graph's own coordinates."""
    lines = np.empty(len(edges), dtype=object)
    ends = np.array([edge[:2] for edge in edges], np.intp).reshape(-1, 2)
    drawn = np.array([data.get("geometry") is not None for *_, data in edges], bool)
    if (~drawn).any():
        lines[~drawn] = shapely.linestrings(place[ends[~drawn]])
    for i in np.flatnonzero(drawn):
        shape = edges[i][2]["geometry"]
        lines[i] = shapely.from_wkt(shape, on_invalid="ignore") if isinstance(shape, str) else shape
    wrong = ~np.array([isinstance(shape, shapely.LineString) and not shape.is_empty for shape in lines], bool)
    if wrong.any():
        rows = tuple(f"edge {i}" for i in np.flatnonzero(wrong))
        faults.append(Fault(WHERE, "not a line", "geometry", rows, "Give a LineString or leave it out"))
        return lines
    start = shapely.get_coordinates(shapely.get_point(lines, 0)).reshape(-1, 2)
    to_tail, to_head = (np.hypot(*(start - place[ends[:, side]]).T) for side in (0, 1))
    backwards = to_tail > to_head
    lines[backwards] = shapely.reverse(lines[backwards])
    return lines
