"""Drawing a network with matplotlib: roads by speed or town, smaller pieces in red, places and areas over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Objects
from maillage.errors import Fault, InputError
from maillage.travel.roads.captions import Captions, Language
from maillage.travel.roads.users import User, may_use

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from maillage.travel.roads.network import RoadNetwork

Colour = Literal["speed", "town", "none"]

SPEEDS = ((0, "#9e9ac8"), (20, "#6baed6"), (40, "#2171b5"), (60, "#fd8d3c"), (80, "#a63603"))
"""Least mean speed and colour of each class; they stay apart for colour-blind readers (ColorBrewer)."""

TOWN, COUNTRY, GREY, FAINT, FERRY, ISLAND = "#6a51a3", "#41ab5d", "#555555", "#bdbdbd", "#00a5b5", "#e31a1c"
NO_MOTOR = "#a1d99b"
NEAR, FAR, EDGE = (0.97, 0.80, 0.46), (1.0, 0.96, 0.85), "#b08a2e"
"""Fills of the shortest and the longest isochrone, light enough for every road to be seen on them, and their borders."""

AREAS = 1
"""Order of areas in the drawing: below the roads; in the legend they come last, since its title is that of the roads."""

ARROW_CELLS = 45
"""Arrows across the map, at most."""

STEPS_M = tuple(digit * 10**power for power in range(7) for digit in (1, 2, 5))


def draw(
    network: RoadNetwork,
    ax: Axes | None,
    colour: Colour,
    user: User,
    one_ways: bool,
    islands: bool,
    points: Any,
    over: gpd.GeoDataFrame | None,
    title: str | None,
    language: Language,
) -> Axes:
    """Draw a network; see `RoadNetwork.plot`."""
    words, own = Captions(language, user), ax is None
    ax = _axes(network, ax, colour)
    along, against = (may_use(users, user) for users in (network.along_users, network.against_users))
    usable = along | against
    _areas(ax, over, words)
    _lines(ax, network.line[~usable], FAINT, 0.5, words("closed"))
    for chosen, paint, width, label in _classes(network, colour, usable, words):
        _lines(ax, network.line[chosen], paint, width, label)
    _lines(ax, network.line[usable & network.ferry], FERRY, 1.6, words("ferry"), style="--")
    if islands:
        found = network.islands(user)
        away = usable & ((found.piece[network.tail] != 0) | (found.piece[network.head] != 0))
        km = words.number(network.length_m[away].sum() / 1000, 1)
        _lines(ax, network.line[away], ISLAND, 1.8, words("outside", km=km))
    if one_ways:
        _arrows(ax, network, along != against, along, words)
    _places(ax, points, over, words)
    _finish(ax, words.title(network.origin, len(network.tail), network.length_m.sum()) if title is None else title, words)
    _legend(ax, words.legend(colour), beside=own)
    return ax


def _axes(network: RoadNetwork, ax: Axes | None, colour: str) -> Axes:
    if colour not in ("speed", "town", "none"):
        raise InputError([Fault("plot", f"unknown colour {colour!r}", "colour", remedy="Use 'speed', 'town' or 'none'")])
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError:
            remedy = "Install it: pip install matplotlib"
            raise InputError([Fault("plot", "drawing needs the package matplotlib", remedy=remedy)]) from None
        width, height = np.maximum(np.ptp(network.xy_m, axis=0), 1.0) if network.num_nodes else (1.0, 1.0)
        _, ax = pyplot.subplots(figsize=(11, min(max(11 * height / width, 4.5), 11)), layout="constrained")
    return ax


def _classes(network: RoadNetwork, colour: Colour, usable: Bools, words: Captions) -> list[tuple[Bools, str, float, str]]:
    """Segments, colour, width and label of each class, the least important first."""
    plain = usable & ~network.ferry
    if colour == "none":
        return [(plain, GREY, 0.9, "")]
    if colour == "town":
        return [(plain & ~network.urban, COUNTRY, 0.9, words("country")), (plain & network.urban, TOWN, 0.9, words("town"))]
    speed = mean_speed(network)
    drawn = [(plain & ~np.isfinite(speed), NO_MOTOR, 0.7, words("no motor"))]
    bounds = [*(least for least, _ in SPEEDS), np.inf]
    for k, (least, paint) in enumerate(SPEEDS):
        chosen = plain & (speed >= least) & (speed < bounds[k + 1])
        drawn.append((chosen, paint, 0.8 + 0.25 * k, words.speeds(least, bounds[k + 1])))
    return drawn


def mean_speed(network: RoadNetwork) -> Floats:
    """(R,) km/h of motor vehicles, of the slower direction that is open; NaN where none is, or where there is no length."""
    ways = np.array([network.along_s, network.against_s])
    slower = np.where(np.isfinite(ways), ways, -1.0).max(axis=0)
    known = (slower > 0) & (network.length_m > 0)
    return np.where(known, 3.6 * network.length_m / np.where(known, slower, 1.0), np.nan)


def _lines(ax: Axes, lines: Objects, paint: str, width: float, label: str, style: str = "-", order: float = 2) -> None:
    from matplotlib.collections import LineCollection

    if len(lines):
        corner, owner = shapely.get_coordinates(lines, return_index=True)
        shapes = np.split(corner, np.flatnonzero(np.diff(owner)) + 1)
        drawn = LineCollection(
            shapes, colors=paint, linewidths=width, linestyles=style, label=label or None, capstyle="round", zorder=order
        )
        ax.add_collection(drawn)


def _arrows(ax: Axes, network: RoadNetwork, one_way: Bools, along: Bools, words: Captions) -> None:
    """An arrow in the middle of the longest one-way segment of each cell of a grid, so that they do not hide the map."""
    chosen = np.flatnonzero(one_way & (network.length_m > 0))
    if not len(chosen):
        return
    chosen = chosen[np.argsort(-network.length_m[chosen], kind="stable")]
    at = [
        shapely.get_coordinates(shapely.line_interpolate_point(network.line[chosen], part, normalized=True))
        for part in (0.45, 0.55)
    ]
    middle, step = (at[0] + at[1]) / 2, np.where(along[chosen, None], at[1] - at[0], at[0] - at[1])
    cell = np.floor(middle / (np.ptp(network.xy_m, axis=0).max() / ARROW_CELLS)).astype(np.int64)
    keep = np.sort(np.unique(cell, axis=0, return_index=True)[1])
    keep = keep[np.hypot(*step[keep].T) > 0]
    step = step[keep] / np.hypot(*step[keep].T)[:, None]
    ax.quiver(*middle[keep].T, *step.T, angles="xy", scale=90, width=0.0013, headwidth=5, headlength=6, color="black", zorder=4)
    ax.plot([np.nan], [np.nan], color="black", marker=r"$\rightarrow$", markersize=12, linestyle="", label=words("one way"))


def _areas(ax: Axes, over: gpd.GeoDataFrame | None, words: Captions) -> None:
    """Areas under the roads, the longest limit first, so that shorter ones lie on it."""
    from matplotlib.patches import PathPatch

    shapes = _shapes(over, 2)
    minutes = np.full(len(shapes), np.nan)
    if over is not None and "minutes" in over:
        minutes = over["minutes"].to_numpy(np.float64)[_of_dimension(over, 2)]
    limits = np.unique(minutes)[::-1]
    for k, limit in enumerate(limits):
        chosen = shapes[np.isnan(minutes) if np.isnan(limit) else minutes == limit]
        near = np.array(NEAR), k / max(len(limits) - 1, 1)
        paint = tuple(near[0] * near[1] + np.array(FAR) * (1 - near[1]))
        label = words("area") if np.isnan(limit) else words("within", minutes=words.number(limit, 0 if limit % 1 == 0 else 1))
        ax.add_patch(PathPatch(_outline(chosen), facecolor=paint, edgecolor=EDGE, linewidth=0.6, label=label, zorder=AREAS))


def _outline(areas: Objects) -> Path:
    """All rings as one path; holes run the other way round than what they are cut from, so that they stay empty."""
    from matplotlib.path import Path

    rings = shapely.get_rings(shapely.get_parts(shapely.normalize(shapely.union_all(areas))))
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _of_dimension(table: gpd.GeoDataFrame, dimension: int) -> Bools:
    shape = table.geometry.to_numpy()
    return np.asarray((shapely.get_dimensions(shape) == dimension) & ~shapely.is_empty(shape))


def _shapes(table: gpd.GeoDataFrame | None, dimension: int) -> Objects:
    """Geometries of one dimension, in the metres of the network."""
    if table is None or not len(table):
        return np.empty(0, dtype=object)
    shape = table.geometry if table.crs is None else table.geometry.to_crs("EPSG:2154")
    return np.asarray(shape.to_numpy()[_of_dimension(table, dimension)], dtype=object)


def _places(ax: Axes, points: Any, over: gpd.GeoDataFrame | None, words: Captions) -> None:
    _lines(ax, shapely.get_parts(_shapes(over, 1)), "black", 2.2, words("routes"), order=5)
    given = np.empty((0, 2)) if points is None or hasattr(points, "geometry") else np.asarray(points, float).reshape(-1, 2)
    tables = [over, points if hasattr(points, "geometry") else None]
    place = np.concatenate([given, *(shapely.get_coordinates(_shapes(table, 0)) for table in tables)])
    if len(place):
        ax.plot(
            *place.T, "o", markersize=7, color="white", markeredgecolor="black", markeredgewidth=1.4, zorder=6,
            label=words("places"),
        )  # fmt: skip


def _finish(ax: Axes, title: str, words: Captions) -> None:
    ax.set_title(title)
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_axis_off()
    _scale_bar(ax, words)


def _legend(ax: Axes, title: str, beside: bool) -> None:
    """Beside the map in a figure of our own, which leaves room for it; else on the map, where nothing can cut it."""
    named = sorted(zip(*ax.get_legend_handles_labels(), strict=True), key=lambda entry: entry[0].get_zorder() == AREAS)
    if not named:
        return
    handles, labels = zip(*named, strict=True)
    size = 9 if beside else 7
    style: dict[str, Any] = {"fontsize": size, "title": title, "title_fontsize": size, "alignment": "left"}
    if beside:
        figure = ax.get_figure(root=True)
        assert figure is not None
        legend = figure.legend(handles, labels, loc="outside right upper", frameon=False, **style)
    else:
        legend = ax.legend(handles, labels, loc="upper right", framealpha=0.85, **style)
    for line in legend.get_lines():
        line.set_linewidth(max(line.get_linewidth(), 2.0))


def _scale_bar(ax: Axes, words: Captions) -> None:
    """A bar of a round number of metres, about a fifth of the width, below the map on the left."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    width = max(east - west, north - south)
    length_m = max((step for step in STEPS_M if step <= 0.22 * width), default=1)
    y = south - 0.03 * width
    ax.plot([west, west + length_m], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=7)
    text = f"{length_m} m" if length_m < 1000 else f"{words.number(length_m // 1000)} km"
    ax.text(west + length_m / 2, y + 0.008 * width, text, ha="center", va="bottom", fontsize=9, zorder=7)
    ax.set_ylim(y - 0.02 * width, north)
