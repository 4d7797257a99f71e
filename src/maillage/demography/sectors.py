"""Who goes where: what a plan says of it, as far as enrolment is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from maillage.arrays import Ints
from maillage.territory import Territory


class Sectors(Protocol):
    """Who goes where in each rentrée: what a `Plan` says."""

    @property
    def uai(self) -> npt.NDArray[np.str_]:
        """(S,) collèges."""

    def at(self, rentree: int) -> Ints:
        """(U,) position of each unit's collège; -1 = outside."""


class NewSectors(Sectors, Protocol):
    """A plan that says when its sectors begin."""

    @property
    def start(self) -> int:
        """First rentrée of the new sectors."""


@dataclass(frozen=True, eq=False)
class TodaySectors:
    """Today's sectors in every rentrée; `start` is the rentrée after the base one, though nothing changes then."""

    uai: npt.NDArray[np.str_]
    present: Ints
    start: int = 0

    def at(self, rentree: int) -> Ints:
        """(U,) position of each unit's collège; -1 = outside."""
        return self.present


def today_sectors(territory: Territory) -> TodaySectors:
    """Sectors of the territory as they are."""
    return TodaySectors(territory.colleges.uai, territory.units.present, territory.base_rentree + 1)
