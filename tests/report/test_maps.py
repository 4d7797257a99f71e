"""Maps: shared borders stay shared, neighbours differ, points stand where they should."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely

from maillage.report.maps import PALETTE, draw_atlas, sector_colours
from maillage.report.shapes import WIDTH, Canvas, area_path, borders, line_path, simplified
from maillage.studies import Study


def wavy_pair() -> np.ndarray:
    """Two polygons that share a border of many small waves."""
    y = np.linspace(0, 10_000, 400)
    wave = np.column_stack([5_000 + 3 * np.sin(y / 40), y])
    west = shapely.Polygon([(0, 0), *wave, (0, 10_000)])
    east = shapely.Polygon([(10_000, 0), *wave, (10_000, 10_000)])
    return np.array([west, east], dtype=object)


def test_simplified_neighbours_do_not_tear() -> None:
    pair = wavy_pair()
    canvas = Canvas.around(pair, np.zeros((0, 2)))
    west, east = simplified(pair, canvas)
    assert shapely.get_num_coordinates(west) < shapely.get_num_coordinates(pair[0]) / 2
    assert shapely.area(shapely.intersection(west, east)) == pytest.approx(0)
    joined = shapely.union(west, east)
    assert joined.geom_type == "Polygon"
    assert len(joined.interiors) == 0


def test_canvas_keeps_proportions_and_turns_north_up() -> None:
    canvas = Canvas.around(wavy_pair(), np.array([[2_000.0, 9_000.0]]))
    (x0, y0), (x1, y1) = canvas.place(np.array([[0.0, 0.0], [10_000.0, 10_000.0]]))
    assert x1 - x0 == pytest.approx(y0 - y1)
    assert 0 < x0 < x1 < WIDTH
    assert 0 < y1 < y0 < canvas.height


def test_paths_are_whole_numbers_and_close() -> None:
    square = shapely.box(10, 20, 110, 120)
    assert re.fullmatch(r"M\d+ \d+l[-\d ]+z", area_path(square))
    assert area_path(shapely.box(0, 0, 5, 5)) == "", "specks are left out"
    assert area_path(shapely.Polygon()) == ""
    line = line_path(borders([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]))
    assert sum(len(np.fromstring(p, sep=" ")) for p in re.findall(r"l([-\d ]+)", line.replace("-", " -"))) > 0


def test_neighbouring_sectors_differ(toy_study: Study) -> None:
    plans = [plan.assignment for plan in toy_study.plans]
    colours = sector_colours(toy_study.territory, plans)
    assert set(colours) <= set(range(len(PALETTE)))
    for assignment in [toy_study.territory.units.present, *plans]:
        for a, b in assignment[toy_study.territory.units.edges]:
            assert a == b or colours[a] != colours[b]


def test_too_many_neighbours_share_a_colour_at_worst(toy_study: Study) -> None:
    """Nine sectors that all touch: no seven colours can do, and it is still an answer."""
    units = toy_study.territory.units
    pairs = np.array([(a, b) for a in range(9) for b in range(a + 1, 9)], dtype=np.int32)
    many = type("T", (), {"colleges": range(9), "units": type("U", (), {"present": np.arange(9, dtype=np.int32), "edges": pairs,
                          "edge_length_m": np.ones(len(pairs))})()})()  # fmt: skip
    colours = sector_colours(many, [])
    assert sorted(np.bincount(colours, minlength=7)) == [1, 1, 1, 1, 1, 2, 2]
    assert len(units) == 40


def test_atlas(toy_study: Study) -> None:
    atlas = draw_atlas(toy_study.territory, toy_study.plans, [6, 5, 4, 3, 2, 1])
    assert len(atlas.plans) == 4
    assert {area.college for area in atlas.present.areas} == set(range(6))
    assert atlas.present.moved == ""
    assert atlas.plans[0].moved == ""
    assert atlas.plans[3].moved.startswith("M")
    assert [p.open for p in atlas.plans[2].points] == [True, True, True, False, True, True]
    assert atlas.plans[2].points[3].label is not None, "a closed collège is numbered"
    assert atlas.plans[2].points[0].label is None
    assert not atlas.outside
    assert atlas.bar_km in (1, 2, 5, 10, 20)
    for point in atlas.present.points:
        assert 0 < point.x < WIDTH
        assert 0 < point.y < atlas.height
