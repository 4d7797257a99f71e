"""The written report: what it says, what it must not say, and that it is sound HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from maillage.errors import InputError
from maillage.plan import Breach
from maillage.report.html import render, write_report
from maillage.scenario import Rules, Scenario
from maillage.studies import Study

VOID = {"meta", "br", "link", "img", "hr", "input", "col", "wbr"}


class Page(HTMLParser):
    """Reads a page: headings, ids, attributes, text; and whether every element closes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data + " "

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.elements if tag in tags)


@pytest.fixture(scope="module", params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def text(toy_study: Study, language: str) -> str:
    return render(toy_study, language)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


@pytest.fixture(scope="module")
def french(toy_study: Study) -> Page:
    return Page(render(toy_study, "fr"))


def test_html_is_sound(page: Page, language: str) -> None:
    assert page.faults == []
    assert next(page.all("html"))["lang"] == language
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_link_and_reference_has_its_target(page: Page, text: str) -> None:
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for _, attributes in page.elements:
        for key in ("href", "xlink:href"):
            if key in attributes:
                assert str(attributes[key]).removeprefix("#") in ids
        for key in ("aria-labelledby", "aria-describedby"):
            assert set(str(attributes.get(key, "")).split()) <= ids
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= ids


def test_nothing_is_fetched_and_nothing_runs(page: Page, text: str) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        for key, value in attributes.items():
            assert not key.startswith("on"), f"{tag} {key}"
            if key in ("src", "href", "xlink:href", "srcset", "data", "action"):
                assert str(value).startswith("#"), f"{tag} {key}={value}"
    assert "@import" not in text
    assert "url(http" not in text


def test_tables_and_figures_can_be_read_aloud(page: Page) -> None:
    assert all(attributes.get("scope") for attributes in page.all("th"))
    pictures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(pictures) >= 8
    assert all(a.get("aria-labelledby") for a in pictures)
    assert all(a.get("role") == "img" or a.get("aria-hidden") == "true" for a in page.all("svg"))
    assert sum(1 for _ in page.all("table")) == sum(1 for _ in page.all("caption"))


def test_facts_of_the_study_are_told(page: Page, toy_study: Study, language: str) -> None:
    pupils = f"{toy_study.territory.colleges.pupils.sum():,.0f}".replace(",", "\u202f" if language == "fr" else ",")
    assert pupils in page.text
    for name in [*toy_study.territory.colleges.name, *(s.label for s in toy_study.scenarios)]:
        assert str(name) in page.text
    for source in toy_study.territory.sources:
        assert source.sha256 in page.text
        assert source.file in page.text
    assert "HiGHS 1.11" in page.text


def test_first_place_and_its_proof_are_told(french: Page, toy_study: Study) -> None:
    first = toy_study.ranking().first[0]
    assert first == "access"
    assert "le scénario S1 «\u00a0Accès d'abord\u00a0» arrive en tête" in french.text
    assert "Le plan de S1 est optimal à 0,21\u202f% près" in french.text
    share = toy_study.stability().loc["access", "first"]
    assert share >= 0.8
    assert "La première place est robuste au choix des poids" in french.text


def test_what_the_first_scenario_changes_is_told_of_the_rentree_named(french: Page, toy_study: Study) -> None:
    table = toy_study.indicators().set_index(["scenario", "indicator", "rentree"])["value"]
    moved = f"{table['access', 'moved_pupils', toy_study.until]:,.0f}".replace(",", "\u202f")
    assert moved != f"{table['access', 'moved_pupils', toy_study.start]:,.0f}".replace(",", "\u202f")
    assert "À la rentrée 2030, par rapport au maintien des secteurs actuels" in french.text
    assert f"≈{moved} élèves, soit" in french.text


def test_scenarios_without_a_plan_are_not_said_to_be_compared(french: Page, toy_study: Study) -> None:
    asked = len(toy_study.plans) + len(toy_study.impossible) + len(toy_study.unsolved)
    assert f"{asked} scénarios d’organisation" in french.text
    assert f"sont étudiés. {len(toy_study.plans)} ont un plan et sont comparés." in french.text


def test_places_that_rest_on_unproven_plans_are_told(toy_study: Study) -> None:
    loose = [plan for plan in toy_study.plans if plan.status == "feasible"]
    assert loose
    assert "démontrés optimaux" in render(toy_study, "fr") or "n’est pas démontré optimal" in render(toy_study, "fr")
    proven = tuple(replace(plan, status="proven") if plan.status == "feasible" else plan for plan in toy_study.plans)
    assert "place peut sous-estimer" not in render(replace(toy_study, plans=proven), "fr")


def test_a_collège_kept_open_without_pupils_is_told(toy_study: Study) -> None:
    assert "n’aurait aucun élève" not in render(toy_study, "fr")
    plans = tuple(
        replace(plan, open=np.ones_like(plan.open)) if plan.scenario.name == "close-1" else plan for plan in toy_study.plans
    )
    told = render(replace(toy_study, plans=plans), "fr")
    assert "Attention : un collège resté ouvert n’aurait aucun élève à la rentrée 2030" in told.replace("\u00a0", " ")


def test_the_values_behind_the_scores_are_shown(french: Page, toy_study: Study) -> None:
    table, _ = toy_study.criteria()
    for value in table["mix"]:
        assert f"{value:.3f}".replace(".", ",") in french.text


def test_conclusions_follow_the_numbers(toy_study: Study) -> None:
    """The same sentences with other weights: stability above all puts today's sectors first."""
    settings = toy_study.settings.model_copy(update={"weights": {"still": {"stability": 1.0}}})
    told = Page(render(replace(toy_study, settings=settings), "en")).text
    assert "With the weight profile “still”, no scenario does better overall than today’s" in told.replace("'", "’")


def test_status_gap_and_bound_are_told(page: Page, language: str) -> None:
    gap = {"fr": ("0,21\u202f%", "6,00\u202f%", "1,2314"), "en": ("0.21%", "6.00%", "1.2314")}[language]
    for value in gap:
        assert value in page.text


def test_rules_broken_today_are_told_once_a_place(french: Page) -> None:
    assert "ne respectent pas les règles à 2 endroits" in french.text
    assert "capacité (Élise Freinet (Bourg-20), 2025), 12 élèves au-delà" in french.text
    assert "places de restauration (Les Sources (Bourg-7), 2025), 19 repas au-delà" in french.text


def test_an_impossible_scenario_is_shown_with_its_reasons(page: Page, language: str) -> None:
    assert "Fermer cinq collèges" in page.text
    told = {
        "fr": "au plus 525 places dans 1 collèges ouverts pour 2\u202f269 élèves en 2025, il en manque 1744",
        "en": "at most 525 places",
    }
    assert told[language] in page.text
    assert "a reason of tomorrow about Les Sources (Bourg-7, 0990001A)" in page.text


def test_a_scenario_without_an_answer_is_not_called_impossible(page: Page, language: str) -> None:
    assert "Réponse à venir" in page.text
    told = {"fr": "aucun plan trouvé en 1 s", "en": "no plan found in 1 s"}
    assert told[language] in page.text


def cut_off(study: Study, **changes: object) -> Study:
    """The study where the first unit has no journey and its distance by road is unknown."""
    minutes, km = study.travel.minutes.copy(), study.travel.distance_km.copy()
    minutes[0] = km[0] = np.inf
    return replace(study, travel=replace(study.travel, minutes=minutes, distance_km=km, **changes))


def test_pupils_without_a_journey_are_told_first(toy_study: Study, french: Page) -> None:
    assert "aucun trajet vers leur collège" not in french.text
    assert "Élèves sans trajet (part)" in french.text
    page = Page(render(cut_off(toy_study, not_snapped=("99001", "0990001A")), "fr"))
    table = toy_study.indicators().set_index(["scenario", "indicator", "rentree"])["value"]
    assert table["present", "share_without_journey", 2030] == 0
    none, mean = page.text.index("n’ont aucun trajet vers leur collège"), page.text.index("Le trajet moyen entre le domicile")
    assert none < mean
    assert "2 lieux sont trop loin de toute route, donc sans trajet\u00a0: Bourg-1, Les Sources" in page.text
    assert "dont la distance par la route est inconnue" in page.text
    assert "sans aucun trajet, non comptés" in page.text
    assert "Élèves sans itinéraire" in page.text


def test_nobody_has_a_journey(toy_study: Study) -> None:
    lost = np.full(toy_study.travel.minutes.shape, np.inf)
    study = replace(toy_study, travel=replace(toy_study.travel, minutes=lost, distance_km=lost))
    page = Page(render(study, "fr"))
    assert "n’ont aucun trajet vers leur collège" in page.text
    assert "Le trajet moyen entre le domicile" not in page.text


@pytest.mark.parametrize("approximate", [True, False])
def test_a_timetable_is_not_said_to_be_a_way_on_the_roads(toy_study: Study, approximate: bool) -> None:
    page = Page(render(cut_off(toy_study, mode="circuit", approximate=approximate), "fr"))
    assert "selon les horaires des circuits de transport scolaire" in page.text
    assert "le plus rapide sur le réseau routier" not in page.text
    assert "distance à vol d’oiseau, majorée d’un détour et divisée" not in page.text
    assert ("La marche est approchée par la distance" in page.text) == approximate


def test_a_rule_on_journeys_broken_for_want_of_one(toy_study: Study) -> None:
    broken = replace(toy_study.plans[0], breaches=(Breach("max_minutes", "unit 99001", None, np.inf, "min"),))
    page = Page(render(replace(toy_study, plans=(broken, *toy_study.plans[1:])), "fr"))
    assert "trajet maximal (unité 99001), aucun trajet" in page.text


def test_rules_that_hold_in_futures_are_told_without_promising_more(toy_study: Study) -> None:
    def told(futures: int, language: str) -> str:
        scenario = Scenario(name="careful", rules=Rules(futures=futures))
        plans = (toy_study.plans[0], replace(toy_study.plans[1], scenario=scenario), *toy_study.plans[2:])
        scenarios = (toy_study.scenarios[0], scenario, *toy_study.scenarios[2:])
        return Page(render(replace(toy_study, scenarios=scenarios, plans=plans), language)).text

    assert "tenues aussi dans 3 futurs simulés, sans garantie dans les autres" in told(3, "fr")
    assert "tenues aussi dans un futur simulé, sans garantie dans les autres" in told(1, "fr")
    assert "hold in 3 simulated futures too, without any guarantee in the others" in told(3, "en")


def test_where_todays_sectors_fail_in_a_future(toy_study: Study) -> None:
    broken = Breach("capacity", str(toy_study.territory.colleges.uai[0]), 2027, 12.0, "pupils", 17)
    changed = replace(toy_study, plans=(replace(toy_study.plans[0], breaches=(broken,)), *toy_study.plans[1:]))
    french, english = (Page(render(changed, language)).text for language in ("fr", "en"))
    assert re.search(r"capacité \(Jean Ferrat [^)]*\), 2027, futur simulé nᵒ 17\), 12 élèves au-delà", french)
    assert re.search(r"capacity \(Jean Ferrat [^)]*\), 2027, simulated future 17\), 12 pupils beyond", english)


def test_a_fictional_territory_says_so(toy_study: Study) -> None:
    assert "Ce territoire est inventé" in render(toy_study, "fr")
    assert "This territory is invented" in render(toy_study, "en")
    real = replace(toy_study, territory=replace(toy_study.territory, fictional=False))
    assert "inventé" not in render(real, "fr")


def test_estimates_are_marked_and_published_figures_are_not(text: str, toy_study: Study, language: str) -> None:
    separator = {"fr": "\u202f", "en": ","}[language]
    mark = re.compile(r'<abbr class="est" title="[^"]+">≈</abbr>')
    assert len(mark.findall(text)) > 200
    capacity = toy_study.territory.colleges.capacity
    rows = {uai: row for row in re.findall(r"<tr>.*?</tr>", text, flags=re.DOTALL) for uai in re.findall(r"099000\dA", row)}
    for s, estimated in enumerate(toy_study.territory.colleges.capacity_estimated):
        row = rows[str(toy_study.territory.colleges.uai[s])]
        value = f"{capacity[s]:,.0f}".replace(",", separator)
        assert f"<td>{'<abbr' if estimated else value}" in row
        assert re.search(rf"<td>(<abbr[^>]*>≈</abbr>)?{value}</td>", row)


def test_small_counts_never_show(toy_study: Study) -> None:
    demand = toy_study.demand
    shrunk = np.where(toy_study.territory.units.present[:, None, None] == 5, demand.pupils * 0.008, demand.pupils)
    few = replace(demand, pupils=np.concatenate([demand.pupils[:, :, :1], shrunk[:, :, 1:]], axis=2))
    study = replace(toy_study, demand=few, variants={"central": few, "high": few, "low": few})
    told = render(study, "en")
    assert "&lt;5" in told
    row = next(r for r in re.findall(r"<tr>.*?</tr>", told, flags=re.DOTALL) if "0990005A" in r)
    later = re.findall(r"<td[^>]*>(.*?)</td>", row)[-3:]
    assert later == ["&lt;5", "–", "–"]


def test_hostile_names_are_harmless(renamed_study: Study) -> None:
    for tongue in ("fr", "en"):
        text = render(renamed_study, tongue)
        page = Page(text)
        assert page.faults == []
        assert not list(page.all("script", "img", "b-hostile"))
        assert "<script" not in text
        assert "onerror=alert(1)>" not in text
        assert "<script>alert(1)</script>" in page.text
        assert "../../etc" in page.text


def test_same_study_same_bytes(toy_study: Study, tmp_path: Path) -> None:
    one = write_report(toy_study, tmp_path / "one.html", "en").read_bytes()
    two = write_report(toy_study, tmp_path / "two.html", "en").read_bytes()
    assert one == two


def test_writing_is_whole_or_not_at_all(toy_study: Study, tmp_path: Path) -> None:
    path = tmp_path / "rapport.html"
    path.write_text("earlier")
    assert write_report(toy_study, str(path)) == path
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [p.name for p in tmp_path.iterdir()] == ["rapport.html"]
    with pytest.raises(FileNotFoundError):
        write_report(toy_study, tmp_path / "absent" / "rapport.html")


def test_an_unknown_language_is_refused(toy_study: Study, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown language 'de'.*Use fr or en"):
        write_report(toy_study, tmp_path / "bericht.html", "de")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("language", "counted"), [("fr", "PCS défavorisées"), ("en", "classed as disadvantaged (PCS")])
def test_disadvantaged_pupils_that_the_planner_counted_are_called_so(toy_study: Study, language: str, counted: str) -> None:
    observed = replace(toy_study, territory=replace(toy_study.territory, group_observed=True))
    assert counted in render(observed, language)
    assert counted not in render(toy_study, language)
