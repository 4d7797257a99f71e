"""Fan charts: what stands on their axes, in both languages, for any name."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from maillage import InputError
from maillage.demography.enrolment import Enrolment
from maillage.demography.fan import WORDS, caption, fan_grid, fan_of

mpl.use("Agg")
YEARS = np.arange(2024, 2031)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def enrolment(names=("Les Sources", "Val Doré"), draws=40, scale=100.0):
    """Places of `scale` pupils a grade, the second twice as many, that lose 2 a grade and year; five past totals."""
    n = len(names)
    size = scale * (1 + np.arange(n))
    pupils = np.maximum(size[:, None, None] - 2.0 * np.arange(len(YEARS)), 0).repeat(4, axis=1)
    rng = np.random.default_rng(1)
    spread = np.exp(0.02 * rng.standard_normal((draws, n, 4, len(YEARS))) * np.arange(len(YEARS)))
    code = np.array([f"099000{i}A" for i in range(n)])
    past = pd.DataFrame(
        [(c, year, 4 * s + year - 2024) for c, s in zip(code, size, strict=True) for year in range(2019, 2024)],
        columns=["code", "rentree", "pupils"],
    )
    drawn = (pupils * spread).astype(np.float32) if draws else None
    return Enrolment("collège", code, np.array(names), YEARS, pupils, drawn, past, "central")


def bands(ax):
    """Low and high of each band by rentrée, the outermost first."""
    found = []
    for polygon in ax.collections:
        points = polygon.get_paths()[0].vertices
        found.append([[points[points[:, 0] == year, 1].min(), points[points[:, 0] == year, 1].max()] for year in YEARS])
    return np.array(found).transpose(0, 2, 1)


def lines(ax):
    return {line.get_label(): np.column_stack(line.get_data()) for line in ax.lines if not line.get_label().startswith("_")}


def test_what_is_drawn():
    e = enrolment()
    ax = e.plot("0990001A", language="en")
    drawn = lines(ax)
    assert drawn["projection"].tolist() == np.column_stack([YEARS, e.total()[1]]).tolist()
    observed = drawn["observed"]
    assert observed[:, 0].tolist() == list(range(2019, 2025))
    assert observed[:, 1].tolist() == [795.0, 796.0, 797.0, 798.0, 799.0, 800.0]
    wide, middle, narrow = bands(ax)
    for band, level in ((wide, 0.95), (middle, 0.8), (narrow, 0.5)):
        assert band == pytest.approx(e.quantile([(1 - level) / 2, (1 + level) / 2])[:, 1], rel=1e-6)
    assert (wide[0] <= middle[0]).all()
    assert (middle[0] <= narrow[0]).all()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "95% interval", "80% interval", "50% interval", "projection", "observed",
    ]  # fmt: skip
    # The base rentrée is marked.
    assert [list(line.get_xdata()) for line in ax.lines if line.get_label().startswith("_")] == [[2024, 2024]]
    assert [text.get_text() for text in ax.texts] == ["base 2024"]


def test_bands_differ_in_grey():
    """Relative luminance falls from the outside in, by steps that print."""
    ax = enrolment().plot("0990000A")
    grey = [np.dot(to_rgb(tuple(band.get_facecolor()[0][:3])), (0.2126, 0.7152, 0.0722)) for band in ax.collections]
    assert (np.diff(grey) < -0.1).all()
    assert grey[0] < 0.93


@pytest.mark.parametrize(
    ("language", "title", "axis", "told", "cut"),
    [
        ("fr", "Les Sources", "Élèves", "intervalles tirés de 40 futurs simulés", "ne part pas de 0"),
        ("en", "Les Sources", "Pupils", "not a forecast; intervals from 40 simulated futures", "does not start at 0"),
    ],
)
def test_words(language, title, axis, told, cut):
    ax = enrolment().plot("0990000A", language=language)
    assert ax.get_title(loc="left") == title
    assert ax.get_ylabel() == axis
    assert told in ax.get_xlabel()
    assert (cut in ax.get_xlabel()) == (ax.get_ylim()[0] > 0)
    assert WORDS["fr"].keys() == WORDS["en"].keys()
    ax = enrolment(draws=0).plot("0990000A", language=language)
    assert {"fr": "aucun intervalle n’a été calculé", "en": "no interval was computed"}[language] in ax.get_xlabel()
    assert not ax.collections
    assert len(ax.get_legend().get_texts()) == 2


@pytest.mark.parametrize(("language", "thousands"), [("fr", "4\u202f000"), ("en", "4,000")])
def test_scales(language, thousands):
    ax = enrolment(scale=1000.0).plot("0990000A", language=language)
    assert ax.yaxis.get_major_formatter()(4000, 0) == thousands
    ax.figure.canvas.draw()
    ticks = [float(label.get_text()) for label in ax.get_xticklabels()]
    assert all(tick == int(tick) for tick in ticks)
    low, high = ax.get_ylim()
    # Far from 0, a change of 1 % still looks small: at least a fifth of the height is above the lower edge.
    assert 0 < low <= 0.8 * high
    assert enrolment(scale=14.0).plot("0990000A").get_ylim()[0] == 0


def test_one_grade_has_no_past_and_all_together_are_a_sum():
    e = enrolment()
    ax = e.plot("0990000A", grade="5e", language="en")
    assert ax.get_ylabel() == "Pupils in 5e"
    assert lines(ax)["observed"].tolist() == [[2024, 100]]
    fan = fan_of(e, language="en")
    assert fan.name == "2 collèges together"
    assert fan.pupils.tolist() == e.total().sum(axis=0).tolist()
    assert fan.observed[-1] == 399 + 799
    level, low, _ = fan.bands[1]
    assert level == 0.8
    assert low == pytest.approx(np.quantile(e.draws.sum(axis=(1, 2)), 0.1, axis=0), rel=1e-6)


def test_a_rentree_that_is_not_known_of_all_is_a_gap():
    e = enrolment()
    lacking = e.past[~((e.past["code"] == "0990001A") & (e.past["rentree"].isin([2019, 2021])))]
    fan = fan_of(replace(e, past=lacking))
    assert fan.seen.tolist() == [2020, 2021, 2022, 2023]
    assert np.isnan(fan.observed).tolist() == [False, True, False, False]
    nothing = fan_of(replace(e, past=e.past.iloc[:0]))
    assert len(nothing.seen) == 0
    assert len(fan_of(replace(e, past=e.past[e.past["code"] == "0990000A"])).seen) == 0


def test_small_counts_are_left_out_of_the_line():
    ax = enrolment(scale=1.0, draws=0).plot("0990000A", grade="6e")
    assert np.isnan(lines(ax)["observed".replace("observed", "observé")][-1, 1])
    assert np.isnan(lines(ax)["projection"][0, 1])
    assert lines(ax)["projection"][-1, 1] == 0


@pytest.mark.parametrize("name", ["<script>", "$x$", "$\\frac{1}{0$", "50 % & $", "a\nb", "x" * 300])
def test_hostile_names(name):
    e = enrolment((name, name))
    ax = e.plot("0990000A")
    shown = [text for text in ax.findobj(Text) if text.get_text() == ax.get_title(loc="left")]
    assert shown
    assert not any(text.get_parse_math() for text in shown)
    assert len(ax.get_title(loc="left")) <= 60
    assert "\n" not in ax.get_title(loc="left")
    ax.figure.canvas.draw()
    (page,) = fan_grid(e, "fr")
    page.canvas.draw()
    titles = [text for text in page.findobj(Text) if text.get_text().endswith("A)")]
    assert len(titles) == 2
    assert not any(text.get_parse_math() for text in titles)
    # Two places of one name are told apart.
    assert [title.get_text()[-10:] for title in titles] == ["(0990000A)", "(0990001A)"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_small_charts_a_page(language):
    e = enrolment([f"Place {i}" for i in range(14)])
    first, last = fan_grid(e, language)
    assert [sum(panel.get_visible() for panel in page.axes) for page in (first, last)] == [12, 2]
    assert [panel.get_title(loc="left") for panel in last.axes if panel.get_visible()] == ["Place 12", "Place 13"]
    assert len({panel.get_xlim() for page in (first, last) for panel in page.axes if panel.get_visible()}) == 1
    assert {panel.get_ylim()[0] for panel in first.axes} == {0.0}
    told = {"fr": "(2 sur 2)", "en": "(2 of 2)"}[language]
    assert told in last.get_supxlabel()
    assert caption(fan_of(e, "0990000A"), language) in first.get_supxlabel()
    assert len(first.legends[0].get_texts()) == 5
    assert len(fan_grid(enrolment(draws=0), language)[0].legends[0].get_texts()) == 2


def test_given_axes_are_drawn_on():
    figure = mpl.figure.Figure()
    ax = figure.subplots()
    assert enrolment().plot("0990000A", ax=ax, levels=[0.8]) is ax
    assert len(ax.collections) == 1


def test_bad_arguments_all_at_once():
    with pytest.raises(InputError) as caught:
        enrolment().plot("0999999Z", grade="CM2", levels=(0.5, 1.2), language="de")
    assert len(caught.value.faults) == 4
    assert "no collège '0999999Z'" in str(caught.value)
    assert "Use en or fr" in str(caught.value)
    with pytest.raises(InputError, match="levels = "):
        enrolment().plot(levels=())
    with pytest.raises(InputError, match="unknown language 'de'"):
        fan_grid(enrolment(), "de")
    with pytest.raises(InputError, match="no places"):
        fan_grid(enrolment(()))
