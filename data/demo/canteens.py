"""Canteens: who lunches where, seats and sittings, which kitchen cooks for whom, and the planner's capacity table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.land import Floats, Ints
from demo.people import BASE
from demo.schools import Colleges

DEMI_PENSIONS, SATELLITES = 115, 28
MEALS, ECOLE_MEALS, LUNCH_RATE = 49_500, 9_000, 0.62


@dataclass(frozen=True)
class Canteens:
    """By public collège: lunchers and adults a day, seats, sittings, who cooks (-1: nobody), output and meals for écoles."""

    lunchers: Ints
    adults: Ints
    seats: Ints
    sittings: Ints
    kitchen: Ints
    output: Ints
    ecole_meals: Ints

    @property
    def served(self) -> NDArray[np.bool_]:
        """Collèges with a demi-pension."""
        return self.kitchen >= 0


@dataclass(frozen=True)
class Capacity:
    """Usable places by public collège; `known` is false where the planner has no figure."""

    low: Ints
    usable: Ints
    high: Ints
    known: NDArray[np.bool_]


def run_canteens(colleges: Colleges, rng: np.random.Generator) -> Canteens:
    """115 demi-pensions, 28 of them satellites; meals add up to the published 49,500 a day, 9,000 of them for écoles."""
    pupils = colleges.total(BASE)
    served = np.ones(len(colleges), dtype=bool)
    served[np.argsort(pupils * (1 + 0.6 * rng.random(len(pupils))), kind="stable")[: len(colleges) - DEMI_PENSIONS]] = False
    wish = {"": 0.68, "REP": 0.54, "REP+": 0.42}
    rate = np.clip(np.array([wish[p] for p in colleges.priority]) + rng.normal(size=len(pupils)) * 0.07, 0.28, 0.9) * served
    lunchers = round_to_total(rate * pupils, round(LUNCH_RATE * pupils.sum()))
    adults = round_to_total((12 + 0.025 * pupils) * served, MEALS - ECOLE_MEALS - int(lunchers.sum()))
    kitchen = _kitchens(colleges.site_m, served, rng)
    cooks = kitchen == np.arange(len(pupils))
    feeds = cooks & (rng.random(len(pupils)) < 0.55)
    ecole_meals = round_to_total(feeds * np.exp(rng.normal(size=len(pupils)) * 0.45), ECOLE_MEALS)
    own = np.bincount(kitchen[served], (lunchers + adults)[served], len(pupils)) + ecole_meals
    output = np.where(cooks, np.ceil(own * (1.06 + 0.3 * rng.random(len(pupils))) / 10) * 10, 0).astype(np.int64)
    sittings = np.where(lunchers > 330, 3, 2)
    fill = 0.70 + 0.30 * rng.random(len(pupils))
    seats = np.ceil((lunchers + adults) / sittings / fill / 2).astype(np.int64) * 2
    return Canteens(lunchers, adults, seats, sittings, kitchen, output, ecole_meals)


def round_to_total(values: Floats, total: int) -> Ints:
    """Whole numbers in proportion to `values` that add up to `total` (largest remainders)."""
    exact = values * total / values.sum()
    whole = np.floor(exact)
    rank = np.argsort(whole - exact, kind="stable")
    whole[rank[: total - int(whole.sum())]] += 1
    return whole.astype(np.int64)


def _kitchens(site_m: Floats, served: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """Each demi-pension cooks for itself, except 28 satellites of a kitchen within 12 km."""
    kitchen = np.where(served, np.arange(len(served)), -1)
    offset = site_m[:, None, :] - site_m[None]
    distance_m = np.hypot(offset[..., 0], offset[..., 1])
    left = SATELLITES
    feeders: set[int] = set()
    for college in rng.permutation(np.flatnonzero(served)).tolist():
        others = [j for j in np.argsort(distance_m[college], kind="stable").tolist() if j != college and kitchen[j] == j]
        if left and college not in feeders and distance_m[college, others[0]] < 12_000:
            kitchen[college] = others[0]
            feeders.add(others[0])
            left -= 1
    return kitchen


def capacities(colleges: Colleges, rng: np.random.Generator) -> Capacity:
    """Places by steps of 25: occupancy about 60 to 105 %, a few full, eleven without a figure."""
    pupils = colleges.total(BASE)
    occupancy = 0.62 + 0.36 * rng.beta(2.6, 2.0, size=len(pupils))
    full = rng.permutation(len(pupils))[:5]
    occupancy[full] = 1.0 + 0.05 * rng.random(len(full))
    usable = np.round(pupils / occupancy / 25).astype(np.int64) * 25
    usable = np.where(np.isin(np.arange(len(pupils)), full), usable, np.maximum(usable, np.ceil(pupils / 25) * 25))
    usable = usable.astype(np.int64)
    known = np.ones(len(pupils), dtype=bool)
    known[rng.permutation(len(pupils))[:11]] = False
    return Capacity(np.round(usable * 0.93).astype(np.int64), usable, np.round(usable * 1.06).astype(np.int64), known)
