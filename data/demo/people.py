"""The people: inhabitants, social level and births of every cell or commune, and the pupils these births become."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from demo.land import BASSINS, CITIES, Floats, Land

FIRST_BIRTH, LAST_BIRTH = 2005, 2024
BIRTHS_PER_INHABITANT = 0.01345
COLLEGE_PUPILS = 62_000.0
PRIVATE_SHARE = 0.187
BASE = 2024


@dataclass(frozen=True)
class People:
    """`population`, `ips`, `youth`, `private` are by cell; `births` (communes, years) from 2005; `kept` is the share of
    births that becomes pupils in the département."""

    population: Floats
    ips: Floats
    youth: Floats
    private: Floats
    births: Floats
    kept: float

    def cohort(self, land: Land, birth_year: int) -> Floats:
        """Pupils of one year of birth by cell, public and private."""
        weight = self.population * self.youth
        total = np.bincount(land.commune, weight)
        return self.births[land.commune, birth_year - FIRST_BIRTH] * self.kept * weight / total[land.commune]

    def college(self, land: Land, rentree: int) -> Floats:
        """Collège pupils (cells, 4) by grade, 6e to 3e: those of 6e were born eleven years before."""
        return np.column_stack([self.cohort(land, rentree - 11 - grade) for grade in range(4)])

    def ecole(self, land: Land, rentree: int) -> Floats:
        """École pupils (cells, 5) by grade, CP to CM2."""
        return np.column_stack([self.cohort(land, rentree - 6 - grade) for grade in range(5)])


def settle(land: Land, rng: np.random.Generator) -> People:
    """Inhabitants and social level; births come later, once the trend is chosen."""
    pieces = np.bincount(land.commune)
    jitter = np.exp(rng.normal(size=len(land.commune)) * np.where(pieces[land.commune] > 1, 0.22, 0.0))
    share = jitter / np.bincount(land.commune, jitter)[land.commune]
    population = np.round(land.population[land.commune] * share)
    ips = _social_level(land, rng)
    youth = np.clip(1.0 - 0.006 * (ips - 88.0) + 0.05 * rng.normal(size=len(ips)), 0.75, 1.3)
    empty = np.zeros((len(land.population), LAST_BIRTH - FIRST_BIRTH + 1))
    return People(population, ips, youth, np.full(len(ips), PRIVATE_SHARE), empty, 1.0)


def _social_level(land: Land, rng: np.random.Generator) -> Floats:
    """Mean IPS by cell: living area, distance to a city (its rim is better off), the town's own side, and chance."""
    base = 90.0 + np.array([b.ips for b in BASSINS])[land.bassin]
    commune = base + rng.normal(size=len(base)) * 4.5
    commune[: len(CITIES)] -= 4.0
    level = commune[land.commune]
    city = land.centre_m[: len(CITIES)]
    offset = land.site_m[:, None, :] - city[None]
    distance_m = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1)
    level = level + 8.0 * np.exp(-(((distance_m - 9_000.0) / 4_500.0) ** 2))
    many = np.bincount(land.commune)[land.commune] > 1
    side = rng.random(len(base))[land.commune] * 6.2832
    across = land.site_m - land.centre_m[land.commune]
    tilt = (across[:, 0] * np.cos(side) + across[:, 1] * np.sin(side)) / 1_600.0
    return level + np.where(many, 10.0 * np.clip(tilt, -1.7, 1.7) + 6.0 * rng.normal(size=len(level)), 0.0)


def with_private(people: People, land: Land, college_m: Floats) -> People:
    """Share of pupils in private collèges by cell: rises with social level and near a private collège."""
    offset = land.site_m[:, None, :] - college_m[None]
    distance_m = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1)
    shape = np.exp(0.016 * (people.ips - 90.0)) * (0.5 + np.exp(-distance_m / 9_000.0))
    weight = people.population * people.youth
    scale = PRIVATE_SHARE
    for _ in range(30):
        share = np.clip(scale * shape, 0.02, 0.6)
        scale *= PRIVATE_SHARE / np.average(share, weights=weight)
    return replace(people, private=share)


def commune_trends(land: Land, shift: float, rng_noise: Floats) -> Floats:
    """Births of 2020-2023 over those of 2010-2013 by commune; `shift` moves them all (in log)."""
    trend = np.log(np.array([b.trend for b in BASSINS]))[land.bassin]
    return np.exp(trend + shift + rng_noise)


def with_births(people: People, land: Land, trend: Floats, luck: NDArray[np.float64]) -> People:
    """Births by commune and year: Poisson around a level that moves by `trend` in ten years; `luck` in (0, 1) draws them."""
    weight = np.bincount(land.commune, people.population * people.youth)
    years = np.arange(FIRST_BIRTH, LAST_BIRTH + 1)
    drift = (np.maximum(years, 2008) - 2011.5) / 10.0
    expected = BIRTHS_PER_INHABITANT * weight[:, None] * np.exp(np.log(trend)[:, None] * drift)
    births: Floats = np.asarray(poisson.ppf(luck, expected))
    draft = replace(people, births=births, kept=1.0)
    public = (draft.college(land, BASE).sum(axis=1) * (1 - people.private)).sum()
    return replace(draft, kept=float(COLLEGE_PUPILS / public))
