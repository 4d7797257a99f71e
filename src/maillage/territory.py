"""The territory: units, collèges, canteens and present sectors, as frozen arrays.

Identifiers (INSEE codes, UAI) live here only; every later stage works with positions: unit ``u`` is row ``u`` of
`Units`, collège ``s`` is row ``s`` of `Colleges`. Coordinates are metres in EPSG:2154 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats, Ints, Objects, Strings, frozen
from maillage.errors import Fault, InputError

GRADES = ("6e", "5e", "4e", "3e")
"""Grades of a collège, youngest first."""

ECOLE_GRADES = ("cp", "ce1", "ce2", "cm1", "cm2")
"""Grades of an école élémentaire, youngest first."""


@dataclass(frozen=True, eq=False)
class _Table:
    """A frozen set of columns of one length; arrays are copied and made read-only."""

    def __post_init__(self) -> None:
        lengths = set()
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray) and column.metadata.get("rows", True):
                lengths.add(len(value))
            if isinstance(value, np.ndarray):
                object.__setattr__(self, column.name, frozen(value))
        if len(lengths) > 1:
            fault = Fault(type(self).__name__, f"its columns have different lengths: {sorted(lengths)}")
            raise InputError([fault])

    def to_pandas(self) -> pd.DataFrame:
        """One row a unit or collège, one column for each one-dimensional field."""
        columns = {c.name: getattr(self, c.name) for c in fields(self) if c.metadata.get("rows", True)}
        return pd.DataFrame({name: value for name, value in columns.items() if getattr(value, "ndim", 0) == 1})


@dataclass(frozen=True, eq=False)
class Units(_Table):
    """Basic spatial units: a commune, or a part of one where it is large or shared between sectors.

    A unit belongs to one present sector at most: a commune sectored to several collèges is cut into parts, and
    `approximate` says that the cut is a geometric approximation (streets unknown).

    Attributes
    ----------
    unit : (U,) str
        Identifier: INSEE code, or INSEE code, hyphen and number for a part, or IRIS code.
    commune : (U,) str
        INSEE code of the commune.
    name : (U,) str
        Name shown to people.
    xy_m : (U, 2) float
        Where its pupils are taken to live, EPSG:2154 metres.
    geometry : (U,) object
        shapely polygon, EPSG:2154.
    area_km2 : (U,) float
    present : (U,) int32
        Position of the present public collège; -1 where the unit is sectored outside the territory.
    present_assumed : (U,) bool
        The commune was in no sector and was given the sector of its neighbours.
    approximate : (U,) bool
        The unit's outline, and which present collège it goes to, are an approximation within its commune.
    pupils : (U,) float
        Public collège pupils at the base rentrée, reconciled with the collèges' published totals.
    ips : (U,) float
        Mean IPS of these pupils, calibrated so that today's sectors give each collège its published IPS.
    ips_sd : (U,) float
        Standard deviation of IPS within the unit.
    ips_imputed : (U,) bool
        No école of the commune has a published IPS: taken from income or from neighbours.
    group : (U,) float
        Disadvantaged pupils (the lowest `Territory.group_share` of IPS), imputed from `ips` and `ips_sd`.
    ecole_pupils : (U, 5) float
        Public école pupils living in the unit by grade, CP to CM2, at the base rentrée.
    ecole_served : (U,) bool
        The commune has no école row: its pupils are taken to attend neighbouring écoles.
    edges : (E, 2) int32
        Pairs of neighbouring units (shared border), first < second.
    edge_length_m : (E,) float
        Length of the shared border, metres.
    """

    unit: Strings
    commune: Strings
    name: Strings
    xy_m: Floats
    geometry: Objects
    area_km2: Floats
    present: Ints
    present_assumed: Bools
    approximate: Bools
    pupils: Floats
    ips: Floats
    ips_sd: Floats
    ips_imputed: Bools
    group: Floats
    ecole_pupils: Floats
    ecole_served: Bools
    edges: Ints = field(metadata={"rows": False})
    edge_length_m: Floats = field(metadata={"rows": False})

    def __len__(self) -> int:
        return len(self.unit)


@dataclass(frozen=True, eq=False)
class Colleges(_Table):
    """Public collèges of the territory and their canteens.

    Attributes
    ----------
    uai, name, commune : (S,) str
    xy_m : (S, 2) float
        EPSG:2154 metres.
    unit : (S,) int32
        Position of the unit the collège stands in.
    pupils : (S,) float
        Published enrolment at the base rentrée.
    grade_pupils : (S, 4) float
        Enrolment by grade (6e to 3e) in the latest rentrée that publishes it, scaled to `pupils`.
    ips, ips_sd : (S,) float
        Published IPS and its standard deviation within the collège, base rentrée.
    priority : (S,) str
        "", "REP" or "REP+".
    capacity_low, capacity, capacity_high : (S,) float
        Usable places.
    capacity_estimated : (S,) bool
        Capacity is not the planner's figure but an estimate from past enrolment.
    lunch_rate : (S,) float
        Share of pupils who lunch at the collège; 0 where there is no demi-pension.
    lunch_rate_estimated : (S,) bool
    seats : (S,) float
        Dining seats; NaN where unknown.
    sittings : (S,) float
        Sittings a day; NaN where unknown.
    canteen_estimated : (S,) bool
        Seats or sittings are estimates.
    kitchen : (S,) int32
        Position of the collège whose kitchen cooks for this one (its own where it cooks on site); -1 unknown or outside.
    production_meals : (S,) float
        Meals a day the kitchen can cook; NaN where unknown or where there is none.
    ecole_meals : (S,) float
        Meals a day its kitchen cooks for écoles.
    """

    uai: Strings
    name: Strings
    commune: Strings
    xy_m: Floats
    unit: Ints
    pupils: Floats
    grade_pupils: Floats
    ips: Floats
    ips_sd: Floats
    priority: Strings
    capacity_low: Floats
    capacity: Floats
    capacity_high: Floats
    capacity_estimated: Bools
    lunch_rate: Floats
    lunch_rate_estimated: Bools
    seats: Floats
    sittings: Floats
    canteen_estimated: Bools
    kitchen: Ints
    production_meals: Floats
    ecole_meals: Floats

    def __len__(self) -> int:
        return len(self.uai)


@dataclass(frozen=True, eq=False)
class PrivateColleges(_Table):
    """Private collèges under contract: no sector, but part of every measure of social mix "with private".

    Attributes are those of `Colleges`.
    """

    uai: Strings
    name: Strings
    commune: Strings
    xy_m: Floats
    pupils: Floats
    ips: Floats
    ips_sd: Floats

    def __len__(self) -> int:
        return len(self.uai)


@dataclass(frozen=True, eq=False)
class UrbanNetworks:
    """Urban transport networks, where the région does not carry pupils; from the planner's own table.

    Attributes
    ----------
    unit : (U,) str
        Network that each unit lies in; "" where it lies in none.
    college : (S,) str
        Network that each public collège lies in; "" where it lies in none.
    """

    unit: Strings
    college: Strings

    def __post_init__(self) -> None:
        for column in fields(self):
            object.__setattr__(self, column.name, frozen(getattr(self, column.name), np.str_))


@dataclass(frozen=True)
class Source:
    """One file that was read: what it is, of when, its rows (None where they are not counted) and its SHA-256."""

    file: str
    dataset: str
    vintage: str
    rows: int | None
    sha256: str


@dataclass(frozen=True)
class Match:
    """How well two inputs fitted together, for `maillage check`.

    `unmatched` names what did not match; `consequence` says what was done about it.
    """

    what: str
    matched: int
    total: int
    unmatched: tuple[str, ...] = ()
    consequence: str = ""


@dataclass(frozen=True)
class Estimate:
    """One quantity that is not observed: which, for how many rows, and how it was obtained."""

    quantity: str
    count: int
    total: int
    method: str


@dataclass(frozen=True, eq=False)
class Cohorts:
    """What is known of the pupils to come.

    Attributes
    ----------
    population : DataFrame
        Columns ``year, age_min, age_max, population``: the département on 1 January; may be empty.
    births : DataFrame
        Columns ``commune, year, births``; may be empty.
    history : DataFrame
        Columns ``uai, rentree, pupils, p6e, p5e, p4e, p3e`` of public collèges; NaN where not published.
    ecole_history : DataFrame
        Columns ``commune, rentree, cp, ce1, ce2, cm1, cm2``: public école pupils by commune; may be empty.
    projection : DataFrame
        Columns ``rentree, variant, pupils``: totals of public collège pupils to agree with; may be empty.
    """

    population: pd.DataFrame
    births: pd.DataFrame
    history: pd.DataFrame
    ecole_history: pd.DataFrame
    projection: pd.DataFrame


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
    roads : Path or None
        File of roads, read by the travel stage.
    urban_networks : UrbanNetworks or None
        None where the planner gave no table of them.
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
    roads: Path | None = None
    urban_networks: UrbanNetworks | None = None
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
