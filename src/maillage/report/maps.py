"""Maps of sectors as plain data: paths, colours and points, for a template to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Floats, Ints, Objects
from maillage.plan import Plan
from maillage.report.shapes import WIDTH, Canvas, area_path, borders, line_path, simplified

if TYPE_CHECKING:
    from maillage.territory import Territory

PALETTE = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33")
"""Fills that stay apart for colour-blind readers and under black text (Paul Tol, "light" scheme, 2021)."""

LABEL = 105
"""Height of a number on a map, drawing units."""

DOT = 34
"""Radius of a collège's point, drawing units."""


@dataclass(frozen=True)
class Area:
    """A sector: its path, its colour class (0 to 6) and the position of its collège; -1 = sectored outside."""

    path: str
    colour: int
    college: int


@dataclass(frozen=True)
class Point:
    """A collège: where it stands, whether it is open, and where its number goes (None: no room)."""

    college: int
    x: int
    y: int
    open: bool
    label: tuple[int, int] | None


@dataclass(frozen=True)
class Sheet:
    """One map: sectors, the units that change collège, and the collèges."""

    areas: tuple[Area, ...]
    moved: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Atlas:
    """All maps of a report; `units` and `today` are lines shared by all of them.

    Attributes
    ----------
    width, height : int
        Drawing units.
    units, today : str
        Paths of the borders of units and of present sectors.
    bar, bar_km : int
        Length of the scale bar, drawing units and kilometres.
    outside : bool
        Some units are sectored outside the territory.
    present : Sheet
        Today's sectors.
    plans : tuple of Sheet
        One a plan.
    """

    width: int
    height: int
    units: str
    today: str
    bar: int
    bar_km: int
    outside: bool
    present: Sheet
    plans: tuple[Sheet, ...]


def draw_atlas(territory: Territory, plans: Sequence[Plan], numbers: Sequence[int]) -> Atlas:
    """Maps of today's sectors and of every plan.

    A collège keeps its colour on every map; neighbours differ (see `sector_colours`). `numbers` are written beside the
    points, in the order of the territory's collèges.
    """
    units, colleges = territory.units, territory.colleges
    canvas = Canvas.around(units.geometry, colleges.xy_m)
    shapes = simplified(units.geometry, canvas)
    dots = canvas.place(colleges.xy_m)
    sites = len(colleges)
    drawer = _Drawer(shapes, sector_colours(territory, [p.assignment for p in plans]), dots, numbers, {})
    present = drawer.sheet(units.present, units.present, np.ones(sites, dtype=bool), numbered=True)
    sheets = tuple(drawer.sheet(p.assignment, units.present, p.open, numbered=False) for p in plans)
    sectors = [shapely.union_all(shapes[units.present == s], grid_size=1.0) for s in range(-1, sites)]
    bar_km = _round_km(0.2 * WIDTH * canvas.unit_m / 1000)
    return Atlas(
        width=WIDTH,
        height=canvas.height,
        units=line_path(borders(shapes)),
        today=line_path(borders(sectors)),
        bar=round(bar_km * 1000 / canvas.unit_m),
        bar_km=bar_km,
        outside=bool((units.present < 0).any()),
        present=present,
        plans=sheets,
    )


def sector_colours(territory: Territory, assignments: Sequence[Ints]) -> npt.NDArray[np.int64]:
    """(S,) colour class of each collège, so that sectors that touch on any map differ where seven colours allow.

    Collèges are coloured in order of saturation (Brélaz, 1979, 10.1145/359094.359101); where no colour is free, the one
    with the least shared border is taken, today's borders counting most.
    """
    sites = len(territory.colleges)
    border = _shared_border_m(territory, territory.units.present, sites) * 1000.0
    for assignment in assignments:
        border += _shared_border_m(territory, assignment, sites)
    chosen = np.full(sites, -1)
    clash = np.zeros((sites, len(PALETTE)))
    for _ in range(sites):
        waiting = np.flatnonzero(chosen < 0)
        saturation = (clash[waiting] > 0).sum(axis=1)
        degree = (border[waiting] > 0).sum(axis=1)
        site = waiting[np.lexsort((waiting, -degree, -saturation))[0]]
        used = np.bincount(chosen[chosen >= 0], minlength=len(PALETTE))
        colour = int(np.lexsort((used, clash[site]))[0])
        chosen[site] = colour
        clash[:, colour] += border[site]
    return chosen


def _shared_border_m(territory: Territory, assignment: Ints, sites: int) -> Floats:
    """(S, S) metres of border between the sectors of an assignment."""
    a, b = assignment[territory.units.edges[:, 0]], assignment[territory.units.edges[:, 1]]
    keep = (a >= 0) & (b >= 0) & (a != b)
    length = np.zeros((sites, sites))
    # A border of length 0 (a file that gives none) must still count as touching.
    np.add.at(length, (a[keep], b[keep]), np.maximum(territory.units.edge_length_m[keep], 1.0))
    return length + length.T


@dataclass(frozen=True)
class _Drawer:
    """What all sheets share; a sector that does not change between two plans is drawn once (`known`)."""

    shapes: Objects
    colours: npt.NDArray[np.int64]
    dots: Floats
    numbers: Sequence[int]
    known: dict[bytes, str]

    def sheet(self, assignment: Ints, present: Ints, is_open: npt.NDArray[np.bool_], numbered: bool) -> Sheet:
        """The map of one assignment; every collège is `numbered`, or the closed ones only."""
        areas = []
        for site in range(-1, len(self.colours)):
            path = self._path(assignment == site)
            if path:
                areas.append(Area(path, int(self.colours[site]) if site >= 0 else -1, site))
        wanted = np.ones(len(self.dots), dtype=bool) if numbered else ~is_open
        labels = _label_places(self.dots, self.numbers, wanted, LABEL if numbered else 2 * LABEL)
        points = tuple(Point(s, round(x), round(y), bool(is_open[s]), labels[s]) for s, (x, y) in enumerate(self.dots.tolist()))
        return Sheet(tuple(areas), self._path(assignment != present), points)

    def _path(self, members: npt.NDArray[np.bool_]) -> str:
        key = members.tobytes()
        if key not in self.known:
            self.known[key] = area_path(shapely.union_all(self.shapes[members], grid_size=1.0))
        return self.known[key]


def _label_places(
    dots: Floats, numbers: Sequence[int], wanted: npt.NDArray[np.bool_], size: int
) -> list[tuple[int, int] | None]:
    """Left end of each label's baseline, beside its point, where it hides no other label and no other point."""
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in dots.tolist()]
    places: list[tuple[int, int] | None] = []
    for s, (x, y) in enumerate(dots.tolist()):
        wide, gap = 0.62 * size * len(str(numbers[s])), 1.4 * DOT * size / LABEL
        middle = y + 0.36 * size
        tries = ((x + gap, middle), (x - gap - wide, middle), (x - wide / 2, y - gap), (x - wide / 2, y + gap + 0.75 * size))
        boxes = [(left, base - 0.75 * size, left + wide, base) for left, base in tries]
        free = [box for box in boxes if not any(_overlap(box, other) for i, other in enumerate(taken) if i != s)]
        if wanted[s] and free:
            taken.append(free[0])
            places.append((round(free[0][0]), round(free[0][3])))
        else:
            places.append(None)
    return places


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _round_km(wish_km: float) -> int:
    """The greatest of 1, 2, 5, 10, 20, 50, ... kilometres not above `wish_km`; at least 1."""
    steps = [m * 10**k for k in range(4) for m in (1, 2, 5)]
    return max([s for s in steps if s <= wish_km], default=1)
