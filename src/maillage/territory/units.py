"""The basic spatial units, and the official groupings they lie in."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from maillage.arrays import Bools, Floats, Ints, Objects, Strings, frozen
from maillage.territory.table import Table


@dataclass(frozen=True, eq=False)
class Units(Table):
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
        The commune has no école row: its pupils are taken to attend neighbouring écoles. Where pupils are counted by
        commune of residence, that some of the counts are secret.
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


@dataclass(frozen=True, eq=False)
class Bassins:
    """Living areas (bassins) that units and collèges belong to: larger than a sector, smaller than the département.

    Attributes
    ----------
    name : (B,) str
    unit : (U,) int32
        Position of each unit's bassin.
    college : (S,) int32
        Position of each public collège's bassin.
    method : str
        Where they come from.
    approximate : bool
        They are no official areas but groups of neighbouring sectors made here.
    """

    name: Strings
    unit: Ints
    college: Ints
    method: str
    approximate: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", frozen(self.name, np.str_))
        object.__setattr__(self, "unit", frozen(self.unit, np.int32))
        object.__setattr__(self, "college", frozen(self.college, np.int32))


@dataclass(frozen=True, eq=False)
class GridSums(Table):
    """INSEE's 200 m squares (Filosofi) summed over each unit; squares are never shown one by one.

    Attributes
    ----------
    people, households, poor_households : (U,) float
    living_standard_eur : (U,) float
        Sum over the people of their living standard (niveau de vie, winsorised by INSEE), euros a year; divide by `people`
        for the mean.
    children : (U, 4) float
        People aged 0 to 3, 4 to 5, 6 to 10, 11 to 17.
    imputed_people : (U,) float
        People of the squares whose figures INSEE imputed because they hold fewer than 11 households.
    year : int
        Vintage.
    """

    people: Floats
    households: Floats
    poor_households: Floats
    living_standard_eur: Floats
    children: Floats
    imputed_people: Floats
    year: int = 0
