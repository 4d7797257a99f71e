"""`Problem`: every coefficient of the mathematical program, as arrays, without geography or names of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

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
        Places taken besides (meals for écoles).
    places : float
    owner : int
        Site whose opening takes the `fixed` places; -1: always taken.
    """

    name: str
    site: Ints
    rate: Floats
    fixed: float
    places: float
    owner: int = -1

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
        Pupils of each unit in each year; years of simulated futures come after those of the projection (`future`).
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
        Pupils on which mix is measured: the mean of the projection's years in `demand` unless given.
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
        Compact contiguity: a unit is given to a site only with a neighbour nearer to that site (`nearness`), down to the
        unit the site stands in. A restriction of "sectors in one piece": the bound belongs to this restriction.
    nearness : (U, S) float or None
        Order in which a sector grows from its site, smaller is nearer, inf where the site cannot be reached over `edges`;
        None: the number of borders to cross, then cost a pupil.
    required : (U,) bool or None
        Units that must have a site; None: those with demand in some year.
    splittable : bool
        A unit may be shared between sites.
    own_rules : bool
        Rules that this problem does not know will be added: no site is taken to be open because nothing speaks against it.
    years : (T,) int or None
        Labels of the years, for messages; None: 0, 1, ...
    future : (T,) int or None
        Simulated future each year belongs to, -1 = the projection; None: all are years of the projection. Only what must hold
        every year (capacity, least load, hard limits) looks at futures; soft limits are paid for in the projection alone.
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
    nearness: Floats | None = None
    required: Bools | None = None
    splittable: bool = False
    own_rules: bool = False
    years: Ints | None = None
    future: Ints | None = None

    def __post_init__(self) -> None:
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, column.name, frozen(value))

    @classmethod
    def from_arrays(
        cls,
        cost: npt.ArrayLike,
        *,
        demand: npt.ArrayLike,
        capacity: npt.ArrayLike | None = None,
        min_load: npt.ArrayLike | None = None,
        opening_cost: npt.ArrayLike | None = None,
        open_exactly: int | None = None,
        forced_open: Sequence[int] = (),
        forced_closed: Sequence[int] = (),
        group: npt.ArrayLike | None = None,
        objective: str = "cost",
        max_cost: float | None = None,
        max_dissimilarity: float | None = None,
        edges: npt.ArrayLike | None = None,
        site_unit: npt.ArrayLike | None = None,
        contiguous: bool = False,
        splittable: bool = False,
    ) -> Problem:
        """Pose an instance from plain arrays, without any geography.

        Parameters
        ----------
        cost : (units, sites) float
            Whole cost of giving a unit to a site (say pupils x minutes); inf = forbidden.
        demand : (units,) or (units, years) float
            Pupils of each unit; capacities and minimum loads hold in every year.
        capacity, min_load, opening_cost : (sites,) float, optional
            Unbounded, 0 and 0 where absent.
        open_exactly : int, optional
            Number of open sites.
        forced_open, forced_closed : sequence of int
            Positions of sites.
        group : (units,) float, optional
            Pupils of the reference group, among the mean of `demand` over years.
        objective : str
            ``"cost"`` (chosen costs plus opening costs) or ``"dissimilarity"``.
        max_cost, max_dissimilarity : float, optional
        edges : (k, 2) int, optional
            Neighbouring units.
        site_unit : (sites,) int, optional
            Unit a site stands in.
        contiguous : bool
            Compact contiguity; needs `edges` and `site_unit`.
        splittable : bool
            A unit may be shared between sites.

        Raises
        ------
        InputError
            Naming every fault at once: shapes, NaN, negative numbers, positions out of range, contradictory forced sites,
            units with demand and no admissible site, demand above all capacity.

        Examples
        --------
        >>> problem = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[10, 20], capacity=[25, 25])
        >>> problem.cost.shape
        (2, 2)
        """
        from maillage.model.door import pose

        arrays: dict[str, Any] = {"cost": cost, "demand": demand, "capacity": capacity, "min_load": min_load}
        arrays |= {"opening_cost": opening_cost, "group": group, "edges": edges, "site_unit": site_unit}
        settings: dict[str, Any] = {"open_exactly": open_exactly, "objective": objective, "max_cost": max_cost}
        settings |= {"max_dissimilarity": max_dissimilarity, "contiguous": contiguous, "splittable": splittable}
        return pose(arrays, settings, tuple(forced_open), tuple(forced_closed))

    @property
    def allowed(self) -> Bools:
        """(U, S) pairs that are not forbidden."""
        return np.isfinite(self.cost)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of units and of sites."""
        return self.cost.shape[0], self.cost.shape[1]

    @property
    def must_serve(self) -> Bools:
        """(U,) units that must have a site."""
        return np.asarray((self.demand > 0).any(axis=1)) if self.required is None else self.required

    @property
    def mix_share(self) -> float:
        """Share of the reference group among all `mix_pupils`."""
        assert self.group is not None
        return float(self.group.sum() / self.mix_pupils.sum())

    @property
    def mix_scale(self) -> float:
        """``2 P pi (1 - pi)``: what the sum over sites of ``|A_s - pi N_s|`` is divided by to give dissimilarity."""
        share = self.mix_share
        return float(2 * self.mix_pupils.sum() * share * (1 - share))

    @property
    def measures_dissimilarity(self) -> bool:
        """Whether dissimilarity has a part in objective or rules."""
        return self.objective == "dissimilarity" or self.dissimilarity_weight > 0 or self.max_dissimilarity is not None

    @property
    def projected(self) -> Floats:
        """(U, T') the years of `demand` that belong to the projection, not to a simulated future; they come first."""
        return self.demand if self.future is None else self.demand[:, self.future < 0]

    def year(self, t: int) -> str:
        """Label of year `t`, for messages."""
        label = str(t if self.years is None else self.years[t])
        return label if self.future is None or self.future[t] < 0 else f"{label}, simulated future {self.future[t]}"
