"""New 6e of the whole département, rentrée by rentrée: écoles, then births, then Omphale or population by age, then held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from maillage.arrays import Floats
from maillage.demography.births import YEARS_TO_6E, Births, born
from maillage.demography.growth import Growth, recency
from maillage.demography.omphale import Omphale
from maillage.demography.past import whole_history
from maillage.territory import ECOLE_GRADES, GRADES, Territory

ECOLE, BIRTHS, OMPHALE, POPULATION, HELD = "ecole", "births", "omphale", "population", "held"
RECENT_PAIRS = 5
LAST_COHORTS = 3
"""Known cohorts just before Omphale takes over that it is chained to, so that there is no jump where its trend differs."""

PLAUSIBLE_ENTRY = (0.5, 1.2)
"""Bounds of public 6e over public CM2 of the year before; outside them the two tables do not cover the same schools."""

PLAUSIBLE_SHARE = (0.3, 1.2)
"""Bounds of public collégiens over the children of their ages; outside them the population is not that of the territory."""

NOBODY = 1e-9
"""Fewer pupils than this are none: nothing can be divided by them."""

MOST_FOR_A_CHILD = 10.0
"""New 6e for one child of a table beyond which the table does not cover the territory; births of some communes only may do."""

_WORDS = {
    ECOLE: "cohorts in école in {base} (CP to CM2)",
    BIRTHS: "births eleven years before",
    OMPHALE: "the Omphale projection ({variant} scenario), children aged 10",
    POPULATION: "population by age, 1 January {year}",
    HELD: "no figures: the last cohort is held constant (assumption)",
}
_TABLE = {BIRTHS: "The table of births", OMPHALE: "The Omphale projection", POPULATION: "The population by age"}
_NOTHING = "no figures: the mean grade of the collèges is held constant (assumption)"


@dataclass(frozen=True, eq=False)
class Entrants:
    """New public 6e of the département.

    Attributes
    ----------
    rentree : tuple of int
        The rentrées after the base.
    pupils : (K,) float
    source : tuple of str
        ECOLE, BIRTHS, OMPHALE, POPULATION or HELD for each rentrée.
    children : (K,) float
        Children of that source behind them; NaN where the last cohort is held.
    method : tuple of str
    """

    rentree: tuple[int, ...]
    pupils: Floats
    source: tuple[str, ...]
    children: Floats
    method: tuple[str, ...]

    def first(self, count: int) -> Entrants:
        """The same, of the first rentrées only; what was done for the later ones stays told."""
        kept = slice(count)
        return replace(
            self, rentree=self.rentree[kept], pupils=self.pupils[kept], source=self.source[kept], children=self.children[kept]
        )


@dataclass(frozen=True)
class _Series:
    """One source: new 6e by rentrée, and the children they come from."""

    name: str
    entering: Mapping[int, float]
    children: Mapping[int, float]


def entrants_of(territory: Territory, grades: Floats, births: Births, growth: Growth, omphale: Omphale, until: int) -> Entrants:
    """New public 6e from the rentrée after the base to `until`.

    École cohorts count for the five rentrées after the base, grown to CM2, times a ratio of public 6e to public école pupils of
    the same cohort (`_from_ecoles`). Births, Omphale and population by age are chained to them: they are multiplied by the
    ratio of the entrants to their own figures over the cohorts known to both (the base collège cohorts where écoles are
    unknown; the nearest cohorts where none is common to both), so that public share and migration stay as they are.

    Parameters
    ----------
    grades : (U, 4) float
        Public pupils by grade at the base rentrée.
    births : Births
    growth : Growth
    omphale : Omphale
    until : int
    """
    base = territory.base_rentree
    collegiens = {base - g: float(total) for g, total in enumerate(grades.sum(axis=0))}
    to_cm2 = np.append(np.cumprod(growth.yearly[::-1])[::-1], 1.0)
    ecole = {base + 5 - g: float(total) for g, total in enumerate(territory.units.ecole_pupils.sum(axis=0) * to_cm2)}
    year, people, method = _people(territory, collegiens)
    entering: dict[int, float] = {}
    if sum(ecole.values()) > NOBODY:
        entering, words = _from_ecoles(territory, ecole, collegiens, people)
        method += words
    recent = entering or collegiens
    series = [_Series(ECOLE, entering, ecole)]
    for name, sizes in ((BIRTHS, births.total()), (POPULATION, people)):
        linked, words = _linked(name, sizes, recent, collegiens)
        series.append(_Series(name, linked, _by_entry(sizes)))
        method += words
    series.insert(2, _from_omphale(omphale, series[:2], recent, collegiens))
    rentrees = tuple(range(base + 1, until + 1))
    source, pupils, children = _first_known(rentrees, series, float(np.mean(list(recent.values()))))
    for name, years in _runs(rentrees, source):
        told = _NOTHING if name == HELD and years[0] == base + 1 else _WORDS[name]
        told = told.format(base=base, year=year, variant=omphale.variant)
        method.append(f"New 6e of {_span(years)}: {told}.")
    return Entrants(rentrees, np.array(pupils), source, np.array(children), tuple(method))


def _by_entry(sizes: Mapping[int, float]) -> dict[int, float]:
    return {birth + YEARS_TO_6E: size for birth, size in sizes.items()}


def _from_omphale(
    omphale: Omphale, before: list[_Series], recent: Mapping[int, float], collegiens: Mapping[int, float]
) -> _Series:
    """New 6e from Omphale, chained in its central scenario to the last cohorts that écoles and births tell."""
    if not omphale.children:
        return _Series(OMPHALE, {}, {})
    known = {rentree: size for series in reversed(before) for rentree, size in series.entering.items()}
    common = sorted(r for r in known if omphale.central.get(r, 0.0) > 0)[-LAST_COHORTS:]
    last = {r: known[r] for r in common} or known or recent
    link = _link({r - YEARS_TO_6E: size for r, size in omphale.central.items()}, last, collegiens)
    return _Series(OMPHALE, _times(link, omphale.children), omphale.children)


def _people(territory: Territory, collegiens: Mapping[int, float]) -> tuple[int | None, dict[int, float], list[str]]:
    """Year of the population by age and its children by birth year, none where they cannot be the territory's; words."""
    year, people = born(territory.cohorts.population)
    pupils, children = _of_college_age(collegiens, people)
    least, most = PLAUSIBLE_SHARE
    if least * children <= pupils <= most * children:
        return year, people, []
    words = f"The population by age was left out: {children:.0f} children of the ages of {pupils:.0f} public collégiens, "
    return year, {}, [f"{words}whose share would be outside {least:g} to {most:g}."]


def _linked(
    name: str, sizes: Mapping[int, float], recent: Mapping[int, float], collegiens: Mapping[int, float]
) -> tuple[dict[int, float], list[str]]:
    """New 6e by rentrée from a series by birth year, none where it cannot be the territory's; words."""
    if not sum(sizes.values()) > 0:
        return {}, []
    link = _link(sizes, recent, collegiens)
    if link > MOST_FOR_A_CHILD:
        return {}, [f"{_TABLE[name]} was left out: not one child for {MOST_FOR_A_CHILD:g} new 6e of the same cohorts."]
    return _times(link, _by_entry(sizes)), []


def _from_ecoles(
    territory: Territory, ecole: Mapping[int, float], collegiens: Mapping[int, float], people: Mapping[int, float]
) -> tuple[dict[int, float], list[str]]:
    """Public 6e of the cohorts in école by rentrée, and how their ratio to public école pupils was found.

    In this order: observed (6e of a rentrée over CM2 of the one before, latest five pairs, each weighing half as much as one
    two years later); through the population by age (public collégiens over the children of their ages, applied to the children
    of école ages: to each age where the grades of the écoles are all of one size, which says that they are unknown); the mean
    grade of the collèges over the mean grade of the écoles.
    """
    method = []
    observed = _observed_entry(territory)
    if observed is not None:
        words = f"Public 6e over public CM2 of the year before, as observed: {observed:.3f}"
        if PLAUSIBLE_ENTRY[0] <= observed <= PLAUSIBLE_ENTRY[1]:
            return _times(observed, ecole), [f"{words}."]
        method.append(f"{words}, outside {PLAUSIBLE_ENTRY[0]:g} to {PLAUSIBLE_ENTRY[1]:g}, so not used.")
    pupils, children = _of_college_age(collegiens, people)
    at_ecole = {rentree: people[rentree - YEARS_TO_6E] for rentree in ecole if rentree - YEARS_TO_6E in people}
    if children > 0 and at_ecole.keys() == ecole.keys():
        share = pupils / children
        words = f"Public collégiens are {share:.3f} of the children of their ages; "
        if np.ptp(list(ecole.values())) < 1e-6 * sum(ecole.values()):
            words += "écoles without pupils by grade, so public 6e are that share of the children of each age."
            return _times(share, at_ecole), [*method, words]
        ratio = share * sum(at_ecole.values()) / sum(ecole.values())
        words += f"so public 6e over public école pupils of the same cohort is {ratio:.3f}."
        return _times(ratio, ecole), [*method, words]
    ratio = float(np.mean(list(collegiens.values())) / np.mean(list(ecole.values())))
    words = f"Public 6e over public école pupils of a cohort: {ratio:.3f}, the mean collège grade over the mean école grade "
    return _times(ratio, ecole), [*method, f"{words}(assumption: cohorts in collège and in école were alike)."]


def _times(ratio: float, cohorts: Mapping[int, float]) -> dict[int, float]:
    return {rentree: ratio * size for rentree, size in cohorts.items()}


def _of_college_age(collegiens: Mapping[int, float], people: Mapping[int, float]) -> tuple[float, float]:
    """Public collégiens, and children, of the ages that the population knows."""
    ages = [rentree for rentree in collegiens if rentree - YEARS_TO_6E in people]
    return sum((collegiens[r] for r in ages), 0.0), sum((people[r - YEARS_TO_6E] for r in ages), 0.0)


def _observed_entry(territory: Territory) -> float | None:
    colleges, ecoles = whole_history(territory, territory.base_rentree), territory.cohorts.ecole_history
    if colleges.empty or ecoles.empty:
        return None
    sixth, cm2 = f"p{GRADES[0]}", ECOLE_GRADES[-1]
    # A rentrée in which some collèges publish no grades would understate the 6e.
    entering = colleges.groupby("rentree")[sixth].apply(lambda column: column.astype(float).sum(skipna=False))
    leaving = ecoles.groupby("rentree")[cm2].apply(lambda column: column.astype(float).sum(skipna=False))
    pairs = {
        int(rentree): (float(entering[rentree]), float(leaving[rentree - 1]))
        for rentree in sorted(entering.dropna().index)
        if rentree - 1 in leaving.dropna().index and leaving[rentree - 1] > 0
    }
    if not pairs:
        return None
    latest = tuple(pairs)[-RECENT_PAIRS:]
    weight = recency(latest)
    entered, left = np.array([pairs[r] for r in latest]).T
    return float(weight @ entered / (weight @ left))


def _link(sizes: Mapping[int, float], recent: Mapping[int, float], collegiens: Mapping[int, float]) -> float:
    """Entrants for one child of a series by birth year."""
    for known in (recent, collegiens):
        common = [rentree for rentree in known if sizes.get(rentree - YEARS_TO_6E, 0.0) > 0]
        if common:
            return sum(known[r] for r in common) / sum(sizes[r - YEARS_TO_6E] for r in common)
    first = [sizes[birth] for birth in sorted(sizes)[:3]]
    latest = [recent[rentree] for rentree in sorted(recent)[-3:]]
    return float(np.mean(latest) / np.mean(first)) if np.mean(first) > 0 else 0.0


def _first_known(
    rentrees: tuple[int, ...], series: list[_Series], last: float
) -> tuple[tuple[str, ...], list[float], list[float]]:
    """For each rentrée the first series that knows it, its value and its children; the value before where none does."""
    source, pupils, children = [], [], []
    for rentree in rentrees:
        found = next((s for s in series if rentree in s.entering), None)
        last = last if found is None else found.entering[rentree]
        source.append(HELD if found is None else found.name)
        pupils.append(last)
        children.append(np.nan if found is None else found.children[rentree])
    return tuple(source), pupils, children


def _runs(rentrees: tuple[int, ...], source: tuple[str, ...]) -> list[tuple[str, list[int]]]:
    """Stretches of rentrées with one source."""
    pairs = groupby(zip(source, rentrees, strict=True), key=lambda pair: pair[0])
    return [(name, [rentree for _, rentree in stretch]) for name, stretch in pairs]


def _span(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
