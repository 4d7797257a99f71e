"""Simulated futures around a projection: what may stray, by how much, and together with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Ints

Normals = npt.NDArray[np.float32]
CHUNK_VALUES = 400_000
"""Pupils of one rentrée simulated at a time: what is at work stays in the processor's cache."""


@dataclass(frozen=True)
class Spread:
    """What strays beside the estimates from the past: standard deviations of the logarithm unless said; assumptions.

    The whole département strays by more than the steps that all areas share: sectors and bassins stray each for itself
    (`Uncertainty`), shares are not scaled to add up again, and the sum of what they stray comes on top.

    Attributes
    ----------
    school_step, unborn_step : float
        From one 6e cohort to the next, all areas together: public share and migration; births too where nobody counted them.
    year_step : float
        Of all grades from one rentrée to the next, all areas together.
    sector_year_step : float
        Of all grades of a sector from one rentrée to the next: what happens at one collège.
    unborn_area_step : float
        Of a sector's share of the births, from one cohort to the next, for cohorts of which no births are known.
    school_noise : float
        Variance a year of a cohort in école or before, times its children: families who come and go.
    """

    school_step: float = 0.008
    unborn_step: float = 0.02
    year_step: float = 0.004
    sector_year_step: float = 0.02
    unborn_area_step: float = 0.03
    school_noise: float = 0.15


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Variances of everything that may stray, all of the logarithm.

    Attributes
    ----------
    sector, bassin : (U,) int, (G,) int
        Of each unit and of each sector.
    entry_start, entry_bassin_start : (G,) float, (B,) float
        What is unknown of the entry levels at the base rentrée.
    entry_step, entry_bassin_step : float
        Of their drift, a year.
    growth : (G,) float
        What is unknown of the yearly growth of a sector's cohorts before 6e.
    progression : (G, 3) float
        What is unknown of the ratios from grade to grade.
    progression_noise : float
        Of one year, times the pupils.
    entry_noise : (K,) float
        Of each cohort at its entry, times the pupils: more where its children were not counted.
    years_ahead : (K,) float
        Years from the base rentrée to the CM2 of each cohort, ten at most: as long as families may come and go.
    unborn : (K,) bool
        The cohort is younger than école age, and no child of it was counted in the units.
    spread : Spread
    """

    sector: Ints
    bassin: Ints
    entry_start: Floats
    entry_bassin_start: Floats
    entry_step: float
    entry_bassin_step: float
    growth: Floats
    progression: Floats
    progression_noise: float
    entry_noise: Floats
    years_ahead: Floats
    unborn: Bools
    spread: Spread = Spread()


def simulate(pupils: Floats, uncertainty: Uncertainty, draws: int, seed: int) -> npt.NDArray[np.float32]:
    """Draws around `pupils`.

    A cohort that enters 6e carries what strayed at its entry as it ages: the département's public share and births (a random
    walk from cohort to cohort), its bassin's and its sector's entry levels (unknown today, drifting later), the growth of the
    sector's cohorts before 6e, and the chance of small numbers in each unit. Each further year adds what strays in moving up:
    in the whole département, in the sector's ratio, and by chance in each unit. Every factor has mean 1, so that the mean of
    the draws is the projection; the base rentrée has no error. Units of one sector, sectors of one bassin and all grades of one
    cohort stray together as far as they share these causes.

    Parameters
    ----------
    pupils : (U, 4, T) float
        The projection; the first rentrée is observed.
    uncertainty : Uncertainty
    draws, seed : int
        The same seed gives the same bytes.

    Returns
    -------
    (draws, U, 4, T) float32
        A view of (draws, T, 4, U).
    """
    units, grades, years = pupils.shape
    # In memory the units come last: every step below runs along rows of units without gaps.
    out = np.empty((draws, years, grades, units), np.float32)
    centre = np.ascontiguousarray(pupils.transpose(2, 1, 0), np.float32)
    chance = _chance(pupils, uncertainty)
    # Each chunk has a stream of its own, spawned from the seed.
    size = max(1, CHUNK_VALUES // max(units * grades, 1))
    starts = range(0, draws, size)
    streams = np.random.SeedSequence(seed).spawn(len(starts))
    for start, stream in zip(starts, streams, strict=True):
        chunk = out[start : start + size]
        _fill(chunk, centre, chance, uncertainty, np.random.Generator(np.random.SFC64(stream)))
    return out.transpose(0, 3, 2, 1)


def _chance(pupils: Floats, u: Uncertainty) -> Normals:
    """(T, 4, U) standard deviations of what befalls a unit's few pupils from one rentrée to the next; 6e: at their entry."""
    entry = u.entry_noise + u.spread.school_noise * u.years_ahead
    noise = np.full((pupils.shape[1], pupils.shape[2]), u.progression_noise)
    noise[0] = np.append(0.0, entry)
    return np.ascontiguousarray(np.sqrt(noise / np.maximum(pupils, 1.0)).transpose(2, 1, 0), np.float32)


def _fill(out: Normals, centre: Normals, chance: Normals, u: Uncertainty, rng: np.random.Generator) -> None:
    """Fill draws (D, T, 4, U) around `centre` (T, 4, U)."""
    draws, years, grades, units = out.shape
    walks = _Walks(u, draws, rng)
    moving = _steps(rng, (draws, *u.progression.shape), np.sqrt(u.progression))
    strayed = np.zeros((grades, draws, units), np.float32)
    out[:, 0] = centre[0]
    for t in range(1, years):
        common = _steps(rng, (draws, 1), u.spread.year_step) + _steps(rng, moving.shape[:2], u.spread.sector_year_step)
        for grade in range(grades - 1, -1, -1):
            # The oldest first: a grade still holds, from the rentrée before, what strayed of the cohort that is one older now.
            before = strayed[grade - 1] if grade else 0.0
            by_sector = common + (moving[:, :, grade - 1] if grade else walks.next(t - 1))
            step = _steps(rng, (draws, units), chance[t, grade])
            step += np.take(by_sector, u.sector, axis=1)
            strayed[grade] = step + before
            np.multiply(np.exp(strayed[grade]), centre[t, grade], out=out[:, t, grade])


class _Walks:
    """What strays at the entry into 6e, by sector and cohort: the parts that walk from one cohort to the next."""

    def __init__(self, u: Uncertainty, draws: int, rng: np.random.Generator) -> None:
        self.u, self.rng = u, rng
        sectors, bassins = len(u.entry_start), len(u.entry_bassin_start)
        self.whole = np.zeros((draws, 1), np.float32)
        self.bassin = _steps(rng, (draws, bassins), np.sqrt(u.entry_bassin_start))
        self.sector = _steps(rng, (draws, sectors), np.sqrt(u.entry_start))
        self.growth = rng.standard_normal((draws, sectors), dtype=np.float32)

    def next(self, k: int) -> Normals:
        """(draws, G) strayed so far by the cohort that enters 6e k + 1 years after the base."""
        u, rng, s = self.u, self.rng, self.u.spread
        unborn = bool(u.unborn[k])
        self.whole += _steps(rng, self.whole.shape, s.unborn_step if unborn else s.school_step)
        self.bassin += _steps(rng, self.bassin.shape, np.sqrt(u.entry_bassin_step))
        step = u.entry_step + (s.unborn_area_step**2 if unborn else 0.0)
        self.sector += _steps(rng, self.sector.shape, np.sqrt(step))
        ahead = (u.years_ahead[k] * np.sqrt(u.growth)).astype(np.float32)
        return np.asarray(self.whole + self.bassin[:, u.bassin] + self.sector + ahead * self.growth - ahead**2 / 2)


def _steps(rng: np.random.Generator, shape: tuple[int, ...], deviation: npt.ArrayLike) -> Normals:
    """Normal steps whose exponential has mean 1."""
    normal = rng.standard_normal(shape, dtype=np.float32)
    scale = np.asarray(deviation, np.float32)
    normal *= scale
    normal -= scale * scale / 2
    return normal
