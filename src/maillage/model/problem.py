"""`Problem`: every coefficient of the mathematical program, as arrays, without geography or names of places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Bools, Floats, Ints, Strings, frozen


@dataclass(frozen=True, eq=False)
class Limit:
    """Loads of some sites, weighted, within a number of places every year: a canteen, a kitchen.

    ``sum_s rate[s] * load[s, t] + fixed * (1 if the owner is open) <= places + overflow[t]`` for every year t, where the
    overflow is 0, or costs `Problem.overflow_cost` a place and year where that is given.

    Attributes
    ----------
    name : str
        Named in messages, e.g. ``"seats of 0620001A"``.
    site : (k,) int32
        Sites concerned.
    rate : (k,) float
        Places one pupil of that site takes.
    fixed : float
        Places always taken (meals for écoles).
    places : float
    """

    name: str
    site: Ints
    rate: Floats
    fixed: float
    places: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "site", frozen(self.site, np.int32))
        object.__setattr__(self, "rate", frozen(self.rate, np.float64))


@dataclass(frozen=True, eq=False)
class Problem:
    """Which site serves which unit, and which sites are open, at least cost.

    Every array is read-only. Units with no demand in any year may stay without a site.

    Attributes
    ----------
    cost : (U, S) float
        Whole cost of giving a unit to a site; inf = forbidden.
    demand : (U, T) float
        Pupils of each unit in each year.
    capacity : (S,) float
        Places, every year; inf = unbounded.
    min_load : (S,) float
        Least load of an open site, every year.
    opening_cost : (S,) float
    open_exactly : int or None
        Number of open sites.
    forced_open, forced_closed : tuple of int
    group : (U,) float or None
        Pupils of the reference group among `mix_pupils`.
    mix_pupils : (U,) float
        Pupils on which mix is measured: the mean of `demand` over years unless given.
    index_sum : (U,) float or None
        ``pupils x (unit's mean IPS - territory's mean IPS)``, for the IPS deviation.
    objective : str
        "cost": costs plus the weighted terms; "dissimilarity": D alone.
    dissimilarity_weight : float
        Weight of D in a "cost" objective.
    deviation_weight : float
        Weight of ``sum_s |sum_u index_sum[u] x[u, s]| / sum(mix_pupils)`` (IPS points).
    max_cost : float or None
        Bound on the sum of chosen costs plus opening costs.
    max_dissimilarity : float or None
    present : (U,) int32 or None
        Today's site of each unit (-1 none), for `max_moved` and as a start.
    moved_pupils : (U,) float or None
        Pupils moved if the unit leaves `present`.
    max_moved : float or None
        Bound on pupils moved.
    limits : tuple of Limit
    overflow_cost : float or None
        None: limits are hard. Otherwise the cost of a place missing in one year.
    requires : (k, 2) int32
        ``(a, b)``: site a may be open only if site b is (a satellite and its kitchen).
    edges : (E, 2) int32 or None
        Neighbouring units.
    site_unit : (S,) int32 or None
        Unit each site stands in.
    contiguous : bool
    splittable : bool
        A unit may be shared between sites.
    unit_names, site_names : (U,), (S,) str
        For messages and `to_pulp()`.
    """

    cost: Floats
    demand: Floats
    capacity: Floats
    min_load: Floats
    opening_cost: Floats
    mix_pupils: Floats
    unit_names: Strings
    site_names: Strings
    open_exactly: int | None = None
    forced_open: tuple[int, ...] = ()
    forced_closed: tuple[int, ...] = ()
    group: Floats | None = None
    index_sum: Floats | None = None
    objective: str = "cost"
    dissimilarity_weight: float = 0.0
    deviation_weight: float = 0.0
    max_cost: float | None = None
    max_dissimilarity: float | None = None
    present: Ints | None = None
    moved_pupils: Floats | None = None
    max_moved: float | None = None
    limits: tuple[Limit, ...] = ()
    overflow_cost: float | None = None
    requires: Ints | None = None
    edges: Ints | None = None
    site_unit: Ints | None = None
    contiguous: bool = False
    splittable: bool = False

    # Constructors (`from_arrays`, `of_scenario`), validation and the independent evaluation are built on these fields.

    @property
    def allowed(self) -> Bools:
        """(U, S) pairs that are not forbidden."""
        return np.isfinite(self.cost)
