"""The charts of the report: which facts go into which figure, with the sentence that stands for it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from markupsafe import Markup

from maillage.report.curves import Curve, Strip, fan, projection
from maillage.report.diagnosis import CHANGE_EDGES, IPS_STEP
from maillage.report.figures import Mark, histogram, plane, stacked_bands
from maillage.report.format import DIGITS, Cell
from maillage.report.prospects import LEVEL
from maillage.report.voice import Voice


def draw_charts(voice: Voice) -> dict[str, Markup | None]:
    """All charts by name; None for one that has nothing to show."""
    drawn: dict[str, Callable[[Voice], Markup | None]] = {
        "projection": _projection,
        "changes": _changes,
        "bands": _bands,
        "ips": _ips,
        "plane": _plane,
    }
    return {name: draw(voice) for name, draw in drawn.items()}


def _projection(voice: Voice) -> Markup:
    facts, words, n = voice.facts, voice.words, voice.numbers
    d = facts.diagnosis
    seen = Curve("observed", words("diagnosis.observed"), *_columns(d.observed))
    curves = [Curve(name, words(f"variant.{name}"), *_columns(series)) for name, series in d.projected]
    ends = {name: n.number(series[-1][1]) for name, series in d.projected}
    text = words("diagnosis.chart_pupils_text", base=facts.base, until=facts.until, pupils=n.number(d.observed[-1][1]), **ends)
    title, start = words("diagnosis.chart_pupils_title"), (facts.start, words("diagnosis.chart_start"))
    band, p = None, facts.prospects
    if p.band is not None:
        share = n.percent(LEVEL)
        band = Strip(words("projection.band", level=share), *p.band)
        ends = {"low": n.count(p.whole.low.value), "high": n.count(p.whole.high.value)}
        text += " " + words("projection.band_text", until=facts.until, level=share, n=n.number(p.futures), **ends)
    return projection("chart-projection", title, text, [*curves, seen], start, band, n.number)


def draw_fans(voice: Voice) -> list[tuple[str, Markup]]:
    """The small charts of the places, each with its name."""
    p, words, n = voice.facts.prospects, voice.words, voice.numbers
    known = {prospect.name: prospect for prospect in (p.whole, *p.bassins)}
    drawn = []
    for number, chart in enumerate(p.charts):
        place = known[chart.name]
        years = {"base": voice.facts.base, "until": voice.facts.until}
        figures = {"pupils": n.count(place.base.value), "then": voice.figure(place.projected)}
        text = words("projection.fan_text", **years, **figures)
        if p.futures:
            ends = {"low": n.count(place.low.value), "high": n.count(place.high.value)}
            text += " " + words("projection.fan_interval", level=n.percent(LEVEL), n=n.number(p.futures), **ends)
        title = words("projection.fan_title", name=chart.name)
        drawn.append((chart.name, fan(f"fan-{number}", title, text, chart, words.language)))
    return drawn


def _changes(voice: Voice) -> Markup | None:
    facts, words, n = voice.facts, voice.words, voice.numbers
    counts = facts.diagnosis.changes
    if not sum(counts) or facts.diagnosis.uniform:
        return None
    edges = [n.percent(edge, signed=True) for edge in CHANGE_EDGES]
    between = [words("diagnosis.from_to", low=a, high=b) for a, b in pairwise(edges)]
    labels = [f"< {edges[0]}", *between, f"> {edges[-1]}"]
    years = {"base": facts.base, "until": facts.until}
    text = words("diagnosis.chart_change_text", values=_told(labels, counts))
    title, axis = words("diagnosis.chart_change_title", **years), words("diagnosis.change_axis", **years)
    return histogram("chart-changes", title, text, labels, {"": counts}, axis, words("diagnosis.number_axis"))


def _bands(voice: Voice) -> Markup | None:
    facts, words = voice.facts, voice.words
    d = facts.diagnosis
    rows = [
        (words("diagnosis.today_row", base=facts.base), d.bands_now),
        (words("diagnosis.same_row", until=facts.until), d.bands_later),
        *((f"{p.code} ({facts.until})", p.bands) for p in facts.plans if not p.scenario.present),
    ]
    bands = words("diagnosis.bands").split("|")
    counted = [(name, _counts(cells)) for name, cells in rows]
    if not any(sum(counts) for _, counts in counted):
        return None
    values = "; ".join(f"{name}: {_told(bands, counts)}" for name, counts in counted)
    text = words("diagnosis.chart_bands_text", values=values)
    return stacked_bands("chart-bands", words("diagnosis.chart_bands_title"), text, counted, bands)


def _ips(voice: Voice) -> Markup:
    facts, words = voice.facts, voice.words
    classes = facts.diagnosis.ips_classes
    labels = [f"{low}–{low + IPS_STEP}" for low, _, _ in classes]
    series = {words("diagnosis.public"): [a for _, a, _ in classes], words("diagnosis.private"): [b for _, _, b in classes]}
    values = "; ".join(f"{name}: {_told(labels, counts)}" for name, counts in series.items())
    text = words("diagnosis.chart_ips_text", base=facts.base, values=values)
    title, axis = words("diagnosis.chart_ips_title"), words("diagnosis.ips_axis")
    return histogram(
        "chart-ips", title, text, [str(low) for low, _, _ in classes], series, axis, words("diagnosis.number_axis")
    )


def _plane(voice: Voice) -> Markup | None:
    facts, words, n = voice.facts, voice.words, voice.numbers
    ranking = facts.ranking
    if ranking is None or not ranking.marks:
        return None
    leader = ranking.places[0].plan.code
    marks = [Mark(code, x, y, efficient, code == leader) for code, x, y, efficient in ranking.marks]
    (_, x_name, x_unit, _, _), (_, y_name, y_unit, _, _) = ranking.criteria[:2]
    labels = voice.indicator(x_name), voice.indicator(y_name)
    values = "; ".join(f"{m.label}: {n.measure(m.x, x_unit)}, {n.measure(m.y, y_unit)}" for m in marks)
    text = words("ranking.chart_text", x=labels[0], y=labels[1], values=values)
    legend = words("ranking.chart_efficient"), words("ranking.chart_other")
    axes = tuple(
        f"{label} ({unit})" if (unit := voice.unit(u)) else label for label, u in zip(labels, (x_unit, y_unit), strict=True)
    )
    write = (lambda value: _tick(voice, value, x_unit)), (lambda value: _tick(voice, value, y_unit))
    return plane("chart-plane", words("ranking.chart_title"), text, marks, axes[0], axes[1], legend, write)


def _columns(series: tuple[tuple[int, float], ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(float(x) for x, _ in series), tuple(y for _, y in series)


def _tick(voice: Voice, value: float, unit: str) -> str:
    """One decimal more than the figures themselves, as ticks may lie between them."""
    return voice.numbers.percent(value, 2) if unit == "share" else voice.numbers.number(value, DIGITS.get(unit, 2) + 1)


def _counts(cells: tuple[Cell, ...]) -> list[int]:
    return [round(cell.value or 0.0) for cell in cells]


def _told(labels: list[str], counts: tuple[int, ...] | list[int]) -> str:
    return ", ".join(f"{label} {count}" for label, count in zip(labels, counts, strict=True))
