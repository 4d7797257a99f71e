"""How many of its children each sector sends to 6e in its public collège, relative to the département: a level that drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats
from maillage.demography.areas import Areas
from maillage.demography.feeders import Feeders
from maillage.demography.local_level import Level, Variances, fitted, stacked
from maillage.demography.past import Past
from maillage.territory import GRADES

BELIEVED = Variances(spread=0.1, step=0.002, noise=0.1)
"""Of the entry level of a sector, before its own figures.

From the 5,033 public collèges of other départements (Ille-et-Vilaine and Pas-de-Calais left out) in 2020: their four grades are
four cohorts, which stray from each other by 0.95 / pupils, whatever lies between them, and by 0.002 for each year between them
(differences of logarithms, from their 10th and 90th percentiles). Most of the former is the size of the cohort, which is known
where its children were counted. See ``python -m benchmarks spread``.
"""

BELIEVED_BASSIN = Variances(spread=0.02, step=0.00025, noise=0.1)
"""The same of a bassin: the drift of some eight sectors that stray each for itself."""

UNCOUNTED = 9.5
"""Where nobody counted the children behind a 6e, it tells that much less of the level: 0.95 / 0.1."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Level of entry of each sector.

    Attributes
    ----------
    level : Level
        Of the log of the sector's share of the new 6e over its share of the children behind them.
    bassin : Level
        The same of each bassin.
    within : Level
        Of each sector relative to its bassin.
    observed : (G, K) float
        What `level` estimates, as seen cohort by cohort; NaN where a sector had no 6e.
    rentrees : tuple of int
        Of the K cohorts.
    """

    level: Level
    bassin: Level
    within: Level
    observed: Floats
    rentrees: tuple[int, ...]


def entry_of(past: Past, feeders: Feeders, areas: Areas) -> Entry:
    """Level of entry of the sectors, from the 6e of each past rentrée and the children behind them.

    ``observed[g, t] = log(6e of sector g at t / 6e of the département) - log(children of g behind them / children of all)``.
    Sectors are drawn to their bassin, bassins to the département, as far as their own figures are few or noisy
    (see `maillage.demography.local_level`): in practice a level rests almost wholly on the sector's own figures, because
    collèges differ far more in what they draw than a cohort strays by chance.
    """
    new = past.entrants
    # Children of sectors whose 6e is not known must not be counted among those of the whole.
    children = np.stack([areas.by_sector(feeders.of(r)) for r in past.rentrees], axis=1) * (new > 0)
    trust = np.array([1.0 if feeders.is_known(r) else 1 / UNCOUNTED for r in past.rentrees])
    observed = _log_share(new, new) - _log_share(children, children)
    in_bassin, of_bassin = areas.by_bassin(new), areas.by_bassin(children)
    bassin_observed = _log_share(in_bassin, new) - _log_share(of_bassin, children)
    bassin = fitted(bassin_observed, in_bassin * trust, BELIEVED_BASSIN)
    sector = fitted(observed - bassin_observed[areas.bassin], new * trust, BELIEVED)
    return Entry(stacked(bassin, sector, areas.bassin), bassin, sector, observed, past.rentrees)


def shares(entry: Entry, feeders: Feeders, areas: Areas, level: Floats, rentrees: range) -> Floats:
    """(U, K) share of each unit in the département's new 6e of each rentrée; columns add up to 1.

    A sector's share is its children times ``exp(entry level)``. Within a sector, a unit's is its present pupils times the size
    of its cohort relative to those now in collège: where they live and how many of them choose the public collège are in the
    former. A unit without any public collégien today stays without.

    Parameters
    ----------
    level : (U,) float
        Public pupils today.
    rentrees : range
        After the base rentrée.
    """
    factor = np.exp(entry.level.mean)
    in_college = np.mean([feeders.of(r) for r in entry.rentrees[-len(GRADES) :]], axis=0)
    columns = []
    for rentree in rentrees:
        children = feeders.of(rentree)
        index = np.divide(children, in_college, out=np.ones_like(children), where=in_college > 0)
        inside = level * index
        whole = areas.by_sector(inside)
        within = np.divide(inside, whole[areas.sector], out=np.zeros_like(inside), where=whole[areas.sector] > 0)
        sector = np.where(whole > 0, areas.by_sector(children) * factor, 0.0)
        total = sector.sum()
        # Where no child is expected anywhere, what is expected nevertheless stays where the pupils are.
        columns.append(within * sector[areas.sector] / total if total > 0 else level / max(float(level.sum()), 1e-300))
    return np.stack(columns, axis=1) if columns else np.empty((len(level), 0))


def _log_share(counts: Floats, sectors: Floats) -> Floats:
    """Log of counts (A, K) over those of the collèges (the sectors without the last one, what is sectored outside)."""
    total = sectors[:-1].sum(axis=0)
    known = (counts > 0) & (total > 0)
    return np.where(known, np.log(np.where(known, counts, 1.0) / np.where(total > 0, total, 1.0)), np.nan)
