"""Fan charts: the past, the projection, and how far it may stray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from maillage.arrays import Floats
from maillage.demography.rounding import LEAST_CELL
from maillage.errors import Fault, InputError
from maillage.territory import GRADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from maillage.demography.enrolment import Enrolment

LEVELS = (0.5, 0.8, 0.95)
"""Probabilities of the intervals drawn."""

PER_PAGE, ACROSS = 12, 3
"""Small charts on a page, and in a row of it."""

INK, LINE = "#1d2733", "#08306b"
SHADES = ((0.42, 0.62, 0.80), (0.83, 0.90, 0.96))
"""Innermost and outermost band: one hue from dark to light, so that they differ in grey, in print and to every eye."""

LONGEST_NAME = 60

WORDS = {
    "en": {
        "pupils": "Pupils", "grade": "Pupils in {grade}", "observed": "observed", "projection": "projection",
        "level": "{share}% interval", "base": "base {year}", "all": "{n} {places} together",
        "page": "{title} ({page} of {pages})",
        "collège": "collèges", "bassin": "bassins", "département": "départements", "thousands": ",",
        "drawn": "A projection, not a forecast; intervals from {n} simulated futures.",
        "plain": "A projection, not a forecast; no interval was computed.",
        "cut": "The scale of pupils does not start at 0.",
    },
    "fr": {
        "pupils": "Élèves", "grade": "Élèves de {grade}", "observed": "observé", "projection": "projection",
        "level": "intervalle à {share}\u202f%", "base": "base {year}", "all": "{n} {places} ensemble",
        "page": "{title} ({page} sur {pages})",
        "collège": "collèges", "bassin": "bassins", "département": "départements", "thousands": "\u202f",
        "drawn": "Projection et non prévision\u202f; intervalles tirés de {n} futurs simulés.",
        "plain": "Projection et non prévision\u202f; aucun intervalle n’a été calculé.",
        "cut": "L’échelle des effectifs ne part pas de 0.",
    },
}  # fmt: skip
"""Of each language, the same keys."""


@dataclass(frozen=True, eq=False)
class Fan:
    """What one chart shows.

    Attributes
    ----------
    name : str
    grade : str or None
    seen : (P,) int, observed : (P,) float
        Rentrées before the base, without gaps, and their pupils; NaN where unknown.
    rentrees : (T,) int, pupils : (T,) float
        The base rentrée and the projection.
    bands : tuple of (level, low (T,), high (T,))
        The innermost first; empty without simulated futures.
    futures : int
        How many were simulated.
    """

    name: str
    grade: str | None
    seen: np.ndarray
    observed: Floats
    rentrees: np.ndarray
    pupils: Floats
    bands: tuple[tuple[float, Floats, Floats], ...]
    futures: int


def fan_of(
    enrolment: Enrolment,
    code: str | None = None,
    grade: str | None = None,
    levels: Sequence[float] = LEVELS,
    language: str = "fr",
) -> Fan:
    """The figures of one chart: of a place, or of all together where `code` is absent.

    Raises
    ------
    InputError
        An unknown code, grade or language, levels outside 0 to 1.
    """
    _refuse(enrolment, code, grade, levels, language)
    if code is not None or len(enrolment) == 1:
        at = [0 if code is None else enrolment.position(code)]
        name = str(enrolment.name[at[0]])
    else:
        at, words = list(range(len(enrolment))), WORDS[language]
        name = words["all"].format(n=len(at), places=words.get(enrolment.places, enrolment.places))
    kinds = [GRADES.index(grade)] if grade else list(range(len(GRADES)))
    pupils = enrolment.pupils[at][:, kinds].sum(axis=(0, 1))
    seen, observed = _past(enrolment, at, grade)
    bands, futures = [], 0
    if enrolment.draws is not None:
        totals = enrolment.draws[:, at][:, :, kinds].sum(axis=(1, 2))
        futures = len(totals)
        for level in sorted(levels):
            low, high = np.quantile(totals, ((1 - level) / 2, (1 + level) / 2), axis=0).astype(np.float64)
            bands.append((float(level), low, high))
    return Fan(name, grade, seen, observed, enrolment.rentrees, pupils, tuple(bands), futures)


def draw_fan(
    enrolment: Enrolment, code: str | None, grade: str | None, levels: Sequence[float], ax: Axes | None, language: str
) -> Axes:
    """See `Enrolment.plot`."""
    fan = fan_of(enrolment, code, grade, levels, language)
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    words = WORDS[language]
    paint(ax, fan, language)
    ax.set_title(_short(fan.name), loc="left", parse_math=False)
    ax.set_ylabel(words["grade"].format(grade=grade) if grade else words["pupils"])
    cut = [words["cut"]] if ax.get_ylim()[0] > 0 else []
    ax.set_xlabel("\n".join([caption(fan, language), *cut]), loc="left", fontsize="small")
    base, side = int(fan.rentrees[0]), -1 if len(fan.seen) else 1
    place: dict[str, Any] = {"xy": (base, 1), "xycoords": ("data", "axes fraction"), "xytext": (4 * side, -2)}
    told = words["base"].format(year=base)
    ax.annotate(
        told, ha="right" if side < 0 else "left", va="top", fontsize="small", color=INK, textcoords="offset points", **place
    )
    ax.legend(frameon=False, loc="lower left", ncols=2 if fan.bands else 1, fontsize="small")
    return ax


def fan_grid(enrolment: Enrolment, language: str = "fr", levels: Sequence[float] = LEVELS) -> list[Figure]:
    """Small fan charts of all places, twelve a page at most; they share their rentrées, not their scale of pupils.

    Parameters
    ----------
    enrolment : Enrolment
    language : {"fr", "en"}
    levels : sequence of float
        Probabilities of the intervals.

    Returns
    -------
    list of matplotlib Figure
        For ``figure.savefig``; they belong to no window.

    Raises
    ------
    InputError
        An unknown language, levels outside 0 to 1.
    """
    _refuse(enrolment, None, None, levels, language)
    codes = [str(code) for code in enrolment.code]
    pages = [codes[start : start + PER_PAGE] for start in range(0, len(codes), PER_PAGE)]
    return [_page(enrolment, page, (number, len(pages)), levels, language) for number, page in enumerate(pages, start=1)]


def paint(ax: Axes, fan: Fan, language: str, small: bool = False) -> None:
    """Draw the figures of a chart and its scales, nothing else."""
    words, size = WORDS[language], 0.65 if small else 1.0
    for depth, (level, low, high) in reversed(list(enumerate(fan.bands))):
        label = words["level"].format(share=f"{100 * level:.4g}".replace(".", "," if language == "fr" else "."))
        ax.fill_between(fan.rentrees, low, high, color=_shade(depth, len(fan.bands)), linewidth=0, label=label, zorder=1.5)
    ax.axvline(fan.rentrees[0], color="#8a94a0", linewidth=0.9, linestyle=(0, (2, 3)), zorder=1.2)
    ax.plot(fan.rentrees, _told(fan.pupils), color=LINE, linewidth=2.2 * size, label=words["projection"], zorder=3)
    seen, observed = np.append(fan.seen, fan.rentrees[0]), _told(np.append(fan.observed, fan.pupils[0]))
    ax.plot(seen, observed, color=INK, linewidth=1.1, marker="o", markersize=4.5 * size, label=words["observed"], zorder=3.5)
    _scales(ax, fan, words["thousands"], small)


def caption(fan: Fan, language: str) -> str:
    """What the intervals are, or that there are none."""
    return WORDS[language]["drawn" if fan.bands else "plain"].format(n=number(fan.futures, language))


def number(value: float, language: str) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}".replace(",", WORDS[language]["thousands"])


def _page(enrolment: Enrolment, codes: Sequence[str], page: tuple[int, int], levels: Sequence[float], language: str) -> Figure:
    from matplotlib.figure import Figure

    down = ceil(len(codes) / ACROSS)
    figure = Figure(figsize=(8.3, 1.1 + 2.3 * down), layout="constrained")
    panels = figure.subplots(down, ACROSS, sharex=True, squeeze=False).ravel()
    twice = {str(name) for name in enrolment.name if (enrolment.name == name).sum() > 1}
    for ax, code in zip(panels, codes, strict=False):
        fan = fan_of(enrolment, code, None, levels, language)
        paint(ax, fan, language, small=True)
        # Two collèges may have one name: their code tells them apart.
        name = _short(fan.name, 34) if fan.name not in twice else f"{_short(fan.name, 22)} ({code})"
        ax.set_title(name, loc="left", fontsize="small", parse_math=False)
    for ax in panels[len(codes) :]:
        ax.set_visible(False)
    for ax in panels[max(0, len(codes) - ACROSS) : len(codes)]:
        ax.tick_params(labelbottom=True)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False, fontsize="small")
    words = WORDS[language]
    last = caption(fan, language)
    figure.supxlabel(
        last if page[1] == 1 else words["page"].format(title=last, page=page[0], pages=page[1]),
        fontsize="small",
        x=0.01,
        ha="left",
    )
    return figure


def _scales(ax: Axes, fan: Fan, thousands: str, small: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    shown = [fan.pupils, fan.observed[np.isfinite(fan.observed)], *(b for _, *both in fan.bands for b in both)]
    values = np.concatenate(shown)
    low, high = float(values.min()), max(float(values.max()), 1.0)
    # From 0, unless all is so far above that little would be seen; then never so near that a small change looks large. Small
    # charts stand side by side: all from 0.
    near = not small and low >= 0.6 * high
    bottom = max(0.0, min(low - 0.6 * (high - low), 0.8 * high)) if near else 0.0
    ax.set_ylim(bottom, high + 0.06 * (high - bottom))
    first = int(fan.seen[0]) if len(fan.seen) else int(fan.rentrees[0])
    ax.set_xlim(first - 0.5, int(fan.rentrees[-1]) + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(4 if small else 9, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.yaxis.set_major_locator(MaxNLocator(4 if small else 6, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}".replace(",", thousands)))
    ax.grid(axis="y", color="#e3e7eb", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    if small:
        ax.tick_params(labelsize="x-small", length=2)


def _told(pupils: Floats) -> Floats:
    """Pupils as they may be seen: counts of 1 to 4 are left out of the line."""
    return np.where((pupils > 0) & (pupils < LEAST_CELL), np.nan, pupils)


def _shade(depth: int, count: int) -> tuple[float, ...]:
    part = depth / (count - 1) if count > 1 else 0.5
    inner, outer = SHADES
    return tuple(a + (b - a) * part for a, b in zip(inner, outer, strict=True))


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    name = " ".join(name.split())
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def _past(enrolment: Enrolment, at: Sequence[int], grade: str | None) -> tuple[np.ndarray, Floats]:
    """Rentrées before the base and the pupils of places together; NaN where one of them is unknown, and nothing of a grade."""
    past, base = enrolment.past, int(enrolment.rentrees[0])
    mine = past[past["code"].isin([str(enrolment.code[p]) for p in at]) & (past["rentree"] < base) & past["pupils"].notna()]
    if grade or mine.empty:
        return np.empty(0, np.int64), np.empty(0)
    sums = mine.groupby("rentree")["pupils"].agg(["sum", "count"])
    years = np.arange(int(sums.index.min()), base)
    whole = sums["sum"].where(sums["count"] == len(at)).reindex(years)
    known = np.flatnonzero(np.isfinite(whole.to_numpy(np.float64)))
    first = known[0] if len(known) else len(years)
    return years[first:], whole.to_numpy(np.float64)[first:]


def _refuse(enrolment: Enrolment, code: str | None, grade: str | None, levels: Sequence[float], language: str) -> None:
    faults: list[Any] = []
    if code is not None:
        try:
            enrolment.position(code)
        except InputError as unknown:
            faults += unknown.faults
    if grade is not None and grade not in GRADES:
        faults.append(Fault("plot", f"unknown grade {grade!r}", "grade", remedy=f"Use {', '.join(GRADES)}"))
    if not len(levels) or not all(0 < level < 1 for level in levels):
        faults.append(Fault("plot", f"levels = {tuple(levels)}", "levels", remedy="Give probabilities between 0 and 1"))
    if language not in WORDS:
        faults.append(Fault("plot", f"unknown language {language!r}", "language", remedy=f"Use {' or '.join(sorted(WORDS))}"))
    if not len(enrolment):
        faults.append(Fault("plot", "no places to show", remedy="Ask for places of a territory that has some"))
    if faults:
        raise InputError(faults)
