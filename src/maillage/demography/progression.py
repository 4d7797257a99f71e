"""How many pupils of a grade are in the next one a year later: by sector, shrunk to its bassin and the département."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, frozen
from maillage.demography.areas import Areas
from maillage.demography.growth import PLAUSIBLE, recency
from maillage.demography.local_level import Variances, filtered, fitted, stacked
from maillage.demography.past import Past
from maillage.territory import GRADES

RECENT_PAIRS = 5
"""Pairs of rentrées that the progression ratios are taken from, the latest ones."""

BELIEVED = Variances(spread=0.0002, step=0.00002, noise=0.35)
"""Of the log ratio of a grade to the one before in a sector, before its own figures.

Sectors differ by 1.4 % (assumption); a collège of 130 pupils a grade strays by 5 % (0.35 / pupils), as those of
Ille-et-Vilaine did from 2019 to 2021.
"""


@dataclass(frozen=True, eq=False)
class Progression:
    """Pupils of a grade over those of the grade before, a year earlier.

    Attributes
    ----------
    ratio : (G, 3) float
        6e to 5e, 5e to 4e, 4e to 3e, by sector. Repeaters, arrivals and departures are inside.
    everywhere : (3,) float
        The département's.
    own : (G, 3) float
        Weight of the sector's own figures, 0 to 1.
    variance : (G, 3) float
        Of the logarithm of `ratio`.
    noise : float
        Variance of a year's log ratio in a sector, times its pupils, calibrated on the past years.
    method : str
    """

    ratio: Floats
    everywhere: Floats
    own: Floats
    variance: Floats
    noise: float
    method: str

    def __post_init__(self) -> None:
        for name in ("ratio", "everywhere", "own", "variance"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def progression_of(past: Past, areas: Areas) -> Progression:
    """Ratios of the sectors, from collèges that publish grades in two consecutive rentrées.

    The département's: ``ratio[g] = sum of grade g + 1 at t + 1 / sum of grade g at t`` over the latest five such pairs of
    rentrées and the collèges present in both, each pair weighing half as much as one two years later (grade progression ratio,
    as in the projections of the US National Center for Education Statistics); 1 where there is no such pair or where it is not
    plausible. A sector's own ratios are drawn to its bassin's and those to the département's, as far as they rest on few pupils
    or stray from year to year (see `maillage.demography.local_level`).
    """
    pairs = [rentree for rentree in sorted(past.grades) if rentree + 1 in past.grades][-RECENT_PAIRS:]
    if not pairs:
        why = "no two consecutive rentrées with pupils by grade" if past.grades else "no past enrolment by grade"
        return _unchanged(areas, f"Grades move up unchanged ({why}).")
    span = tuple(range(pairs[0], pairs[-1] + 1))
    before, after = _pairs(past, span, set(pairs))
    weight = recency(span)
    total_before, total_after = before.sum(axis=0) @ weight, after.sum(axis=0) @ weight
    ratio = np.divide(total_after, total_before, out=np.ones(3), where=total_before > 0)
    plausible = (ratio >= PLAUSIBLE[0]) & (ratio <= PLAUSIBLE[1])
    words = f"Grades move up with the département's ratios of {span[0]} to {span[-1] + 1}: " + _words(ratio)
    if not plausible.all():
        words += f" (outside {PLAUSIBLE[0]:g} to {PLAUSIBLE[1]:g}, so replaced by 1: {_words(ratio, ~plausible)})"
    return _by_sector(before, after, np.where(plausible, ratio, 1.0), plausible, areas, words + ".")


def _pairs(past: Past, span: tuple[int, ...], pairs: set[int]) -> tuple[Floats, Floats]:
    """(G, 3, K) pupils of a grade, and of the next one a year later; 0 where one of the two is unknown."""
    empty = np.full_like(past.grades[span[0]], np.nan)
    tables = [(past.grades[r], past.grades[r + 1]) if r in pairs else (empty, empty) for r in span]
    before = np.stack([a[:, :-1] for a, _ in tables], axis=2)
    after = np.stack([b[:, 1:] for _, b in tables], axis=2)
    known = np.isfinite(before) & np.isfinite(after)
    return np.where(known, before, 0.0), np.where(known, after, 0.0)


def _by_sector(
    before: Floats, after: Floats, ratio: Floats, plausible: npt.NDArray[np.bool_], areas: Areas, words: str
) -> Progression:
    levels, noise = [], []
    for grade in range(len(GRADES) - 1):
        a, b = after[:, grade], before[:, grade]
        whole, in_bassin = _log(a.sum(axis=0), b.sum(axis=0)), _log(areas.by_bassin(a), areas.by_bassin(b))
        bassin = fitted(in_bassin - whole, areas.by_bassin(b), BELIEVED)
        sector = fitted(_log(a, b) - in_bassin[areas.bassin], b, BELIEVED)
        noise.append(sector.variances.noise * sector.calibration)
        levels.append(stacked(bassin, sector, areas.bassin))
    local = np.stack([level.mean for level in levels], axis=1) * plausible
    own = np.stack([level.own for level in levels], axis=1) * plausible
    variance = np.stack([level.variance * level.calibration for level in levels], axis=1)
    return Progression(ratio * np.exp(local), ratio, own, variance, float(np.mean(noise)), words)


def _unchanged(areas: Areas, words: str) -> Progression:
    shape = (areas.sectors, len(GRADES) - 1)
    nothing = filtered(np.full((areas.sectors, 1), np.nan), np.zeros((areas.sectors, 1)), BELIEVED)
    variance = np.repeat(nothing.variance[:, None], shape[1], axis=1)
    return Progression(np.ones(shape), np.ones(shape[1]), np.zeros(shape), variance, BELIEVED.noise, words)


def age(first: Floats, entrants: Floats, ratio: Floats) -> Floats:
    """Pupils by grade and rentrée: each cohort ages by one grade a year.

    Parameters
    ----------
    first : (U, 4) float
        At the base rentrée.
    entrants : (U, K) float
        New 6e of the K rentrées that follow.
    ratio : (U, 3) float

    Returns
    -------
    (U, 4, K + 1) float
    """
    pupils = np.empty((*first.shape, entrants.shape[1] + 1))
    pupils[:, :, 0] = first
    for t in range(1, pupils.shape[2]):
        pupils[:, 0, t] = entrants[:, t - 1]
        pupils[:, 1:, t] = pupils[:, :-1, t - 1] * ratio
    return pupils


def _log(after: Floats, before: Floats) -> Floats:
    known = (after > 0) & (before > 0)
    return np.where(known, np.log(np.where(known, after, 1.0) / np.where(known, before, 1.0)), np.nan)


def _words(ratio: Floats, shown: npt.NDArray[np.bool_] | None = None) -> str:
    steps = [f"{a} → {b} {r:.3f}" for a, b, r in zip(GRADES, GRADES[1:], ratio, strict=False)]
    return ", ".join(step for i, step in enumerate(steps) if shown is None or shown[i])
