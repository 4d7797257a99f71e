"""Cohorts known before they are at school: births by commune, population by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, frozen
from maillage.errors import Fault, InputError
from maillage.territory import Territory

YEARS_TO_6E = 11
"""Children born in year y enter 6e at rentrée y + 11."""

OLDEST = 17
"""Ages above this say nothing of the cohorts that matter."""


@dataclass(frozen=True, eq=False)
class Births:
    """Births by unit; a commune's are shared over its units in proportion to their école pupils, else collège pupils.

    Attributes
    ----------
    year : (B,) int
        Consecutive.
    by_unit : (U, B) float
    outside : tuple of str
        Communes of the table that are not in the territory.
    """

    year: npt.NDArray[np.int64]
    by_unit: Floats
    outside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "year", frozen(self.year, np.int64))
        object.__setattr__(self, "by_unit", frozen(self.by_unit, np.float64))

    def total(self) -> dict[int, float]:
        """Birth year to births of the territory."""
        return {int(year): float(total) for year, total in zip(self.year, self.by_unit.sum(axis=0), strict=True)}


def births_by_unit(territory: Territory) -> Births:
    """Births of the units, from births by commune.

    A commune that lacks some years is given its own mean for them, a commune that is not in the table none.

    Raises
    ------
    InputError
        A commune and year twice, a negative number, a year missing between two others.
    """
    table = territory.cohorts.births
    if table.empty:
        return Births(np.empty(0, np.int64), np.empty((len(territory.units), 0)))
    faults = _faults(table)
    if faults:
        raise InputError(faults)
    wide = table.astype({"year": int, "births": float}).pivot_table(index="commune", columns="year", values="births")
    wide = wide.T.fillna(wide.mean(axis=1)).T.fillna(0.0)
    years = wide.columns.to_numpy(np.int64)
    gaps = sorted(set(range(years[0], years[-1] + 1)) - set(years.tolist()))
    if gaps:
        remedy = "Add these years, or keep only the years after them"
        raise InputError([Fault("births", "years missing in between", "year", tuple(map(str, gaps)), remedy)])
    units = territory.units
    of_units = wide.reindex(units.commune).fillna(0.0).to_numpy()
    outside = tuple(sorted(set(wide.index) - set(units.commune.tolist())))
    return Births(years, of_units * _share_of_commune(territory)[:, None], outside)


def born(population: pd.DataFrame) -> tuple[int | None, dict[int, float]]:
    """Year of the latest table of population by age, and birth year to children then alive.

    Someone aged a on 1 January of year Y was born in Y - 1 - a. An age group is shared equally over its ages.

    Raises
    ------
    InputError
        An age twice, a negative or missing population, a group whose last age is before its first.
    """
    if population.empty:
        return None, {}
    year = int(population["year"].max())
    rows = population[(population["year"] == year) & (population["age_min"] <= OLDEST)]
    cohorts: dict[int, float] = {}
    faults = []
    for first, last, people in rows[["age_min", "age_max", "population"]].itertuples(index=False):
        name = f"{year}, age {first} to {last}"
        if not (people >= 0 and last >= first):
            faults.append(Fault("population", "not a population of an age group", rows=(name,), remedy="Mend this row"))
            continue
        for age in range(int(first), int(last) + 1):
            if year - 1 - age in cohorts:
                faults.append(Fault("population", f"age {age} counted twice", rows=(name,), remedy="Keep one age group"))
            cohorts[year - 1 - age] = float(people) / (int(last) - int(first) + 1)
    if faults:
        raise InputError(faults)
    return year, cohorts


def _faults(table: pd.DataFrame) -> list[Fault]:
    faults = []
    for wrong, message, remedy in (
        (table.duplicated(["commune", "year"]), "the same commune and year twice", "Keep one of them"),
        (table["births"] < 0, "negative births", "Mend these rows"),
    ):
        if wrong.any():
            rows = tuple(f"{row.commune} {row.year}" for row in table[wrong].itertuples(index=False))
            faults.append(Fault("births", message, rows=rows, remedy=remedy))
    return faults


def _share_of_commune(territory: Territory) -> Floats:
    """(U,) share of each unit in its commune."""
    units = territory.units
    _, commune = np.unique(units.commune, return_inverse=True)
    share = np.zeros(len(units))
    for weight in (np.ones(len(units)), units.pupils, units.ecole_pupils.sum(axis=1)):
        total = np.bincount(commune, weights=weight)[commune]
        share = np.where(total > 0, weight / np.where(total > 0, total, 1.0), share)
    return share
