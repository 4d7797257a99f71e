"""Pupils by rentrée, drawn as inline SVG: the variants of the whole, and small charts of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib as mpl
from markupsafe import Markup

from maillage.demography.fan import Fan, paint
from maillage.report.figures import INK, SOFT, STYLE, Axes, Writer, inline_svg, new_figure, write_ticks

LINES = {"central": ("#0b5394", "-", 2.4), "high": ("#b45309", "--", 1.8), "low": ("#00786c", ":", 2.2)}
BAND = "#c9ddf0"


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
        figure, axes = new_figure(8.4, 3.7)
        if band is not None:
            axes.fill_between(band.x, band.low, band.high, color=BAND, linewidth=0, label=band.label)
            axes.legend(frameon=False, loc="lower left", fontsize=9)
        for curve in curves:
            _line(axes, curve)
        edges = [] if band is None else [*band.low, *band.high]
        top, bottom = _room(axes, [*(v for c in curves for v in c.y), *edges])
        _name_ends(axes, [c for c in curves if c.key in LINES and c.y], 0.062 * (top - bottom), write)
        axes.axvline(start[0], color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        axes.annotate(start[1], (start[0] + 0.1, top), color=SOFT, va="top", fontsize=9)
        _years(axes, [x for c in curves for x in c.x])
        write_ticks(axes, write, "y")
        axes.grid(axis="y")
        figure.subplots_adjust(left=0.09, right=0.80, bottom=0.1, top=0.97)
        return inline_svg(figure, key, title, text)


def fan(key: str, title: str, text: str, drawn: Fan, language: str) -> Markup:
    """One place's past, projection and intervals, small enough to stand beside others."""
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(3.4, 2.1)
        paint(axes, drawn, language, small=True)
        axes.tick_params(labelsize=9, length=0)
        figure.subplots_adjust(left=0.17, right=0.97, bottom=0.12, top=0.96)
        return inline_svg(figure, key, title, text)


def _line(axes: Axes, curve: Curve) -> None:
    colour, dash, width = LINES.get(curve.key, (INK, "-", 2.0))
    marker = "o" if curve.key not in LINES else None
    axes.plot(curve.x, curve.y, color=colour, linestyle=dash, linewidth=width, marker=marker, markersize=4)


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
