"""The land: towns, communes and IRIS as one planar partition, so that neighbours share every vertex of their border.

Cells are the Voronoi cells of seeded sites, their edges broken into irregular lines. A large commune is the union of
several cells, which are then its IRIS. The outer border is made of edges too: the sites outside it are thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import Voronoi, cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMMUNES = 890
CENTRE_M = (600_000.0, 6_640_000.0)
HALF_WIDTH_M, HALF_HEIGHT_M = 54_500.0, 36_500.0

# Relative position (x, y in -1..1), inhabitants, public collèges.
CITIES = (
    (-0.56, 0.60, 72_000, 8),
    (-0.80, 0.15, 43_000, 5),
    (0.52, -0.22, 42_000, 5),
    (0.50, 0.34, 33_000, 3),
    (0.35, 0.27, 30_000, 3),
    (0.70, 0.31, 26_000, 3),
    (0.16, 0.30, 25_000, 3),
    (-0.12, 0.60, 16_000, 2),
    (-0.70, -0.28, 14_000, 2),
    (0.58, 0.48, 18_000, 2),
    (0.27, 0.43, 15_000, 2),
    (0.43, 0.16, 17_000, 2),
    (0.82, 0.20, 13_000, 2),
    (-0.38, 0.38, 12_000, 2),
    (0.04, 0.44, 13_000, 2),
    (0.64, 0.14, 14_000, 2),
    (-0.76, 0.40, 15_000, 2),
)
BOURGS_DENSE, BOURGS_RURAL = 30, 45
DENSE_BELT = (0.0, 0.94, 0.06, 0.56)  # x from, x to, y from, y to: the former coalfield


@dataclass(frozen=True)
class Bassin:
    """A living area: where it lies, births of 2020-2023 over those of 2010-2013, social level."""

    name: str
    x: float
    y: float
    trend: float
    ips: float


BASSINS = (
    Bassin("Littoral nord", -0.62, 0.62, 0.75, -4.0),
    Bassin("Littoral sud", -0.80, -0.05, 0.84, 0.0),
    Bassin("Marais", -0.15, 0.58, 0.97, 2.0),
    Bassin("Bassin ouest", 0.18, 0.30, 0.88, -4.0),
    Bassin("Bassin est", 0.62, 0.34, 0.86, -7.0),
    Bassin("Préfecture", 0.52, -0.25, 1.07, 9.0),
    Bassin("Plateaux", -0.22, -0.05, 0.86, 3.0),
    Bassin("Vallées du sud", -0.25, -0.62, 0.82, 2.0),
    Bassin("Lisière est", 0.85, -0.50, 1.03, 4.0),
)


@dataclass(frozen=True)
class Land:
    """Cells and communes; metres are EPSG:2154, polygons EPSG:4326 rounded to 5 decimals.

    `seat` holds the public collèges a commune has; `links` the pairs of neighbouring cells; `corners` each cell's
    Voronoi vertices (metres), inside which roads may be drawn.
    """

    site_m: Floats
    commune: Ints
    centre_m: Floats
    seat: Ints
    population: Floats
    bassin: Ints
    dense: NDArray[np.bool_]
    cell_polygon: list[shapely.Geometry]
    commune_polygon: list[shapely.Geometry]
    links: Ints
    corners: list[Floats]

    def cells_of(self, commune: int) -> Ints:
        """Positions of the cells of one commune."""
        return np.flatnonzero(self.commune == commune)


def to_lonlat(xy_m: Floats) -> Floats:
    """EPSG:2154 metres to longitude and latitude, 5 decimals (about a metre)."""
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(xy_m[:, 0], xy_m[:, 1])
    return np.round(np.column_stack([lon, lat]), 5)


def build_land(rng: np.random.Generator) -> Land:
    """Draw the towns, fill the space between them with villages, and cut the plane into cells."""
    towns_m, seat, population = _draw_towns(rng)
    pieces = np.where(population >= 7_000, np.maximum(3, np.round(population / 2_600)), 1).astype(int)
    radius_m = 560.0 * np.sqrt(pieces) + 900.0
    villages_m = _fill(rng, COMMUNES - len(towns_m), towns_m, radius_m, inside=True)
    outside_m = _fill(rng, 420, towns_m, radius_m, inside=False)
    town_sites = [_spiral(centre, count, rng) for centre, count in zip(towns_m, pieces, strict=True)]
    site_m = np.vstack([*town_sites, villages_m])
    commune = np.concatenate([np.repeat(np.arange(len(pieces)), pieces), np.arange(len(pieces), COMMUNES)])
    centre_m = np.vstack([towns_m, villages_m])
    dense = _in_belt(_relative(centre_m))
    village_pop = _village_population(rng, centre_m, dense)[len(towns_m) :]
    edges, corners = _edges(np.vstack([site_m, outside_m]), len(site_m), rng)
    links = np.array([pair for pair, _ in edges if max(pair) < len(site_m)])
    return Land(
        site_m=site_m,
        commune=commune,
        centre_m=centre_m,
        seat=np.concatenate([seat, np.zeros(len(villages_m), dtype=int)]),
        population=np.concatenate([population, village_pop]),
        bassin=_nearest_bassin(centre_m),
        dense=dense,
        cell_polygon=_polygons(edges, np.arange(len(site_m))),
        commune_polygon=_polygons(edges, commune),
        links=links,
        corners=corners,
    )


def nearest(targets_m: Floats, points_m: Floats) -> tuple[Floats, Ints]:
    """Distance from each point to the nearest target, and which target that is."""
    distance_m, index = cKDTree(targets_m).query(points_m)
    return np.asarray(distance_m, dtype=float), np.asarray(index, dtype=np.int64)


def _relative(xy_m: Floats) -> Floats:
    return (xy_m - np.array(CENTRE_M)) / np.array([HALF_WIDTH_M, HALF_HEIGHT_M])


def _absolute(relative: Floats) -> Floats:
    return relative * np.array([HALF_WIDTH_M, HALF_HEIGHT_M]) + np.array(CENTRE_M)


def _in_belt(relative: Floats) -> NDArray[np.bool_]:
    x0, x1, y0, y1 = DENSE_BELT
    x, y = relative[:, 0], relative[:, 1]
    return (x > x0) & (x < x1) & (y > y0) & (y < y1)


def _inside(relative: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
    """Inside a rounded box with an indented rim; `margin` is in half-widths, positive shrinks."""
    x, y = relative[:, 0], relative[:, 1]
    angle = np.arctan2(y, x)
    rim = 1.0 + 0.045 * np.sin(3 * angle + 0.7) + 0.03 * np.sin(7 * angle + 2.1) + 0.02 * np.sin(13 * angle)
    return (np.abs(x) ** 2.8 + np.abs(y) ** 2.8) ** (1 / 2.8) < rim - margin


def _draw_towns(rng: np.random.Generator) -> tuple[Floats, Ints, Floats]:
    """Cities as listed, then bourgs kept apart from one another; one collège a bourg."""
    places = [np.array(city[:2]) for city in CITIES]
    for count, belt, apart_m in ((BOURGS_DENSE, True, 3_100.0), (BOURGS_RURAL, False, 7_600.0)):
        while count:
            candidate = rng.random(2) * 2 - 1
            far = np.abs(_absolute(np.array(places)) - _absolute(candidate))
            distance_m = np.hypot(far[:, 0], far[:, 1]) - np.array(
                [2_000.0] * len(CITIES) + [0.0] * (len(places) - len(CITIES))
            )
            ok = _inside(candidate[None], 0.07)[0] and bool(_in_belt(candidate[None])[0]) == belt
            if ok and distance_m.min() > apart_m:
                places.append(candidate)
                count -= 1
    bourgs = BOURGS_DENSE + BOURGS_RURAL
    size = np.exp(rng.normal(size=bourgs) * 0.36 + np.where(np.arange(bourgs) < BOURGS_DENSE, np.log(7_600), np.log(4_300)))
    population = np.concatenate([[city[2] for city in CITIES], np.clip(size, 2_200, 12_500)]).astype(float)
    seat = np.concatenate([[city[3] for city in CITIES], np.ones(bourgs)]).astype(int)
    return _absolute(np.array(places)), seat, population


def _spiral(centre_m: Floats, count: int, rng: np.random.Generator) -> Floats:
    """`count` sites around a centre, about 1 km apart."""
    if count == 1:
        return centre_m[None]
    rank = np.arange(count) + 0.5
    angle = rank * 2.39996 + rng.random() * 6.28
    radius_m = 560.0 * np.sqrt(rank)
    return centre_m + np.column_stack([radius_m * np.cos(angle), radius_m * np.sin(angle)]) + rng.normal(size=(count, 2)) * 90.0


def _fill(rng: np.random.Generator, count: int, towns_m: Floats, radius_m: Floats, *, inside: bool) -> Floats:
    """`count` sites spread over the inside (or the rim outside), away from the towns: Lloyd's iteration on a sample."""
    sample = (rng.random((120_000, 2)) * 2 - 1) * 1.28
    keep = _inside(sample) if inside else ~_inside(sample, -0.01) & _inside(sample, -0.16)
    sample_m = _absolute(sample[keep])
    gap, town = nearest(towns_m, sample_m)
    sample_m = sample_m[gap > radius_m[town]]
    sites = sample_m[rng.permutation(len(sample_m))[:count]]
    for _ in range(2):
        owner = nearest(sites, sample_m)[1]
        size = np.maximum(np.bincount(owner, minlength=count), 1)
        sites = np.column_stack([np.bincount(owner, sample_m[:, k], count) / size for k in (0, 1)])
    return sites


def _village_population(rng: np.random.Generator, centre_m: Floats, dense: NDArray[np.bool_]) -> Floats:
    """Log-normal inhabitants, larger in the dense belt and near a city."""
    cities_m = _absolute(np.array([city[:2] for city in CITIES]))
    near = np.exp(-nearest(cities_m, centre_m)[0] / 6_000.0)
    median = np.where(dense, 1_900.0, 380.0 + 950.0 * near)
    return np.clip(np.exp(np.log(median) + rng.normal(size=len(centre_m)) * 0.75), 45, 6_800)


def _nearest_bassin(centre_m: Floats) -> Ints:
    return nearest(_absolute(np.array([[b.x, b.y] for b in BASSINS])), centre_m)[1]


Edge = tuple[tuple[int, int], Floats]


def _edges(sites_m: Floats, kept: int, rng: np.random.Generator) -> tuple[list[Edge], list[Floats]]:
    """Every Voronoi edge of a kept cell as an irregular line in longitude and latitude, with the two cells it parts."""
    diagram = Voronoi(sites_m)
    lines, pairs = [], []
    for (a, b), (v, w) in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if min(a, b) < kept:
            pairs.append((int(a), int(b)))
            lines.append(_break_line(diagram.vertices[v], diagram.vertices[w], sites_m[a], sites_m[b], rng))
    lonlat = np.split(to_lonlat(np.vstack(lines)), np.cumsum([len(line) for line in lines])[:-1])
    corners = [diagram.vertices[diagram.regions[diagram.point_region[i]]] for i in range(kept)]
    return list(zip(pairs, lonlat, strict=True)), corners


def _break_line(start: Floats, end: Floats, left: Floats, right: Floats, rng: np.random.Generator) -> Floats:
    """Points of an edge moved sideways within a third of the triangles its two sites form with it: no two edges cross."""
    along = end - start
    length = float(np.hypot(*along))
    count = int(np.clip(length / 600.0, 0, 4))
    if count == 0:
        return np.vstack([start, end])
    t = np.arange(1, count + 1) / (count + 1)
    normal = np.array([-along[1], along[0]]) / length
    sides = [_room(t, float((site - start) @ along) / length**2, abs(float((site - start) @ normal))) for site in (left, right)]
    room = np.minimum(*sides)
    shift = np.minimum(0.33 * room, 0.1 * length) * (rng.random(count) * 2 - 1)
    return np.vstack([start, start + t[:, None] * along + shift[:, None] * normal, end])


def _room(t: Floats, foot: float, height: float) -> Floats:
    """Height at `t` of a triangle on the base 0..1 whose apex stands over `foot`."""
    rising = t / foot if foot > 0 else np.full_like(t, np.inf)
    falling = (1 - t) / (1 - foot) if foot < 1 else np.full_like(t, np.inf)
    return height * np.minimum(rising, falling)


def _polygons(edges: list[Edge], owner: Ints) -> list[shapely.Geometry]:
    """One polygon for each owner of cells, from the edges that part it from others."""
    lines: dict[int, list[shapely.Geometry]] = {int(i): [] for i in np.unique(owner)}
    for (a, b), line in edges:
        owners = [int(owner[i]) if i < len(owner) else -1 for i in (a, b)]
        if owners[0] != owners[1]:
            for each in owners:
                if each >= 0:
                    lines[each].append(shapely.LineString(line))
    return [shapely.normalize(shapely.polygonize(lines[i]).geoms[0]) for i in sorted(lines)]
