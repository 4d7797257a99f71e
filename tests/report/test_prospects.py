"""How sure the projection is, as the report tells it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from maillage.report.facts import facts_of
from maillage.report.html import render
from maillage.studies import Study
from maillage.territory import Bassins

SEPARATOR = {"fr": "\u202f", "en": ","}


def plain(text: str) -> str:
    """A page without its marks of estimates and its tags."""
    return re.sub(r"<[^>]+>", "", re.sub(r"<abbr class=\"est\".*?</abbr>", "", text))


def rows(text: str, key: str) -> list[list[str]]:
    """Cells of the rows of a section that name something."""
    section = text[text.index('<section aria-labelledby="projection"') : text.index('<section aria-labelledby="scenarios"')]
    found = [row for row in re.findall(r"<tr>.*?</tr>", section, flags=re.DOTALL) if f">{key}</th>" in row]
    return [[plain(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, flags=re.DOTALL)] for row in found]


def figures(text: str, prefix: str) -> list[str]:
    return re.findall(rf'<svg class="figure"[^>]*aria-labelledby="{prefix}[^"]*".*?</svg>', text, flags=re.DOTALL)


def test_facts_are_the_quantiles_of_sums(doubtful_study: Study) -> None:
    p = facts_of(doubtful_study).prospects
    demand, inside = doubtful_study.demand, doubtful_study.territory.units.present
    assert demand.draws is not None
    assert p.futures == 60
    last = demand.draws.sum(axis=2)[:, :, -1]
    assert (p.whole.low.value, p.whole.high.value) == pytest.approx(np.quantile(last.sum(axis=1), (0.1, 0.9)), rel=1e-5)
    west = demand.draws[:, doubtful_study.territory.bassins.college[inside] == 0].sum(axis=(1, 2))[:, -1]
    assert p.bassins[0].name == "Ouest"
    assert p.bassins[0].low.value == pytest.approx(np.quantile(west, 0.1), rel=1e-5)
    mine = last[:, inside == 4].sum(axis=1)
    assert p.colleges[4].high.value == pytest.approx(np.quantile(mine, 0.9), rel=1e-5)
    assert p.colleges[4].base.value == pytest.approx(doubtful_study.territory.colleges.pupils[4])
    assert not p.colleges[4].base.estimated
    assert p.colleges[4].projected.estimated
    assert p.band is not None
    assert p.band[0] == tuple(range(2024, 2031))
    assert p.band[1][0] == pytest.approx(p.whole.base.value, rel=1e-6)
    assert p.band[2][-1] == p.whole.high.value


def test_bassins_are_those_of_collèges_in_the_past_and_to_come(doubtful_study: Study) -> None:
    """The base joins the past without a jump: the toy's past falls by 1 % a year in every collège."""
    for chart in facts_of(doubtful_study).prospects.charts:
        assert chart.observed[-1] == pytest.approx(chart.pupils[0] * 1.01)
        assert chart.observed[0] == pytest.approx(chart.pupils[0] * 1.04)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_tables_tell_base_projection_and_interval(doubtful_study: Study, language: str) -> None:
    text = render(doubtful_study, language)
    p = facts_of(doubtful_study).prospects

    def told(cell: object) -> str:
        return f"{cell.value:,.0f}".replace(",", SEPARATOR[language])  # type: ignore[attr-defined]

    for place in p.bassins:
        assert rows(text, place.name) == [[told(c) for c in (place.base, place.projected, place.low, place.high)]]
    position = doubtful_study.territory.college_positions()["0990004A"]
    place = p.colleges[position]
    ((*_, base, projected, low, high),) = rows(text, "Aimé Césaire")
    assert [base, projected, low, high] == [told(c) for c in (place.base, place.projected, place.low, place.high)]
    assert len(rows(text, {"fr": "Ensemble", "en": "Together"}[language])) == 2


@pytest.mark.parametrize(
    ("language", "simulated", "interval"),
    [("fr", "80\u202f% des 60 futurs simulés", "80\u202f% de 60 futurs simulés"),
     ("en", "80% of 60 simulated futures", "80% of 60 simulated futures")],
)  # fmt: skip
def test_each_figure_says_that_its_intervals_are_simulated(
    doubtful_study: Study, language: str, simulated: str, interval: str
) -> None:
    text = render(doubtful_study, language)
    (curve,) = figures(text, "chart-projection")
    assert simulated in curve
    assert {"fr": "80\u202f% des futurs simulés</text>", "en": "80% of the simulated futures</text>"}[language] in curve
    fans = figures(text, "fan-")
    assert len(fans) == 2
    assert all(interval in fan for fan in fans)
    assert "Ouest" in fans[0]
    # Kept small: a page of twelve of these is a quarter of a megabyte at most.
    assert max(len(fan) for fan in fans) < 20_000


def test_without_futures_the_report_says_so(toy_study: Study) -> None:
    text = render(toy_study, "en")
    assert "no interval was computed" in text
    assert "simulated futures lie between" not in text
    assert "eight simulated futures" not in text
    assert len(figures(text, "fan-")) == 1, "the whole territory, as it has no bassins"
    ((*_, base, _, low, high),) = rows(text, "Aimé Césaire")
    assert base == f"{toy_study.territory.colleges.pupils[4]:,.0f}"
    assert (low, high) == ("–", "–")
    assert rows(text, "Ouest") == []


def test_bassins_made_here_and_bassins_too_many_to_draw_are_told(doubtful_study: Study) -> None:
    territory = doubtful_study.territory
    assert "no official areas" not in render(doubtful_study, "en")
    names = np.array([f"Bassin {i}" for i in range(14)])
    college = np.arange(6).astype(np.int32)
    many = Bassins(names, college[territory.units.present], college, "made", approximate=True)
    text = render(replace(doubtful_study, territory=replace(territory, bassins=many)), "en")
    assert "no official areas" in text
    assert "The 12 largest bassins are drawn" in text
    assert len(figures(text, "fan-")) == 12


def test_small_counts_are_masked(doubtful_study: Study) -> None:
    demand = doubtful_study.demand
    assert demand.draws is not None
    few = np.where(doubtful_study.territory.units.present[:, None] == 5, 0.008, 1.0)[:, :, None]
    small = replace(demand, pupils=demand.pupils * few, draws=(demand.draws * few).astype(np.float32))
    study = replace(doubtful_study, demand=small, variants={**doubtful_study.variants, "central": small})
    ((*_, base, projected, low, high),) = rows(render(study, "en"), "Louise Michel")
    assert (base, projected, low, high) == ("&lt;5",) * 4
