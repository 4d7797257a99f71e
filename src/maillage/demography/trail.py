"""What a projection was made of, kept so that each figure can be traced back through its cohort."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maillage.arrays import Floats
from maillage.demography.areas import Areas
from maillage.demography.entrants import Entrants
from maillage.demography.entry import Entry
from maillage.demography.feeders import Feeders
from maillage.demography.growth import Growth
from maillage.demography.progression import Progression, age


@dataclass(frozen=True, eq=False)
class Trail:
    """The steps of a projection.

    Attributes
    ----------
    areas : Areas
        Present sectors and bassins.
    growth, feeders, entry, progression, entrants
        The estimates of each step.
    first : (U, 4) float
        Pupils at the base rentrée, SEGPA and ULIS left out.
    entering : (U, K) float
        New 6e of each later rentrée, SEGPA and ULIS left out, before the agreement with given totals.
    ratio : (U, 3) float
        From grade to grade, the variant's change included.
    placed : (U, 4, T) float
        SEGPA and ULIS pupils, counted with the units of their collège's sector.
    agreement : (T,) float
        Factor that brings each rentrée to the totals given.
    variant : (K,) float
        Factor of the variant on the new 6e.
    public_share : (U, T) float
        Of the collégiens who enter 6e at each rentrée: today's, and the changes supposed.
    private_arrivals : (T,) float
        Of the same children, those in private collèges, in the whole territory.
    arrivals : (U, 4, T) float
        Pupils who come with the hypotheses (dwellings, jobs), aged; negative where dwellings are pulled down.
    """

    areas: Areas
    growth: Growth
    feeders: Feeders
    entry: Entry
    progression: Progression
    entrants: Entrants
    first: Floats
    entering: Floats
    ratio: Floats
    placed: Floats
    agreement: Floats
    variant: Floats
    public_share: Floats
    arrivals: Floats
    private_arrivals: Floats

    def until(self, rentree: int) -> Trail:
        """The same steps, no further than a rentrée."""
        count = rentree - self.entrants.rentree[0] + 1 if self.entrants.rentree else 0
        return replace(
            self,
            entrants=self.entrants.first(count),
            entering=self.entering[:, :count],
            placed=self.placed[:, :, : count + 1],
            agreement=self.agreement[: count + 1],
            variant=self.variant[:count],
            public_share=self.public_share[:, : count + 1],
            arrivals=self.arrivals[:, :, : count + 1],
            private_arrivals=self.private_arrivals[: count + 1],
        )

    def pupils(self, with_arrivals: bool = True) -> Floats:
        """(U, 4, T) the steps carried out: cohorts aged, SEGPA and ULIS added, totals agreed with, arrivals added.

        Pupils who leave with dwellings that are pulled down are at most those who are there.
        """
        ordinary = age(self.first, self.entering, self.ratio)
        trend = (ordinary + self.placed) * self.agreement
        return np.asarray(np.maximum(trend + self.arrivals, 0.0)) if with_arrivals else np.asarray(trend)
