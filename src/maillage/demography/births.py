"""Cohorts known before they are at school: births by commune, population by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import PchipInterpolator

from maillage.arrays import Floats, Strings, frozen
from maillage.demography.areas import share_of_commune
from maillage.errors import Fault, InputError
from maillage.territory import Territory

YEARS_TO_6E = 11
"""Children born in year y enter 6e at rentrée y + 11."""

OLDEST = 17
"""Ages above this say nothing of the cohorts that matter."""

ENOUGH_BIRTHS = 2_000.0
"""Births a year under which a bad year may be true: the smallest département has some five hundred, most thousands."""

OLDEST_GROUP = 150
"""An age group that ends later has no end: its people cannot be shared over its ages."""


@dataclass(frozen=True, eq=False)
class Births:
    """Births by unit; a commune's are shared over its units in proportion to their école pupils, else collège pupils.

    Attributes
    ----------
    year : (B,) int
        Consecutive.
    by_unit : (U, B) float
    method : tuple of str
        What did not fit and what was done about it, one sentence each.
    """

    year: npt.NDArray[np.int64]
    by_unit: Floats
    method: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "year", frozen(self.year, np.int64))
        object.__setattr__(self, "by_unit", frozen(self.by_unit, np.float64))

    def mean(self, first: int, last: int) -> Floats | None:
        """(U,) mean births of some years; None unless all of them are known."""
        years = (self.year >= first) & (self.year <= last)
        return np.asarray(self.by_unit[:, years].mean(axis=1)) if years.sum() == last - first + 1 else None

    def total(self) -> dict[int, float]:
        """Birth year to births of the territory."""
        return {int(year): float(total) for year, total in zip(self.year, self.by_unit.sum(axis=0), strict=True)}


def births_by_unit(territory: Territory) -> Births:
    """Births of the units, from births by commune.

    A commune that lacks some years is given its share of the births of those years, a commune that is not in the table none;
    ``method`` says so.
    A table without any birth in the territory counts as no table.

    Raises
    ------
    InputError
        A commune and year twice, a negative number, a year missing between two others or with less than half the births of the
        median year.
    """
    table = territory.cohorts.births
    if table.empty:
        return Births(np.empty(0, np.int64), np.empty((len(territory.units), 0)))
    faults = _faults(table)
    if faults:
        raise InputError(faults)
    wide = table.astype({"year": int, "births": float}).pivot_table(index="commune", columns="year", values="births")
    years = wide.columns.to_numpy(np.int64)
    gaps = sorted(set(range(years[0], years[-1] + 1)) - set(years.tolist()))
    if gaps:
        remedy = "Add these years, or keep only the years after them"
        raise InputError([Fault("births", "years missing in between", "year", tuple(map(str, gaps)), remedy)])
    low = _far_below(wide)
    if low:
        remedy = "Complete these years, or leave them out: a part of the births would be taken for all"
        raise InputError([Fault("births", "less than half of the births of other years", "year", low, remedy)])
    communes = territory.units.commune
    method = _what_did_not_fit(wide, communes)
    of_units = _filled(wide).reindex(communes).fillna(0.0).to_numpy()
    if not of_units.sum() > 0:
        none = "The table of births was left out: none in this territory."
        return Births(np.empty(0, np.int64), np.empty((len(communes), 0)), (none,))
    return Births(years, of_units * share_of_commune(territory)[:, None], method)


def _far_below(wide: pd.DataFrame) -> tuple[str, ...]:
    """Years with less than half the births of the median year, over communes that know both; too few births say nothing."""
    total = wide.dropna().sum()
    middle = float(total.median()) if len(total) else 0.0
    return tuple(str(year) for year in total.index[total < middle / 2]) if middle >= ENOUGH_BIRTHS else ()


def _filled(wide: pd.DataFrame) -> pd.DataFrame:
    """Births by commune (rows) and year; a missing year is the commune's share, in its known years, of that year's births.

    Shares are of the births of the communes that know every year, or of all where none does.
    """
    complete = wide.dropna()
    total = (complete if len(complete) and complete.to_numpy().sum() > 0 else wide).sum()
    known = wide.notna() * total
    share = wide.sum(axis=1) / known.sum(axis=1).where(lambda sums: sums > 0, np.nan)
    return wide.fillna(pd.DataFrame(np.outer(share, total), index=wide.index, columns=wide.columns)).fillna(0.0)


def born(population: pd.DataFrame) -> tuple[int | None, dict[int, float]]:
    """Year of the latest table of population by age, and birth year to children then alive.

    Someone aged a on 1 January of year Y was born in Y - 1 - a. Age groups of several years are shared over their ages by a
    smooth and monotone curve through the people younger than each group's ends, so that groups keep their size and no step
    appears between them: F. N. Fritsch, J. Butland (1984), A method for constructing local monotone piecewise cubic
    interpolants, SIAM Journal on Scientific and Statistical Computing 5(2), 300-304, doi:10.1137/0905021.

    Raises
    ------
    InputError
        An age twice, a negative or missing population, a group of no ages or without an end.
    """
    if population.empty:
        return None, {}
    year = int(population["year"].max())
    rows = population[(population["year"] == year) & (population["age_min"] <= OLDEST)]
    groups: list[tuple[int, int, float]] = []
    faults = []
    for first, last, people in rows[["age_min", "age_max", "population"]].sort_values("age_min").itertuples(index=False):
        name = f"{year}, age {first} to {last}"
        if not (people >= 0 and 0 <= first <= last <= OLDEST_GROUP):
            faults.append(Fault("population", "not a population of an age group", rows=(name,), remedy="Mend this row"))
            continue
        if groups and first <= groups[-1][1]:
            faults.append(Fault("population", f"age {first} counted twice", rows=(name,), remedy="Keep one age group"))
        groups.append((int(first), int(last), float(people)))
    if faults:
        raise InputError(faults)
    return year, {year - 1 - age: people for stretch in _stretches(groups) for age, people in _by_age(stretch)}


def _stretches(groups: list[tuple[int, int, float]]) -> list[list[tuple[int, int, float]]]:
    """Age groups that follow on each other without a gap."""
    stretches: list[list[tuple[int, int, float]]] = []
    for group in groups:
        if stretches and group[0] == stretches[-1][-1][1] + 1:
            stretches[-1].append(group)
        else:
            stretches.append([group])
    return stretches


def _by_age(stretch: list[tuple[int, int, float]]) -> list[tuple[int, float]]:
    """Age and people of each age."""
    if all(first == last for first, last, _ in stretch):
        return [(age, people) for age, _, people in stretch]
    ends = [stretch[0][0], *(last + 1 for _, last, _ in stretch)]
    younger = np.cumsum([0.0, *(people for *_, people in stretch)])
    ages = np.arange(ends[0], ends[-1] + 1)
    people = np.maximum(np.diff(PchipInterpolator(ends, younger)(ages)), 0.0)
    return list(zip(ages[:-1].tolist(), people.tolist(), strict=True))


def _what_did_not_fit(wide: pd.DataFrame, communes: Strings) -> tuple[str, ...]:
    here = np.unique(communes)
    known = wide.reindex(here)
    found = (
        ("Births of communes unknown here were left out", wide.index[~wide.index.isin(here)]),
        ("Communes without births in the table, which follow their sector", here[known.isna().all(axis=1)]),
        (
            "Communes that lack some years of births, given their share of those years (assumption)",
            here[known.isna().any(axis=1) & known.notna().any(axis=1)],
        ),
    )
    return tuple(f"{what} ({len(codes)}): {_listed([str(code) for code in codes])}." for what, codes in found if len(codes))


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:5]) + (", ..." if len(codes) > 5 else "")


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
