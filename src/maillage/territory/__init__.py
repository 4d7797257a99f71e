"""The territory: units, collèges, canteens and present sectors, as frozen arrays.

Identifiers (INSEE codes, UAI) live here only; every later stage works with positions: unit ``u`` is row ``u`` of
`Units`, collège ``s`` is row ``s`` of `Colleges`. Coordinates are metres in EPSG:2154 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from maillage.errors import Fault, InputError
from maillage.territory.cohorts import COLLEGE_COLUMNS, ECOLE_GRADES, GRADES, SPECIAL_KINDS, Cohorts
from maillage.territory.colleges import Colleges, PrivateColleges
from maillage.territory.provenance import Estimate, Match, Source
from maillage.territory.units import Bassins, GridSums, Units, UrbanNetworks

__all__ = [
    "COLLEGE_COLUMNS",
    "ECOLE_GRADES",
    "GRADES",
    "SPECIAL_KINDS",
    "Bassins",
    "Cohorts",
    "Colleges",
    "Estimate",
    "GridSums",
    "Match",
    "PrivateColleges",
    "Source",
    "Territory",
    "Units",
    "UrbanNetworks",
]


@dataclass(frozen=True, eq=False)
class Territory:
    """Everything known of a département before any scenario.

    Attributes
    ----------
    code : str
        Département code, two or three characters (``"62"``).
    name : str
    base_rentree : int
        Rentrée of the enrolment and IPS figures.
    units, colleges, private : the tables
    cohorts : Cohorts
    communes_sectored : int
        Communes present in the sector table.
    group_share : float
        Share of public pupils counted as disadvantaged (assumption, 0 to 1).
    group_ips : float
        IPS below which a pupil is counted as disadvantaged; follows from `group_share`.
    group_observed : bool
        The disadvantaged pupils of every public collège are the planner's figures, not imputed from the IPS.
    roads : Path or None
        File of roads, read by the travel stage.
    urban_networks : UrbanNetworks or None
        None where the planner gave no table of them.
    bassins : Bassins or None
        Of the planner's table, else of the directory, else groups made here; None in a territory made by hand.
    grid : GridSums or None
        None where no 200 m squares were given.
    circuits : DataFrame or None
        School coach circuits, one row a call of a coach: ``circuit, time_min, stop, x_m, y_m, uai``, read by the travel stage.
    fictional : bool
        The demo territory: no statement about any real school.
    sources, matches, estimates : tuples
        What was read, how it fitted, and what had to be estimated.
    """

    code: str
    name: str
    base_rentree: int
    units: Units
    colleges: Colleges
    private: PrivateColleges
    cohorts: Cohorts
    communes_sectored: int
    group_share: float
    group_ips: float
    group_observed: bool = False
    roads: Path | None = None
    urban_networks: UrbanNetworks | None = None
    bassins: Bassins | None = None
    grid: GridSums | None = None
    circuits: pd.DataFrame | None = None
    fictional: bool = False
    sources: tuple[Source, ...] = ()
    matches: tuple[Match, ...] = ()
    estimates: tuple[Estimate, ...] = ()

    def college_positions(self) -> Mapping[str, int]:
        """UAI to position."""
        return MappingProxyType({str(uai): s for s, uai in enumerate(self.colleges.uai)})

    def positions_of(self, uais: tuple[str, ...], where: str) -> tuple[int, ...]:
        """Positions of `uais`; raises `InputError` naming every UAI that is not a public collège here."""
        known = self.college_positions()
        unknown = tuple(uai for uai in uais if uai not in known)
        if unknown:
            remedy = f"Use the UAI of one of the {len(known)} public collèges of {self.name}"
            raise InputError([Fault(where, "unknown UAI", rows=unknown, remedy=remedy)])
        return tuple(known[uai] for uai in uais)

    def summary(self) -> dict[str, Any]:
        """Key figures as published, the ones a reader can check against the source files."""
        c, p = self.colleges, self.private
        return {
            "colleges_public": len(c),
            "colleges_private": len(p),
            "pupils_public": float(c.pupils.sum()),
            "pupils_private": float(p.pupils.sum()),
            "ips_mean_public": float(np.average(c.ips, weights=c.pupils)),
            "communes_sectored": self.communes_sectored,
            "units": len(self.units),
        }
