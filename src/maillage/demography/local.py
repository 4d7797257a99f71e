"""Where the new 6e will live: trends of small areas, shrunk towards those of larger ones."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats, Ints
from maillage.demography.births import YEARS_TO_6E, Births
from maillage.demography.entrants import BIRTHS, ECOLE, Entrants
from maillage.territory import Territory

PULL_CHILDREN = 50.0
"""An area with this many children a cohort is believed by half, and by half drawn to the larger area around it."""

LAST_COHORTS = 3
"""Known cohorts whose mean trend stands for the cohorts of which only the département's number is known."""


def new_pupils(territory: Territory, births: Births, entrants: Entrants) -> Floats:
    """New 6e by unit: the département's, shared out by present level and local trend.

    ``level[u] x index[u, t]``, scaled so that the units add up to the département. The level is a quarter of the unit's
    present public pupils (where they live, and how many of them choose the public collège, are in it). The index is the size
    of the cohort in the unit relative to the cohorts now in collège: of its births, where births are known since then; else
    of its écoles' pupils relative to their own mean. A unit without any public collégien today stays without.

    Returns
    -------
    (U, K) float
    """
    units = territory.units
    since = _since_college_cohorts(territory, births)
    ecole = local_index(units.ecole_pupils, units.ecole_pupils.mean(axis=1), units.present) * since[:, None]
    youngest = ecole[:, :LAST_COHORTS].mean(axis=1)
    by_birth = _births_index(territory, births, youngest)
    later = by_birth[:, -LAST_COHORTS:].mean(axis=1) if BIRTHS in entrants.source else youngest
    index = np.ones((len(units), len(entrants.rentree)))
    for k, (rentree, source) in enumerate(zip(entrants.rentree, entrants.source, strict=True)):
        if source == ECOLE:
            index[:, k] = ecole[:, territory.base_rentree + 5 - rentree]
        elif source == BIRTHS:
            index[:, k] = by_birth[:, rentree - YEARS_TO_6E - int(births.year[0])]
        else:
            index[:, k] = later
    shared = units.pupils[:, None] / 4 * index
    total = shared.sum(axis=0)
    return np.asarray(np.divide(shared, total, out=np.zeros_like(shared), where=total > 0) * entrants.pupils)


def same_everywhere(entering: Floats, pupils: Floats) -> bool:
    """Whether the new 6e (U, K) of every unit stand in the proportions of its present pupils (U,): no trend of its own."""
    alike = np.outer(pupils, entering.sum(axis=0)) / max(float(pupils.sum()), 1e-300)
    return entering.shape[1] > 0 and np.allclose(entering, alike)


def local_index(counts: Floats, reference: Floats, sector: Ints) -> Floats:
    """Size of each cohort relative to a reference, by unit, shrunk twice.

    ``index = (cohort + PULL_CHILDREN x index of the larger area) / (n + PULL_CHILDREN)``, n the reference children of the area;
    that is ``w raw + (1 - w) index of the larger area`` with ``w = n / (n + PULL_CHILDREN)``. Units are drawn to their sector,
    sectors to the département, whose own ratio is 1 where it has less than one child. What strays until these children are in
    6e is who moves and who chooses a public collège, with a relative variance of about 0.5 / n against true trends that
    differ by about 10 % between areas, and 0.5 / 0.10**2 = 50 (assumptions). This is the empirical Bayes estimator of
    R. J. Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40(2),
    283-294, doi:10.2307/2347593, with assumed variances, because a single year does not tell them.

    Parameters
    ----------
    counts : (U, K) float
        Children of each cohort.
    reference : (U,) float
        Children of the cohort they are compared with.
    sector : (U,) int
        Present collège; -1 = outside, taken as one more sector.

    Returns
    -------
    (U, K) float
        1 = as the reference.
    """
    group = sector + 1
    by_sector = np.zeros((int(group.max(initial=0)) + 1, counts.shape[1]))
    np.add.at(by_sector, group, counts)
    sector_reference = np.bincount(group, weights=reference, minlength=len(by_sector)).astype(np.float64)
    children = float(reference.sum())
    everywhere = counts.sum(axis=0) / children if children >= 1 else np.ones(counts.shape[1])
    of_sector = _shrunk(by_sector, sector_reference, everywhere)
    return _shrunk(counts, reference, of_sector[group])


def _shrunk(counts: Floats, reference: Floats, larger: Floats) -> Floats:
    return np.asarray((counts + PULL_CHILDREN * larger) / (reference + PULL_CHILDREN)[:, None])


def _between(births: Births, first: int, last: int) -> Floats | None:
    """(U,) mean births of some years; None unless all of them are known."""
    years = (births.year >= first) & (births.year <= last)
    return np.asarray(births.by_unit[:, years].mean(axis=1)) if years.sum() == last - first + 1 else None


def _since_college_cohorts(territory: Territory, births: Births) -> Floats:
    """(U,) births of the cohorts now in école relative to those now in collège; 1 where they are not known."""
    base = territory.base_rentree
    in_college, in_ecole = _between(births, base - 14, base - 11), _between(births, base - 10, base - 6)
    if in_college is None or in_ecole is None:
        return np.ones(len(territory.units))
    return local_index(in_ecole[:, None], in_college, territory.units.present)[:, 0]


def _births_index(territory: Territory, births: Births, youngest: Floats) -> Floats:
    """(U, B) births relative to those of the cohorts now in collège.

    Where these are not known: relative to those of the cohorts now in école (as the écoles' own pupils are); else to the first
    three years known, chained to the youngest école cohorts.
    """
    if not len(births.year):
        return np.empty((len(territory.units), 0))
    base, present = territory.base_rentree, territory.units.present
    for first, last in ((base - 14, base - 11), (base - 10, base - 6)):
        reference = _between(births, first, last)
        if reference is not None:
            return local_index(births.by_unit, reference, present)
    chained = local_index(births.by_unit, births.by_unit[:, :LAST_COHORTS].mean(axis=1), present)
    return chained * youngest[:, None]
