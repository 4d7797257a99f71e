"""What the intervals of enrolment rest on, measured again on the public collèges of the other départements.

Two national files of the Ministry: pupils by grade in 2020, and pupils in 2022 (in the file of IPS, which leaves out pupils
without one). Ille-et-Vilaine and Pas-de-Calais are left out, so that both can be projected with figures that did not see them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.given import given_file
from benchmarks.timing import MissingError, Row
from maillage.arrays import Floats, Strings
from maillage.demography import entry, progression
from maillage.demography.local_level import NORMAL_80, filtered
from maillage.demography.simulate import Spread, Uncertainty, simulate
from maillage.demography.uncertainty import AHEAD, STEP_AHEAD

GRADES_FILE = "france/fr-en-college-effectifs-niveau-sexe-lv_2020.csv"
TOTALS_FILE = "france/fr-en-ips-colleges-ap2022.csv"
LEFT_OUT = ("035", "062")
GRADES = ("6eme_total", "5eme_total", "4eme_total", "3eme_total")

FEWEST_2020, FEWEST_2022, FEWEST_IN_A_GRADE = 100, 50, 15
"""Collèges with no more than so many pupils are left out: they close, open, or are no ordinary ones."""

WITHOUT_IPS = 0.03
"""Standard deviation, on the logarithm, of pupils with an IPS over all pupils (assumption): the two files count differently."""

LEVEL = 0.8
DRAWS, SEED = 400, 1
AGES = (1, 2, 3)
"""Years between two grades of a rentrée."""


@dataclass(frozen=True)
class Figure:
    """One figure, beside what the model's constants say of it."""

    benchmark: str
    what: str
    value: float
    model: float | None
    """None where the model says nothing of it."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        """The row for a person to read."""
        model = "" if self.model is None else f"   model {self.model:9.4g}"
        return f"{self.what:72} {self.value:9.4g}{model}"


@dataclass(frozen=True, eq=False)
class Colleges:
    """Public collèges: `grades` (N, 4) pupils of 2020 from 6e to 3e, `later` (N,) pupils of 2022, `department` (N,)."""

    grades: Floats
    later: Floats
    department: Strings

    @property
    def pupils(self) -> Floats:
        return np.asarray(self.grades.sum(axis=1))

    def share(self, values: Floats) -> Floats:
        """(N,) share of each collège in its département."""
        return values / self.sums(values)

    def sums(self, values: Floats) -> Floats:
        """(N,) sum over the département of each collège."""
        position = np.unique(self.department, return_inverse=True)[1]
        return np.asarray(np.bincount(position, values)[position])


def run(folder: Path | None = None) -> Iterator[Figure | Row]:
    """Every figure; one row that says why where the files are not on this machine."""
    try:
        colleges = read(folder)
    except MissingError as missing:
        yield Row("spread", "national files", "all", None, 0, None, f"left out, because {missing}")
        return
    yield Figure("spread", "collèges", len(colleges.later), None)
    yield from differences(colleges)
    yield from outcomes(colleges)


def read(folder: Path | None = None) -> Colleges:
    """The two files joined by UAI; raises `MissingError` where one is not here."""
    import pandas as pd

    paths = [given_file(name, folder) for name in (GRADES_FILE, TOTALS_FILE)]
    before, after = (pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig") for path in paths)
    table = before[["numero_college", "secteur", *GRADES]].merge(
        after[["uai", "effectifs", "code_du_departement"]], left_on="numero_college", right_on="uai"
    )
    grades, later = table[list(GRADES)].to_numpy(np.float64), table["effectifs"].to_numpy(np.float64)
    kept = (
        (table["secteur"].str.upper() == "PUBLIC").to_numpy()
        & ~table["code_du_departement"].isin(LEFT_OUT).to_numpy()
        & (grades > FEWEST_IN_A_GRADE).all(axis=1)
        & (grades.sum(axis=1) > FEWEST_2020)
        & (later > FEWEST_2022)
    )
    return Colleges(grades[kept], later[kept], table["code_du_departement"].to_numpy(np.str_)[kept])


def differences(colleges: Colleges) -> Iterator[Figure]:
    """How far the four cohorts of a collège stray from each other, and the noise and the drift that it comes to.

    ``variance of log(n of one grade) - log(n of another) = 2 x noise x mean(1 / n) + drift x years between them``, grades
    relative to those of all collèges together.
    """
    logs = np.log(colleges.grades) - np.log(colleges.grades.sum(axis=0))
    inverse = float((1 / colleges.grades).mean())
    noise, drift = entry.UNCOUNTED * entry.BELIEVED.noise, entry.BELIEVED.step
    variances = [_variance(logs[:, years:] - logs[:, :-years]) for years in AGES]
    for years, variance in zip(AGES, variances, strict=True):
        what = f"variance of differences of logarithms, grades {years} apart"
        yield Figure("spread", what, variance, 2 * noise * inverse + drift * years)
    yield Figure("spread", "mean of 1 / pupils of a grade", inverse, None)
    slope, constant = np.polyfit(AGES, variances, 1)
    yield Figure("spread", "noise x pupils of a grade", float(constant) / (2 * inverse), noise)
    yield Figure("spread", "drift a year", float(slope), drift)


def outcomes(colleges: Colleges, draws: int = DRAWS) -> Iterator[Figure]:
    """Totals of 2022 against the 80 % interval of a projection made in 2020 with the model's constants alone.

    Nobody counted the children behind the 6e here. What befalls whole départements is taken out: the projection is scaled to
    the totals of each. Once more without `AHEAD` on the level, the drift alone being more than the past shows.
    """
    pupils, future = projected(colleges, draws)
    expected = pupils[:, :, 2].sum(axis=1)
    to_observed = colleges.sums(colleges.later) / colleges.sums(expected)
    last = colleges.share(colleges.pupils) * colleges.sums(colleges.later)
    yield Figure("spread", "mean absolute error of totals two rentrées later, %", _mape(expected * to_observed, colleges), None)
    yield Figure("spread", "the same, last value", _mape(last, colleges), None)
    quarter = np.searchsorted(np.quantile(colleges.pupils, (0.25, 0.5, 0.75)), colleges.pupils)
    for deviation in (WITHOUT_IPS, 0.0):
        within = _within(future * to_observed, deviation, colleges.later)
        what = f"within the 80 % interval, {deviation:.0%} for pupils without IPS"
        yield Figure("spread", what, float(within.mean()), LEVEL)
        for number, name in enumerate(("smallest", "second", "third", "largest")):
            yield Figure("spread", f"{what}, {name} quarter", float(within[quarter == number].mean()), LEVEL)
    _, future = projected(colleges, draws, ahead_of_level=1.0)
    for deviation in (WITHOUT_IPS, 0.0):
        within = _within(future * to_observed, deviation, colleges.later)
        yield Figure("spread", f"drift ahead alone, {deviation:.0%} for pupils without IPS", float(within.mean()), LEVEL)


def _within(totals: Floats, deviation: float, observed: Floats) -> npt.NDArray[np.bool_]:
    """(N,) whether each total lies within the interval of the draws (D, N), once they stray by `deviation` more."""
    normal = np.random.default_rng(SEED).standard_normal(totals.shape)
    strayed = totals * np.exp(deviation * normal - deviation**2 / 2)
    low, high = np.quantile(strayed, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    return np.asarray((low <= observed) & (observed <= high))


def projected(colleges: Colleges, draws: int, ahead_of_level: float = AHEAD) -> tuple[Floats, npt.NDArray[np.float32]]:
    """(N, 4, 3) pupils of 2020 to 2022, and (draws, N) simulated totals of 2022: the library's steps, départements apart."""
    count = len(colleges.later)
    share = colleges.share(colleges.pupils)
    of_grade = np.stack([colleges.share(column) for column in colleges.grades.T], axis=1)
    observed = np.log(of_grade) - np.log(share)[:, None]
    # The oldest cohort, which is in 3e, first.
    level = filtered(observed[:, ::-1], colleges.grades[:, ::-1] / entry.UNCOUNTED, entry.BELIEVED)
    entering = colleges.share(share * np.exp(level.mean)) * colleges.sums(colleges.pupils) / len(GRADES)
    pupils = progression.age(colleges.grades, np.repeat(entering[:, None], 2, axis=1), np.ones((count, 3)))
    believed = progression.BELIEVED
    uncertainty = Uncertainty(
        sector=np.arange(count, dtype=np.int32),
        bassin=np.zeros(count, np.int32),
        entry_start=level.variance * max(level.calibration, ahead_of_level),
        entry_bassin_start=np.zeros(1),
        entry_step=max(entry.BELIEVED.step * level.calibration, STEP_AHEAD),
        entry_bassin_step=0.0,
        growth=np.zeros(count),
        progression=np.full((count, 3), believed.spread),
        progression_noise=believed.noise,
        entry_noise=np.full(2, max(entry.BELIEVED.noise * AHEAD, entry.BELIEVED.noise * entry.UNCOUNTED)),
        years_ahead=np.arange(2.0),
        unborn=np.zeros(2, bool),
        spread=Spread(school_step=0.0, year_step=0.0),
    )
    return pupils, simulate(pupils, uncertainty, draws, SEED)[..., 2].sum(axis=2)


def _variance(values: Floats) -> float:
    """Of the normal variable with the same 10th and 90th percentiles: a few that closed or doubled do not count."""
    low, high = np.quantile(values, (0.1, 0.9))
    return float(((high - low) / (2 * NORMAL_80)) ** 2)


def _mape(expected: Floats, colleges: Colleges) -> float:
    return float(100 * np.abs(expected / colleges.later - 1).mean())
