"""What a projection was made of, kept so that each figure can be traced back through its cohort."""

from __future__ import annotations

from dataclasses import dataclass

from maillage.arrays import Floats
from maillage.demography.areas import Areas
from maillage.demography.entrants import Entrants
from maillage.demography.entry import Entry
from maillage.demography.feeders import Feeders
from maillage.demography.growth import Growth
from maillage.demography.progression import Progression


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
    arrivals: Floats
