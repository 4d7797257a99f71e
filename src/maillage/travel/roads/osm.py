"""Reading the roads of an OpenStreetMap file: PBF, or XML plain, gzipped or bzipped."""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Bools, Floats, Index
from maillage.errors import Fault, InputError
from maillage.travel.roads.access import barrier_users
from maillage.travel.roads.barriers import with_barriers
from maillage.travel.roads.kinds import TAG_KEYS, Kind, kind_of, of_kinds, remarked, told
from maillage.travel.roads.projection import to_lambert93
from maillage.travel.roads.segments import Segments, lines_between, pieces
from maillage.travel.roads.tags import FASTEST_KM_H, RURAL_KM_H
from maillage.travel.roads.users import EVERYONE

NOWHERE = 2**31 - 1
"""What osmium writes for the coordinates of a node that the file does not hold."""

PER_DEGREE = 1e7

ADVICE = "Give an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2), for instance of download.geofabrik.de"


@dataclass(eq=False)
class _Ways:
    """What is taken from the file: kinds of way, and the ways' nodes one after the other."""

    kinds: list[Kind] = field(default_factory=list)
    kind: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("q"))
    ref: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("q"))
    y: array[int] = field(default_factory=lambda: array("q"))
    barriers: dict[int, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def read_osm(path: Path, rural_km_h: float = RURAL_KM_H) -> Segments:
    """Segments of an OpenStreetMap file; see `RoadNetwork.from_osm`."""
    if not 0 < rural_km_h <= FASTEST_KM_H:
        told = f"{rural_km_h} is not a positive speed of at most {FASTEST_KM_H:g}"
        raise InputError([Fault("from_osm", told, "rural_km_h", remedy="Give km/h")])
    ways = _read(path, rural_km_h)
    if not ways.kind:
        raise InputError([Fault(str(path), "no roads in it (ways with highway=... or route=ferry)", remedy=ADVICE)])
    drawn, num_outside = _drawn(ways)
    faults: list[Fault] = []
    corner = to_lambert93(np.column_stack([drawn.x, drawn.y]) / PER_DEGREE, "EPSG:4326", faults)
    if faults:
        raise InputError([replace(fault, file=str(path)) for fault in faults])
    roads, ref = _segments(ways, drawn, corner)
    passing = np.array([ways.barriers.get(node, EVERYONE) for node in ref.tolist()], np.uint8)
    notes = _notes(ways, num_outside, int((passing != EVERYONE).sum()))
    return replace(with_barriers(roads, passing), origin=f"OpenStreetMap ({path.name})", notes=notes)


def _read(path: Path, rural_km_h: float) -> _Ways:
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    try:
        import osmium
    except ImportError:
        remedy = 'Install it: pip install "maillage[osm]"'
        raise InputError([Fault(str(path), "reading OpenStreetMap files needs the package osmium", remedy=remedy)]) from None
    ways, number = _Ways(), dict[tuple[tuple[str, str], ...], int]()
    try:
        for thing in _things(osmium, path):
            if thing.is_node():
                ways.barriers[thing.id] = barrier_users(dict(thing.tags))
            else:
                _take(ways, thing, number, rural_km_h)
    except (RuntimeError, OSError, ValueError, EOFError, zlib.error, osmium.InvalidLocationError) as error:
        raise InputError([Fault(str(path), f"cannot be read: {error}", remedy=f"It may be cut short. {ADVICE}")]) from None
    return ways


def _things(osmium: Any, path: Path) -> Iterator[Any]:
    """Barriers and ways that may be roads, nodes before ways."""
    wanted = osmium.osm.NODE | osmium.osm.WAY
    file = osmium.FileProcessor(str(path), wanted).with_locations()
    return iter(file.with_filter(osmium.filter.KeyFilter("highway", "route", "barrier")).with_filter(_barriers_only(osmium)))


def _barriers_only(osmium: Any) -> Any:
    """A filter that drops the nodes of another kind (crossings, bus stops), of which there are many."""
    return osmium.filter.KeyFilter("barrier").enable_for(osmium.osm.NODE)


def _take(ways: _Ways, way: Any, number: dict[tuple[tuple[str, str], ...], int], rural_km_h: float) -> None:
    """Add a way, unless nobody may use it."""
    tags = tuple(sorted((tag.k, tag.v) for tag in way.tags if tag.k in TAG_KEYS))
    if tags not in number:
        number[tags] = len(ways.kinds)
        ways.kinds.append(kind_of(dict(tags), rural_km_h))
    kind = ways.kinds[number[tags]]
    if not kind.kept:
        ways.left_out.update(kind.remarks if "highway" in way.tags else ())
        return
    nodes = [(node.ref, node.x, node.y) for node in way.nodes]
    if len(nodes) > 1:
        ways.kind.append(number[tags])
        ways.size.append(len(nodes))
        for column, values in zip((ways.ref, ways.x, ways.y), zip(*nodes, strict=True), strict=True):
            column.extend(values)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Vertices of the ways: the way and the unbroken run of the way each belongs to, its node, its place."""

    way: Index
    run: Index
    ref: npt.NDArray[np.int64]
    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]


def _drawn(ways: _Ways) -> tuple[_Drawn, int]:
    """Vertices with a place, each once in a row; and the number of those without, where ways leave the extract."""
    way = np.repeat(np.arange(len(ways.size)), np.asarray(ways.size))
    ref, x, y = (np.asarray(column) for column in (ways.ref, ways.x, ways.y))
    placed = x != NOWHERE
    run = way + np.cumsum(~placed)  # a vertex without a place breaks its way in two
    again = np.concatenate([[False], (ref[1:] == ref[:-1]) & (run[1:] == run[:-1])])
    keep = placed & ~again
    _, dense, size = np.unique(run[keep], return_inverse=True, return_counts=True)
    long = size[dense] > 1
    columns = (column[keep][long] for column in (way, run, ref, x, y))
    return _Drawn(*columns), int((~placed).sum())


def _segments(ways: _Ways, drawn: _Drawn, corner: Floats) -> tuple[Segments, npt.NDArray[np.int64]]:
    """Ways cut where they meet, at barriers and at their ends; and the OSM id of each node, ascending."""
    start, end = pieces(drawn.run, _stops(drawn, ways.barriers))
    line = lines_between(corner, start, end)
    length_m = shapely.length(line)
    kinds, kind = ways.kinds, np.asarray(ways.kind)[drawn.way[start]]
    ferry_s = _ferry_seconds(drawn.way[start], np.array([k.ferry_s for k in kinds])[kind], length_m)
    roads = of_kinds(kinds, kind, line, length_m, ferry_s)
    corners = np.concatenate([start, end])
    ref, first, node = np.unique(drawn.ref[corners], return_index=True, return_inverse=True)
    ends = node.reshape(2, -1).T.astype(np.int32)
    return replace(roads, ends=ends, xy_m=corner[corners[first]]), ref


def _stops(drawn: _Drawn, barriers: dict[int, int]) -> Bools:
    """(M,) vertices that several ways share or that are a way's end or a barrier to somebody."""
    _, node, uses = np.unique(drawn.ref, return_inverse=True, return_counts=True)
    turn = np.concatenate([[True], drawn.run[1:] != drawn.run[:-1], [True]])
    shut = np.isin(drawn.ref, [ref for ref, users in barriers.items() if users != EVERYONE])
    return np.asarray(turn[:-1] | turn[1:] | (uses[node] > 1) | shut)


def _ferry_seconds(way: Index, whole_s: Floats, length_m: Floats) -> Floats:
    """(R,) each segment's share of its ferry's duration, by length; NaN where none is known."""
    total_m = np.bincount(way, length_m)[way]
    return whole_s * length_m / np.where(total_m > 0, total_m, 1.0)


def _notes(ways: _Ways, num_outside: int, num_barriers: int) -> tuple[str, ...]:
    """What was left out or assumed, with counts of ways."""
    counts = ways.left_out + remarked(ways.kinds, ways.kind)
    notes = list(told(counts, "Ways"))
    if num_barriers:
        notes.append(f"Barriers closed to some users: {num_barriers}; conditions that change with the hour are not read.")
    if num_outside:
        notes.append(f"Points of ways outside the extract, where the roads are cut: {num_outside}.")
    return tuple(notes)
