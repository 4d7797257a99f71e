"""Charts as inline SVG: same data, same bytes; text stays text, so that it can be read aloud and searched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from maillage.demography.fan import Fan, paint

Axes = Any
Writer = Callable[[float], str]
"""Writes a number in the report's language."""

INK = "#1d2733"
SOFT = "#5b6875"
LINES = {"central": ("#0b5394", "-", 2.4), "high": ("#b45309", "--", 1.8), "low": ("#00786c", ":", 2.2)}
BAND = "#c9ddf0"
BANDS = ("#2166ac", "#92c5de", "#eceadf", "#fdb863", "#b2182b")
"""Occupancy from nearly empty to over-full: differs in lightness as well as in hue."""
BAND_INKS = ("#ffffff", INK, INK, INK, "#ffffff")

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "maillage",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#b8c0c8",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#e3e7eb",
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Curve:
    """One line of a chart."""

    key: str
    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Strip:
    """A band between two curves."""

    label: str
    x: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def projection(
    key: str,
    title: str,
    text: str,
    curves: Sequence[Curve],
    start: tuple[int, str],
    band: Strip | None,
    write: Writer,
) -> Markup:
    """Pupils by rentrée: what was observed as dots on a line, then one line a variant, each named at its end.

    `start` is the rentrée of the new sectors and its label; `band` lies behind the lines, named where they leave room.
    """
    with mpl.rc_context(STYLE):
        figure, axes = _new(8.4, 3.7)
        if band is not None:
            axes.fill_between(band.x, band.low, band.high, color=BAND, linewidth=0, label=band.label)
            axes.legend(frameon=False, loc="lower left", fontsize=9)
        for curve in curves:
            colour, dash, width = LINES.get(curve.key, (INK, "-", 2.0))
            marker = "o" if curve.key not in LINES else None
            axes.plot(curve.x, curve.y, color=colour, linestyle=dash, linewidth=width, marker=marker, markersize=4)
        edges = [] if band is None else [*band.low, *band.high]
        top, bottom = _room(axes, [*(v for c in curves for v in c.y), *edges])
        _name_ends(axes, [c for c in curves if c.key in LINES and c.y], 0.062 * (top - bottom), write)
        axes.axvline(start[0], color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        axes.annotate(start[1], (start[0] + 0.1, top), color=SOFT, va="top", fontsize=9)
        _years(axes, [x for c in curves for x in c.x])
        _ticks(axes, write, "y")
        axes.grid(axis="y")
        figure.subplots_adjust(left=0.09, right=0.80, bottom=0.1, top=0.97)
        return _svg(figure, key, title, text)


def fan(key: str, title: str, text: str, drawn: Fan, language: str) -> Markup:
    """One place's past, projection and intervals, small enough to stand beside others."""
    with mpl.rc_context(STYLE):
        figure, axes = _new(3.4, 2.1)
        paint(axes, drawn, language, small=True)
        axes.tick_params(labelsize=9, length=0)
        figure.subplots_adjust(left=0.17, right=0.97, bottom=0.12, top=0.96)
        return _svg(figure, key, title, text)


def histogram(
    key: str, title: str, text: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], x_label: str, y_label: str
) -> Markup:
    """Numbers of collèges by class, stacked by series, the totals written above the bars."""
    fills = ("#0b5394", "#e69f00")
    with mpl.rc_context(STYLE):
        figure, axes = _new(8.4, 3.0)
        floor = np.zeros(len(labels))
        for (name, counts), fill, hatch in zip(series.items(), fills, ("", "///"), strict=False):
            axes.bar(labels, counts, bottom=floor, color=fill, hatch=hatch, edgecolor="white", width=0.86, label=name)
            floor = floor + np.asarray(counts)
        for place, total in enumerate(floor):
            if total:
                axes.annotate(
                    f"{int(total)}",
                    (place, total),
                    ha="center",
                    va="bottom",
                    fontsize=9,
                    xytext=(0, 2),
                    textcoords="offset points",
                )
        if len(series) > 1:
            axes.legend(frameon=False, loc="upper right")
        axes.set_ylim(0, max(1.0, float(floor.max())) * 1.15)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4, integer=True))
        axes.tick_params(length=0)
        figure.subplots_adjust(left=0.08, right=0.99, bottom=0.19, top=0.96)
        return _svg(figure, key, title, text)


def stacked_bands(key: str, title: str, text: str, rows: Sequence[tuple[str, Sequence[int]]], bands: Sequence[str]) -> Markup:
    """One bar a situation, cut by occupancy band, the number of collèges written in each part."""
    with mpl.rc_context(STYLE):
        figure, axes = _new(8.4, 0.75 + 0.36 * len(rows))
        for place, (_, counts) in enumerate(rows):
            left = 0
            for band, count in enumerate(counts):
                axes.barh(place, count, left=left, color=BANDS[band], edgecolor="white", height=0.78)
                if count:
                    axes.text(left + count / 2, place, str(count), ha="center", va="center", color=BAND_INKS[band], fontsize=9)
                left += count
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        handles = [
            mpl.patches.Patch(facecolor=fill, edgecolor="#8a94a0", linewidth=0.5, label=b)
            for fill, b in zip(BANDS, bands, strict=True)
        ]
        figure.legend(handles=handles, ncols=len(bands), loc="upper center", frameon=False, handlelength=1.1, columnspacing=1.4)
        figure.subplots_adjust(left=0.24, right=0.99, bottom=0.02, top=1 - 0.42 / (0.75 + 0.36 * len(rows)))
        return _svg(figure, key, title, text)


LABEL_PLACES = tuple(
    (dx, dy)
    for reach in (1, 2, 3)
    for dx, dy in (
        (9 * reach, 6 * reach),
        (9 * reach, -14 * reach),
        (-13 - 9 * reach, 6 * reach),
        (-13 - 9 * reach, -14 * reach),
    )
)
"""Where the label of a mark may stand, in points from it: near first."""


@dataclass(frozen=True)
class Mark:
    """One scenario in a plane of two criteria."""

    label: str
    x: float
    y: float
    efficient: bool
    first: bool


def plane(
    key: str,
    title: str,
    text: str,
    marks: Sequence[Mark],
    x_label: str,
    y_label: str,
    legend: tuple[str, str],
    write: tuple[Writer, Writer],
) -> Markup:
    """Scenarios in the plane of two criteria; filled squares for those no other beats, a ring round the first."""
    with mpl.rc_context(STYLE):
        figure, axes = _new(8.4, 3.9)
        for efficient, shape, fill, name in ((True, "s", "#0b5394", legend[0]), (False, "o", "#ffffff", legend[1])):
            some = [m for m in marks if m.efficient is efficient]
            if some:
                axes.scatter(
                    [m.x for m in some],
                    [m.y for m in some],
                    s=44,
                    marker=shape,
                    color=fill,
                    edgecolor="#0b5394",
                    label=name,
                    zorder=3,
                )
        for m in (m for m in marks if m.first):
            axes.scatter([m.x], [m.y], s=260, facecolor="none", edgecolor="#b45309", linewidth=1.8, zorder=2)
        axes.margins(0.14)
        for m, shift in zip(marks, _label_shifts(axes, marks), strict=True):
            line = {"arrowstyle": "-", "linewidth": 0.7, "color": SOFT, "shrinkA": 1, "shrinkB": 3}
            axes.annotate(m.label, (m.x, m.y), xytext=shift, textcoords="offset points", fontsize=10, arrowprops=line)
        axes.grid()
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        for which, writer in zip("xy", write, strict=True):
            getattr(axes, f"{which}axis").set_major_locator(mpl.ticker.MaxNLocator(5))
            _ticks(axes, writer, which)
        axes.legend(frameon=False, loc="best", fontsize=9)
        figure.subplots_adjust(left=0.12, right=0.98, bottom=0.14, top=0.97)
        return _svg(figure, key, title, text)


def _new(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _years(axes: Axes, years: Sequence[float]) -> None:
    low, high = int(min(years)), int(max(years))
    step = 1 if high - low <= 12 else 2
    axes.set_xticks(range(low, high + 1, step))
    axes.set_xlim(low - 0.3, high + 0.3)


def _room(axes: Axes, values: Sequence[float]) -> tuple[float, float]:
    """Set limits that leave room above and below; returns (top, bottom)."""
    low, high = min(values), max(values)
    spare = max(0.08 * (high - low), 0.02 * high, 1.0)
    axes.set_ylim(low - spare, high + spare)
    return high + spare, low - spare


def _name_ends(axes: Axes, curves: Sequence[Curve], least: float, write: Writer) -> None:
    """Write each curve's name and last value at its end, no two nearer than `least`."""
    for curve, height in zip(curves, _apart([c.y[-1] for c in curves], least), strict=True):
        told, place = f"{curve.label} {write(curve.y[-1])}", (curve.x[-1] + 0.15, height)
        axes.annotate(told, place, color=LINES[curve.key][0], va="center", annotation_clip=False)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights moved up as little as needed so that labels do not run into each other."""
    placed = list(heights)
    order = sorted(range(len(placed)), key=lambda i: placed[i])
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + least)
    return placed


def _label_shifts(axes: Axes, marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """Where each label goes beside its mark, in points: the first place on no other mark and on no earlier label."""
    at = axes.transData.transform([(m.x, m.y) for m in marks]) * 72 / axes.figure.dpi
    marked = [(float(x), float(y)) for x, y in at]
    taken: list[tuple[float, float]] = []
    chosen = []
    for x, y in marked:
        free = [t for t in LABEL_PLACES if _is_free(x + t[0], y + t[1], taken) and _is_free(x + t[0], y + t[1], marked)]
        chosen.append(free[0] if free else LABEL_PLACES[0])
        taken.append((x + chosen[-1][0] + 7, y + chosen[-1][1] + 4))
    return chosen


def _is_free(x: float, y: float, taken: Sequence[tuple[float, float]]) -> bool:
    """Whether a label whose lower left corner is here keeps clear of the points given."""
    return all(abs(x + 7 - a) > 16 or abs(y + 4 - b) > 11 for a, b in taken)


def _ticks(axes: Axes, write: Writer, which: str) -> None:
    getattr(axes, f"{which}axis").set_major_formatter(lambda value, _: write(value))


def _svg(figure: Figure, key: str, title: str, text: str) -> Markup:
    """Inline SVG with its own ids, a title and a description, in the fonts of the page."""
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, transparent=True
    )
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r'\bid="', f'id="{key}-', drawn)
    drawn = re.sub(r'(href="#|url\(#)', rf"\1{key}-", drawn)
    drawn = re.sub(r"font: ([^;\"']*?)\s*(?:'DejaVu Sans'|DejaVu Sans)[^;\"]*", r"font: \1 sans-serif", drawn)
    head = re.search(r'viewBox="([^"]*)"', drawn)
    body = drawn[drawn.index(">") + 1 :]
    assert head is not None
    opening = (
        f'<svg class="figure" role="img" aria-labelledby="{key}-title {key}-desc" viewBox="{head[1]}" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(text)}</desc>'
    )
    return Markup(opening + body.strip())
