"""Charts as inline SVG: same data, same bytes; text stays text, so that it can be read aloud and searched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

Axes = Any
Writer = Callable[[float], str]
"""Writes a number in the report's language."""

INK = "#1d2733"
SOFT = "#5b6875"
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


def histogram(
    key: str, title: str, text: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], x_label: str, y_label: str
) -> Markup:
    """Numbers of collèges by class, stacked by series, the totals written above the bars."""
    fills = ("#0b5394", "#e69f00")
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(8.4, 3.0)
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
        return inline_svg(figure, key, title, text)


def stacked_bands(key: str, title: str, text: str, rows: Sequence[tuple[str, Sequence[int]]], bands: Sequence[str]) -> Markup:
    """One bar a situation, cut by occupancy band, the number of collèges written in each part."""
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(8.4, 0.75 + 0.36 * len(rows))
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
        return inline_svg(figure, key, title, text)


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
        figure, axes = new_figure(8.4, 3.9)
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
            write_ticks(axes, writer, which)
        axes.legend(frameon=False, loc="best", fontsize=9)
        figure.subplots_adjust(left=0.12, right=0.98, bottom=0.14, top=0.97)
        return inline_svg(figure, key, title, text)


def new_figure(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    """A figure that draws SVG, and its only axes."""
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


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


def write_ticks(axes: Axes, write: Writer, which: str) -> None:
    """Write the numbers of the axis `which`, "x" or "y", in the report's language."""
    getattr(axes, f"{which}axis").set_major_formatter(lambda value, _: write(value))


def inline_svg(figure: Figure, key: str, title: str, text: str) -> Markup:
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
