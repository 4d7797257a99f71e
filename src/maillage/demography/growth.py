"""How cohorts grow from CP to CM2: families who come and leave, by area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats, frozen
from maillage.demography.areas import Areas
from maillage.demography.local_level import HALF_LIFE_YEARS, Level, Variances, fitted, stacked
from maillage.territory import ECOLE_GRADES

BELIEVED = Variances(spread=0.0004, step=0.00004, noise=0.15)
"""Of the yearly growth of a cohort in école: areas differ by 2 % and drift by 0.6 % a year; 15 % of the pupils change."""

PLAUSIBLE = (0.8, 1.25)
"""A yearly ratio outside these bounds shows a change in the figures, not in the pupils."""


@dataclass(frozen=True, eq=False)
class Growth:
    """Growth of the cohorts in école.

    Attributes
    ----------
    to_cm2 : (G, 5) float
        CM2 pupils, some years later, for one pupil now in each grade from CP to CM2 (1 for CM2), by sector.
    yearly : (4,) float
        The département's ratios CP to CE1, ..., CM1 to CM2.
    local : (G,) float
        Growth of each sector's cohorts a year relative to the département's, as a factor.
    own : (G,) float
        Weight of the sector's own figures in it, 0 to 1.
    variance : (G,) float
        Of the logarithm of `local`.
    pairs : tuple of int
        First rentrée of each pair of consecutive rentrées used; empty where there is none.
    """

    to_cm2: Floats
    yearly: Floats
    local: Floats
    own: Floats
    variance: Floats
    pairs: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("to_cm2", "yearly", "local", "own", "variance"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    def told(self) -> tuple[str, ...]:
        """What was done, for the method of the projection; nothing where nothing is known."""
        if not self.pairs:
            return ()
        words = ", ".join(
            f"{a.upper()} → {b.upper()} {r:.3f}" for a, b, r in zip(ECOLE_GRADES, ECOLE_GRADES[1:], self.yearly, strict=False)
        )
        span = f"{self.pairs[0]} to {self.pairs[-1] + 1}"
        return (f"École cohorts grow at the département's ratios of {span}: {words}; and at the pace of their own area.",)


def growth_of(past: dict[int, Floats], areas: Areas) -> Growth:
    """Growth of école cohorts from past rentrées; none where no two consecutive ones are known.

    The département's ratio of a grade to the next is that of all pairs of consecutive rentrées, each weighing half as much as
    one two years later. A sector's cohorts grow a year by a factor of their own, the same for all grades, estimated with its
    bassin's and the département's (see `maillage.demography.local_level`).

    Parameters
    ----------
    past : mapping of int to (U, 5) float
        Public école pupils of the units by rentrée.
    areas : Areas
    """
    pairs = tuple(rentree for rentree in sorted(past) if rentree + 1 in past and past[rentree][:, :-1].sum() > 0)
    grades, sectors = len(ECOLE_GRADES), areas.sectors
    if not pairs:
        ones, zeros = np.ones(sectors), np.zeros(sectors)
        variance = np.full(sectors, BELIEVED.spread)
        return Growth(np.ones((sectors, grades)), np.ones(grades - 1), ones, zeros, variance, ())
    span = range(pairs[0], pairs[-1] + 1)
    nobody = np.zeros((len(areas.sector), grades))
    before = np.stack([areas.by_sector((past[r] if r in pairs else nobody)[:, :-1]) for r in span], axis=2)
    after = np.stack([areas.by_sector((past[r + 1] if r in pairs else nobody)[:, 1:]) for r in span], axis=2)
    weight = recency(tuple(span))
    yearly = _ratio((after.sum(axis=0) @ weight), (before.sum(axis=0) @ weight))
    yearly = np.where((yearly >= PLAUSIBLE[0]) & (yearly <= PLAUSIBLE[1]), yearly, 1.0)
    level = _local(before.sum(axis=1), after.sum(axis=1), areas)
    local = np.exp(level.mean)
    years = np.arange(grades - 1, -1, -1)
    everywhere = np.append(np.cumprod(yearly[::-1])[::-1], 1.0)
    return Growth(everywhere * local[:, None] ** years, yearly, local, level.own, level.variance * level.calibration, pairs)


def recency(rentrees: tuple[int, ...]) -> Floats:
    """(K,) weights of past rentrées, halved every `HALF_LIFE_YEARS`; the latest has weight 1."""
    age = rentrees[-1] - np.array(rentrees, np.float64)
    return np.asarray(0.5 ** (age / HALF_LIFE_YEARS))


def _local(before: Floats, after: Floats, areas: Areas) -> Level:
    whole = _log_ratio(after.sum(axis=0, keepdims=True), before.sum(axis=0, keepdims=True))
    in_bassin = areas.by_bassin(after), areas.by_bassin(before)
    of_bassin = _log_ratio(*in_bassin)
    bassin = fitted(of_bassin - whole, in_bassin[1], BELIEVED)
    sector = fitted(_log_ratio(after, before) - of_bassin[areas.bassin], before, BELIEVED)
    return stacked(bassin, sector, areas.bassin)


def _log_ratio(after: Floats, before: Floats) -> Floats:
    known = (after > 0) & (before > 0)
    return np.where(known, np.log(np.where(known, after, 1.0) / np.where(known, before, 1.0)), np.nan)


def _ratio(after: Floats, before: Floats) -> Floats:
    return np.divide(after, before, out=np.ones_like(after), where=before > 0)
