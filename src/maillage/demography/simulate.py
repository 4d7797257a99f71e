"""Simulated futures around a projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Ints

Normals = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Spread:
    """How far simulated futures stray: standard deviations of the logarithm, all assumptions.

    A cohort that enters 6e carries three errors and keeps them as it ages: a random walk of the département from one cohort
    to the next (steps of `school_step` for cohorts now in école, `unborn_step` for later ones), a random walk of each present
    sector (`sector_step`), and the chance of small numbers in each unit (1 / sqrt(pupils)). Each further year adds an error
    common to the département (`year_step`) and arrivals and departures in each unit (sqrt(`turnover` / pupils)). Every factor
    has mean 1, so that the mean of the draws is the projection; the base rentrée has no error. In Pas-de-Calais one collège
    then strays by 2.7 % after one year, 6 after three, 9 after five and 13 after ten (standard deviations).

    This is a first form: the steps are not estimated from the territory's past, and neighbouring sectors stray independently.
    """

    school_step: float = 0.008
    unborn_step: float = 0.02
    sector_step: float = 0.04
    year_step: float = 0.004
    turnover: float = 0.04


def simulate(
    pupils: Floats, sector: Ints, at_school: Bools, draws: int, seed: int, spread: Spread | None = None
) -> npt.NDArray[np.float32]:
    """Draws around `pupils`.

    Parameters
    ----------
    pupils : (U, 4, T) float
        The projection; the first rentrée is observed.
    sector : (U,) int
        Present collège; -1 = outside, taken as one more sector.
    at_school : (T - 1,) bool
        The cohort that enters at each later rentrée is in école now.
    draws, seed : int
        The same seed gives the same bytes.
    spread : Spread, optional

    Returns
    -------
    (draws, U, 4, T) float32
    """
    s = spread or Spread()
    generator = np.random.default_rng(seed)
    units, grades, years = pupils.shape
    group = sector + 1
    out = np.empty((draws, units, grades, years), np.float32)
    out[..., 0] = pupils[..., 0]
    strayed = [np.zeros((draws, units), np.float32) for _ in range(grades)]
    walk = np.zeros((draws, 1), np.float32)
    sector_walk = np.zeros((draws, int(group.max(initial=0)) + 1), np.float32)
    for t in range(1, years):
        walk = walk + _step(generator, walk.shape, np.float32(s.school_step if at_school[t - 1] else s.unborn_step))
        sector_walk = sector_walk + _step(generator, sector_walk.shape, np.float32(s.sector_step))
        common = _step(generator, walk.shape, np.float32(s.year_step))
        for grade in range(grades - 1, 0, -1):
            moved = _step(generator, (draws, units), _chance(s.turnover, pupils[:, grade, t]))
            strayed[grade] = strayed[grade - 1] + common + moved
        strayed[0] = walk + sector_walk[:, group] + _step(generator, (draws, units), _chance(1.0, pupils[:, 0, t]))
        for grade in range(grades):
            out[:, :, grade, t] = pupils[:, grade, t].astype(np.float32) * np.exp(strayed[grade])
    return out


def _chance(share: float, pupils: Floats) -> Normals:
    """(U,) relative standard deviation of a count of which a share is drawn anew; at most that of one pupil."""
    return np.sqrt(share / np.maximum(pupils, 1.0)).astype(np.float32)


def _step(generator: np.random.Generator, shape: tuple[int, ...], deviation: Normals | np.float32) -> Normals:
    """Normal steps whose exponential has mean 1."""
    normal = generator.standard_normal(shape, dtype=np.float32)
    return np.asarray(deviation * normal - deviation * deviation / 2, dtype=np.float32)
