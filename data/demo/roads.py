"""A planar road network: a Gabriel graph on villages, quarters and crossroads, with classes taken from through traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, cKDTree

from demo.land import CITIES, Floats, Ints, Land, nearest

SPEED_RURAL_KM_H = {"1": 80, "2": 67, "3": 63, "4": 58, "5": 42}
SPEED_URBAN_KM_H = {"1": 50, "2": 50, "3": 45, "4": 40, "5": 30}


@dataclass(frozen=True)
class Roads:
    """One row a segment: end nodes, line (EPSG:2154), and the BD TOPO attributes that matter for travel."""

    tail: Ints
    head: Ints
    line: list[shapely.Geometry]
    nature: NDArray[np.object_]
    importance: NDArray[np.object_]
    urban: NDArray[np.bool_]
    speed_km_h: Ints
    direction: NDArray[np.object_]
    access: NDArray[np.object_]
    commune: Ints


def build_roads(land: Land, rng: np.random.Generator) -> Roads:
    """Segments that meet at shared end points only; every cell's centre is a node."""
    node_m, cell = _nodes(land, rng)
    every, gabriel = _gabriel(node_m)
    drive, paths = every[gabriel], every[~gabriel]
    length = np.hypot(*(node_m[paths[:, 0]] - node_m[paths[:, 1]]).T)
    paths = paths[(length < 1_500) & (rng.random(len(paths)) < 0.12)]
    towns = land.population[land.commune[cell]] * np.where(land.dense[land.commune[cell]], 1.4, 1.0) > 5_200
    urban = np.asarray(towns[drive].all(axis=1))
    importance = _importance(land, node_m, drive)
    nature, direction, access, speed = _attributes(importance, urban)
    direction[_one_way(drive, urban & (importance == "5"), len(node_m), rng)] = "Sens direct"
    ends = np.vstack([drive, paths])
    few = len(paths)
    return Roads(
        tail=ends[:, 0],
        head=ends[:, 1],
        line=_lines(node_m, ends, rng),
        nature=np.concatenate([nature, np.where(np.arange(few) % 3 == 0, "Sentier", "Chemin").astype(object)]),
        importance=np.concatenate([importance, np.full(few, "6", dtype=object)]),
        urban=np.concatenate([urban, np.zeros(few, dtype=bool)]),
        speed_km_h=np.concatenate([speed, np.zeros(few, dtype=np.int64)]),
        direction=np.concatenate([direction, np.full(few, "Sans objet", dtype=object)]),
        access=np.concatenate([access, np.full(few, "Physiquement impossible", dtype=object)]),
        commune=land.commune[cell[ends[:, 0]]],
    )


def _nodes(land: Land, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Cell centres first, then crossroads between a centre and corners of its cell; with the cell of each."""
    points, cell = [land.site_m], [np.arange(len(land.site_m))]
    many = np.bincount(land.commune)[land.commune] > 1
    for i, corners in enumerate(land.corners):
        count = 3 if many[i] else int(rng.integers(1, 3))
        chosen = corners[rng.permutation(len(corners))[:count]]
        part = 0.45 + 0.3 * rng.random((len(chosen), 1))
        points.append(land.site_m[i] + part * (chosen - land.site_m[i]))
        cell.append(np.full(len(chosen), i))
    return np.vstack(points).round(1), np.concatenate(cell)


def _gabriel(node_m: Floats) -> tuple[Ints, NDArray[np.bool_]]:
    """Delaunay edges (first < second, sorted), and which of them have no third node in their own circle."""
    triangles = Delaunay(node_m).simplices
    pairs = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    edges = np.unique(pairs, axis=0).astype(np.int64)
    middle = node_m[edges].mean(axis=1)
    half = np.hypot(*(node_m[edges[:, 0]] - node_m[edges[:, 1]]).T) / 2
    return edges, np.asarray(nearest(node_m, middle)[0] > half - 0.01)


def _graph(edges: Ints, length: Floats, count: int) -> csr_array:
    both = np.vstack([edges, edges[:, ::-1]])
    return csr_array((np.concatenate([length, length]), (both[:, 0], both[:, 1])), shape=(count, count))


def _importance(land: Land, node_m: Floats, edges: Ints) -> NDArray[np.object_]:
    """Class 1 between the seven largest cities, 2 between cities, 3 between seats, 4 between villages, else 5."""
    length = np.hypot(*(node_m[edges[:, 0]] - node_m[edges[:, 1]]).T)
    first = np.array([land.cells_of(c)[0] for c in range(len(land.population))])
    seats = int((land.seat > 0).sum())
    importance = np.full(len(edges), "5", dtype=object)
    cost = length.copy()
    for mark, ends, reach, gain in (
        ("1", 7, 2, 0.5),
        ("2", len(CITIES), 3, 0.6),
        ("3", seats, 3, 0.75),
        ("4", len(first), 3, 1),
    ):
        used = _through(edges, cost, len(node_m), first[:ends], node_m, reach)
        fresh = used & (importance == "5")
        importance[fresh] = mark
        cost[fresh] *= gain
    return importance


def _through(edges: Ints, cost: Floats, count: int, places: Ints, node_m: Floats, reach: int) -> NDArray[np.bool_]:
    """Edges on the cheapest ways from each place to its nearest places."""
    graph = _graph(edges, cost, count)
    previous = dijkstra(graph, indices=places, return_predecessors=True)[1]
    goals = places[np.asarray(cKDTree(node_m[places]).query(node_m[places], k=reach + 1)[1])[:, 1:]]
    taken: set[tuple[int, int]] = set()
    for row, targets in zip(previous, goals, strict=True):
        for target in targets.tolist():
            while row[target] >= 0:
                step = int(row[target])
                taken.add((min(step, target), max(step, target)))
                target = step
    return np.array([(a, b) in taken for a, b in edges.tolist()])


def _attributes(importance: NDArray[np.object_], urban: NDArray[np.bool_]) -> tuple[NDArray[Any], ...]:
    """Nature, direction, access and speed from the class, after the institute's old speed table."""
    motorway = (importance == "1") & ~urban
    nature = np.where(motorway, "Type autoroutier", np.where(importance == "1", "Route à 2 chaussées", "Route à 1 chaussée"))
    table = [SPEED_URBAN_KM_H if town else SPEED_RURAL_KM_H for town in urban]
    speed = np.where(motorway, 105, [t[i] for t, i in zip(table, importance, strict=True)]).astype(np.int64)
    both = np.full(len(importance), "Double sens", dtype=object)
    access = np.where(motorway, "A péage", "Libre").astype(object)
    return nature.astype(object), both, access, speed


def _one_way(edges: Ints, candidate: NDArray[np.bool_], count: int, rng: np.random.Generator) -> Ints:
    """Up to 150 town streets that may be one-way while every node still reaches every other."""
    degree = np.bincount(edges.ravel(), minlength=count)
    order = rng.permutation(np.flatnonzero(candidate & (degree[edges] >= 3).all(axis=1)))
    busy: set[int] = set()
    chosen: list[int] = []
    for edge in order.tolist():
        a, b = edges[edge].tolist()
        if len(chosen) < 150 and a not in busy and b not in busy:
            chosen.append(edge)
            busy.update((a, b))
    kept = np.array(sorted(chosen), dtype=np.int64)
    back = np.delete(edges[:, ::-1], kept, axis=0)
    arcs = np.vstack([edges, back])
    graph = csr_array((np.ones(len(arcs)), (arcs[:, 0], arcs[:, 1])), shape=(count, count))
    if connected_components(graph, directed=True, connection="strong")[0] != 1:
        raise ValueError("one-way streets cut the road network: choose fewer of them")
    return kept


def _lines(node_m: Floats, ends: Ints, rng: np.random.Generator) -> list[shapely.Geometry]:
    """Slightly bent lines; a bend that would cross another road is straightened."""
    start, end = node_m[ends[:, 0]], node_m[ends[:, 1]]
    along = end - start
    bend = (rng.random((len(ends), 1)) * 2 - 1) * 0.07
    middle = np.round((start + end) / 2 + bend * np.column_stack([-along[:, 1], along[:, 0]]), 1)
    lines = shapely.linestrings(np.stack([start, middle, end], axis=1))
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines, predicate="crosses")
    bent = np.unique(np.concatenate([a, b]))
    straight = shapely.linestrings(np.stack([start[bent], end[bent]], axis=1))
    lines[bent] = straight
    return list(lines)
