"""Cutting communes: exact partitions, conserved pupils, neighbours with imprecise borders."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.sources.geography import components, cut_into_cells, fit_partition, holding, living_points, neighbours
from maillage.sources.units import OUTSIDE, Commune, CutRule, Iris, Shared, cut_communes

SQUARE = shapely.box(0, 0, 4000, 4000)
ELL = shapely.difference(SQUARE, shapely.box(1500, 1500, 4000, 4000))


def commune(*shared: Shared, geometry: object = SQUARE) -> Commune:
    return Commune("99001", "Ostreval", geometry, shared)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.booleans())
def test_cells_partition_their_polygon(count: int, bent: bool) -> None:
    polygon = ELL if bent else SQUARE
    cells = cut_into_cells(polygon, count)
    assert len(cells) == count
    assert sum(cell.area for cell in cells) == pytest.approx(polygon.area, rel=1e-9)
    assert shapely.union_all(cells).symmetric_difference(polygon).area < 1e-3


def test_cells_are_of_about_one_size_and_always_the_same() -> None:
    cells = cut_into_cells(SQUARE, 9)
    areas = np.array([cell.area for cell in cells])
    assert areas.min() > 0.6 * areas.mean()
    assert all(a.equals(b) for a, b in zip(cells, cut_into_cells(SQUARE, 9), strict=True))


def test_cells_form_around_their_anchors() -> None:
    for anchors in ([[500.0, 2000.0], [3500.0, 2000.0]], [[2000.0, 500.0], [2000.0, 3500.0], [9e5, 9e5]]):
        points = np.array(anchors)
        cells = np.array(cut_into_cells(SQUARE, 2, points), dtype=object)
        found, distance = holding(points[:2], cells)
        assert sorted(found) == [0, 1]
        assert distance.tolist() == [0.0, 0.0]
        assert [cell.area for cell in cells] == pytest.approx([8e6, 8e6], rel=0.1)


def test_a_small_commune_with_one_college_is_one_unit() -> None:
    (part,) = cut_communes([commune(Shared(3, 300.0, (10.0, 10.0)))], {}, CutRule())
    assert (part.unit, part.college, part.pupils, part.approximate) == ("99001", 3, 300.0, False)
    assert part.geometry.equals(SQUARE)


def test_a_large_commune_is_cut_into_parts_of_the_size_asked() -> None:
    parts = cut_communes([commune(Shared(0, 640.0, (10.0, 10.0)))], {}, CutRule(300, 150))
    assert [p.unit for p in parts] == [f"99001-{n}" for n in range(1, 6)]
    assert [p.pupils for p in parts] == pytest.approx([128.0] * 5)
    assert all(p.approximate and p.college == 0 and p.iris == "" for p in parts)


def test_a_shared_commune_gives_each_college_its_pupils_and_its_side() -> None:
    west, east = Shared(0, 500.0, (500.0, 2000.0)), Shared(1, 100.0, (3800.0, 2000.0))
    parts = cut_communes([commune(west, east)], {}, CutRule(300, 150))
    assert len(parts) == 5  # 500 / 150, rounded up, and one
    assert sum(p.pupils for p in parts if p.college == 0) == pytest.approx(500.0)
    (mine,) = [p for p in parts if p.college == 1]
    assert mine.pupils == pytest.approx(100.0)
    assert mine.geometry.centroid.x == max(p.geometry.centroid.x for p in parts)


def test_each_college_has_a_part_even_with_hardly_any_pupils() -> None:
    shared = [Shared(k, n, (800.0 * k, 100.0)) for k, n in enumerate([900.0, 0.0, 1e-6, 3.0])]
    parts = cut_communes([commune(*shared, Shared(OUTSIDE, 5.0, (9000.0, 0.0)))], {}, CutRule())
    assert {p.college for p in parts} == {0, 1, 2, 3, OUTSIDE}
    assert sum(p.pupils for p in parts) == pytest.approx(908.0 + 1e-6)


def test_iris_are_used_where_given_and_fitted_to_the_commune() -> None:
    loose = [shapely.box(-40, -40, 2000, 4030), shapely.box(1995, -10, 3990, 4040), shapely.box(9000, 0, 9100, 100)]
    iris = [
        Iris(f"99001010{n}", f"Quartier {n}", g, young) for n, (g, young) in enumerate(zip(loose, [30, 90, 5], strict=True), 1)
    ]
    parts = cut_communes([commune(Shared(7, 480.0, (0.0, 0.0)))], {"99001": iris}, CutRule())
    assert [p.unit for p in parts] == ["990010101", "990010102"]
    assert [p.pupils for p in parts] == pytest.approx([120.0, 360.0])
    assert not any(p.approximate for p in parts)
    assert sum(p.geometry.area for p in parts) == pytest.approx(SQUARE.area, rel=1e-9)


def test_shared_iris_are_marked_approximate_and_too_few_are_not_used() -> None:
    iris = [
        Iris("990010101", "Ouest", shapely.box(0, 0, 2000, 4000), np.nan),
        Iris("990010102", "Est", shapely.box(2000, 0, 4000, 4000), np.nan),
    ]
    two = [Shared(0, 50.0, (100.0, 100.0)), Shared(1, 50.0, (3900.0, 100.0))]
    parts = cut_communes([commune(*two)], {"99001": iris}, CutRule())
    assert {p.unit: p.college for p in parts} == {"990010101": 0, "990010102": 1}
    assert all(p.approximate for p in parts)
    parts = cut_communes([commune(*two, Shared(2, 50.0, (2000.0, 3900.0)))], {"99001": iris}, CutRule())
    assert [p.unit for p in parts] == ["99001-1", "99001-2", "99001-3"]


def test_fit_partition_gives_what_nobody_covers_to_the_nearest() -> None:
    left, right = fit_partition(SQUARE, [shapely.box(0, 0, 1000, 4000), shapely.box(1400, 0, 4000, 4000)])
    assert left.area + right.area == pytest.approx(SQUARE.area)
    assert left.intersection(right).area == pytest.approx(0.0)


def test_neighbours_share_a_border_not_a_corner() -> None:
    gap = 8.0
    grid = np.array([shapely.box(x, y, x + 1000 - gap, y + 1000 - gap) for y in (0, 1000) for x in (0, 1000)], dtype=object)
    edges, length = neighbours(grid)
    assert edges.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert length == pytest.approx([1000.0] * 4, abs=40.0)


def test_components_are_numbered_from_the_largest() -> None:
    assert components(6, np.array([[1, 2], [2, 3], [4, 5]], dtype=np.int32)).tolist() == [2, 0, 0, 0, 1, 1]


def test_holding_prefers_the_polygon_that_holds_the_point() -> None:
    polygons = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], dtype=object)
    found, distance = holding(np.array([[5.0, 5.0], [10.0, 5.0], [26.0, 5.0]]), polygons)
    assert found.tolist() == [0, 0, 1]
    assert distance == pytest.approx([0.0, 0.0, 6.0])


def test_living_points_are_inside() -> None:
    ring = SQUARE.difference(shapely.box(500, 500, 3500, 3500))
    points = living_points(np.array([SQUARE, ring], dtype=object))
    assert points[0] == pytest.approx([2000.0, 2000.0])
    assert ring.contains(shapely.Point(points[1]))


def test_a_commune_sectored_wholly_outside_stays_whole() -> None:
    (part,) = cut_communes([commune(*[Shared(OUTSIDE, 400.0, (0.0, 0.0))] * 2)], {}, CutRule())
    assert (part.unit, part.college, part.approximate) == ("99001", OUTSIDE, False)
