"""Drawing a network with matplotlib: roads by speed or town, islands in red, places and areas over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Objects
from maillage.errors import Fault, InputError
from maillage.travel.roads.users import User, may_use

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from maillage.travel.roads.network import RoadNetwork

Colour = Literal["speed", "town", "none"]

SPEEDS = (
    (0, "#9e9ac8", "under 20"), (20, "#6baed6", "20 to 40"), (40, "#2171b5", "40 to 60"), (60, "#fd8d3c", "60 to 80"),
    (80, "#a63603", "80 and more"),
)  # fmt: skip
"""Least mean speed, colour and label of each class; they stay apart for colour-blind readers (ColorBrewer)."""

TOWN, COUNTRY, GREY, FAINT, FERRY, ISLAND = "#6a51a3", "#41ab5d", "#555555", "#bdbdbd", "#00a5b5", "#e31a1c"
LEGENDS = {"speed": "Mean speed, km/h ({})", "town": "Roads ({})", "none": "Roads ({})"}
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
) -> Axes:
    """Draw a network; see `RoadNetwork.plot`."""
    ax = _axes(network, ax, colour)
    along, against = (may_use(users, user) for users in (network.along_users, network.against_users))
    usable = along | against
    _lines(ax, network.line[~usable], FAINT, 0.5, f"not open to {user}")
    for chosen, paint, width, label in _classes(network, colour, usable):
        _lines(ax, network.line[chosen], paint, width, label)
    _lines(ax, network.line[usable & network.ferry], FERRY, 1.6, "ferry", style="--")
    if islands:
        found = network.islands(user)
        away = (found.piece[network.tail] != 0) | (found.piece[network.head] != 0)
        label = f"cut off: {network.length_m[usable & away].sum() / 1000:,.1f} km"
        _lines(ax, network.line[usable & away], ISLAND, 1.8, label)
    if one_ways:
        _arrows(ax, network, along != against, along)
    _places(ax, points, over)
    _finish(ax, network, LEGENDS[colour].format(user), title)
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


def _classes(network: RoadNetwork, colour: Colour, usable: Bools) -> list[tuple[Bools, str, float, str]]:
    """Segments, colour, width and label of each class, the least important first."""
    plain = usable & ~network.ferry
    if colour == "none":
        return [(plain, GREY, 0.9, "")]
    if colour == "town":
        return [(plain & ~network.urban, COUNTRY, 0.9, "country"), (plain & network.urban, TOWN, 0.9, "town")]
    speed = mean_speed(network)
    drawn = [(plain & ~np.isfinite(speed), "#a1d99b", 0.7, "no motor vehicles")]
    bounds = [*(least for least, _, _ in SPEEDS), np.inf]
    for k, (least, paint, label) in enumerate(SPEEDS):
        drawn.append((plain & (speed >= least) & (speed < bounds[k + 1]), paint, 0.8 + 0.25 * k, label))
    return drawn


def mean_speed(network: RoadNetwork) -> Floats:
    """(R,) km/h of motor vehicles, of the slower direction that is open; NaN where none is, or where there is no length."""
    ways = np.array([network.along_s, network.against_s])
    slower = np.where(np.isfinite(ways), ways, -1.0).max(axis=0)
    known = (slower > 0) & (network.length_m > 0)
    return np.where(known, 3.6 * network.length_m / np.where(known, slower, 1.0), np.nan)


def _lines(ax: Axes, lines: Objects, paint: str, width: float, label: str, style: str = "-") -> None:
    from matplotlib.collections import LineCollection

    if len(lines):
        corner, owner = shapely.get_coordinates(lines, return_index=True)
        shapes = np.split(corner, np.flatnonzero(np.diff(owner)) + 1)
        drawn = LineCollection(shapes, colors=paint, linewidths=width, linestyles=style, label=label or None, capstyle="round")
        ax.add_collection(drawn)


def _arrows(ax: Axes, network: RoadNetwork, one_way: Bools, along: Bools) -> None:
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


def _places(ax: Axes, points: Any, over: gpd.GeoDataFrame | None) -> None:
    if over is not None and len(over):
        areal = over.geometry.geom_type.isin(("Polygon", "MultiPolygon"))
        if areal.any():
            over[areal].plot(ax=ax, alpha=0.25, cmap="viridis", edgecolor="black", linewidth=0.6, zorder=1, aspect=None)
        if (~areal).any():
            over[~areal].plot(ax=ax, color="black", linewidth=2.2, zorder=5, aspect=None)
    if points is not None:
        place = (
            shapely.get_coordinates(points.geometry.to_numpy()) if hasattr(points, "geometry") else np.asarray(points, float)
        )
        ax.plot(
            *place.reshape(-1, 2).T, "o", markersize=7, color="white", markeredgecolor="black", markeredgewidth=1.4, zorder=6
        )


def _finish(ax: Axes, network: RoadNetwork, legend_title: str, title: str | None) -> None:
    km = network.length_m.sum() / 1000
    ax.set_title(f"{network.origin}: {len(network.tail):,} segments, {km:,.0f} km" if title is None else title)
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_axis_off()
    _scale_bar(ax)
    if ax.get_legend_handles_labels()[1]:
        legend = ax.legend(
            loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9, frameon=False, title=legend_title, alignment="left"
        )
        for line in legend.get_lines():
            line.set_linewidth(max(line.get_linewidth(), 2.0))


def _scale_bar(ax: Axes) -> None:
    """A bar of a round number of metres, about a fifth of the width, below the map on the left."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    width = max(east - west, north - south)
    length_m = max((step for step in STEPS_M if step <= 0.22 * width), default=1)
    y = south - 0.03 * width
    ax.plot([west, west + length_m], [y, y], color="black", linewidth=3, solid_capstyle="butt", zorder=7)
    text = f"{length_m:,} m" if length_m < 1000 else f"{length_m // 1000:,} km"
    ax.text(west + length_m / 2, y + 0.008 * width, text, ha="center", va="bottom", fontsize=9, zorder=7)
    ax.set_ylim(y - 0.02 * width, north)
