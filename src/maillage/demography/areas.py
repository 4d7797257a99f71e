"""The areas that borrow strength from each other: units in sectors, sectors in bassins, bassins in the département."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats, Ints, frozen
from maillage.territory import Territory


@dataclass(frozen=True, eq=False)
class Areas:
    """Present sectors and their bassins.

    Attributes
    ----------
    sector : (U,) int32
        Present sector of each unit: the position of its collège, or the last one for units sectored outside.
    bassin : (G,) int32
        Bassin of each sector.
    sectors, bassins : int
        G = collèges + 1, and the number of bassins.
    """

    sector: Ints
    bassin: Ints
    sectors: int
    bassins: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "sector", frozen(self.sector, np.int32))
        object.__setattr__(self, "bassin", frozen(self.bassin, np.int32))

    def by_sector(self, values: Floats) -> Floats:
        """(G, ...) sums of unit values (U, ...)."""
        return sums(self.sector, values, self.sectors)

    def by_bassin(self, values: Floats) -> Floats:
        """(B, ...) sums of sector values (G, ...)."""
        return sums(self.bassin, values, self.bassins)


def areas_of(territory: Territory) -> Areas:
    """Sectors and bassins of a territory; one bassin where none are known."""
    count = len(territory.colleges)
    sector = np.where(territory.units.present < 0, count, territory.units.present)
    bassins = territory.bassins
    if bassins is None or not len(bassins.name):
        return Areas(sector, np.zeros(count + 1, np.int32), count + 1, 1)
    outside = territory.units.present < 0
    # What is sectored outside has no collège here: it belongs where most of its pupils live.
    homes = np.bincount(bassins.unit[outside], territory.units.pupils[outside] + 1e-9, minlength=len(bassins.name))
    return Areas(sector, np.append(bassins.college, int(homes.argmax())), count + 1, len(bassins.name))


def sums(index: Ints, values: Floats, size: int) -> Floats:
    """(size, ...) sums of `values` (N, ...) over each position in `index` (N,)."""
    out = np.zeros((size, *values.shape[1:]))
    np.add.at(out, index, values)
    return out


def share_of_commune(territory: Territory) -> Floats:
    """(U,) share of each unit in its commune: by école pupils, else collège pupils, else equally."""
    units = territory.units
    _, commune = np.unique(units.commune, return_inverse=True)
    share = np.zeros(len(units))
    for weight in (np.ones(len(units)), units.pupils, units.ecole_pupils.sum(axis=1)):
        total = np.bincount(commune, weights=weight)[commune]
        share = np.where(total > 0, weight / np.where(total > 0, total, 1.0), share)
    return share
