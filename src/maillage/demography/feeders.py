"""The children behind each new 6e: the unit's own cohorts, from école to birth, shrunk towards the larger area's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats
from maillage.demography.areas import Areas, share_of_commune
from maillage.demography.births import YEARS_TO_6E, Births
from maillage.demography.census import Census
from maillage.demography.growth import Growth
from maillage.demography.repeats import refuse_repeats
from maillage.territory import ECOLE_GRADES, Territory

PULL_CHILDREN = 50.0
"""An area with this many children a cohort is believed by half, and by half drawn to the larger area around it."""

LAST_COHORTS = 3
"""Known cohorts whose mean trend stands for the cohorts of which only the département's number is known."""


@dataclass(frozen=True, eq=False)
class Feeders:
    """Children from whom the 6e of each rentrée come, by unit, in the size of a cohort now in école.

    Attributes
    ----------
    first : int
        Rentrée of the first column.
    children : (U, K) float
        ``reference x index``: where little is known of a cohort, the unit's mean cohort.
    known : (K,) bool
        The cohort was counted in the unit (école or births); otherwise the unit's mean cohort stands for it.
    reference : (U,) float
        The unit's mean cohort now in école; births, else a grade of its present collégiens, where no école is known.
    raw : (U, K) float
        The cohort as counted, NaN where it was not: what `children` would be without shrinkage, migration and scale.
    """

    first: int
    children: Floats
    known: Bools
    reference: Floats
    raw: Floats

    def of(self, rentree: int) -> Floats:
        """(U,) children behind the 6e of a rentrée; the reference where the rentrée lies outside the table."""
        k = rentree - self.first
        return self.children[:, k] if 0 <= k < self.children.shape[1] else self.reference

    def is_known(self, rentree: int) -> bool:
        """Whether the cohort of a rentrée was counted."""
        k = rentree - self.first
        return bool(0 <= k < len(self.known) and self.known[k])


def feeders_of(territory: Territory, areas: Areas, births: Births, census: Census, growth: Growth, until: int) -> Feeders:
    """Children behind the 6e of each rentrée, from the first one whose CM2 are known to `until`.

    In this order: CM2 of the rentrée before, where the past écoles are known; the cohorts in école at the base rentrée, grown
    to CM2 at the pace of their area (`Growth`); births eleven years before; children of the census; the mean of the last three
    known cohorts.
    """
    base, units = territory.base_rentree, territory.units
    reference = _reference(territory, births)
    past = ecole_table(territory)
    counted: dict[int, Floats] = {rentree + 1: table[:, -1] for rentree, table in past.items() if rentree < base}
    index = {rentree: local_index(cm2[:, None], reference, areas)[:, 0] for rentree, cm2 in counted.items()}
    if units.ecole_pupils.sum() > 0:
        grown = units.ecole_pupils * growth.to_cm2[areas.sector]
        ours = local_index(grown, reference, areas)
        for grade in range(len(ECOLE_GRADES)):
            rentree = base + len(ECOLE_GRADES) - grade
            counted[rentree], index[rentree] = units.ecole_pupils[:, grade], ours[:, grade]
    nearest = np.mean([index[r] for r in sorted(index)[-LAST_COHORTS:]], axis=0) if index else np.ones(len(units))
    for year, born, by_birth in _births(births, base, nearest, areas):
        if year + YEARS_TO_6E not in index:
            counted[year + YEARS_TO_6E], index[year + YEARS_TO_6E] = born, by_birth
    for rentree, children, by_census in _census(census, base, index, areas):
        if rentree not in index:
            counted[rentree], index[rentree] = children, by_census
    return _table(_filled(reference, units.pupils, areas), counted, index, base, until)


def local_index(counts: Floats, reference: Floats, areas: Areas) -> Floats:
    """Size of each cohort relative to a reference, by unit, shrunk three times.

    ``index = (cohort + PULL_CHILDREN x index of the larger area) / (n + PULL_CHILDREN)``, n the reference children of the area;
    that is ``w raw + (1 - w) index of the larger area`` with ``w = n / (n + PULL_CHILDREN)``. Units are drawn to their sector,
    sectors to their bassin, bassins to the département, whose own ratio is 1 where it has less than one child. What strays
    until these children are in 6e is who moves and who chooses a public collège, with a relative variance of about 0.5 / n
    against true trends that differ by about 10 % between areas, and 0.5 / 0.10**2 = 50 (assumptions). This is the empirical
    Bayes estimator of R. J. Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied
    Statistics 40(2), 283-294, doi:10.2307/2347593, with assumed variances, because a single year does not tell them.

    Parameters
    ----------
    counts : (U, K) float
        Children of each cohort.
    reference : (U,) float
        Children of the cohort they are compared with.
    areas : Areas

    Returns
    -------
    (U, K) float
        1 = as the reference.
    """
    children = float(reference.sum())
    everywhere = counts.sum(axis=0) / children if children >= 1 else np.ones(counts.shape[1])
    by_sector, of_sector = areas.by_sector(counts), areas.by_sector(reference)
    by_bassin = _shrunk(areas.by_bassin(by_sector), areas.by_bassin(of_sector), everywhere)
    by_sector = _shrunk(by_sector, of_sector, by_bassin[areas.bassin])
    return _shrunk(counts, reference, by_sector[areas.sector])


def ecole_table(territory: Territory) -> dict[int, Floats]:
    """Rentrée to (U, 5) past public école pupils of the units, up to the base rentrée, by their share of the commune today.

    Raises
    ------
    InputError
        A commune and rentrée twice.
    """
    history = territory.cohorts.ecole_history
    refuse_repeats(history, ["commune", "rentree"], "école history")
    history = history[history["rentree"] <= territory.base_rentree]
    units = territory.units
    share = share_of_commune(territory)
    tables: dict[int, Floats] = {}
    for rentree, rows in history.groupby("rentree"):
        wide = rows.set_index("commune")[list(ECOLE_GRADES)].astype(float).reindex(pd.Index(units.commune)).fillna(0.0)
        tables[int(str(rentree))] = wide.to_numpy() * share[:, None]
    return tables


def _reference(territory: Territory, births: Births) -> Floats:
    units, base = territory.units, territory.base_rentree
    for candidate in (units.ecole_pupils.mean(axis=1), births.mean(base - 10, base - 6), units.pupils / 4):
        if candidate is not None and candidate.sum() > 0:
            return candidate
    return np.asarray(units.pupils / 4)


def _filled(reference: Floats, pupils: Floats, areas: Areas) -> Floats:
    """The reference; in sectors where no child was counted, a grade of their collégiens, on the scale of the other sectors.

    Otherwise a collège whose écoles are in no table would lose its 6e to the others. Its cohorts follow its bassin's trend.
    """
    absent = areas.by_sector(reference)[areas.sector] <= 0
    known = float(pupils[~absent].sum())
    scale = float(reference.sum()) / known if known >= 1 else 1 / 4  # a part of a pupil tells no scale
    return np.where(absent, pupils * scale, reference)


def _births(births: Births, base: int, nearest: Floats, areas: Areas) -> list[tuple[int, Floats, Floats]]:
    """Birth year, births and index of each year: relative to the births of the cohorts now in école, else chained to them."""
    if not len(births.year):
        return []
    schooled = births.mean(base - 10, base - 6)
    if schooled is not None:
        index = local_index(births.by_unit, schooled, areas)
    else:
        index = local_index(births.by_unit, births.by_unit[:, :LAST_COHORTS].mean(axis=1), areas) * nearest[:, None]
    return [(int(year), births.by_unit[:, k], index[:, k]) for k, year in enumerate(births.year)]


def _census(census: Census, base: int, known: dict[int, Floats], areas: Areas) -> list[tuple[int, Floats, Floats]]:
    """Rentrée of entry, children and index of each cohort of the census, chained to the cohorts known otherwise."""
    common = [r for r in census.by_entry if r in known and r > base]
    if not common:
        return []
    reference = np.mean([census.by_entry[r] for r in common], axis=0)
    level = np.mean([known[r] for r in common], axis=0)
    rentrees = sorted(census.by_entry)
    index = local_index(np.stack([census.by_entry[r] for r in rentrees], axis=1), reference, areas) * level[:, None]
    return [(r, census.by_entry[r], index[:, k]) for k, r in enumerate(rentrees)]


def _table(reference: Floats, counted: dict[int, Floats], index: dict[int, Floats], base: int, until: int) -> Feeders:
    first = min([*index, base + 1])
    rentrees = range(first, until + 1)
    last = [index[r] for r in sorted(index) if r <= until][-LAST_COHORTS:]
    later = np.mean(last, axis=0) if last else np.ones(len(reference))
    latest = max(index, default=base)
    columns = [index.get(r, later if r > latest else np.ones(len(reference))) for r in rentrees]
    raw = [counted.get(r, np.full(len(reference), np.nan)) for r in rentrees]
    shape = (len(reference), len(columns))
    children = reference[:, None] * (np.stack(columns, axis=1) if columns else np.empty(shape))
    known = np.array([r in index for r in rentrees], bool)
    return Feeders(first, children, known, reference, np.stack(raw, axis=1) if raw else np.empty(shape))


def _shrunk(counts: Floats, reference: Floats, larger: Floats) -> Floats:
    return np.asarray((counts + PULL_CHILDREN * larger) / (reference + PULL_CHILDREN)[:, None])
